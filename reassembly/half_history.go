package reassembly

// span is a run of bytes that was passed on and has not been acknowledged since.
type span struct {
	off int64
	// data lies in the batch; nil once the bytes were copied to the ring.
	data []byte
	// sum is the sum64 of the bytes, if hasSum.
	sum    uint64
	n      uint32
	ipid   uint16
	hasSum bool
}

func (s *span) end() int64 { return s.off + int64(s.n) }

// summed is a run of bytes that was acknowledged lately. A capture may have the ACK before copies of what it is for, so they are
// compared for a while, but by their sums alone: to keep all bytes would cost too much.
type summed struct {
	off int64
	sum uint64
	n   uint32
}

// history holds what copies are compared with. The spans are sorted and apart, the oldest first.
type history struct {
	spans []span
	head  int
	// fresh is how many of the newest spans may have data in the batch.
	fresh int
	// cost is what the live spans count towards Limits.Unacked.
	cost int
	// ring holds the bytes of spans without data: the byte at offset off is at off modulo its length, a power of two.
	ring []byte
	// acked are the last runs that were acknowledged, a ring whose next place is at ackedNext; they count until a
	// grace has passed since ackedAt.
	acked     [recheckRuns]summed
	ackedNext uint8
	anyAcked  bool
	ackedAt   mark
	// at is when the last span was added.
	at mark
}

// live are the spans that are left.
func (p *history) live() []span {
	if p == nil {
		return nil
	}
	return p.spans[p.head:]
}

// push appends s and drops the oldest above limit.
func (p *history) push(s span, limit int) {
	if len(p.spans) == cap(p.spans) && p.head > 0 {
		p.compact()
	}
	p.spans = append(p.spans, s)
	p.fresh++
	p.cost += int(s.n) + spanOverhead
	for p.cost > limit {
		p.shift()
	}
}

// shift drops the oldest span.
func (p *history) shift() {
	p.cost -= int(p.spans[p.head].n) + spanOverhead
	p.spans[p.head] = span{}
	p.head++
	p.fresh = min(p.fresh, len(p.spans)-p.head)
	if p.head == len(p.spans) {
		p.spans, p.head = p.spans[:0], 0
	}
}

// compact moves the live spans to the start.
func (p *history) compact() {
	n := copy(p.spans, p.spans[p.head:])
	clear(p.spans[n:])
	p.spans, p.head = p.spans[:n], 0
}

// trim takes the spans away that have been acknowledged.
func (p *history) trim(acked int64, now mark) {
	for p.head < len(p.spans) && p.spans[p.head].end() <= acked {
		p.settle(&p.spans[p.head], now)
		p.shift()
	}
}

// settle notes the sum of a run that has been acknowledged.
func (p *history) settle(s *span, now mark) {
	if s.hasSum {
		p.acked[p.ackedNext] = summed{s.off, s.sum, s.n}
		p.ackedNext = (p.ackedNext + 1) % recheckRuns
		p.anyAcked, p.ackedAt = true, now
	}
}

// search is the first live span that ends after off.
func (p *history) search(off int64) int {
	lo, hi := 0, len(p.live())
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if p.spans[p.head+m].end() > off {
			hi = m
		} else {
			lo = m + 1
		}
	}
	return lo
}

// holds says whether a segment of n bytes at off with this IP identification is among the spans.
func (p *history) holds(off int64, n int, ipid uint16) bool {
	if p == nil {
		return false
	}
	live, i := p.live(), p.search(off)
	return i < len(live) && live[i].off == off && int(live[i].n) == n && live[i].ipid == ipid
}

// bytes are those of s from offset from on, up to to or to where the ring goes round.
func (p *history) bytes(s *span, from, to int64) []byte {
	if s.data != nil {
		return s.data[from-s.off : to-s.off]
	}
	at := int(uint64(from) & uint64(len(p.ring)-1))
	return p.ring[at:min(at+int(to-from), len(p.ring))]
}

