package ws

import "bytes"

// context is what a direction knows of its LZ77 sliding window (RFC 7692 section 7.1.1): the output since
// the last loss.
type context struct {
	// size is how many bytes of it are needed.
	size     int
	takeover bool
	// whole says that nothing that a message may refer to is missing; else why says why.
	whole bool
	why   Why
	// since is the output since the loss.
	since int64
	// live holds the window, or else tail does.
	live *inflater
	tail []byte
	// prev and next link it into the list of live or of stored ones.
	prev, next *context
}

const minWindowBits = 9

func (x *context) init(cfg *Config, d Dir) {
	x.size, x.takeover, x.whole, x.why = history, true, !cfg.Assumed, WindowLost
	if cfg.Deflate == nil {
		return
	}
	x.takeover = !cfg.Deflate.NoTakeover[d]
	// An encoder with 8 bits really uses 9.
	if bits := cfg.Deflate.WindowBits[d]; bits > 0 && bits < 15 {
		x.size = 1 << max(bits, minWindowBits)
	}
}

// lose empties the window, because a part of it is not known.
func (x *context) lose(s *Shared, why Why) {
	if !x.takeover {
		return
	}
	x.whole, x.why, x.since = false, why, 0
	if x.live != nil {
		x.live.forget()
	}
	s.drop(x)
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
	if x.live == nil {
		return
	}
	s.live.remove(x)
	x.live.forget()
	x.live.owner = nil
	s.idle = append(s.idle, x.live)
	x.live = nil
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
	if !x.takeover {
		if s.plain == nil {
			s.plain = newInflater()
		}
		s.plain.forget()
		return s.plain
	}
	if x.live != nil {
		if s.live.first != x {
			s.live.remove(x)
			s.live.push(x)
		}
		return x.live
	}
	return s.enliven(x, lim)
}

// enliven gives a context a reader: an idle one, a new one, or that which was used least recently.
func (s *Shared) enliven(x *context, lim *Limits) *inflater {
	if s.live.n >= lim.Inflaters {
		s.demote(s.live.last, lim)
	}
	in := (*inflater)(nil)
	if n := len(s.idle); n > 0 {
		in, s.idle = s.idle[n-1], s.idle[:n-1]
	} else {
		in = newInflater()
	}
	in.forget()
	in.remember(x.tail)
	s.drop(x)
	in.owner, x.live = x, in
	s.live.push(x)
	return in
}

// demote takes a context's reader away and stores its window.
func (s *Shared) demote(x *context, lim *Limits) {
	in := x.live
	s.live.remove(x)
	x.live, in.owner = nil, nil
	w := in.window()
	w = w[max(0, len(w)-x.size):]
	s.idle = append(s.idle, in)
	if len(w) == 0 {
		return
	}
	for s.storedBytes+int64(len(w)) > lim.Windows && s.stored.last != nil {
		s.stored.last.lose(s, WindowEvicted)
	}
	if s.storedBytes+int64(len(w)) > lim.Windows {
		x.lose(s, WindowEvicted)
		return
	}
	x.tail = bytes.Clone(w)
	s.storedBytes += int64(len(w))
	s.stored.push(x)
}

// drop forgets the stored window of a context.
func (s *Shared) drop(x *context) {
	if x.tail == nil {
		return
	}
	s.stored.remove(x)
	s.storedBytes -= int64(len(x.tail))
	x.tail = nil
}
