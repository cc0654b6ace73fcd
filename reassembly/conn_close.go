package reassembly

// fin takes a FIN that stands at offset off.
func (c *Conn) fin(d Dir, off int64) {
	h := &c.halves[d]
	c.Stats[d].FIN = true
	if h.fin != -1 || h.anchored && off < h.next {
		return
	}
	h.fin = off
	c.recorded().FIN[d] = c.Last
	if h.acked > off {
		h.acked = off
		h.finAcked = true
	}
	if h.ackSeen && h.offset(h.rawAck) == off+1 {
		h.finAcked = true
	}
	c.retail(d, false)
}

// end closes d where its FIN has been reached.
func (c *Conn) end(d Dir) {
	h := &c.halves[d]
	if h.fin < 0 || h.closed || !h.anchored || h.next < h.fin {
		return
	}
	for h.wait.size() > 0 {
		c.Stats[d].AfterFIN += h.wait.run(0).n
		c.drop(d)
	}
	c.shut(d, CloseFIN)
}

// afterFINs ends the waiting when both sides have sent a FIN and both were acknowledged. Where
// bytes were captured after their acknowledgement before, or the begin is
// not settled, more may yet come.
func (c *Conn) afterFINs() {
	f, r := &c.halves[Fwd], &c.halves[Rev]
	if f.finAcked && r.finAcked && !c.reordered && f.anchored && r.anchored {
		c.flush()
	}
}

// shut tells the end of d and gives its memory back.
func (c *Conn) shut(d Dir, k CloseKind) {
	h := &c.halves[d]
	if h.closed {
		return
	}
	h.closed, h.kind, c.told = true, k, true
	c.handler.Close(d, k)
	c.table.dropHistory(h)
	c.table.dropWait(h)
	h.late = nil
	if c.halves[d.Other()].wait == nil {
		c.table.stopWaiting(c)
	}
	if c.over() {
		c.handler = nil
		c.table.reclass(c, classClosed)
	}
}

// finish hands on all that waits and closes what is open, for the reason of each direction.
func (c *Conn) finish(fwd, rev CloseKind) {
	if c.over() {
		return
	}
	for d := Fwd; d <= Rev; d++ {
		if h := &c.halves[d]; h.anchored && !h.closed && h.wait == nil && h.tailEnd() > h.next {
			c.waitFor(d).tail = h.tailEnd()
		}
	}
	c.flush()
	c.shut(Fwd, fwd)
	c.shut(Rev, rev)
}

// rst takes a RST. What it carries is no stream data (RFC 9293 section 3.10.7).
func (c *Conn) rst(d Dir, s *Segment) {
	if c.over() {
		c.Stats[d].AfterRST += int64(len(s.Payload) + s.Missing)
		return
	}
	if !c.acceptable(d, s) {
		c.Stats[d].SuspectedRST++
		return
	}
	c.recorded().RST[d] = c.Last
	if d == Fwd {
		c.finish(CloseRST, ClosePeerRST)
	} else {
		c.finish(ClosePeerRST, CloseRST)
	}
}

// acceptable says whether a RST can come from the peer: it answers a SYN, or lies in
// the window of its direction (RFC 9293 section 3.10.7).
func (c *Conn) acceptable(d Dir, s *Segment) bool {
	h, o := &c.halves[d], &c.halves[d.Other()]
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
	lo := min(h.next, max(h.acked, 0))
	return off >= lo && off <= h.top()+c.window(d)
}
