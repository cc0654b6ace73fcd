package rows

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/check"
)

// Health says in a word how a session fared.
type Health uint8

// The kinds of Health; every session is of one.
const (
	// Hurt means: it ended without a closing handshake, was refused, broke a rule, or is not wholly known.
	Hurt Health = iota
	Underway
	Well
)

// End says who ended a session, how and why, by the judgement of wspeek check. Text is one phrase and not inert.
type End struct {
	Text   string
	Health Health
	// Verdict is what check says of it in full, nil as long as the session is not over.
	Verdict *check.Verdict
}

// tally counts sessions by their Health.
type tally struct {
	counts [3]int
	// of has, by the number of a session less one, one more than its Health; 0 if it is not counted.
	of []uint8
	// changed goes up with each change.
	changed int
}

// set notes how a session fares.
func (t *tally) set(n int, h Health) {
	for len(t.of) < n {
		t.of = append(t.of, 0)
	}
	was := t.of[n-1]
	if was == uint8(h)+1 {
		return
	}
	if was > 0 {
		t.counts[was-1]--
	}
	t.counts[h]++
	t.of[n-1] = uint8(h) + 1
	t.changed++
}

// drop forgets a session.
func (t *tally) drop(n int) {
	if n <= len(t.of) && t.of[n-1] > 0 {
		t.counts[t.of[n-1]-1]--
		t.of[n-1] = 0
		t.changed++
	}
}

// watchHealth keeps the tally when there is a newer snapshot of a session; the lock is held.
func (s *Store) watchHealth(e *decode.Event) {
	if e.Kind != decode.KindSession {
		return
	}
	if i := s.trace.Session(e.Session.N); i != nil {
		s.health.set(i.N, s.healthOf(i))
	}
}

// healthOf is how a session fares as far as is known; the lock is held.
func (s *Store) healthOf(i *decode.Session) Health {
	if end, over := s.ends[i.N]; over {
		return end.Health
	}
	switch {
	case i.State == decode.Refused, i.HasEnded && i.Close == nil, i.Missing > 0:
		return Hurt
	case i.State == decode.Closed:
		return Well
	}
	return Underway
}

// judge follows sessions for their verdicts; the lock is held.
func (s *Store) judge(b *decode.Batch, e *decode.Event) {
	if e.Session == nil || s.trace.Session(e.Session.N) == nil {
		return
	}
	n := e.Session.N
	if _, over := s.ends[n]; over {
		return
	}
	r := s.checks.Apply(b, e)
	if r == nil {
		return
	}
	end := End{r.Phrase(), Well, &r.Verdict}
	switch {
	case r.Hurt():
		end.Health = Hurt
	case r.Session.State != decode.Closed:
		end.Health = Underway
	}
	s.ends[n] = end
}

// end is the end of a session as far as it is known; the lock is held.
func (s *Store) end(i *decode.Session) End {
	if end, over := s.ends[i.N]; over {
		return end
	}
	return End{check.SoFar(i), s.healthOf(i), nil}
}
