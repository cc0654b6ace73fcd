package rows

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/feedtest"
)

// lateQueries ask how sessions end.
var lateQueries = []string{"ws.closed_by == c2s", "ws.closed_by == s2c", "ws.close_code == 1000", "ws.close_code", "!ws.close_code",
	"ws.duration > 0.05", "ws.messages > 3", "ws.end", "ws.session.state == closed && websocket.opcode == 1", "short && ws.closed_by"}

func compiled(t interface{ Fatal(...any) }, text string) *Query {
	q, err := Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// caught are the rows of a filter that has caught up and adopted what has changed.
func caught(v *Filter, s *Store) []Entry {
	for v.Behind(s) || v.recheck.busy {
		v.recheck.rest = 0
		v.Scan(s)
		v.Adopt(s)
	}
	return v.rows
}

// At any moment of reading, a filter on how sessions end shows the rows that the same filter
// finds that starts at that moment.
func TestAFilterOnEndsIsRightAtAnyMoment(t *testing.T) {
	t.Parallel()
	data := feedtest.Crowd(12)
	rapid.Check(t, func(t *rapid.T) {
		s := New(Limits{})
		spec := Spec{Query: compiled(t, rapid.SampledFrom(lateQueries).Draw(t, "query")), Frames: rapid.Bool().Draw(t, "frames"),
			Session: rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "session")}
		v := NewFilter(spec)
		every := rapid.IntRange(1, 40).Draw(t, "every")
		n := 0
		check := func() {
			again := NewFilter(spec)
			if got, want := caught(v, s), caught(again, s); !slices.Equal(got, want) {
				t.Fatalf("%s after %d events: %d rows, want %d", spec.Query.Text, n, len(got), len(want))
			}
		}
		err := feedtest.Read(data, func(b *decode.Batch, e *decode.Event) error {
			err := s.Visit(b, e)
			if n++; n%every == 0 {
				check()
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		check()
	})
}

// While rows come and go above and below it, the cursor stays at its row.
func TestTheCursorStaysWhenSessionsEnd(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	v := NewFilter(Spec{Query: compiled(t, "ws.closed_by == c2s || long")})
	cursor, index, moved := 0, -1, 0
	n := 0
	err := feedtest.Read(feedtest.Crowd(30), func(b *decode.Batch, e *decode.Event) error {
		err := s.Visit(b, e)
		if n++; n%5 != 0 {
			return err
		}
		v.recheck.rest = 0
		v.Scan(s)
		before := cursor
		v.Adopt(s, &cursor)
		if cursor != before {
			moved++
		}
		switch c, ok := v.At(s, cursor); {
		case index < 0 && len(v.rows) > 4:
			cursor = 4
			index = v.rows[4].Index
		case index >= 0 && (!ok || c.Index != index):
			t.Fatalf("after %d events the cursor is at message %d, want %d", n, c.Index, index)
		}
		return err
	})
	if err != nil || index < 0 || moved == 0 {
		t.Fatalf("%v; at %d, moved %d times", err, index, moved)
	}
}

// Filters that do not ask how sessions end are not asked again.
func TestOtherFiltersAreNotAskedAgain(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	v := NewFilter(Spec{Query: compiled(t, "long")})
	if err := feedtest.Read(feedtest.Crowd(5), s.Visit); err != nil {
		t.Fatal(err)
	}
	v.Scan(s)
	if v.recheck.busy || v.recheck.seen == 0 || v.Behind(s) || v.Adopt(s) {
		t.Errorf("%+v", v.recheck)
	}
}

// A filter that has missed changes asks about all sessions.
func TestMissedChangesAskAboutAllSessions(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	v := NewFilter(Spec{Query: compiled(t, "ws.close_code == 1000")})
	v.Scan(s)
	if err := feedtest.Read(pcaps.Get("port-reuse").Data, s.Visit); err != nil {
		t.Fatal(err)
	}
	v.Scan(s)
	v.Adopt(s)
	want := len(v.rows)
	v.rows = nil // as if nothing had been found when the sessions were open
	for k := range maxChanges + 2 {
		s.change(1 + k%2)
	}
	if got := len(caught(v, s)); got != want || want == 0 {
		t.Errorf("%d rows, want %d", got, want)
	}
}

// Where a change is the same as the one before it, it counts all the same.
func TestEachChangeOfASessionCounts(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	v := NewFilter(Spec{Query: compiled(t, "ws.end")})
	for k := range 5 {
		s.change(7)
		if got := v.changed(s); !got[7] || len(got) != 1 {
			t.Fatalf("change %d: %v", k, got)
		}
		if got := v.changed(s); len(got) != 0 {
			t.Fatalf("seen twice: %v", got)
		}
	}
	s.change(8)
	s.change(7)
	if got := fmt.Sprint(v.changed(s)); got != "map[7:true 8:true]" {
		t.Error(got)
	}
}
