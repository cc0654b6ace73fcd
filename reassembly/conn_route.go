package reassembly

import "bytes"

// A Flow may carry one connection after the other, and the SYN of the second may not have been captured, or come early or
// forged; two networks may also use the same addresses at the same time. So the Table keeps, of each Flow, up to
// maxGenerations connections, and a segment goes to the one that its numbers fit.

const (
	// maxGenerations is how many connections of a Flow are kept.
	maxGenerations = 4
	// reach is how far from the last known byte the numbers of a segment may lie to fit without a doubt.
	reach = 1 << 20
	// silence is for how many times Limits.Wait a connection is silent before another one between its ports has replaced it.
	silence = 30
	// backReach is how far before the last known byte they may lie.
	backReach = 16 << 20
)

// route is the connection of s, the newest of whose Flow is c; nil for an acknowledgement that belongs to none.
func (t *Table) route(c *Conn, s *Segment) *Conn {
	best, score := c.best(s)
	switch {
	case s.Flags&SYN != 0:
		return t.routeSYN(c, s)
	case best.refused() && s.Flags&RST == 0 && len(s.Payload) > 0:
		return t.revive(best, s)
	case s.Flags&RST == 0 && len(s.Payload) > 0 && (score < 0 && score != elsewhere || score == 0 && best.over()) && best.foreign(s):
		return t.supersede(c, s)
	case score == elsewhere && (len(s.Payload) > 0 || s.Flags&FIN != 0):
		best.endDue(best.at(s.Time))
		return t.supersede(c, s)
	case s.Flags&(FIN|RST) == 0 && len(s.Payload)+s.Missing == 0 && best.misleads(s, score):
		st := &best.Stats[best.dir(s)] // its numbers would hide what the next ones show
		st.Segments++
		st.OutOfWindow++
		return nil
	}
	t.first(best)
	return best
}

// misleads says that the numbers of an empty segment, which fit as score says, do not belong to c.
func (c *Conn) misleads(s *Segment, score int) bool {
	return score == elsewhere || score == -2 && !c.halves[c.dir(s)].jumped(s)
}

// best is the connection from c on, the newest, that the numbers of s fit best, and how well.
func (c *Conn) best(s *Segment) (best *Conn, score int) {
	best, score = c, c.fit(s)
	for g := c.older; g != nil; g = g.older {
		// Of two that fit as well, one that goes on with s is more likely than one of which nothing but a SYN was seen, unless that
		// starts with s.
		if f := g.fit(s); f > score || f == 2 && score == 2 && best.unused() && !best.starts(s) && g.goesOn(s) {
			best, score = g, f
		}
	}
	return best, score
}

// routeSYN is the connection of a SYN or SYN/ACK: the one that it answers, or that has the same numbers, else a new one.
func (t *Table) routeSYN(c *Conn, s *Segment) *Conn {
	for g := c; g != nil && s.Flags&ACK != 0; g = g.older {
		if g.refused() {
			continue
		}
		if d := g.dir(s); g.halves[d.Other()].isn && g.fits(d, s.Seq+1) && g.answers(d.Other(), s.Ack) {
			t.first(g)
			return g
		}
	}
	for g := c; g != nil; g = g.older {
		if !g.begins(s) {
			t.first(g)
			return g
		}
	}
	for g := c; g != nil && s.Flags&ACK != 0; g = g.older {
		if g.live() && g.within(s) {
			return g // in the middle of a connection: it answers nothing, and is ignored
		}
	}
	return t.supersede(c, s)
}

// refused says that c was over before anything was sent. If it goes on all the same, the RST was not the peer's: what follows is
// a connection of its own.
func (c *Conn) refused() bool { return c.over() && c.unused() }

// starts says that s has the first byte of its direction, and acknowledges none.
func (c *Conn) starts(s *Segment) bool {
	h := &c.halves[c.dir(s)]
	o := h.other()
	return h.isn && o.isn && h.offset(firstSeq(s)) == 0 && o.offset(s.Ack) == 0
}

// goesOn says that c is not over, and s may be what comes next, or soon, in it.
func (c *Conn) goesOn(s *Segment) bool {
	h := &c.halves[c.dir(s)]
	o := h.other()
	return !c.over() && c.near(s) && h.offset(firstSeq(s)) <= h.top()+maxReorder && o.offset(s.Ack) <= o.top()+maxReorder
}

// near says that both numbers of s are near the last known bytes.
func (c *Conn) near(s *Segment) bool {
	h := &c.halves[c.dir(s)]
	o := h.other()
	return h.based && o.based && h.fitSeq(s) == 1 && o.fitAck(s.Ack) == 1
}

// within says that both numbers of s are of bytes that were seen.
func (c *Conn) within(s *Segment) bool {
	h := &c.halves[c.dir(s)]
	o := h.other()
	return c.near(s) && h.offset(firstSeq(s)) <= h.top() && o.offset(s.Ack) <= o.top()
}

// live says that nothing was seen of an end of c.
func (c *Conn) live() bool {
	e := c.ending
	return !c.over() && (e == nil || !e.reset && !e.set[Fwd] && !e.set[Rev])
}

// supersede opens a new connection between the ports of c.
func (t *Table) supersede(c *Conn, s *Segment) *Conn {
	n := 1
	for g := c; g != nil; g = g.older {
		if n++; n > maxGenerations || g.over() && g.unused() {
			t.retire(g)
			break
		}
	}
	return t.open(s)
}

