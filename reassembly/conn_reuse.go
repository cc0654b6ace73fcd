package reassembly

import "encoding/binary"

// Initial sequence numbers grow with a clock (RFC 6528 section 3), so those of the next connection between the same ports may lie a
// little ahead of the last numbers of the one before, where bytes lost in both directions would lead to as well. If its SYN was not
// captured, these tell the two apart: an acknowledgement that is taken back, timestamps of another clock, another time to live, and a
// request where the first connection had left HTTP behind. What nothing tells apart stays one connection, in doubt (GapInferrer).

// Upgrader is a second interface that a Handler of a connection may have.
type Upgrader interface {
	// Upgraded says that the byte at off of d lies in what came after HTTP, so that no request of this connection starts there.
	Upgraded(d Dir, off int64) bool
}

// timestamp is the TSval of s.
func (s *Segment) timestamp() (value uint32, ok bool) {
	size := len(s.tcpBytes) - len(s.Payload)
	if size < 32 || size > len(s.tcpBytes) {
		return 0, false
	}
	o := s.tcpBytes[20:size]
	if binary.BigEndian.Uint32(o) == 0x0101080a {
		return be32(o[4:]), true
	}
	for len(o) > 1 && o[0] != 0 {
		n := 1
		if o[0] != 1 {
			n = int(o[1])
		}
		if n < 1 || n > len(o) || o[0] != 1 && n < 2 {
			return 0, false
		}
		if o[0] == 8 && n == 10 {
			return be32(o[2:]), true
		}
		o = o[n:]
	}
	return 0, false
}

// habits takes note of what the packets of one side have in common. Those of a SYN or RST may be others.
func (h *half) habits(s *Segment) {
	if s.Flags&(SYN|RST) != 0 {
		return
	}
	value, ok := s.timestamp()
	switch {
	case h.syn&ttlKnown == 0:
		h.syn |= ttlKnown
		h.stamp, h.ttl = value, s.TTL
		if ok {
			h.syn |= stamped
		}
	case ok && int32(value-h.stamp) > 0:
		h.stamp = value
	}
}

// clockSlack is how far a clock of timestamps may seem to be off, in ticks; none ticks more often than each microsecond.
const clockSlack = 1 << 20

// otherClock says that a timestamp comes from another clock: it lies far back, or further ahead than time has passed.
func (h *half) otherClock(s *Segment, value uint32) bool {
	ahead := int64(int32(value - h.stamp))
	passed := max(0, int64(s.Time-h.c.First.Time)) / 1000
	return ahead < -clockSlack || ahead > passed+passed/4+clockSlack
}

// places are where a segment lies in a connection: ahead of all that its side sent, or behind what was acknowledged; and its
// acknowledgement ahead of all that the other side sent, or behind what this side had acknowledged before.
type places struct {
	seqAhead, seqBehind, ackAhead, ackBehind bool
}

func (h *half) placesOf(s *Segment) (p places) {
	o, off := h.other(), h.offset(s.Seq)
	p.seqAhead = off > max(h.next, h.seen)
	p.seqBehind = off+int64(len(s.Payload)) <= min(h.next, h.acked)
	if s.Flags&ACK == 0 {
		return p
	}
	if !o.based {
		p.ackAhead, p.ackBehind = o.ackSeen && distance(s.Ack, o.rawAck) > 0, o.ackSeen && distance(s.Ack, o.rawAck) < 0
		return p
	}
	ack := o.offset(s.Ack)
	p.ackAhead, p.ackBehind = ack > max(o.next, o.seen, o.fin+1), o.anchored && ack < min(o.acked, max(o.next, o.seen))
	return p
}

