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
// offset 0 is settled. Until it is anchored all bytes wait, and offsets
// count from the first byte that was captured and may be negative.
type half struct {
	c *Conn
	// next is the offset of the next byte to pass on, seen the end of the highest captured
	// one, acked how far the peer has acknowledged, fin the offset of the FIN (-1: none).
	next, seen, acked, fin int64
	// wait is what waits; nil while nothing does.
	wait *wait
	// past are the bytes passed on lately, to compare copies with; nil while there are none.
	past *history
	// late is what few directions need; nil while this one does not.
	late *lateState
	// base is the sequence number of offset 0; before it is based, the last one without bytes (if syn has seqSeen).
	base uint32
	// rawAck is the last ACK number for this direction.
	rawAck uint32
	// win is the largest window that this side has advertised, in bytes.
	win uint32
	// lastMark stands for the sequence number, length and IP identification of the last segment with bytes (markOf).
	lastMark uint32
	sums     evidence
	// stamp is the newest timestamp (RFC 7323 section 3.2), ttl the first time to live.
	stamp           uint32
	ttl             uint8
	scale           int8
	kind            CloseKind
	dir             Dir
	based, anchored bool
	// isn says that base comes from a SYN, or from the ACK of one.
	isn              bool
	ackSeen          bool
	finAcked, closed bool
	// full says that this side last advertised that it has no room.
	full bool
	syn  synFacts
}

// synFacts are what is known of the SYN of a direction, and of the packets after it.
type synFacts uint8

const (
	// synData: it carried data (RFC 7413).
	synData synFacts = 1 << iota
	// synAnswered: a SYN/ACK acknowledged it.
	synAnswered
	// synFirst: it is the first packet of the connection.
	synFirst
	// seqSeen: the sequence number of a segment without bytes is known.
	seqSeen
	// ttlKnown: there was a packet that is no SYN, stamped: it had a timestamp.
	ttlKnown
	stamped
)

// start makes a half that has seen nothing.
func (h *half) start(c *Conn, d Dir) {
	h.c, h.dir, h.fin, h.acked, h.scale = c, d, -1, noAck, scaleUnknown
}

// other is the opposite direction.
func (h *half) other() *half { return &h.c.halves[h.dir.Other()] }

// stats are the counts of this direction.
func (h *half) stats() *Stats { return &h.c.Stats[h.dir] }

// top is the highest offset that is known to have been sent.
func (h *half) top() int64 { return max(h.next, h.seen, h.acked, h.fin) }

// window is how far beyond the last known byte the next may plausibly lie.
func (h *half) window() int64 {
	o := h.other()
	if h.scale == scaleUnknown || o.scale == scaleUnknown {
		return unknownWindow
	}
	return int64(o.win) + windowSlack
}

// markOf makes one number of what tells segments apart.
func markOf(seq uint32, s *Segment) uint32 {
	return (seq^uint32(s.IPID)<<16)*0x9e3779b1 + uint32(len(s.Payload))
}

// firstSeq is the sequence number of the first byte of s.
func firstSeq(s *Segment) uint32 {
	if s.Flags&SYN != 0 {
		return s.Seq + 1
	}
	return s.Seq
}

// data takes a segment with bytes or a FIN.
func (h *half) data(s *Segment, bad bool) {
	seq := firstSeq(s)
	if !h.based {
		if s.Flags&(FIN|PSH) == 0 && len(s.Payload)+s.Missing == 1 && h.ackSeen && seq+1 == h.rawAck {
			h.stats().KeepAlives++
			return
		}
		h.setBase(seq)
	}
	off, n := h.offset(seq), int64(len(s.Payload))
	// A single byte that was acknowledged before it was seen may be a keep-alive's.
	plain := off == h.next && n > 0 && (n > 1 || h.acked <= off) && !bad
	if plain && h.wait == nil && h.anchored && h.fin < 0 && s.Missing == 0 && s.Flags&FIN == 0 {
		h.lastMark = markOf(seq, s)
		h.seen = max(h.seen, off+n)
		e := entry{off: off, n: n, data: s.Payload, packet: s.Packet, time: s.Time, ack: s.Ack, hasAck: s.Flags&ACK != 0, ipid: s.IPID,
			sum: s.sum, hasSum: s.hasSum}
		h.deliver(&e)
		return
	}
	h.slowPath(s, off, bad)
}

// setBase sets a provisional offset 0 for a direction whose SYN was not seen.
func (h *half) setBase(seq uint32) {
	h.based, h.base, h.next, h.seen = true, seq, 0, noAck
	h.acked = noAck
	if h.ackSeen {
		if a := h.offset(h.rawAck); a > -unknownWindow && a < unknownWindow {
			h.acked = a
		}
	}
	h.waiting().since = h.c.now()
}

// deliver passes e on, which starts at the next offset.
func (h *half) deliver(e *entry) {
	c := h.c
	c.told = true
	h.next += e.n
	st := h.stats()
	st.Bytes += e.n
	c.table.bytes.Stream += e.n
	if e.bad {
		h.doubt(e)
	}
	c.handler.Data(h.dir, Chunk{Off: e.off, Data: e.data, Packet: e.packet, Time: e.time, Ack: h.ackOf(e)})
	if c.class != classData {
		c.table.reclass(c, classData)
	}
	if h.next > h.acked {
		n := min(h.next-max(h.acked, 0), math.MaxUint32)
		st.InFlight = max(st.InFlight, uint32(n))
	}
	h.remember(e)
}

