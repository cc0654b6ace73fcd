package stack_test

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"github.com/wspeek/wspeek/pcaps"
)

// origin says where a captured packet comes from.
type origin uint8

const (
	// genuine: an endpoint sent it like that.
	genuine origin = iota
	// forged: nobody sent it, its checksums are right.
	forged
	// overlaid: an endpoint sent it like that, in fragments, and somebody put another fragment over it (RFC 5722: the
	// receiver drops all of it).
	overlaid
	// damaged: an endpoint sent it, its bytes changed on the way, its checksum did not.
	damaged
)

// unit is one captured packet: a TCP segment, or an IP fragment of one, in a link layer.
type unit struct {
	seg  pcaps.Segment
	conn int
	dir  pcaps.Dir
	// lo and hi are where its payload is in the stream.
	lo, hi int64
	// at is when it was captured, sent when its sender sent it.
	at, sent time.Time
	origin   origin
	// flips are bytes to change after the checksum was made, by offset in the TCP segment.
	flips []flip
	// mute leaves the checksum to the network card: the sum of the pseudo-header alone.
	mute bool
	// frag is the fragment that this is, nil for all of the packet.
	frag *fragmentOf
	// snap is how many bytes of the TCP segment were captured, 0 for all.
	snap int
	// cooked puts it into the link layer of the any interface, vlan into a VLAN.
	cooked bool
	vlan   uint16
}

type flip struct {
	at  int
	xor byte
}

// fragmentOf names a fragment: number n of those of size bytes that datagram (any number that is its own) was cut into.
type fragmentOf struct {
	datagram, n, of, size int
	// xor changes the bytes of this fragment.
	xor byte
}

func sortUnits(us []unit) {
	slices.SortStableFunc(us, func(a, b unit) int { return a.at.Compare(b.at) })
}

func (u *unit) has(flags byte) bool { return u.seg.Flags&flags != 0 }

// ip is the IP packet, the checksums as the unit says.
func (u *unit) ip() []byte {
	b := u.seg.Bytes()
	tcp := b[20:]
	if u.mute {
		sum := uint32(pcaps.ProtoTCP) + uint32(len(tcp))
		for i := 12; i < 20; i += 2 {
			sum += uint32(binary.BigEndian.Uint16(b[i:]))
		}
		for sum > 0xffff {
			sum = sum>>16 + sum&0xffff
		}
		binary.BigEndian.PutUint16(tcp[16:], uint16(sum))
	}
	for _, f := range u.flips {
		tcp[f.at] ^= f.xor
	}
	if f := u.frag; f != nil {
		b = slices.Clone(pcaps.Fragment(b, f.size)[f.n])
		for i := 20; i < len(b); i++ {
			b[i] ^= f.xor
		}
	}
	return b
}

// header is the length of the TCP header.
func (u *unit) header() int { return 20 + (len(u.seg.Options)+3)/4*4 }

func (u *unit) packet() pcaps.Packet {
	link, ip := pcaps.Ethernet, u.ip()
	if u.vlan > 0 {
		link.VLANs = []uint16{u.vlan}
	}
	p := pcaps.Packet{Time: u.at}
	if u.cooked {
		link, p.Interface = pcaps.Link{Type: pcaps.LinkSLL}, 1
	}
	p.Link, p.Data = link.Number(), link.Wrap(ip)
	if n := len(p.Data) - len(ip) + 20 + u.snap; u.snap > 0 && n < len(p.Data) {
		p.OrigLen, p.Data = len(p.Data), p.Data[:n]
	}
	return p
}

// file is a capture file of the units.
func unitFile(us []unit) []byte {
	ps := make([]pcaps.Packet, len(us))
	for i := range us {
		ps[i] = us[i].packet()
	}
	return pcaps.NGFile(ps, pcaps.Interface{Link: pcaps.LinkEthernet}, pcaps.Interface{Link: pcaps.LinkSLL})
}

// piece is a range of a stream of which a whole copy was captured, by packet number (from 0).
type piece struct {
	lo, hi int64
	packet int
	data   []byte
	origin origin
	fin    bool
}

// evidence is what of a scene is in a capture, counted without decoding anything.
type evidence struct {
	*scene
	units []unit
	// pieces are what was captured, by connection and direction, and acks the units that acknowledge.
	pieces [][2][]piece
	good   [][2]int
	bad    [][2]int
	// reach is the end of what is known to have been sent.
	reach [][2]int64
	flags [][2]byte
	// torn says that a datagram is not whole, mixed that fragments of one that is not have the identification of another: they may
	// spoil that one.
	torn, mixed bool
}

func newEvidence(s *scene, us []unit) *evidence {
	e := &evidence{scene: s, units: us, pieces: make([][2][]piece, len(s.conns)), good: make([][2]int, len(s.conns)), bad: make([][2]int, len(s.conns)),
		reach: make([][2]int64, len(s.conns)), flags: make([][2]byte, len(s.conns))}
	parts := joins{}
	for i := range us {
		u := &us[i]
		if u.frag != nil && !parts.complete(u) {
			continue
		}
		e.count(u)
		hi := u.hi
		if u.snap > 0 {
			hi = min(hi, max(u.lo, u.lo+int64(u.snap-u.header())))
		}
		if hi > u.lo || u.has(pcaps.FIN) {
			from := u.origin
			if overlaidBy(us, u.frag) {
				from = overlaid
			}
			list := &e.pieces[u.conn][u.dir]
			*list = append(*list, piece{u.lo, hi, i, u.seg.Payload[:hi-u.lo], from, u.has(pcaps.FIN) && hi == u.hi})
		}
	}
	for i := range us {
		u := &us[i]
		if u.frag != nil && slices.Contains(parts[u.datagram()], false) {
			e.torn, e.mixed = true, e.mixed || parts.alike(u)
		}
	}
	return e
}

