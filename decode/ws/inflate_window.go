package ws

// context is what a direction knows of its LZ77 sliding window (RFC 7692 section 7.1.1): the output since
// the last loss.
type context struct {
	takeover bool
	// whole says that nothing that a message may refer to is missing; else why says why.
	whole bool
	why   Why
	// since is the output since the loss.
	since int64
	win   window
	// live is a reader that has the window; stored says that there is none, but something to set one up with.
	live   *inflater
	stored bool
	// prev and next link it into the list of live or of stored ones.
	prev, next *context
}

func (x *context) init(cfg *Config, d Dir) {
	x.takeover, x.whole, x.why = cfg.Deflate == nil || !cfg.Deflate.NoTakeover[d], !cfg.Assumed, WindowLost
}

// lose empties the window, because a part of it is not known.
func (x *context) lose(s *Shared, why Why) {
	if !x.takeover {
		return
	}
	x.whole, x.why, x.since = false, why, 0
	if x.live != nil {
		x.live.stale = true
	}
	s.drop(x)
	x.win.clear()
}

// reason is why the window will be empty after a message that could not be inflated.
func (x *context) reason() Why {
	if x.whole {
		return WindowLost
	}
	return x.why
}

// grew takes note of n bytes of output.
func (x *context) grew(n int64) {
	x.since = addSat(x.since, n)
	if x.since >= history {
		x.whole = true
	}
}

// release gives all memory back.
func (x *context) release(s *Shared) {
	s.drop(x)
	x.win.clear()
	if x.live != nil {
		s.retire(x)
	}
}

// lru is a list of contexts, the one used last first.
type lru struct {
	first, last *context
	n           int
}

func (l *lru) push(x *context) {
	x.prev, x.next = nil, l.first
	if l.first != nil {
		l.first.prev = x
	} else {
		l.last = x
	}
	l.first = x
	l.n++
}

func (l *lru) remove(x *context) {
	if x.prev != nil {
		x.prev.next = x.next
	} else {
		l.first = x.next
	}
	if x.next != nil {
		x.next.prev = x.prev
	} else {
		l.last = x.prev
	}
	x.prev, x.next = nil, nil
	l.n--
}

// inflater is a reader that has the window of x.
func (s *Shared) inflater(x *context, lim *Limits) *inflater {
	switch {
	case !x.takeover:
		if s.plain == nil {
			s.plain = newInflater()
		}
		s.plain.stale = true
		return s.plain
	case x.live == nil:
		s.enliven(x, lim)
	case s.live.first != x:
		s.live.remove(x)
		s.live.push(x)
	}
	return x.live
}

// enliven gives a context a reader: an idle one, a new one, or that which was used least recently.
func (s *Shared) enliven(x *context, lim *Limits) {
	if s.live.n >= lim.Inflaters {
		s.demote(s.live.last, lim)
	}
	if n := len(s.idle); n > 0 {
		x.live, s.idle = s.idle[n-1], s.idle[:n-1]
	} else {
		x.live = newInflater()
	}
	s.drop(x)
	x.live.win, x.live.stale = &x.win, true
	s.live.push(x)
}

// retire takes a context's reader away.
func (s *Shared) retire(x *context) {
	s.live.remove(x)
	x.live.win = nil
	s.idle = append(s.idle, x.live)
	x.live = nil
}

// demote takes a context's reader away and counts its window towards the budget.
func (s *Shared) demote(x *context, lim *Limits) {
	s.retire(x)
	n := int64(cap(x.win.buf))
	if n == 0 {
		return
	}
	for s.storedBytes+n > lim.Windows && s.stored.last != nil {
		s.stored.last.lose(s, WindowEvicted)
	}
	if s.storedBytes+n > lim.Windows {
		x.lose(s, WindowEvicted)
		return
	}
	x.stored = true
	s.storedBytes += n
	s.stored.push(x)
}

// drop takes a context from the list of those whose window is stored.
func (s *Shared) drop(x *context) {
	if !x.stored {
		return
	}
	s.stored.remove(x)
	s.storedBytes -= int64(cap(x.win.buf))
	x.stored = false
}
