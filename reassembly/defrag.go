package reassembly

import (
	"bytes"
	"slices"

	"github.com/wspeek/wspeek/capture"
)

// FragmentLimits bounds IP defragmentation; a zero field means its default. When one bites, the datagram
// started first is dropped.
type FragmentLimits struct {
	// Datagrams is how many incomplete datagrams are kept (default 4096).
	Datagrams int
	// Bytes is how many bytes of fragments are kept in all, with 128 bytes counted for each one besides (default 32 MiB).
	Bytes int
	// Age is how long an incomplete datagram is kept, in nanoseconds of capture time (default 30 s).
	Age capture.Time
}

const (
	// maxDatagram is the largest length in bytes of a fragmented datagram's payload.
	maxDatagram = 65535
	// maxParts bounds the pieces of one datagram: at the smallest legal MTU of IPv4, 68, a
	// datagram of 64 KiB has 1,366.
	maxParts = 2048
	// partCost is what a piece counts for beside its bytes.
	partCost = 128
	// recentDatagrams is how many complete datagrams are remembered to tell duplicates by.
	recentDatagrams = 32
)

// fragmentKey names a datagram (RFC 791 section 3.2, RFC 8200 section 4.5). VLAN and interface are no part of it.
type fragmentKey struct {
	src, dst [16]byte
	id       uint32
	proto    uint8 // 0 for IPv6, of which only the first fragment says it
	v6       bool
}

// part is a piece of a datagram's payload, in memory of its own.
type part struct {
	off, end int
	data     []byte // shorter than end-off where the capture cut it
}

// partial is a datagram of which fragments are missing.
type partial struct {
	key     fragmentKey
	parts   []part // by offset, without overlaps
	covered int    // sum of their lengths
	total   int    // -1 until the last fragment came
	proto   uint8
	packets int64
	numbers []int // of the packets that carried them
	cost    int
	begun   capture.Time
	differ  bool // overlapping fragments have different bytes

	older, newer *partial
}

// whole is a datagram's payload up to the first byte that was not captured.
type whole struct {
	key     fragmentKey
	data    []byte
	total   int
	proto   uint8
	numbers []int
}

// carrier is the packet that a fragment came in. Where that was itself carried by fragments, parts are the
// numbers of the packets that brought them before.
type carrier struct {
	number int
	time   capture.Time
	parts  []int
}

// all are the numbers of all packets of c, appended to list.
func (c *carrier) all(list []int) []int { return append(append(list, c.parts...), c.number) }

// defragmenter joins IP fragments. Of overlapping copies the first one counts.
type defragmenter struct {
	limits         FragmentLimits
	table          map[fragmentKey]*partial
	oldest, newest *partial
	cost           int
	recent         []whole // a ring of the last complete ones
	turn           int
}

func (f *defragmenter) init(l FragmentLimits) {
	f.table = make(map[fragmentKey]*partial)
	f.limits = FragmentLimits{Datagrams: 4096, Bytes: 32 << 20, Age: 30_000_000_000}
	if l.Datagrams > 0 {
		f.limits.Datagrams = l.Datagrams
	}
	if l.Bytes > 0 {
		f.limits.Bytes = l.Bytes
	}
	if l.Age > 0 {
		f.limits.Age = l.Age
	}
}

// makeRoom drops what is too old, and what has to go for n more bytes; it returns the number of
// packets that fell to a limit. The too old ones just stay not reassembled.
func (f *defragmenter) makeRoom(now capture.Time, n int) (limited int64) {
	for p := f.oldest; p != nil && now-p.begun > f.limits.Age; p = f.oldest {
		f.remove(p)
	}
	for p := f.oldest; p != nil && (len(f.table) >= f.limits.Datagrams || f.cost+n+partCost > f.limits.Bytes); p = f.oldest {
		limited += p.packets
		f.remove(p)
	}
	return limited
}

// add takes a fragment. When it completes its datagram, h becomes the whole, in fresh memory, and
// earlier is how many packets brought the rest, and parts are c's with their numbers; for a duplicate,
// with those of the datagram.
func (f *defragmenter) add(h *ipHeader, c carrier) (earlier int64, parts []int, r Reason) {
	n := h.rest.Wire
	if h.offset+n > maxDatagram || (h.more && (n == 0 || n%8 != 0)) {
		return 0, c.parts, DamagedIP
	}
	key := keyOf(h)
	p := f.table[key]
	if p == nil {
		if w := f.duplicate(&key, h); w != nil {
			return 0, append(c.parts, w.numbers...), FragmentDuplicate
		}
		if w := f.variant(&key, h); w != nil {
			return 0, append(c.parts, w.numbers...), OK
		}
		p = f.begin(key, c.time)
	}
	if !p.fits(h) || len(p.parts) >= maxParts {
		return 0, c.parts, FragmentWaiting
	}
	p.differ = p.differ || p.contradicts(h)
	f.insert(p, h)
	if p.covered != p.total {
		p.packets++
		p.numbers = c.all(p.numbers)
		return 0, c.parts, FragmentWaiting
	}
	if p.differ {
		f.remove(p)
		return p.packets, append(c.parts, p.numbers...), FragmentOverlap
	}
	f.complete(p, h, c)
	return p.packets, append(c.parts, p.numbers...), OK
}