// gap reports that the n bytes from the next offset are missing.
func (h *half) gap(n int64) {
	c, off := h.c, h.next
	c.told = true
	h.unsureGap(n)
	h.next += n
	h.seen = max(h.seen, h.next)
	st := h.stats()
	if st.Missing == 0 {
		h.doubts().FirstMissing = off
	}
	st.Missing += n
	c.table.bytes.Stream += n
	h.lateState().gaps.add(off, h.next)
	c.handler.Gap(h.dir, off, n)
}

// ackOf is how far the sender of e had acknowledged the opposite direction.
func (h *half) ackOf(e *entry) int64 {
	o := h.other()
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
func (h *half) slowPath(s *Segment, off int64, bad bool) {
	st := h.stats()
	e := entry{off: off, n: int64(len(s.Payload)), data: s.Payload, packet: s.Packet, time: s.Time,
		ack: s.Ack, hasAck: s.Flags&ACK != 0, push: s.Flags&PSH != 0, ipid: s.IPID, bad: bad, sum: s.sum, hasSum: s.hasSum}
	end := off + e.n + int64(s.Missing)
	if h.closed {
		h.afterEnd(s, off, end)
		return
	}
	if s.Flags&FIN == 0 && end-off == 1 && h.isKeepAlive(&e) {
		st.KeepAlives++
		return
	}
	if h.tooFar(off, end) {
		st.OutOfWindow++
		h.doubts().Outside += end - off
		if !bad {
			h.setFar(s)
		}
		return
	}
	if s.Flags&FIN != 0 {
		h.takeFIN(end)
	}
	h.place(e, end, s)
	h.settle()
}

// place puts the bytes [e.off, end) in their place; those after e's are missing.
func (h *half) place(e entry, end int64, s *Segment) {
	if end <= e.off {
		return
	}
	fresh := end > h.next || !h.anchored
	before := h.seen
	h.old(&e)
	if h.anchored && e.off < h.next {
		e.skip(min(h.next, end) - e.off)
	}
	added := false
	if fresh {
		h.seen = max(h.seen, end)
		added = h.put(e, end)
	}
	h.count(e.off, before, added, s)
	h.lastMark = markOf(s.Seq, s)
}

// put passes e and the hole after it on, or makes them wait. It says whether they brought anything new.
func (h *half) put(e entry, end int64) bool {
	hole := entry{off: e.off + e.n, n: end - e.off - e.n, packet: e.packet, time: e.time}
	beyond := h.fin >= 0 && end > h.fin
	if h.anchored && e.off == h.next && h.wait.size() == 0 && !beyond {
		if e.n > 0 {
			h.deliver(&e)
		}
		if hole.n > 0 {
			h.stats().Unseen += hole.n
			h.gap(hole.n)
		}
		h.markTail(true)
		return true
	}
	added := e.n > 0 && h.hold(e)
	if hole.n > 0 && h.hold(hole) {
		added = true
	}
	return added
}

// count says what kind of segment it was.
func (h *half) count(off, before int64, added bool, s *Segment) {
	st := h.stats()
	switch {
	case added && off < before:
		st.OutOfOrder++
		h.c.incident(Overtaken, h.dir)
	case added:
	default:
		st.Retransmitted++
		same := h.lastMark == markOf(s.Seq, s)
		if s.IPID != 0 && (same || h.past.holds(h.offset(s.Seq), len(s.Payload), s.IPID)) {
			st.Duplicates++
			return
		}
		h.c.incident(Retransmission, h.dir)
	}
}

// afterEnd counts the bytes [off, end) of a direction that is closed. A FIN there says that the bytes before it were sent too.
func (h *half) afterEnd(s *Segment, off, end int64) {
	st := h.stats()
	n := end - max(off, h.next)
	if s.Flags&FIN != 0 && off > h.next+1 && end <= h.top()+h.window() {
		n = end - h.next
	}
	switch {
	case !h.based, end <= off && n <= 0:
		return
	case n <= 0:
		st.Retransmitted++
		if n = h.againAfterEnd(s, off); n == 0 {
			return
		}
	}
	if h.kind == CloseRST || h.kind == ClosePeerRST {
		h.doubts().AfterRST += n
	} else {
		h.doubts().AfterFIN += n
	}
	if h.c.over() {
		h.c.table.afterEnd += n
	}
}

// isKeepAlive recognises a probe that repeats the byte before the next one; what it carries is
// no stream data. It is sent only while nothing is outstanding (RFC 9293 section 3.8.4), so after the history of what
// was acknowledged has been dropped; see dropProbe for the start of a stream. It repeats the last byte sent, or the
// last one acknowledged if that was not captured; then only without PSH, for it could be data captured after its ACK.
func (h *half) isKeepAlive(e *entry) bool {
	last := e.off + 1
	if !h.anchored {
		return false
	}
	if x := h.wait.at(e.off); x != nil {
		quiet := e.time - x.time
		return last == h.seen && h.other().unheard() && quiet >= h.c.table.limits.Wait
	}
	if last == h.next || last == h.seen {
		return h.idle()
	}
	return last == h.acked && last > h.next && !e.push
}

// idle says that nothing is outstanding, and has not been for a while. If no packet of the receiver was captured, that
// nothing was sent for a while must do.
func (h *half) idle() bool {
	h.forget()
	if h.past == nil {
		return h.acked >= max(h.next, h.seen) || h.other().unheard()
	}
	return h.other().unheard() && h.past.at.passed(h.c.now(), &h.c.table.limits)
}

// unheard says that no packet of this direction was captured.
func (h *half) unheard() bool { return h.stats().Segments == 0 }
