package rows

import "sync/atomic"

// Search looks in the background for the next row that a query matches.
type Search struct {
	store   *Store
	filter  *Filter
	query   *Query
	from    int
	step    int
	matcher *matcher
	stop    atomic.Bool
	// done counts the rows looked at, of those that there are.
	done, of atomic.Int64
}

// NewSearch is a search among the rows of v, from row from (which is not looked at) on: downwards if step is 1, upwards if
// it is -1.
func NewSearch(s *Store, v *Filter, q *Query, from, step int) *Search {
	return &Search{store: s, filter: v, query: q, from: from, step: step}
}

// Cancel stops run soon.
func (h *Search) Cancel() { h.stop.Store(true) }

// Progress is how many rows were looked at, of how many. It may be called while run runs.
func (h *Search) Progress() (done, of int64) { return h.done.Load(), h.of.Load() }

// Run is the row found, -1 if there is none or it was cancelled.
func (h *Search) Run() (found int) {
	found = -1
	at := h.from
	h.store.inSteps(func() (more bool) {
		found, more = h.next(&at)
		return more && !h.stop.Load()
	}, h.store.Notify)
	return found
}

// looked is how many rows one step looks at.
const looked = 16

// next looks at a few rows after *at; the lock is held.
func (h *Search) next(at *int) (found int, more bool) {
	h.of.Store(int64(len(h.filter.rows)))
	for range looked {
		*at += h.step
		if *at < 0 || *at >= len(h.filter.rows) {
			return -1, false
		}
		h.done.Add(1)
		if h.matches(h.filter.rows[*at]) {
			return *at, false
		}
	}
	return -1, true
}

// matches reports whether a row matches; the lock is held.
func (h *Search) matches(e Entry) bool {
	if h.matcher == nil {
		h.matcher = newMatcher(h.store)
	}
	switch {
	case e.Kind == OfMark || !h.store.has(e):
		return false
	case e.Kind == OfFrame:
		h.matcher.loadFrame(e.Index)
	default:
		h.matcher.load(e.Index)
	}
	return h.matcher.matches(h.query)
}