// revive opens a connection for s, with which one goes on that was over before anything was sent. Where the numbers of s fit that, it
// starts where that did.
func (t *Table) revive(was *Conn, s *Segment) *Conn {
	fits, fromB := was.fit(s) > 0, was.fromB
	var start [2]half
	if fits {
		start = was.halves
	}
	c := t.supersede(t.conns[s.Flow], s)
	if !fits {
		return c
	}
	c.setOpener(fromB)
	c.guessed = false
	for d := range start {
		if h := &c.halves[d]; start[d].isn {
			h.scale, h.win, h.sums = start[d].scale, start[d].win, start[d].sums
			h.anchor(start[d].base)
		}
	}
	return c
}

// retire ends c, after which other connections between its ports were seen, and removes it.
func (t *Table) retire(c *Conn) {
	c.finish(CloseReplaced)
	t.forget(c)
}

// first makes c the one of its Flow that is tried first.
func (t *Table) first(c *Conn) {
	if t.conns[c.Flow] == c {
		return
	}
	t.unlink(c)
	c.older = t.conns[c.Flow]
	t.conns[c.Flow] = c
}

// unlink takes c out of the connections of its Flow.
func (t *Table) unlink(c *Conn) {
	head := t.conns[c.Flow]
	switch {
	case head == c && c.older == nil:
		delete(t.conns, c.Flow)
	case head == c:
		t.conns[c.Flow] = c.older
	default:
		for g := head; g != nil; g = g.older {
			if g.older == c {
				g.older = c.older
			}
		}
	}
	c.older = nil
}

// takes says that s belongs to c, and that no other connection need be looked at.
func (c *Conn) takes(s *Segment) bool {
	d := c.dir(s)
	h := &c.halves[d]
	if s.Flags&SYN != 0 || !h.based || h.closed || c.older != nil {
		return false
	}
	n := int32(s.Seq - (h.base + uint32(h.next)))
	return n == 0 || n >= -reach && n <= reach && c.fit(s) > 0
}

// elsewhere is the fit of a segment that is of another connection, although its numbers may be near.
const elsewhere = -3

// fit says how well the numbers of s fit c: 1 for a number that does, -1 for one that does not, 0 for one of which nothing is
// known, added up.
func (c *Conn) fit(s *Segment) int {
	if c.elsewhere(s) {
		return elsewhere
	}
	h := &c.halves[c.dir(s)]
	score := h.fitSeq(s)
	if o := h.other(); s.Flags&ACK != 0 {
		score += o.fitAck(s.Ack)
	}
	return score
}

// fitSeq says whether the sequence number of s fits.
func (h *half) fitSeq(s *Segment) int {
	if !h.based && h.ackSeen && s.Flags&SYN == 0 {
		return h.fitAck(s.Seq)
	}
	if !h.based {
		return 0
	}
	off := h.offset(firstSeq(s))
	// After its FIN a side sends nothing, from the number after that on.
	if h.fin >= 0 && h.finAcked && (off > h.fin+1 || off > h.fin && len(s.Payload) > 0) || h.isn && off < -1 {
		return -1
	}
	return h.fitNear(off)
}

// fitAck says whether an acknowledgement number fits what this side sends.
func (h *half) fitAck(number uint32) int {
	switch {
	case h.based:
		return h.fitNear(h.offset(number))
	case h.ackSeen && abs(distance(number, h.rawAck)) <= reach:
		return 1
	case h.ackSeen:
		return -1
	}
	return 0
}

// fitNear says whether an offset is near the last known byte.
func (h *half) fitNear(off int64) int {
	if off > max(h.next, h.seen, h.fin)+reach || off < max(-reach, h.next-backReach) {
		return -1
	}
	return 1
}

// foreign says that s, whose numbers do not fit, is of another connection: both numbers are wrong, or the connection is over,
// or the number known is further off than any loss that is believed.
func (c *Conn) foreign(s *Segment) bool {
	h := &c.halves[c.dir(s)]
	o := h.other()
	seq, ack := h.fitSeq(s), 0
	if s.Flags&ACK != 0 {
		ack = o.fitAck(s.Ack)
	}
	switch {
	case c.over(), seq+ack == -2 && !h.jumped(s):
		return true
	case seq+ack == -2:
		return false
	case seq < 0 && !h.based:
		return abs(distance(s.Seq, h.rawAck)) > maxGap
	case seq < 0 && h.finAcked:
		return true
	case seq < 0:
		return abs(h.offset(firstSeq(s))-h.next) > maxGap
	}
	return o.based && abs(o.offset(s.Ack)-o.next) > maxGap || !o.based && abs(distance(s.Ack, o.rawAck)) > maxGap
}

// jumped says that s may go on after a loss of both directions: both numbers lie ahead, no further than a loss that is believed, and
// it does not start as the first request of a connection does.
func (h *half) jumped(s *Segment) bool {
	o := h.other()
	if !h.based || !o.based || isRequest(s.Payload) {
		return false
	}
	seq, ack := h.offset(firstSeq(s))-h.next, o.offset(s.Ack)-o.next
	return seq > 0 && seq <= maxGap && ack > 0 && ack <= maxGap
}

// isRequest says that b starts like an HTTP request or a TLS ClientHello.
func isRequest(b []byte) bool {
	return bytes.HasPrefix(b, []byte("GET ")) || bytes.HasPrefix(b, []byte("CONNECT ")) || bytes.HasPrefix(b, []byte("POST ")) ||
		len(b) > 5 && b[0] == 0x16 && b[1] == 3 && b[5] == 1
}

func abs(n int64) int64 { return max(n, -n) }

// retireOlder ends a connection between the ports of c of which no packet came for long, now that c is under way.
func (t *Table) retireOlder(c *Conn) {
	g := c.older
	if g.over() || c.class != classData || g.class == classNew {
		return
	}
	since := mark{time: g.Last.Time}
	if since.passedBy(mark{time: c.Last.Time}, silence*t.limits.Wait, 1) {
		g.finish(CloseReplaced)
	}
}
