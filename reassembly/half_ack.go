package reassembly

// ack takes an acknowledgement number for the bytes of d.
func (c *Conn) ack(d Dir, number uint32) {
	h := &c.halves[d]
	h.rawAck, h.ackSeen = number, true
	if !h.based || h.closed && h.finAcked {
		return
	}
	a := h.offset(number)
	if h.fin >= 0 && a > h.fin && a <= h.fin+1 {
		a, h.finAcked = h.fin, true
	}
	if a <= h.acked {
		return
	}
	if !c.believe(d, a, number) {
		c.Stats[d].OutOfWindow++
		return
	}
	h.acked = a
	if h.past != nil {
		if h.past.trim(a); h.past.block != nil && len(h.past.live()) == 0 {
			c.table.dropHistory(h)
		}
	}
	if h.wait != nil {
		c.ackWaiting(d)
	}
	if a > h.next {
		c.retail(d, false)
	}
}

// believe says whether an acknowledgement can be true: it is within what the
// sender may have sent, or it confirms segments that were taken to be too far off.
func (c *Conn) believe(d Dir, a int64, number uint32) bool {
	h := &c.halves[d]
	if h.fin >= 0 && a > h.fin {
		return false
	}
	if !h.anchored || a <= h.top()+c.window(d) {
		return true
	}
	r := h.late
	if r == nil || !r.farSet || distance(number, r.farLo) <= 0 || distance(number, r.farHi) > 0 {
		return false
	}
	r.farSet = false
	return true
}

// ackWaiting notes when the gaps before waiting runs became acknowledged.
func (c *Conn) ackWaiting(d Dir) {
	h, now := &c.halves[d], c.now()
	w := h.wait
	for w.acked < w.size() && w.run(w.acked).off <= h.acked {
		w.run(w.acked).acked = now
		w.acked++
	}
}

// retail notes since when the peer has acknowledged bytes beyond all that was captured, of
// which nothing waits. A single byte is taken for the FIN, which counts as one. The wait
// begins anew where the stream went on before them: then the ACK was captured too early.
func (c *Conn) retail(d Dir, wentOn bool) {
	h := &c.halves[d]
	if !h.anchored || h.closed {
		return
	}
	missing := h.acked > h.next+1 || h.fin > h.next && h.acked > h.next
	if !missing || h.wait.size() > 0 {
		if h.wait != nil {
			h.wait.tail = 0
		}
		return
	}
	if w := c.waitFor(d); w.tail == 0 || wentOn {
		w.tail, w.tailSince = h.acked, c.now()
	}
}

// tailEnd is how far the bytes go that must have been sent but were not
// captured: to the FIN, or as far as the peer's last word acknowledges. It is next where there are none to believe in.
func (h *half) tailEnd() int64 {
	end := min(h.acked, h.offset(h.rawAck))
	if h.fin >= 0 {
		end = h.fin
	} else if end-h.next == 1 {
		return h.next
	}
	if end <= h.next || end-h.next > maxGap {
		return h.next
	}
	return end
}
