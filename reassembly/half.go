package reassembly

import "math"

// scaleUnknown says that the SYN with the window scale was not seen, scaleNone that it had none.
const (
	scaleUnknown int8 = -2
	scaleNone    int8 = -1
)

// noAck stands for "the peer has acknowledged nothing that we saw".
const noAck = -1 << 40

// half is one direction of a connection: what one side sends.
//
// It is unbased until a SYN or a byte is seen, then based, and anchored once
// offset 0 is settled; until it is anchored all bytes wait, and offsets
// count from the first byte that was captured and may be negative.
type half struct {
	// next is the offset of the next byte to hand on, seen the end of the highest captured
	// one, acked how far the peer has acknowledged, fin the offset of the FIN (-1: none).
	next, seen, acked, fin int64
	// wait is what waits; nil while nothing does.
	wait *wait
	// past are the bytes handed on but not acknowledged; nil while there are none.
	past *history
	// late is what few directions need; nil while this one does not.
	late *lateState
	// base is the sequence number of offset 0; before it is based, the last one without bytes (if seqSeen).
	base uint32
	// rawAck is the last ACK number for this direction.
	rawAck uint32
	// win is the largest window that this side has advertised, in bytes.
	win uint32
	// lastSeq, lastLen and lastID are those of the last segment with bytes.
	lastSeq         uint32
	lastLen, lastID uint16
	scale           int8
	kind            CloseKind
	based, anchored bool
	// isn says that base comes from a SYN, or from the ACK of one.
	isn              bool
	ackSeen, seqSeen bool
	finAcked, closed bool
	// full says that this side's last word was that it has no room.
	full bool
}

// begin makes a half that has seen nothing.
func (h *half) begin() { h.fin, h.acked, h.scale = -1, noAck, scaleUnknown }

// top is the highest offset that is known to have been sent.
func (h *half) top() int64 { return max(h.next, h.seen, h.acked, h.fin) }

// data takes a segment with bytes or a FIN.
func (c *Conn) data(d Dir, s *Segment) {
	h := &c.halves[d]
	seq := s.Seq
	if s.Flags&SYN != 0 {
		seq++
	}
	if !h.based {
		if s.Flags&FIN == 0 && len(s.Payload)+s.Missing == 1 && h.ackSeen && seq+1 == h.rawAck {
			c.Stats[d].KeepAlives++
			return
		}
		c.base(d, seq)
	}
	off, n := h.offset(seq), int64(len(s.Payload))
	// A single byte that was acknowledged before it was seen may be a keep-alive's.
	plain := off == h.next && n > 0 && (n > 1 || h.acked <= off)
	if plain && h.wait == nil && h.anchored && h.fin < 0 && s.Missing == 0 && s.Flags&FIN == 0 {
		h.lastSeq, h.lastLen, h.lastID = seq, uint16(n), s.IPID
		h.seen = max(h.seen, off+n)
		e := entry{off: off, n: n, data: s.Payload, packet: s.Packet, time: s.Time, ack: s.Ack, hasAck: s.Flags&ACK != 0, ipid: s.IPID}
		c.deliver(d, &e)
		return
	}
	c.slowPath(d, s, off)
}

// base sets a provisional offset 0 for a direction whose SYN was not seen.
func (c *Conn) base(d Dir, seq uint32) {
	h := &c.halves[d]
	h.based, h.base, h.next, h.seen = true, seq, 0, noAck
	h.acked = noAck
	if h.ackSeen {
		if a := h.offset(h.rawAck); a > -unknownWindow && a < unknownWindow {
			h.acked = a
		}
	}
	c.waitFor(d).since = c.now()
}

// deliver hands on e, which begins at the next offset.
func (c *Conn) deliver(d Dir, e *entry) {
	h := &c.halves[d]
	c.told = true
	h.next += e.n
	c.Stats[d].Bytes += e.n
	c.table.bytes.Stream += e.n
	c.handler.Data(d, Chunk{Off: e.off, Data: e.data, Packet: e.packet, Time: e.time, Ack: c.ackOf(d, e)})
	if c.class != classData {
		c.table.reclass(c, classData)
	}
	if h.next > h.acked {
		n := min(h.next-max(h.acked, 0), math.MaxUint32)
		c.Stats[d].InFlight = max(c.Stats[d].InFlight, uint32(n))
		c.remember(d, e)
	}
}

// gap tells that bytes are missing.
func (c *Conn) gap(d Dir, n int64) {
	h := &c.halves[d]
	off := h.next
	c.told = true
	h.next += n
	h.seen = max(h.seen, h.next)
	c.Stats[d].Missing += n
	c.table.bytes.Stream += n
	h.lateState().add(off, h.next)
	c.handler.Gap(d, off, n)
}

// ackOf is how far the sender of e, in direction d, had acknowledged the other direction.
func (c *Conn) ackOf(d Dir, e *entry) int64 {
	o := &c.halves[d.Other()]
	if !e.hasAck || !o.anchored {
		return -1
	}
	a := o.offset(e.ack)
	if o.fin >= 0 && a == o.fin+1 {
		a = o.fin
	}
	if a < 0 || a > o.top() {
		return -1
	}
	return a
}

