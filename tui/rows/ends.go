package rows

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/trace"
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
	end := End{r.Phrase(), Well}
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
	end := End{check.SoFar(i), Underway}
	switch {
	case i.State == decode.Refused, i.HasEnded && i.Close == nil, i.Missing > 0:
		end.Health = Hurt
	case i.State == decode.Closed:
		end.Health = Well
	}
	return end
}

// Listed is a session of the list, with how it ended.
type Listed struct {
	*decode.Session
	Fate End
}

// Listed are copies of the sessions in rows [from,to) of the list of sessions, with the counts as they are now.
func (s *Store) Listed(from, to int) (out []Listed) {
	s.Look(func(t *trace.Trace) {
		for _, n := range t.SessionsFrom(from, to) {
			i := t.CurrentSession(n)
			out = append(out, Listed{i, s.end(i)})
		}
	})
	return out
}
