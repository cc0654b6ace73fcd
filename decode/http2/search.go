package http2

import (
	"slices"

	"github.com/wspeek/wspeek/reassembly"
)

// A place is taken for that of a frame header where it, and the headers that follow from its length, come to
// enough points. Chance gives a header of the right form about once in 2^40 places.
const (
	// enough is what a place needs.
	enough = 4
	// enoughAtEnd is what it needs where the bytes end exactly with a frame.
	enoughAtEnd = 2
	// maxHops is how many headers are looked at from one place.
	maxHops = 16
	// idHorizon is how far beyond the streams that are known a stream identifier may be.
	idHorizon = 20_000
)

// search looks for a frame header in one direction. It keeps what it has not decided about.
type search struct {
	buf   []byte
	marks []searchMark
	// from is the place in buf that is looked at, base the offset of buf[0].
	from int
	base int64
	// packet is the last one that was handled before.
	packet int
}

// searchMark is where a packet's bytes begin in buf. start says that they are the first of the packet.
type searchMark struct {
	at    int
	start bool
	mark
}

func newSearch(packet int) *search { return &search{packet: packet} }

// add keeps the next bytes.
func (s *search) add(ch reassembly.Chunk) {
	if len(s.buf) == 0 {
		s.base = ch.Off
	}
	if n := len(s.marks); n == 0 || s.packet != ch.Packet || s.marks[n-1].ack != ch.Ack {
		s.marks = append(s.marks, searchMark{len(s.buf), s.packet != ch.Packet, markOf(ch)})
	}
	s.packet = ch.Packet
	s.buf = append(s.buf, ch.Data...)
}

// run looks at one place after the other, and reports whether there is a header at from.
func (s *search) run(c *Conn, d reassembly.Dir, final bool) bool {
	for s.from < len(s.buf) {
		switch s.judge(c, d, final) {
		case Undecided:
			return false
		case IsNot:
			s.from++
		default:
			return true
		}
	}
	return false
}

// judge looks at the headers from one place on.
func (s *search) judge(c *Conn, d reassembly.Dir, final bool) Verdict {
	points := 0
	if s.isStart(s.from) {
		points++
	}
	at := s.from
	for range maxHops {
		if at-s.from > c.lim.Search {
			return IsNot
		}
		if at+headerLen > len(s.buf) {
			if final && points >= enoughAtEnd && at == len(s.buf) {
				return IsClient
			}
			if final || !s.mayBegin(at) {
				return IsNot
			}
			return Undecided
		}
		f := parseHeader(s.buf[at:])
		n, ok := c.weigh(d, f)
		if !ok {
			return IsNot
		}
		points += n
		at += headerLen + int(f.length)
		if s.isStart(at) {
			points++
		}
		if points >= enough {
			return IsClient
		}
	}
	return IsNot
}

// mayBegin looks at the part of a header that is there: its type.
func (s *search) mayBegin(at int) bool {
	return at+3 >= len(s.buf) || int(s.buf[at+3]) < len(kinds)
}

// isStart says whether a packet's bytes begin at a place.
func (s *search) isStart(at int) bool {
	i, ok := slices.BinarySearchFunc(s.marks, at, func(m searchMark, at int) int { return m.at - at })
	return ok && s.marks[i].start
}

// weigh is how much a header says for its place, and whether it is one at all.
func (c *Conn) weigh(d reassembly.Dir, f header) (points int, ok bool) {
	if int(f.typ) >= len(kinds) || !c.credible(d, f) || f.flags&^kinds[f.typ].flags != 0 {
		return 0, false
	}
	if f.stream%2 == 0 && f.stream != 0 || f.stream > c.lastID+idHorizon {
		return 0, false
	}
	_, followed := c.streams[f.stream]
	switch {
	case f.stream > c.lastID && !followed && !c.tail && f.typ != typeHeaders && f.typ != typePriority:
		return 0, false // nothing has opened it
	case f.typ == typePush && d == c.client, f.typ == typeHeaders && f.length == 0:
		return 0, false
	case f.length == 0:
		return 0, true // what is all but zero says little
	case f.typ == typePing, followed, f.typ == typeWindowUpdate && f.stream == 0:
		return 2, true
	}
	return 1, true
}

// drop forgets what lies before from, and returns how much that was.
func (s *search) drop() int64 {
	n := s.from
	if n == 0 {
		return 0
	}
	s.buf = s.buf[:copy(s.buf, s.buf[n:])]
	s.base += int64(n)
	s.from = 0
	if s.dropMarks(n); len(s.buf) == 0 {
		s.marks = s.marks[:0]
	}
	return int64(n)
}

// dropMarks moves the marks by n bytes. The one that from lies in stays, but no longer as a start.
func (s *search) dropMarks(n int) {
	i, ok := slices.BinarySearchFunc(s.marks, n, func(m searchMark, at int) int { return m.at - at })
	if !ok {
		i--
	}
	s.marks = append(s.marks[:0], s.marks[i:]...)
	for j := range s.marks {
		m := &s.marks[j]
		if m.at -= n; m.at < 0 {
			m.at, m.start = 0, false
		}
	}
}

// replay hands over what is kept.
func (s *search) replay(give func(reassembly.Chunk)) {
	for i, m := range s.marks {
		end := len(s.buf)
		if i+1 < len(s.marks) {
			end = s.marks[i+1].at
		}
		if end > m.at {
			give(reassembly.Chunk{Off: s.base + int64(m.at), Data: s.buf[m.at:end], Packet: m.packet, Time: m.time, Ack: m.ack})
		}
	}
}