// elsewhere says that s, whose numbers are not the next ones but may fit, is of another connection between the ports of c.
func (c *Conn) elsewhere(s *Segment) bool {
	d := c.dir(s)
	h := &c.halves[d]
	switch {
	case s.Flags&(SYN|RST) != 0:
		return false
	case !h.based:
		return c.paused(s) && h.unseenJump(s)
	}
	if !h.anchored || h.isn && h.offset(s.Seq) < 0 {
		return false
	}
	p := h.placesOf(s)
	switch {
	case h.wentOn(p, s):
		return true
	case len(s.Payload) == 0, !p.seqAhead && (!p.seqBehind || !p.ackBehind):
		return false
	}
	if (p.seqAhead || c.paused(s)) && isRequest(s.Payload) && c.upgraded(d, h.offset(s.Seq)) {
		return true
	}
	return h.betrays(p, s)
}

// wentOn says that s comes after a pause and acknowledges what was never sent, by a side that should be at its end.
func (h *half) wentOn(p places, s *Segment) bool {
	return p.ackAhead && h.c.paused(s) && (p.seqAhead && h.c.endedBefore(h, s) || h.other().fin >= 0 && h.offset(s.Seq) >= h.next)
}

// unseenJump says that s, of a side of which no byte was captured, lies ahead of what the other side acknowledged, and its
// acknowledgement ahead of what that one sent: only a loss of both directions would explain it.
func (h *half) unseenJump(s *Segment) bool {
	o := h.other()
	if !h.ackSeen || s.Flags&ACK == 0 || !o.based {
		return false
	}
	ahead := distance(s.Seq, h.rawAck)
	return (ahead > 0 || ahead == 0 && o.fin >= 0) && o.offset(s.Ack) > max(o.next, o.seen, o.fin+1)
}

// endedBefore says that c has ended, or a FIN or RST says that it had to, before s was sent by h.
func (c *Conn) endedBefore(h *half, s *Segment) bool {
	o := h.other()
	return c.over() || c.ending != nil && c.ending.reset || h.fin >= 0 && h.offset(s.Seq) > h.fin || o.fin >= 0 && o.offset(s.Ack) > o.fin+1
}

// betrays says that what else is in s than its numbers shows that it is of another connection.
func (h *half) betrays(p places, s *Segment) bool {
	value, now := s.timestamp()
	both := now && h.syn&stamped != 0
	switch {
	case p.seqAhead && p.ackAhead && both && h.otherClock(s, value):
		return true
	case !h.c.paused(s):
		return false // it may have been overtaken
	case p.seqBehind:
		return both && int32(value-h.stamp) > 0 // it is new, and takes back what was acknowledged
	case p.ackBehind:
		return true
	case p.ackAhead && h.syn&ttlKnown != 0:
		return now != (h.syn&stamped != 0) || s.TTL != h.ttl || both && int32(value-h.stamp) < 0
	}
	return false
}

// paused says that nothing of c was captured for so long before s that no packet can have overtaken it.
func (c *Conn) paused(s *Segment) bool {
	before := mark{time: c.Last.Time}
	return before.passedBy(mark{time: s.Time}, c.table.limits.Wait, 1<<30)
}

func (c *Conn) upgraded(d Dir, off int64) bool {
	u, ok := c.handler.(Upgrader)
	return ok && u.Upgraded(d, off)
}

// noteJump notes that with s, which has bytes, both directions go on ahead of all that was captured, after a pause or an end: this may
// be another connection, so what lies between is not known to be a gap.
func (c *Conn) noteJump(d Dir, s *Segment) {
	h := &c.halves[d]
	if !h.anchored || h.offset(s.Seq) == h.next || c.ending == nil && !c.paused(s) {
		return
	}
	if p := h.placesOf(s); !p.seqAhead || !p.ackAhead {
		return
	}
	h.lateState().jumpAt = h.next + 1
	h.other().lateState().jumpAt = h.other().next + 1
}

// unsureGap tells the handler that the gap from the next byte may be none, if that is so.
func (h *half) unsureGap(n int64) {
	if h.late == nil || h.late.jumpAt != h.next+1 {
		return
	}
	if g, ok := h.c.handler.(GapInferrer); ok {
		g.Inferred(h.dir, h.next, n, n, 1<<62)
	}
}