// datagram names an IP packet that was cut into fragments. A copy of it may have been cut otherwise, and its fragments fit all the same.
type datagram struct {
	conn   int
	dir    pcaps.Dir
	id     uint16
	lo, hi int64
}

func (u *unit) datagram() datagram { return datagram{u.conn, u.dir, u.seg.ID, u.lo, u.hi} }

// alike says that another datagram that was cut has the identification of u.
func (p joins) alike(u *unit) bool {
	for k := range p {
		if k != u.datagram() && k.conn == u.conn && k.dir == u.dir && k.id == u.seg.ID {
			return true
		}
	}
	return false
}

// joins says which bytes of datagrams were captured so far.
type joins map[datagram][]bool

// complete takes a fragment, and says whether its datagram is whole.
func (p joins) complete(u *unit) bool {
	if u.frag.xor != 0 {
		return false
	}
	k := u.datagram()
	if p[k] == nil {
		p[k] = make([]bool, len(u.seg.Bytes())-20)
	}
	size := u.frag.size &^ 7
	for i := u.frag.n * size; i < min((u.frag.n+1)*size, len(p[k])); i++ {
		p[k][i] = true
	}
	return !slices.Contains(p[k], false)
}

// overlaid says that somebody put another fragment over the datagram of f.
func overlaidBy(us []unit, f *fragmentOf) bool {
	return f != nil && slices.ContainsFunc(us, func(u unit) bool { return u.frag != nil && u.frag.datagram == f.datagram && u.frag.xor != 0 })
}

func (e *evidence) count(u *unit) {
	// A RST captured before all else of its connection cannot be told from one of another.
	if u.origin == genuine && (!u.has(pcaps.RST) || e.flags[u.conn][u.dir] != 0) {
		e.flags[u.conn][u.dir] |= u.seg.Flags
		if u.hi > u.lo || u.has(pcaps.FIN|pcaps.RST) {
			e.reach[u.conn][u.dir] = max(e.reach[u.conn][u.dir], u.hi)
		}
	}
	switch {
	case u.snap > 0 || u.has(pcaps.SYN|pcaps.RST):
	case u.origin == damaged:
		e.bad[u.conn][u.dir]++
	default:
		e.good[u.conn][u.dir]++
	}
}

// captured says whether all of [lo, hi) was captured in copies that keep says.
func (e *evidence) captured(c int, d pcaps.Dir, lo, hi int64, keep func(*piece) bool) bool {
	var list []piece
	for _, p := range e.pieces[c][d] {
		if p.hi > p.lo && keep(&p) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b piece) int { return cmp.Compare(a.lo, b.lo) })
	for _, p := range list {
		if p.lo > lo {
			break
		}
		lo = max(lo, p.hi)
	}
	return lo >= hi
}

func isGenuine(p *piece) bool { return p.origin == genuine || p.origin == overlaid }
func anyPiece(*piece) bool    { return true }

// ackOf is the first packet that acknowledges the byte at off of a direction; the number of packets if none does.
func (e *evidence) ackOf(c int, d pcaps.Dir, off int64) int {
	for i := range e.units {
		u := &e.units[i]
		if u.conn == c && u.dir == d.Other() && u.origin == genuine && u.has(pcaps.ACK) &&
			int32(u.seg.Ack-e.conns[c].seq(d, off)) > 0 {
			return i
		}
	}
	return len(e.units)
}

// differs is where the copies a and b differ, or their common range if they need not be looked at closer.
func (p *piece) differs(stream []byte) (out []int64) {
	for i, b := range p.data {
		if off := p.lo + int64(i); off < 0 || off >= int64(len(stream)) || stream[off] != b {
			out = append(out, off)
		}
	}
	return out
}

// believed says that bytes that were not sent may be taken for true: no true copy of them was captured before the
// acknowledgement, or too little of their direction verifies.
func (e *evidence) believed(c int) bool {
	for d := pcaps.C2S; d <= pcaps.S2C; d++ {
		if e.bad[c][d] > 0 && e.good[c][d]*4 < e.bad[c][d] || e.bad[c][d] > 0 && e.good[c][d] == 0 {
			return true
		}
		for _, p := range e.pieces[c][d] {
			if p.origin == forged && e.accepted(c, d, &p) {
				return true
			}
		}
	}
	return false
}

// accepted says that a byte of a forged piece has no true copy from before its acknowledgement.
func (e *evidence) accepted(c int, d pcaps.Dir, p *piece) bool {
	for _, off := range p.differs(e.conns[c].stream[d]) {
		ack := e.ackOf(c, d, off)
		if off < 0 || !slices.ContainsFunc(e.pieces[c][d], func(q piece) bool {
			return q.origin == genuine && q.lo <= off && off < q.hi && q.packet < ack
		}) {
			return true
		}
	}
	return false
}

// doubted are the bytes of a direction of which a forged and a true copy were captured within a second and before the
// acknowledgement.
func (e *evidence) doubted(c int, d pcaps.Dir) (out []int64) {
	for _, f := range e.pieces[c][d] {
		if f.origin != forged {
			continue
		}
		for _, off := range f.differs(e.conns[c].stream[d]) {
			ack := e.ackOf(c, d, off)
			if f.packet < ack && slices.ContainsFunc(e.pieces[c][d], func(q piece) bool {
				near := e.units[q.packet].at.Sub(e.units[f.packet].at).Abs() < time.Second
				return q.origin == genuine && q.lo <= off && off < q.hi && q.packet < ack && near
			}) {
				out = append(out, off)
			}
		}
	}
	return out
}
