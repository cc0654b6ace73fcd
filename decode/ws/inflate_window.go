package ws

import "github.com/wspeek/wspeek/decode/flate"

// WindowStore keeps windows that memory has no room for. It belongs to one goroutine.
type WindowStore interface {
	// Put keeps a copy of window, at most 32 KiB, and returns where; false where that is not possible.
	Put(window []byte) (at int64, ok bool)
	// Get fills window, as long as it was, with what Put kept at at, and frees that place whether it succeeds or not.
	Get(at int64, window []byte) bool
	// Free frees what Put kept.
	Free(at int64, n int)
}

// context is what a direction knows of its LZ77 sliding window (RFC 7692 section 7.1.1): the output since
// the last loss.
type context struct {
	takeover bool
	// whole says that nothing that a message may refer to is missing; else why says why.
	whole bool
	why   Why
	// held says that win has memory, heldBytes how much the pool counts of it.
	held bool
	// beyond says that a distance beyond the agreed window was reported.
	beyond bool
	// stored is how many bytes of window the store keeps at at.
	stored    int32
	heldBytes int32
	// agreed is the window that was negotiated, in bytes.
	agreed int
	at     int64
	// since is the output since the loss.
	since int64
	// heals says that losses are looked into, guess what is known of the last one.
	heals bool
	guess *healing
	win   flate.Buffer
	// prev and next link it into the list of those that have memory.
	prev, next *context
}

func (x *context) init(cfg *Config, d Dir) {
	x.takeover, x.whole, x.why = cfg.Deflate == nil || !cfg.Deflate.NoTakeover[d], !cfg.Assumed, WindowLost
	x.heals = cfg.Deflate != nil && !cfg.Assumed
	if cfg.Deflate != nil && cfg.Deflate.WindowBits[d] > 0 {
		x.agreed = 1 << cfg.Deflate.WindowBits[d]
	}
}

// lose empties the window, because a part of it is not known.
func (x *context) lose(p *Pool, why Why) {
	if !x.takeover {
		return
	}
	x.whole, x.why, x.since = false, why, 0
	x.release(p)
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
	if x.since >= flate.HistoryMax {
		x.whole = true
	}
}

// release returns all memory.
func (x *context) release(p *Pool) {
	if x.guess != nil {
		x.unfollow(p)
	}
	if x.stored > 0 {
		p.Store.Free(x.at, int(x.stored))
		x.stored = 0
	}
	if x.held {
		p.unlist(x)
	}
	p.recycleMemory(x.win.Drop())
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
