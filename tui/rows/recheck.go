package rows

import (
	"slices"
	"sort"
	"time"
)

// A filter on how a session ends (ws.closed_by, ws.duration, ...) has another answer once it has ended. So the messages
// of each session of which there is a newer snapshot are asked again, in the background; what that changes is shown
// when the screen adopts it, so that its cursor stays where it is.

// maxChanges is how many changes of sessions are remembered. A filter that has missed some asks about all sessions.
const maxChanges = 1 << 20

// maxRest is how long asking again rests at most, so that it does not take all of the time when sessions change all
// the time.
const maxRest = 2 * time.Second

// recheck is the state of asking again.
type recheck struct {
	// seen is how many changes were taken into account.
	seen int
	// busy says that rows must not change: new ones are being made, or wait to be adopted.
	busy bool
	// rows are those to be adopted, if ready.
	rows  []Entry
	ready bool
	// rest is how long to wait before the next time.
	rest time.Duration
}

// change records that there is a newer snapshot of a session; the lock is held.
func (s *Store) change(session int) {
	if n := len(s.changes); n > 0 && s.changes[n-1] == int32(session) {
		s.forgotten++ // a filter that has seen the change before must see this one too
		return
	}
	if len(s.changes) == maxChanges {
		s.changes = append(s.changes[:0], s.changes[maxChanges/2:]...)
		s.forgotten += maxChanges / 2
		s.lost = s.forgotten
	}
	s.changes = append(s.changes, int32(session))
}

// changeCount is how many changes there were; the lock is held.
func (s *Store) changeCount() int { return s.forgotten + len(s.changes) }

// late reports whether rows may change when a session ends.
func (v *Filter) late() bool { return v.Query != nil && v.Query.late }

// askAgain asks again about the messages of sessions that have changed.
func (v *Filter) askAgain(s *Store) {
	if !v.late() || v.stop.Load() {
		return
	}
	sessions := v.changed(s)
	if len(sessions) == 0 {
		return
	}
	time.Sleep(v.recheck.rest)
	start := time.Now()
	found := v.matching(s, sessions)
	rows, differ := v.merged(s, sessions, found)
	v.recheck.rest = min(3*time.Since(start), maxRest)
	s.hold(func() {
		v.recheck.rows, v.recheck.ready = rows, differ
		v.recheck.busy = differ
	})
}

// changed are the sessions that have changed since the last call; rows must not change from now on.
func (v *Filter) changed(s *Store) map[int]bool {
	out := map[int]bool{}
	s.hold(func() {
		if v.recheck.seen < s.lost {
			for n := 1; n <= s.trace.Sessions(); n++ {
				out[n] = true
			}
		}
		for _, n := range s.changes[min(max(v.recheck.seen-s.forgotten, 0), len(s.changes)):] {
			if v.Session == 0 || v.Session == int(n) {
				out[int(n)] = true
			}
		}
		v.recheck.seen = s.changeCount()
		v.recheck.busy = len(out) > 0
	})
	return out
}

// matching are the rows of sessions that are shown, in order.
func (v *Filter) matching(s *Store, sessions map[int]bool) (found []Entry) {
	for n := range sessions {
		k := 1
		s.inSteps(func() bool {
			for range looked {
				if v.stop.Load() || k > v.count(s, n) {
					return false
				}
				if i := v.index(s, n, k); i >= 0 && i < v.next && v.shows(s, i) {
					found = append(found, Entry{Kind: v.kind(), Index: i})
				}
				k++
			}
			return true
		}, s.Notify)
	}
	slices.SortFunc(found, func(a, b Entry) int { return a.Index - b.Index })
	return found
}

// count is how many messages or frames of a session have a number; the lock is held.
func (v *Filter) count(s *Store, session int) int {
	if v.Frames {
		return s.trace.FrameCount(session)
	}
	return s.trace.MessageCount(session)
}

// index is that of message or frame k of a session, -1 if it is not there; the lock is held.
func (v *Filter) index(s *Store, session, k int) int {
	if v.Frames {
		return s.trace.FrameIndex(session, k)
	}
	return s.trace.Index(session, k)
}

// merged are the rows with those of some sessions replaced; differ reports whether that changes anything.
func (v *Filter) merged(s *Store, sessions map[int]bool, found []Entry) (out []Entry, differ bool) {
	k := 0
	s.inSteps(func() bool {
		for range scanned {
			if k == len(v.rows) || v.stop.Load() {
				return false
			}
			e := v.rows[k]
			k++
			for len(found) > 0 && found[0].Index < e.Index {
				out, found, differ = append(out, found[0]), found[1:], true
			}
			switch same := len(found) > 0 && found[0].Index == e.Index; {
			case same:
				out, found = append(out, e), found[1:]
			case sessions[v.sessionOf(s, e)]:
				differ = true
			default:
				out = append(out, e)
			}
		}
		return true
	}, s.Notify)
	return append(out, found...), differ || len(found) > 0
}

// sessionOf is the session of a row, 0 if it was dropped; the lock is held.
func (v *Filter) sessionOf(s *Store, e Entry) int {
	if v.Frames {
		return s.trace.FrameSession(e.Index)
	}
	return s.trace.SessionOf(e.Index)
}

// Adopt takes over rows that have changed since sessions have ended, and reports whether there were any. Positions in
// rows move along: each stays at its row, or comes to the one after it.
func (v *Filter) Adopt(s *Store, positions ...*int) (adopted bool) {
	s.hold(func() {
		if adopted = v.recheck.ready; !adopted {
			return
		}
		rows := v.recheck.rows
		for _, p := range positions {
			if len(v.rows) > 0 {
				*p = v.moved(rows, *p)
			}
		}
		v.rows = rows
		v.recheck.rows, v.recheck.ready, v.recheck.busy = nil, false, false
	})
	return adopted
}

// moved is where the row at position p is among rows, or where it would be.
func (v *Filter) moved(rows []Entry, p int) int {
	if p >= len(v.rows) {
		return len(rows)
	}
	i := v.rows[max(p, 0)].Index
	return sort.Search(len(rows), func(k int) bool { return rows[k].Index >= i })
}
