package reassembly

// ending is how a connection is about to end. Captures reorder packets, and a FIN or RST may be forged: so a direction
// is closed only once a grace has passed, or both FINs have been acknowledged with nothing missing before them.
type ending struct {
	// enders links the connections that are about to end.
	enders links
	// since is when the FIN of a direction was reached or acknowledged, set if that has happened.
	since [2]mark
	set   [2]bool
	// acked says that since is when the FIN was acknowledged.
	acked [2]bool
	// reset says that there was a RST: by whom, at which offset of the sender's stream, and since when it waits.
	reset      bool
	by         Dir
	off        int64
	resetSince mark
	// peerTop is how far the opposite direction had been seen when the RST came.
	peerTop int64
}

// unackedFIN is how many times longer a FIN waits that is not acknowledged.
const unackedFIN = 16

// endingState is c.ending, made if there is none.
func (c *Conn) endingState() *ending {
	if c.ending == nil {
		c.ending = new(ending)
	}
	return c.ending
}

// takeFIN takes a FIN at offset off.
func (h *half) takeFIN(off int64) {
	st := h.stats()
	st.FIN = true
	if h.fin == off {
		return
	}
	contradicted := h.anchored && off < h.next || h.acked > off+1
	replaces := h.fin >= 0 && off > h.fin && h.seen > h.fin
	if contradicted || h.fin >= 0 && !replaces {
		h.doubts().SuspectedFIN++
		if off > h.fin && !h.finAcked && h.fin >= 0 && !contradicted && off <= h.top()+h.window() {
			h.doubts().AfterFIN += off - h.fin // one of the two is not the sender's
		}
		return
	}
	if replaces {
		h.dropFIN()
	}
	h.fin = off
	h.c.recorded().FIN[h.dir] = h.c.Last
	if h.acked > off {
		h.acked = off
		h.finAcked = true
	}
	if h.ackSeen && h.offset(h.rawAck) == off+1 {
		h.finAcked = true
	}
	h.markTail(false)
}

// dropFIN takes back a FIN that what came later contradicts.
func (h *half) dropFIN() {
	h.fin, h.finAcked = -1, false
	h.doubts().SuspectedFIN++
	h.c.recorded().FIN[h.dir] = Stamp{}
	if e := h.c.ending; e != nil {
		e.set[h.dir] = false
	}
}

// complete says that all up to the FIN was passed on.
func (h *half) complete() bool {
	return h.closed || h.fin >= 0 && h.anchored && h.next >= h.fin
}

// ended follows a change: if the FIN has been reached, the direction is closed, at once or after a grace.
func (h *half) ended() {
	c, o := h.c, h.other()
	if h.closed || !h.complete() {
		return
	}
	if h.finAcked && o.complete() && (o.closed || o.finAcked) {
		c.shutBoth()
		return
	}
	if e := c.endingState(); !e.set[h.dir] || h.finAcked && !e.acked[h.dir] {
		e.set[h.dir], e.acked[h.dir], e.since[h.dir] = true, h.finAcked, c.now()
		c.table.startEnding(c)
	}
}

// shutBoth closes both directions by their FINs, the older FIN first.
func (c *Conn) shutBoth() {
	if c.over() {
		return
	}
	first, fins := Fwd, &c.recorded().FIN
	if fins[Rev].Packet < fins[Fwd].Packet {
		first = Rev
	}
	c.halves[first].shut(CloseFIN)
	c.halves[first.Other()].shut(CloseFIN)
}

// endDue closes what has waited long enough.
func (c *Conn) endDue(now mark) {
	e, l := c.ending, &c.table.limits
	if e == nil {
		return
	}
	if e.reset && e.resetSince.passed(now, l) {
		c.finish(CloseRST)
		return
	}
	for d := range c.halves {
		h, wait := &c.halves[d], l.Wait
		if !h.finAcked && !h.other().unheard() {
			wait *= unackedFIN
		}
		if e.set[d] && h.complete() && e.since[d].passedBy(now, wait, l.WaitPackets) {
			h.shut(CloseFIN)
		}
	}
	c.stopEnding()
}

// stopEnding takes c out of the list of those that are about to end, if nothing of it is.
func (c *Conn) stopEnding() {
	if e := c.ending; e == nil || !e.reset && !e.set[Fwd] && !e.set[Rev] {
		c.table.stopEnding(c)
	}
}

// endNow closes what would have waited longer.
func (c *Conn) endNow() {
	if e := c.ending; e != nil && e.reset {
		c.finish(CloseRST)
	}
	for d := range c.halves {
		if h := &c.halves[d]; h.complete() {
			h.shut(CloseFIN)
		}
	}
	c.table.stopEnding(c)
}

