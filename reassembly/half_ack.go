package reassembly

// ack takes an acknowledgement number for the bytes of h.
func (h *half) ack(number uint32) {
	h.rawAck, h.ackSeen = number, true
	if !h.based || h.closed && h.finAcked {
		return
	}
	a := h.offset(number)
	if h.fin >= 0 && a > h.fin+1 && a <= h.seen+1 {
		h.dropFIN()
	}
	if h.fin >= 0 && a > h.fin && a <= h.fin+1 {
		a, h.finAcked = h.fin, true
		h.ended()
	}
	if h.past != nil && a <= max(h.next, h.seen) {
		h.past.trim(a, h.c.now()) // an ACK of bytes not seen yet proves nothing about copies to come
	}
	if a <= h.acked {
		return
	}
	if !h.believe(a, number) {
		h.stats().OutOfWindow++
		return
	}
	h.acked = a
	if h.wait != nil {
		h.ackWaiting()
	}
	if a > h.next {
		h.markTail(false)
	}
	h.takeFar()
}

// believe says whether an acknowledgement can be true: it is within what the
// sender may have sent, or it confirms segments that were taken to be too far off.
func (h *half) believe(a int64, number uint32) bool {
	if h.fin >= 0 && a > h.fin {
		return false
	}
	if !h.anchored || a <= h.top()+h.window() {
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
func (h *half) ackWaiting() {
	w, now := h.wait, h.c.now()
	for w.acked < w.size() && w.run(w.acked).off <= h.acked {
		w.run(w.acked).acked = now
		w.acked++
	}
}

// markTail notes since when the peer has acknowledged bytes beyond all that was captured, of
// which nothing waits. A single byte is taken for the FIN, which counts as one. The wait
// starts again if the stream went on before them: then the ACK was captured too early.
func (h *half) markTail(wentOn bool) {
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
	if w := h.waiting(); w.tail == 0 || wentOn {
		w.tail, w.tailSince = h.acked, h.c.now()
	}
}

// tailEnd is how far the bytes go that must have been sent but were not
// captured: to the FIN or RST, or as far as the peer acknowledged last. It is next if there are none to believe in.
func (h *half) tailEnd() int64 {
	end := min(h.acked, h.offset(h.rawAck))
	if !h.ackSeen {
		end = h.next
	}
	reset := h.c.resetAt(h.dir)
	switch {
	case h.fin >= 0:
		end = h.fin
	case reset > h.next && reset >= end:
		end = reset
	case end-h.next == 1:
		return h.next
	}
	if end <= h.next || end-h.next > maxGap {
		return h.next
	}
	return end
}
