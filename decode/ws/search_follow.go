package ws

// advance moves every chain as far as the bytes go, and drops those that break.
func (s *Search) advance() {
	if s.head < s.wake && !s.closed {
		return
	}
	old := s.live
	s.live = s.live[:0]
	for i := range old {
		c := old[i]
		if s.run(&c) {
			s.insert(c)
		}
	}
	s.rouse()
}

// scan begins chains in the chunk at from: at its start, and at every byte after it.
func (s *Search) scan(from int64) {
	p := s.at(from)
	s.begin(from, true)
	for i := 1; i < len(p); i++ {
		if !s.opening[p[i]] || i+1 < len(p) && s.hopeless(p[i], p[i+1]) {
			continue
		}
		s.begin(from+int64(i), false)
	}
	s.rouse()
}

// begin starts a chain at off, if a frame may begin there.
func (s *Search) begin(off int64, atSegment bool) {
	c := chain{start: off, next: off, mask: s.opt.Masked, atSegment: atSegment}
	if s.run(&c) {
		s.insert(c)
	}
}

// run follows a chain until it wants bytes that are not there; false if it breaks, or where it joins a chain that
// is not a worse.
func (s *Search) run(c *chain) bool {
	humble := !c.atSegment && c.bits() < segmentBits
	for c.next < s.head {
		at, state := c.next-s.origin, c.state()
		if c.next < s.base || humble && s.passed(at, state) {
			return false
		}
		switch s.step(c, s.closed) {
		case impossible:
			return false
		case wanting:
			return true
		}
		if at >= 0 && at < int64(len(s.seen)) {
			s.seen[at] |= state
		}
	}
	return true
}

// passed reports whether a chain was at this byte of the chunk in this state.
func (s *Search) passed(at int64, state byte) bool {
	return at >= 0 && at < int64(len(s.seen)) && s.seen[at]&state != 0
}

// state is the bit in Search.seen for what decides which frames may follow; none before the first frame.
func (c *chain) state() byte {
	switch c.mask {
	case MaskSet:
		return 1 << c.msg
	case MaskClear:
		return 1 << (c.msg + ended + 1)
	}
	return 0
}

// insert keeps a chain: of chains that meet, the better one alone, and of too many, the better ones.
func (s *Search) insert(c chain) {
	worst := -1
	for i := range s.live {
		o := &s.live[i]
		if o.next == c.next && o.mask == c.mask && (o.frames > 0) == (c.frames > 0) {
			if c.better(o) {
				*o = c
			}
			return
		}
		if worst < 0 || s.live[worst].better(o) {
			worst = i
		}
	}
	if len(s.live) < maxLive {
		s.live = append(s.live, c)
	} else if c.better(&s.live[worst]) {
		s.live[worst] = c
	}
}

// better says which of two chains to keep: a chain that begins inside a segment must have clearly more evidence than one
// that does not, else the first to begin wins.
func (c *chain) better(o *chain) bool {
	a, b := c.bits(), o.bits()
	switch {
	case c.atSegment && !o.atSegment:
		return a+segmentBits >= b
	case !c.atSegment && o.atSegment:
		return a > b+segmentBits
	case a != b:
		return a > b
	}
	return c.frames > 0 && c.start < o.start
}

// rouse works out when advance has something to do.
func (s *Search) rouse() {
	s.wake = maxFrame << 8
	for i := range s.live {
		s.wake = min(s.wake, max(s.live[i].next, s.head)+1)
	}
	if len(s.live) == 0 {
		s.wake = 1 << 62
	}
}

// best is the chain with the most evidence; nil if there is none with a frame.
func (s *Search) best(m Masking) *chain {
	var best *chain
	for i := range s.live {
		c := &s.live[i]
		if c.frames == 0 || m != MaskUnknown && c.mask != m {
			continue
		}
		if best == nil || c.better(best) {
			best = c
		}
	}
	return best
}

// settle takes the best chain if it has so many bits, and clearly more than any that contradicts it.
func (s *Search) settle(threshold float32) {
	c := s.best(s.opt.Masked)
	if c == nil || c.start >= s.head && !s.closed {
		return
	}
	if !c.atSegment {
		threshold += segmentBits
	}
	score := c.score(s.head)
	if score < threshold || c.start >= s.head {
		return
	}
	for i := range s.live {
		if o := &s.live[i]; o.next != c.next && o.frames > 0 && o.score(s.head) > score-segmentBits {
			return
		}
	}
	s.found, s.ok = *c, true
}