// slowPath takes any segment with bytes or a FIN that is not just the next one.
func (c *Conn) slowPath(d Dir, s *Segment, off int64) {
	h, st := &c.halves[d], &c.Stats[d]
	e := entry{off: off, n: int64(len(s.Payload)), data: s.Payload, packet: s.Packet, time: s.Time,
		ack: s.Ack, hasAck: s.Flags&ACK != 0, push: s.Flags&PSH != 0, ipid: s.IPID}
	end := off + e.n + int64(s.Missing)
	if h.closed {
		c.afterFIN(d, s)
		return
	}
	if s.Flags&FIN == 0 && end-off == 1 && c.isKeepAlive(d, &e) {
		st.KeepAlives++
		return
	}
	if c.tooFar(d, off, end) {
		st.OutOfWindow++
		return
	}
	if s.Flags&FIN != 0 {
		c.fin(d, end)
	}
	if h.fin >= 0 && end > h.fin {
		st.AfterFIN += end - max(h.fin, off)
		end = h.fin
		e.cut(end)
	}
	c.place(d, e, end, s)
	c.settle(d)
}

// place puts the bytes [e.off, end) in their place; those after e's are missing.
func (c *Conn) place(d Dir, e entry, end int64, s *Segment) {
	h := &c.halves[d]
	if end <= e.off {
		return
	}
	fresh := end > h.next || !h.anchored
	if fresh && h.anchored && e.off < h.acked {
		c.reordered = true
	}
	before := h.seen
	c.old(d, &e)
	if h.anchored && e.off < h.next {
		e.skip(min(h.next, end) - e.off)
	}
	added := false
	if fresh {
		h.seen = max(h.seen, end)
		added = c.put(d, e, end)
	}
	c.count(d, e.off, before, added, s)
	h.lastSeq, h.lastLen, h.lastID = s.Seq, uint16(len(s.Payload)), s.IPID
}

// put hands e and the hole behind it on, or makes them wait; it says whether they brought anything new.
func (c *Conn) put(d Dir, e entry, end int64) bool {
	h := &c.halves[d]
	hole := entry{off: e.off + e.n, n: end - e.off - e.n, packet: e.packet, time: e.time}
	if h.anchored && e.off == h.next && (h.wait == nil || h.wait.size() == 0) {
		if e.n > 0 {
			c.deliver(d, &e)
		}
		if hole.n > 0 {
			c.Stats[d].Unseen += hole.n
			c.gap(d, hole.n)
		}
		c.retail(d, true)
		return true
	}
	added := e.n > 0 && c.hold(d, e)
	if hole.n > 0 && c.hold(d, hole) {
		added = true
	}
	return added
}

// count says what kind of segment it was.
func (c *Conn) count(d Dir, off, before int64, added bool, s *Segment) {
	h, st := &c.halves[d], &c.Stats[d]
	switch {
	case added && off < before:
		st.OutOfOrder++
		c.incident(Overtaken, d)
	case added:
	default:
		st.Retransmitted++
		same := h.lastSeq == s.Seq && h.lastID == s.IPID && h.lastLen == uint16(len(s.Payload))
		if s.IPID != 0 && (same || h.past.holds(h.offset(s.Seq), len(s.Payload), s.IPID)) {
			st.Duplicates++
			return
		}
		c.incident(Retransmission, d)
	}
}

// afterFIN counts bytes of a direction that is closed.
func (c *Conn) afterFIN(d Dir, s *Segment) {
	h, n := &c.halves[d], int64(len(s.Payload)+s.Missing)
	if n == 0 || !h.based {
		return
	}
	seq := s.Seq
	if s.Flags&SYN != 0 {
		seq++
	}
	if off := h.offset(seq); off+n > h.next {
		c.Stats[d].AfterFIN += off + n - max(off, h.next)
		return
	}
	c.Stats[d].Retransmitted++
}

// isKeepAlive recognises a probe that repeats the byte before the next one; what it carries is
// no stream data (RFC 9293 section 3.8.4; see dropProbe for the begin of a stream). It repeats the last byte sent, or the last one
// acknowledged where that was not captured; then only without PSH, for it could be data
// captured after its ACK.
func (c *Conn) isKeepAlive(d Dir, e *entry) bool {
	h := &c.halves[d]
	last := e.off + 1
	if !h.anchored {
		return false
	}
	if last == h.next || last == h.seen {
		return true
	}
	return last == h.acked && last > h.next && !e.push && !h.wait.covers(e.off)
}

// tooFar says that a segment cannot belong to the stream as known. Segments
// far off count once the peer acknowledges them too (see believe).
func (c *Conn) tooFar(d Dir, off, end int64) bool {
	h := &c.halves[d]
	if !h.anchored {
		return off > unknownWindow || off < -unknownWindow
	}
	if off <= h.top()+c.window(d) && end >= h.next-unknownWindow {
		if h.late != nil {
			h.late.farSet = false
		}
		return false
	}
	r := h.lateState()
	lo, hi := h.base+uint32(off), h.base+uint32(end)
	if r.farSet && distance(lo, r.farLo) >= 0 && distance(lo, r.farHi) <= windowSlack {
		if distance(hi, r.farHi) > 0 {
			r.farHi = hi
		}
		return true
	}
	r.farSet, r.farLo, r.farHi = true, lo, hi
	return true
}