// room is how large the ring must be for all spans.
func (p *history) room() int {
	live := p.live()
	if len(live) == 0 {
		return 0
	}
	return int(live[len(live)-1].end() - live[0].off)
}

// own copies to ring what lies in the batch, and what lies in the present ring if that is another.
func (p *history) own(ring []byte) {
	from := len(p.spans) - p.fresh
	if len(p.ring) != len(ring) {
		from = p.head
	}
	for i := from; i < len(p.spans); i++ {
		s := &p.spans[i]
		for at := s.off; at < s.end(); {
			at += int64(ringCopy(ring, at, p.bytes(s, at, s.end())))
		}
		s.data = nil
	}
	p.ring, p.fresh = ring, 0
}

// ringCopy copies b to its place for offset off, as far as to where the ring goes round.
func ringCopy(ring []byte, off int64, b []byte) int {
	return copy(ring[uint64(off)&uint64(len(ring)-1):], b)
}

// remember keeps what was passed on, to compare copies of it with.
func (h *half) remember(e *entry) {
	t := h.c.table
	if h.past == nil {
		h.past = t.newHistory()
	}
	p := h.past
	if !e.hasSum && !h.sums.mute {
		e.sum, e.hasSum = sum64(e.data), true
	}
	p.at = h.c.now()
	p.push(span{off: e.off, n: uint32(e.n), data: e.data, sum: e.sum, hasSum: e.hasSum, ipid: e.ipid}, t.limits.Unacked)
	t.borrow(h.c)
}

// forget drops the history if nothing in it need be compared any more.
func (h *half) forget() {
	p := h.past
	if p == nil {
		return
	}
	if p.anyAcked && p.ackedAt.passedBy(h.c.now(), h.c.table.limits.Wait, recheckPackets) {
		p.anyAcked, p.acked = false, [recheckRuns]summed{}
	}
	if !p.anyAcked && len(p.live()) == 0 {
		h.c.table.dropHistory(h)
	}
}

// old looks at the part of e that was passed on or reported as missing before.
func (h *half) old(e *entry) {
	if !h.anchored || e.off >= h.next {
		return
	}
	if e.off < 0 {
		h.before(min(e.end(), 0) - e.off)
	}
	if h.late != nil {
		h.doubts().Late += h.late.gaps.overlap(e.off, e.end())
	}
	if e.n == 0 {
		return
	}
	h.forget()
	compared := int64(0)
	if h.past != nil {
		compared = h.compareAll(e)
	}
	if from, to := max(e.off, 0), min(e.end(), h.next); from < to {
		if h.late != nil {
			compared += h.late.gaps.overlap(from, to)
		}
		h.doubts().Unchecked += max(0, to-from-compared)
	}
}

// againAfterEnd compares a copy of bytes of a direction that is closed with the sums that are left, and returns how many bytes are in
// runs that differ: those have no place.
func (h *half) againAfterEnd(s *Segment, off int64) (differ int64) {
	h.forget()
	e := entry{off: off, n: int64(len(s.Payload)), data: s.Payload}
	compared := int64(0)
	for i := range h.past.settled() {
		if x := &h.past.acked[i]; x.within(&e) {
			compared += int64(x.n)
			if !x.equals(&e) {
				differ += int64(x.n)
			}
		}
	}
	rest := max(0, min(e.end(), h.next)-max(off, 0)-compared)
	if h.c.over() {
		h.c.table.unlooked += rest
	} else {
		h.doubts().Unchecked += rest
	}
	return differ
}

// atEnd keeps of the history of a direction that is closed only the sums of the last runs.
func (h *half) atEnd() {
	p := h.past
	if p == nil {
		return
	}
	for len(p.live()) > 0 {
		p.settle(&p.spans[p.head], h.c.now())
		p.shift()
	}
	if p.anyAcked {
		h.c.table.freeRing(p)
		h.c.table.hold(h.c)
		return
	}
	h.c.table.dropHistory(h)
}

