package rows

import (
	"sort"
	"sync/atomic"
)

// Search finds the rows of a Filter that a query matches. It remembers what it has looked at: a run of rows around the
// one where it started, which grows in the direction that is asked for. It is of no use any more once rows have moved
// (Filter.Trim and Filter.Adopt). Find and Count are called in one goroutine at a time, and need no lock held.
type Search struct {
	// Query is what is searched for.
	Query   *Query
	store   *Store
	filter  *Filter
	matcher *matcher
	stop    atomic.Bool
	// low and high are the rows looked at, [low,high); below are the matches below the start, in falling order, above
	// the others, in rising order.
	low, high    int
	below, above []int
	// done counts the rows looked at, of those that there are.
	done, of atomic.Int64
}

// NewSearch is a search among the rows of v that has looked at nothing yet; it starts at row from.
func NewSearch(s *Store, v *Filter, q *Query, from int) *Search {
	from = max(from, 0)
	return &Search{Query: q, store: s, filter: v, matcher: newMatcher(s), low: from, high: from}
}

// Cancel makes Find and Count return soon.
func (h *Search) Cancel() { h.stop.Store(true) }

// Progress is how many rows were looked at, of how many. It may be called at any time.
func (h *Search) Progress() (done, of int64) { return h.done.Load(), h.of.Load() }

// Find is the next row after row at that matches (the one before it if step is -1), -1 if there is none or it was
// cancelled. After the last row it goes on at the first: wrapped reports that.
func (h *Search) Find(at, step int) (found int, wrapped bool) {
	found = -1
	more := true
	h.store.inSteps(func() bool {
		var known bool
		if found, wrapped, known = h.answer(at, step); known || !more || h.stop.Load() {
			return false
		}
		more = h.look(step)
		return true
	}, h.store.Notify)
	return found, wrapped
}

// Count looks at all rows. It reports false if it was cancelled.
func (h *Search) Count() bool {
	h.store.inSteps(func() bool { return !h.stop.Load() && h.look(1) }, h.store.Notify)
	return !h.stop.Load()
}

// Place is which of the matches row at is, from 1, and how many there are; ok is false as long as not all rows were
// looked at.
func (h *Search) Place(at int) (k, n int, ok bool) {
	h.store.hold(func() {
		n = len(h.below) + len(h.above)
		k = len(h.below) + sort.SearchInts(h.above, at) + 1
		if len(h.above) == 0 || at < h.above[0] {
			k = len(h.below) - sort.Search(len(h.below), func(i int) bool { return h.below[i] <= at })
		}
		ok = h.complete()
	})
	return k, n, ok
}

// complete reports whether all rows were looked at; the lock is held.
func (h *Search) complete() bool { return h.low <= 0 && h.high >= len(h.filter.rows) }

// answer is what Find returns, if what was looked at is enough to know; the lock is held.
func (h *Search) answer(at, step int) (found int, wrapped, known bool) {
	if step > 0 {
		found = h.after(at)
	} else {
		found = h.before(at)
	}
	switch {
	case found >= 0 && at >= h.low-1 && at <= h.high:
		return found, false, true
	case !h.complete():
		return -1, false, false
	case found >= 0:
		return found, false, true
	case step > 0:
		found = h.after(-1)
	default:
		found = h.before(len(h.filter.rows))
	}
	return found, found >= 0, true
}

// after is the first match after row at, -1 if none is known.
func (h *Search) after(at int) int {
	if i := sort.Search(len(h.below), func(i int) bool { return h.below[i] <= at }); i > 0 {
		return h.below[i-1]
	}
	if i := sort.SearchInts(h.above, at+1); i < len(h.above) {
		return h.above[i]
	}
	return -1
}

// before is the last match before row at, -1 if none is known.
func (h *Search) before(at int) int {
	if i := sort.SearchInts(h.above, at); i > 0 {
		return h.above[i-1]
	}
	if i := sort.Search(len(h.below), func(i int) bool { return h.below[i] < at }); i < len(h.below) {
		return h.below[i]
	}
	return -1
}

// looked is how many rows one step looks at.
const looked = 16

// look looks at a few more rows, after those looked at if step is 1 and there are any, else before them. It reports
// false if there are none; the lock is held.
func (h *Search) look(step int) bool {
	rows := h.filter.rows
	h.of.Store(int64(len(rows)))
	for range looked {
		switch up, down := h.high < len(rows), h.low > 0; {
		case up && (step > 0 || !down):
			if h.matches(rows[h.high]) {
				h.above = append(h.above, h.high)
			}
			h.high++
		case down:
			if h.low--; h.matches(rows[h.low]) {
				h.below = append(h.below, h.low)
			}
		default:
			return false
		}
	}
	h.done.Store(int64(h.high - h.low))
	return true
}

// matches reports whether a row matches; the lock is held.
func (h *Search) matches(e Entry) bool {
	switch {
	case e.Kind == OfMark || !h.store.has(e):
		return false
	case e.Kind == OfFrame:
		h.matcher.loadFrame(e.Index)
	default:
		h.matcher.load(e.Index)
	}
	return h.matcher.matches(h.Query)
}
