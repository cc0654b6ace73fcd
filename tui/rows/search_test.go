package rows

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/tui/feedtest"
)

// matchesOf are the rows of v that q matches, found one by one.
func matchesOf(s *Store, v *Filter, q *Query) (out []int) {
	m := newMatcher(s)
	for k, e := range v.rows {
		if e.Kind == OfMessage {
			if m.load(e.Index); m.matches(q) {
				out = append(out, k)
			}
		}
	}
	return out
}

// From any row, in both directions, a search finds the next match, wraps at the ends, and knows its place.
func TestSearchFindsTheNextMatchAndWraps(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	if err := feedtest.Read(feedtest.Crowd(25), s.Visit); err != nil {
		t.Fatal(err)
	}
	v := NewFilter(Spec{})
	v.Scan(s)
	rapid.Check(t, func(t *rapid.T) {
		q := compiled(t, rapid.SampledFrom([]string{"long", "short 7", "no such word", "websocket.opcode == 8", "ws.n == 1", "5"}).Draw(t, "query"))
		want := matchesOf(s, v, q)
		h := NewSearch(s, v, q, rapid.IntRange(0, len(v.rows)-1).Draw(t, "from"))
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			at := rapid.IntRange(0, len(v.rows)-1).Draw(t, "at")
			step := rapid.SampledFrom([]int{1, -1}).Draw(t, "step")
			next, wraps := expected(want, at, step)
			if got, wrapped := h.Find(at, step); got != next || wrapped != wraps {
				t.Fatalf("%s from %d by %d: %d (wrapped %v), want %d (%v)", q.Text, at, step, got, wrapped, next, wraps)
			}
		}
		h.Count()
		for k, at := range want {
			if place, n, ok := h.Place(at); place != k+1 || n != len(want) || !ok {
				t.Fatalf("%s: row %d is match %d of %d (%v), want %d of %d", q.Text, at, place, n, ok, k+1, len(want))
			}
		}
	})
}

// expected is the match that comes after at, or before it, and whether that is beyond an end.
func expected(matches []int, at, step int) (next int, wraps bool) {
	if len(matches) == 0 {
		return -1, false
	}
	if step > 0 {
		if i, _ := slices.BinarySearch(matches, at+1); i < len(matches) {
			return matches[i], false
		}
		return matches[0], true
	}
	if i, _ := slices.BinarySearch(matches, at); i > 0 {
		return matches[i-1], false
	}
	return matches[len(matches)-1], true
}

// The first match is found without looking at all rows.
func TestSearchLooksOnlyAsFarAsItMust(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	if err := feedtest.Read(feedtest.TwoSessions(feedtest.Script(2000), nil), s.Visit); err != nil {
		t.Fatal(err)
	}
	v := NewFilter(Spec{})
	v.Scan(s)
	h := NewSearch(s, v, compiled(t, "alice"), 1000)
	if at, _ := h.Find(1000, 1); at != 1001 {
		t.Errorf("found %d", at)
	}
	if at, _ := h.Find(1000, -1); at != 999 {
		t.Errorf("found %d before", at)
	}
	if done, of := h.Progress(); done > 100 || of < 2000 {
		t.Errorf("looked at %d of %d", done, of)
	}
	if _, _, ok := h.Place(1001); ok {
		t.Error("the place is known although not all was looked at")
	}
	h.Cancel()
	if h.Count() {
		t.Error("a cancelled search has counted")
	}
}

// Rows that come later are found too.
func TestSearchGoesOnWithNewRows(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	v := NewFilter(Spec{})
	if err := feedtest.Read(feedtest.TwoSessions([]string{"one"}, nil), s.Visit); err != nil {
		t.Fatal(err)
	}
	v.Scan(s)
	h := NewSearch(s, v, compiled(t, "one"), 0)
	h.Count()
	if _, n, ok := h.Place(0); n != 1 || !ok {
		t.Fatalf("%d matches", n)
	}
	if err := feedtest.Read(feedtest.TwoSessions([]string{"one", "one"}, nil), s.Visit); err != nil {
		t.Fatal(err)
	}
	v.Scan(s)
	if _, _, ok := h.Place(0); ok {
		t.Error("the place is known although there are more rows")
	}
	h.Count()
	if _, n, _ := h.Place(0); n != 3 {
		t.Errorf("%d matches, want 3", n)
	}
}
