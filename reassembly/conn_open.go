package reassembly

// begins says whether a segment with SYN starts another connection between the
// ports of this one (as Wireshark's tcp.stream has it: a SYN with another
// initial sequence number does).
func (c *Conn) begins(s *Segment) bool {
	if s.Flags&RST != 0 {
		return false
	}
	d := c.dir(s)
	if s.Flags&ACK == 0 {
		return c.over() && c.unused() || !c.fits(d, s.Seq+1)
	}
	fits, answers := c.fits(d, s.Seq+1), c.answers(d.Other(), s.Ack)
	switch {
	case c.refused():
		return true
	case fits && answers:
		return false
	case c.over() || !c.halves[d.Other()].isn, !answers && c.halves[d.Other()].seen > 0 && c.paused(s):
		return true
	}
	return c.told && !fits && !answers
}

// fits says whether the stream of d can start at sequence number first.
func (c *Conn) fits(d Dir, first uint32) bool {
	h := &c.halves[d]
	switch {
	case h.anchored:
		return first == h.base
	case h.based && h.wait.size() > 0:
		return near(h.base+uint32(h.wait.run(0).off), first)
	case h.based:
		return near(h.base+uint32(max(h.fin, 0)), first)
	case c.halves[d.Other()].isn && c.halves[d.Other()].seen == 0:
		return true // the handshake is under way
	case h.syn&seqSeen != 0:
		return near(h.base, first) || near(h.rawAck, first) && h.ackSeen
	case h.ackSeen:
		return near(h.rawAck, first)
	}
	return true
}

// near says that at lies at first, the one before, or a little after it.
func near(at, first uint32) bool {
	n := distance(at, first)
	return n >= -1 && n <= maxReorder
}

// answers says whether a SYN/ACK that acknowledges number fits the stream of d,
// the one that is answered: it acknowledges the SYN, and no more than what that carried (RFC 7413). No byte may have been passed on after a SYN that is answered otherwise.
func (c *Conn) answers(d Dir, number uint32) bool {
	h := &c.halves[d]
	if !h.isn {
		return c.fits(d, number)
	}
	off := h.offset(number)
	return off == 0 || h.syn&synData != 0 && off > 0 && off <= h.top()
}

// syn takes a SYN or SYN/ACK that belongs to this connection; false means that it must be ignored.
func (c *Conn) syn(s *Segment) bool {
	d := c.dir(s)
	c.Stats[d].SYN = true
	if c.over() {
		return true
	}
	if s.Flags&ACK != 0 && !c.synAck(d, s) {
		c.Stats[d].OutOfWindow++
		return false
	}
	opener := s.FromB != (s.Flags&ACK != 0)
	if c.guessed && !c.told {
		c.setOpener(opener)
		d = c.dir(s)
	}
	c.guessed = false
	h := &c.halves[d]
	if s.Flags&ACK == 0 && len(s.Payload)+s.Missing > 0 {
		h.syn |= synData
	}
	if len(s.Payload)+s.Missing == 0 && h.isn && h.scale != scaleUnknown {
		c.Stats[d].Retransmitted++
	}
	h.scale = min(s.Scale, 14)
	h.other().sums.largest = max(h.other().sums.largest, s.MSS)
	h.anchor(s.Seq + 1)
	if s.Flags&ACK != 0 {
		if o := h.other(); !o.isn {
			o.anchor(s.Ack)
		}
		h.other().syn |= synAnswered
		h.other().settle()
	}
	h.settle()
	return !c.over()
}

// synAck says whether a SYN/ACK is to be believed. Where it answers a SYN
// that this connection does not know, and nothing was sent after the known one, that one counts.
func (c *Conn) synAck(d Dir, s *Segment) bool {
	h, o := &c.halves[d], &c.halves[d.Other()]
	if !c.fits(d, s.Seq+1) {
		if h.onlyFIN() && o.isn && s.Ack == o.base {
			h.dropFIN() // it was not the sender's
			h.base = s.Seq + 1
			return true
		}
		if !h.isn || h.syn&synAnswered != 0 || !o.isn || s.Ack != o.base || h.seen > 0 || h.wait != nil || h.closed {
			return false
		}
		h.base = s.Seq + 1 // the SYN of this side, which nobody answered, was not what began the connection
		return true
	}
	return !o.isn || c.answers(d.Other(), s.Ack) || h.rebase(o, s)
}

// rebase takes what a SYN/ACK of h acknowledges for the begin of the other side o, if nothing else is known of either.
func (h *half) rebase(o *half, s *Segment) bool {
	if h.isn || o.seen > 0 || o.wait != nil || o.closed {
		return false
	}
	o.base = s.Ack
	return true
}

// onlyFIN says that a FIN is all that was captured of h.
func (h *half) onlyFIN() bool {
	return h.fin >= 0 && h.based && !h.anchored && !h.closed && h.wait.size() == 0
}

// setOpener makes endpoint B (or A) the opener and exchanges the directions if it was not.
func (c *Conn) setOpener(b bool) {
	if c.fromB == b {
		return
	}
	c.fromB = b
	c.halves[Fwd], c.halves[Rev] = c.halves[Rev], c.halves[Fwd]
	c.halves[Fwd].dir, c.halves[Rev].dir = Fwd, Rev
	c.Stats[Fwd], c.Stats[Rev] = c.Stats[Rev], c.Stats[Fwd]
	if e := c.ending; e != nil {
		e.since[Fwd], e.since[Rev] = e.since[Rev], e.since[Fwd]
		e.set[Fwd], e.set[Rev] = e.set[Rev], e.set[Fwd]
		e.acked[Fwd], e.acked[Rev] = e.acked[Rev], e.acked[Fwd]
		e.by = e.by.Other()
	}
	if r := c.record; r != nil {
		r.Doubts[Fwd], r.Doubts[Rev] = r.Doubts[Rev], r.Doubts[Fwd]
		r.FIN[Fwd], r.FIN[Rev] = r.FIN[Rev], r.FIN[Fwd]
		r.RST[Fwd], r.RST[Rev] = r.RST[Rev], r.RST[Fwd]
		for i := range r.Incidents {
			r.Incidents[i].Dir = r.Incidents[i].Dir.Other()
		}
	}
}

// anchor settles that offset 0 has sequence number first.
func (h *half) anchor(first uint32) {
	if h.anchored {
		h.isn = h.isn || h.base == first
		return
	}
	if !h.based {
		h.based, h.anchored, h.isn, h.base = true, true, true, first
		h.next, h.seen, h.acked = 0, 0, 0
		if h.ackSeen {
			number := h.rawAck // of an acknowledgement that came before the SYN
			h.ackSeen = false
			h.ack(number)
		}
		return
	}
	h.shift(distance(first, h.base))
	h.anchored, h.isn = true, true
	for h.wait.size() > 0 && h.wait.run(0).off < 0 {
		h.before(h.wait.run(0).n)
		h.drop()
	}
	h.reportDiffer()
}