// settled are the runs that were acknowledged lately; a nil history has none.
func (p *history) settled() []summed {
	if p == nil || !p.anyAcked {
		return nil
	}
	return p.acked[:]
}

// before counts n bytes that lie before offset 0.
func (h *half) before(n int64) {
	h.doubts().Late += n
	if n > 1 {
		h.doubts().Before += n
	}
}

// compareAll compares e with the history, and returns how many of its bytes were in there.
func (h *half) compareAll(e *entry) (compared int64) {
	p := h.past
	if e.bad && h.sums.trusted() {
		return e.n
	}
	for i := range p.acked {
		if x := &p.acked[i]; x.within(e) {
			compared += int64(x.n)
			if !x.equals(e) {
				h.conflict(x.off, x.end())
			}
		}
	}
	live := p.live()
	for i := p.search(e.off); i < len(live) && live[i].off < e.end(); i++ {
		x := &live[i]
		for from, to := max(x.off, e.off), min(x.end(), e.end()); from < to; {
			b := p.bytes(x, from, to)
			n := int64(len(b))
			compared += n
			h.compare(from, b, e.data[from-e.off:from-e.off+n])
			from += n
		}
	}
	return compared
}

func (x *summed) end() int64 { return x.off + int64(x.n) }

// within says that e covers all of x, so that their sums can be compared.
func (x *summed) within(e *entry) bool { return x.n > 0 && e.off <= x.off && e.end() >= x.end() }

func (x *summed) equals(e *entry) bool { return sum64(e.data[x.off-e.off:x.end()-e.off]) == x.sum }

// keep copies what lies in the batch and is still needed into memory of the table, or drops it if there is no room.
func (t *Table) keep(h *half) {
	p := h.past
	if p == nil {
		return
	}
	need := p.room()
	switch {
	case need == 0 && !p.anyAcked, need > len(p.ring) && t.kept+need > t.limits.UnackedAll:
		t.dropHistory(h)
		return
	case need == 0:
		t.freeRing(p)
	case need > len(p.ring):
		ring := t.newBlock(need)
		t.kept += len(ring)
		old := p.ring
		p.own(ring)
		t.kept -= len(old)
		t.freeBlock(old)
	default:
		p.own(p.ring)
	}
	t.hold(h.c)
}

// hold notes that bytes or sums of c are kept.
func (t *Table) hold(c *Conn) {
	if !c.holding {
		c.holding = true
		t.holders = append(t.holders, c)
	}
}

// freeRing gives the ring of p back.
func (t *Table) freeRing(p *history) {
	t.kept -= len(p.ring)
	t.freeBlock(p.ring)
	p.ring = nil
}

// holdersAtOnce is how many connections dropQuiet looks at.
const holdersAtOnce = 64

// dropQuiet drops the histories of connections that were silent for a grace with all acknowledged. It looks at a few at a time.
func (t *Table) dropQuiet(now mark) {
	for range min(holdersAtOnce, len(t.holders)) {
		c := t.holders[0]
		t.holders = t.holders[1:]
		if c.settledBefore(now) {
			t.dropHistory(&c.halves[Fwd])
			t.dropHistory(&c.halves[Rev])
		}
		if c.halves[Fwd].past == nil && c.halves[Rev].past == nil {
			c.holding = false
			continue
		}
		t.holders = append(t.holders, c)
	}
}

// settledBefore says that all of c is acknowledged, and that c was silent for a grace.
func (c *Conn) settledBefore(now mark) bool {
	f, r := &c.halves[Fwd], &c.halves[Rev]
	quiet := mark{time: c.Last.Time}
	return quiet.passedBy(mark{time: now.time}, c.table.limits.Wait, 1) && f.acked >= f.next && r.acked >= r.next
}