// shut reports the end of the direction and gives its memory back.
func (h *half) shut(k CloseKind) {
	c := h.c
	if h.closed {
		return
	}
	if k == CloseFIN {
		for h.wait.size() > 0 {
			h.doubts().AfterFIN += h.wait.run(0).n
			h.drop()
		}
	}
	h.closed, h.kind, c.told = true, k, true
	c.handler.Close(h.dir, k)
	if k == CloseFIN {
		h.atEnd()
	} else {
		c.table.dropHistory(h)
	}
	c.table.dropWait(h)
	h.late = nil
	if c.ending != nil {
		c.ending.set[h.dir] = false
	}
	if h.other().wait == nil {
		c.table.stopWaiting(c)
	}
	if c.over() {
		c.table.stopEnding(c)
		c.handler, c.ending = nil, nil
		c.table.reclass(c, classClosed)
	}
}

// finish passes on all that waits and closes what is open: by a FIN or RST if there was one, else as k says.
func (c *Conn) finish(k CloseKind) {
	if c.over() {
		return
	}
	for range 2 { // offset 0 may only be settled by the first
		for d := range c.halves {
			if h := &c.halves[d]; h.anchored && !h.closed && h.wait == nil && h.tailEnd() > h.next {
				h.waiting().tail = h.tailEnd()
			}
		}
		c.flush()
	}
	for d := range c.halves {
		c.halves[d].damagedTail()
	}
	if c.halves[Fwd].complete() && c.halves[Rev].complete() {
		c.shutBoth()
	}
	for d := range c.halves {
		h := &c.halves[d]
		h.shut(h.endKind(k))
	}
}

// endKind is how the direction ends, k if nothing else is known.
func (h *half) endKind(k CloseKind) CloseKind {
	e := h.c.ending
	switch {
	case h.complete():
		return CloseFIN
	case e != nil && e.reset && e.by == h.dir:
		return CloseRST
	case e != nil && e.reset:
		return ClosePeerRST
	}
	return k
}

// takeRST takes a RST from h. What it carries is not stream data (RFC 9293 section 3.10.7).
func (h *half) takeRST(s *Segment) {
	c := h.c
	if c.over() {
		h.doubts().AfterRST += int64(len(s.Payload) + s.Missing)
		return
	}
	if !h.acceptable(s) {
		h.stats().SuspectedRST++
		return
	}
	if r := c.recorded(); r.RST[h.dir].Packet == 0 {
		r.RST[h.dir] = c.Last
	}
	off := int64(noAck)
	if h.based {
		off = h.offset(s.Seq)
	}
	switch e := c.endingState(); {
	case !e.reset:
		e.reset, e.by, e.off, e.resetSince, e.peerTop = true, h.dir, off, c.now(), h.other().top()
		c.table.startEnding(c)
	case e.by == h.dir && off >= h.next && off < e.off:
		e.off = off
	}
	if c.unused() && off <= 0 {
		c.finish(CloseRST)
	}
}

// unused says that neither side has sent anything yet.
func (c *Conn) unused() bool {
	for d := range c.halves {
		if h := &c.halves[d]; h.next > 0 || h.seen > 0 || h.wait != nil || h.late != nil {
			return false
		}
	}
	return true
}

// contradict looks whether s shows that the RST before was not the end: its sender goes on after it. An acknowledgement of
// what the peer sent later may have been reordered, so it only makes the RST wait again.
func (c *Conn) contradict(d Dir, s *Segment) {
	e, h := c.ending, &c.halves[d]
	if d != e.by || !h.based {
		return
	}
	n := int64(len(s.Payload) + s.Missing)
	if off := h.offset(firstSeq(s)); n > 0 && off+n > max(e.off, h.acked) && off+n <= h.top()+h.window() {
		e.reset = false
		h.stats().SuspectedRST++
		c.recorded().RST[d] = Stamp{}
		c.stopEnding()
		return
	}
	if o := h.other(); s.Flags&ACK != 0 && o.based && o.offset(s.Ack) > e.peerTop {
		e.resetSince = c.now()
	}
}

// resetAt is the offset of a RST of d, noAck if there was none.
func (c *Conn) resetAt(d Dir) int64 {
	if e := c.ending; e != nil && e.reset && e.by == d {
		return e.off
	}
	return noAck
}

// shiftReset follows a move of offset 0 of d by n.
func (c *Conn) shiftReset(d Dir, n int64) {
	if e := c.ending; e != nil && e.reset {
		if e.by == d && e.off != noAck {
			e.off -= n
		} else if e.by != d {
			e.peerTop -= n
		}
	}
}

// acceptable says whether a RST can come from the peer: it answers a SYN, or lies in
// the window of its direction (RFC 9293 section 3.10.7).
func (h *half) acceptable(s *Segment) bool {
	o := h.other()
	if !h.based {
		if !o.isn || s.Flags&ACK == 0 {
			return true
		}
		a := o.offset(s.Ack)
		return a >= 0 && a <= o.top()+1
	}
	off := h.offset(s.Seq)
	if !h.anchored {
		return off > -unknownWindow && off < unknownWindow
	}
	return off >= min(h.next, max(h.acked, 0)) && off <= h.top()+h.window()
}