func keyOf(h *ipHeader) fragmentKey {
	k := fragmentKey{id: h.id, v6: h.v6}
	if !h.v6 {
		k.proto = h.proto
	}
	copy(k.src[:], h.src)
	copy(k.dst[:], h.dst)
	return k
}

// fits reports whether a fragment agrees with where the datagram is known to end.
func (p *partial) fits(h *ipHeader) bool {
	end := h.offset + h.rest.Wire
	if p.total >= 0 {
		return end <= p.total && (h.more || end == p.total)
	}
	return h.more || len(p.parts) == 0 || end >= p.parts[len(p.parts)-1].end
}

// contradicts says that a fragment has other bytes than one before it for the same place.
func (p *partial) contradicts(h *ipHeader) bool {
	for i := range p.parts {
		q := &p.parts[i]
		from, to := max(q.off, h.offset), min(q.off+len(q.data), h.offset+len(h.rest.Data))
		if from < to && !bytes.Equal(q.data[from-q.off:to-q.off], h.rest.Data[from-h.offset:to-h.offset]) {
			return true
		}
	}
	return false
}

// insert copies what is new in a fragment into p.
func (f *defragmenter) insert(p *partial, h *ipHeader) {
	off, end := h.offset, h.offset+h.rest.Wire
	if !h.more {
		p.total = end
	}
	if off == 0 {
		p.proto = h.proto
	}
	before := len(p.parts)
	i, _ := slices.BinarySearchFunc(p.parts, off, func(q part, off int) int { return q.end - off - 1 })
	var own []byte
	for off < end {
		if i < len(p.parts) && p.parts[i].off <= off {
			off = p.parts[i].end
			i++
			continue
		}
		stop := end
		if i < len(p.parts) {
			stop = min(stop, p.parts[i].off)
		}
		if own == nil {
			own = bytes.Clone(h.rest.Data)
		}
		p.parts = slices.Insert(p.parts, i, part{off, stop, window(own, off-h.offset, stop-h.offset)})
		p.covered += stop - off
		off = stop
		i++
	}
	f.charge(p, len(own)+partCost*(len(p.parts)-before))
}

// window is b[from:to] as far as b reaches.
func window(b []byte, from, to int) []byte {
	return b[min(from, len(b)):min(to, len(b))]
}

func (f *defragmenter) charge(p *partial, n int) {
	p.cost += n
	f.cost += n
}

// complete joins the parts into h and removes p.
func (f *defragmenter) complete(p *partial, h *ipHeader, c carrier) {
	f.remove(p)
	n := 0
	for i := range p.parts {
		n += len(p.parts[i].data)
	}
	joined := make([]byte, 0, n)
	for i := range p.parts {
		q := &p.parts[i]
		joined = append(joined, q.data...)
		if len(q.data) < q.end-q.off { // what lies after a hole has no place
			break
		}
	}
	h.rest.Data, h.rest.Wire, h.proto = joined, p.total, p.proto
	f.remember(whole{p.key, joined, p.total, p.proto, c.all(p.numbers[:len(p.numbers):len(p.numbers)])})
}

func (f *defragmenter) remember(w whole) {
	if len(f.recent) < recentDatagrams {
		f.recent = append(f.recent, w)
		return
	}
	f.recent[f.turn] = w
	f.turn = (f.turn + 1) % recentDatagrams
}

// duplicate finds a second copy of a fragment whose datagram is complete (a bridge, a mirror, the
// "any" interface). Were it kept, it could be joined to a later datagram with the same identification.
func (f *defragmenter) duplicate(k *fragmentKey, h *ipHeader) *whole {
	for i := range f.recent {
		w := &f.recent[i]
		if w.key == *k && h.offset+h.rest.Wire <= w.total &&
			bytes.Equal(window(w.data, h.offset, h.offset+len(h.rest.Data)), h.rest.Data) {
			return w
		}
	}
	return nil
}

// variant looks whether a fragment with other bytes than a complete datagram has at its place makes of it another one that the
// receiver could have taken as well: one whose TCP checksum is right. h becomes that. Else the fragment is
// of a later datagram with the same identification.
func (f *defragmenter) variant(k *fragmentKey, h *ipHeader) *whole {
	for i := range f.recent {
		w := &f.recent[i]
		end := h.offset + len(h.rest.Data)
		if w.key != *k || w.proto != protoTCP || end > len(w.data) || len(w.data) != w.total || len(h.rest.Data) != h.rest.Wire {
			continue
		}
		other := bytes.Clone(w.data)
		copy(other[h.offset:], h.rest.Data)
		if tcpSumGood(h.src, h.dst, other) {
			h.rest.Data, h.rest.Wire, h.proto = other, w.total, w.proto
			return w
		}
	}
	return nil
}

func (f *defragmenter) begin(k fragmentKey, now capture.Time) *partial {
	p := &partial{key: k, total: -1, begun: now, older: f.newest}
	if f.newest != nil {
		f.newest.newer = p
	} else {
		f.oldest = p
	}
	f.newest = p
	f.table[k] = p
	f.charge(p, partCost)
	return p
}

func (f *defragmenter) remove(p *partial) {
	delete(f.table, p.key)
	f.cost -= p.cost
	if p.older != nil {
		p.older.newer = p.newer
	} else {
		f.oldest = p.newer
	}
	if p.newer != nil {
		p.newer.older = p.older
	} else {
		f.newest = p.older
	}
	p.older, p.newer = nil, nil
}
