package rows

import (
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/tui/feedtest"
)

// The list judges each session as check does.
func TestEndsAreTheVerdictsOfCheck(t *testing.T) {
	t.Parallel()
	for name, health := range map[string]Health{"port-reuse": Well, "refused-426": Hurt, "broken-rules": Hurt, "lossy": Hurt, "graphql": Well} {
		s := New(Limits{})
		var run check.Run
		reports := 0
		var want []End
		err := feedtest.Read(pcaps.Get(name).Data, func(b *decode.Batch, e *decode.Event) error {
			if r := run.Apply(b, e); r != nil {
				reports++
				want = append(want, End{Text: r.Phrase()})
			}
			return s.Visit(b, e)
		})
		if err != nil {
			t.Fatal(err)
		}
		got := s.Listed(0, 100)
		if len(got) == 0 || reports != len(got) || len(s.ends) != len(got) {
			t.Fatalf("%s: %d sessions, %d reports", name, len(got), reports)
		}
		for _, i := range got {
			found := false
			for _, w := range want {
				found = found || w.Text == i.Fate.Text
			}
			if !found || i.Fate.Health != health {
				t.Errorf("%s: session %d: %+v; check has %v", name, i.N, i.Fate, want)
			}
		}
	}
}

// Before a session is over it has an end so far.
func TestEndsSoFar(t *testing.T) {
	t.Parallel()
	s := New(Limits{})
	for _, c := range []struct {
		i    decode.Session
		want Health
	}{
		{decode.Session{State: decode.Open}, Underway},
		{decode.Session{State: decode.Open, Missing: 3}, Hurt},
		{decode.Session{State: decode.Refused, Status: 403}, Hurt},
		{decode.Session{State: decode.Closed, HasEnded: true}, Hurt},
		{decode.Session{State: decode.Closed, HasEnded: true, Close: &decode.Close{Code: 1000}}, Well},
	} {
		if got := s.end(&c.i); got.Health != c.want || got.Text != check.SoFar(&c.i) {
			t.Errorf("%v: %+v", c.i.State, got)
		}
	}
}

// What was dropped is not remembered.
func TestEndsAreDroppedWithTheirSessions(t *testing.T) {
	t.Parallel()
	s := New(Limits{History: 64 << 20, Sessions: 4})
	if err := feedtest.Read(feedtest.Crowd(30), s.Visit); err != nil {
		t.Fatal(err)
	}
	if listed := s.Listed(0, 100); len(listed) != 5 || len(s.ends) != 5 {
		t.Errorf("%d ends of %d sessions", len(s.ends), len(listed))
	}
}
