package tui

import "sync/atomic"

// hunt looks in the background for the next row that a query matches.
type hunt struct {
	store   *store
	lens    *lens
	query   *query
	from    int
	step    int
	matcher *asker
	stop    atomic.Bool
	// done counts the rows looked at, of those that there are.
	done, of atomic.Int64
}

// newHunt is a search among the rows of v, from row from (which is not looked at) on: downwards if step is 1, upwards if
// it is -1.
func newHunt(s *store, v *lens, q *query, from, step int) *hunt {
	return &hunt{store: s, lens: v, query: q, from: from, step: step}
}

// cancel stops run soon.
func (h *hunt) cancel() { h.stop.Store(true) }

// progress is how many rows were looked at, of how many. It may be called while run runs.
func (h *hunt) progress() (done, of int64) { return h.done.Load(), h.of.Load() }

// run is the row found, -1 if there is none or it was cancelled.
func (h *hunt) run() (found int) {
	found = -1
	at := h.from
	h.store.inSteps(func() (more bool) {
		found, more = h.next(&at)
		return more && !h.stop.Load()
	}, h.store.notify)
	return found
}

// looked is how many rows one step looks at.
const looked = 16

// next looks at a few rows after *at; the lock is held.
func (h *hunt) next(at *int) (found int, more bool) {
	h.of.Store(int64(len(h.lens.rows)))
	for range looked {
		*at += h.step
		if *at < 0 || *at >= len(h.lens.rows) {
			return -1, false
		}
		h.done.Add(1)
		if h.matches(h.lens.rows[*at]) {
			return *at, false
		}
	}
	return -1, true
}

// matches reports whether a row matches; the lock is held.
func (h *hunt) matches(e entry) bool {
	if h.matcher == nil {
		h.matcher = newAsker(h.store)
	}
	switch {
	case e.kind == entryMark || !h.store.has(e):
		return false
	case e.kind == entryFrame:
		h.matcher.loadFrame(e.i)
	default:
		h.matcher.load(e.i)
	}
	return h.matcher.matches(h.query)
}
