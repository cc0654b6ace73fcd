package http2

import (
	"math"
	"slices"

	"github.com/wspeek/wspeek/reassembly"
)

// span says which bytes of a stream lie where in the connection: n bytes from start are those of s from at on. s is
// nil where they are DATA of a stream that is not followed.
type span struct {
	start, n int64
	s        *stream
	at       int64
}

func (p span) end() int64 { return p.start + p.n }

// maxSpans bounds what is kept of a direction, most recent last.
const maxSpans = 1024

// spans are those that the other side has not acknowledged.
type spans struct {
	list []span
	// acked is how far it has.
	acked int64
}

// cover adds p, which comes after all others.
func (l *spans) cover(p span) {
	if n := len(l.list); n > 0 {
		q := &l.list[n-1]
		if q.s == p.s && q.end() == p.start && (p.s == nil || q.at+q.n == p.at) {
			q.n += p.n
			return
		}
	}
	if len(l.list) == maxSpans {
		l.list = slices.Clone(l.list[maxSpans/2:])
	}
	l.list = append(l.list, p)
}

// ack forgets what was acknowledged.
func (l *spans) ack(off int64) {
	l.acked = max(l.acked, off)
	n := 0
	for n < len(l.list) && l.list[n].end() <= l.acked {
		n++
	}
	l.list = l.list[n:]
}

// innerAck is what ack, sent in direction d, acknowledges of the DATA of s; -1 where that is not known.
func (c *Conn) innerAck(s *stream, d reassembly.Dir, ack int64) int64 {
	o := &c.half[d.Other()]
	if ack < 0 || ack > o.off {
		return -1
	}
	inner := s.off[d.Other()]
	for i := len(o.spans.list) - 1; i >= 0; i-- {
		p := &o.spans.list[i]
		if p.end() <= ack {
			break
		}
		if p.s == s {
			inner = p.at + max(ack-p.start, 0)
		}
	}
	return inner
}

// doubt is a range whose copies differed.
type doubt struct{ start, end int64 }

// maxDoubts bounds the conflicts remembered; beyond it the last one grows.
const maxDoubts = 64

// Conflict takes a range whose copies differed. It is part of reassembly.Handler.
func (c *Conn) Conflict(d reassembly.Dir, off, n int64) {
	h := &c.half[d]
	if h.state == closed {
		return
	}
	q := doubt{off, off + n}
	if len(h.doubts) == maxDoubts {
		l := &h.doubts[maxDoubts-1]
		l.start, l.end = min(l.start, q.start), max(l.end, q.end)
	} else {
		h.doubts = append(h.doubts, q)
	}
	c.settleDoubts(d)
}

// settleDoubts applies the conflicts whose bytes were all handled, so that it does not matter how these are cut.
func (c *Conn) settleDoubts(d reassembly.Dir) {
	h := &c.half[d]
	if len(h.doubts) == 0 {
		return
	}
	doubts, done := h.doubts, h.parsed()
	h.doubts = nil
	for _, q := range doubts {
		switch {
		case q.end <= q.start:
		case q.end <= done:
			c.differ(d, q.start, q.end)
		default:
			h.doubts = append(h.doubts, q)
		}
	}
}

// splitDoubts applies the conflicts up to where d was handled, before a stream ends there.
func (c *Conn) splitDoubts(d reassembly.Dir) {
	h := &c.half[d]
	for i := range h.doubts {
		if q := &h.doubts[i]; q.start < h.off {
			c.differ(d, q.start, min(q.end, h.off))
			q.start = h.off
		}
	}
}

// needed is the first byte whose span is still of use when all up to ack was acknowledged.
func (h *half) needed(ack int64) int64 {
	ack = min(ack, h.off)
	for _, q := range h.doubts {
		ack = min(ack, q.start)
	}
	return ack
}

// differs says whether a conflict that is still to be applied touches a range.
func (h *half) differs(start, end int64) bool {
	for _, q := range h.doubts {
		if q.start < end && start < q.end {
			return true
		}
	}
	return false
}

// differ applies a conflict to what lies in a range.
func (c *Conn) differ(d reassembly.Dir, start, end int64) {
	framing, at := int64(-1), start
	list := c.half[d].spans.list
	i, _ := slices.BinarySearchFunc(list, start, func(p span, off int64) int { return int(min(p.end()-off-1, 1)) })
	for _, p := range list[max(i, 0):] {
		if p.start >= end {
			break
		}
		lo, hi := max(p.start, start), min(p.end(), end)
		if hi <= lo {
			continue
		}
		if lo > at && framing < 0 {
			framing = at
		}
		if at = hi; p.s != nil {
			c.conflict(p.s, d, p.at+lo-p.start, hi-lo)
		}
	}
	if at < end && framing < 0 {
		framing = at
	}
	if framing >= 0 {
		c.doubtFraming(d, framing, end)
	}
}

// doubtFraming is for conflicts of what is not DATA: all that follows in that direction may be something else.
func (c *Conn) doubtFraming(d reassembly.Dir, start, end int64) {
	h := &c.half[d]
	h.doubted = true
	h.block.conflict = h.block.conflict || h.block.open
	for _, id := range c.ids() {
		s := c.streams[id]
		if s.req != nil && s.req.Dir == d && s.req.Offset < end && start < s.req.Offset+s.req.Len {
			s.req.Conflict = true
		}
		if s.next == nil {
			s.doubted = true
		} else if !s.ended[d] {
			s.doubt(d, h.spans.inner(s, d, start))
		}
	}
}

// inner is the offset in s that corresponds to off.
func (l *spans) inner(s *stream, d reassembly.Dir, off int64) int64 {
	at := s.off[d]
	for i := len(l.list) - 1; i >= 0 && l.list[i].end() > off; i-- {
		if p := &l.list[i]; p.s == s {
			at = p.at + max(off-p.start, 0)
		}
	}
	return at
}

// doubt tells the Handler of s that nothing from off on is certain.
func (s *stream) doubt(d reassembly.Dir, off int64) {
	if x, ok := s.next.(Doubter); ok {
		x.Doubt()
		return
	}
	for dir := range s.ended {
		if !s.ended[dir] && (off == 0 || reassembly.Dir(dir) == d) {
			s.next.Conflict(reassembly.Dir(dir), off, math.MaxInt64/2-off)
		}
	}
}
