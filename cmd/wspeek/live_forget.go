package main

import "github.com/wspeek/wspeek/decode"

// liveSessions is how many closed sessions a live capture remembers.
const liveSessions = 20_000

// forgetting bounds how many closed sessions are remembered, for captures that do not end.
type forgetting struct {
	// budget is how many; 0 is all.
	budget int
	// closed are those that have ended, the oldest first from head on.
	closed []int
	head   int
	// forgotten is how many are remembered no more.
	forgotten int
}

// note takes the newest snapshot of a session, and the one before it (nil for none), and returns which session
// to forget, 0 for none.
func (f *forgetting) note(before, now *decode.Session) int {
	if f.budget == 0 || !over(now) || before != nil && over(before) {
		return 0
	}
	f.closed = append(f.closed, now.N)
	if len(f.closed)-f.head <= f.budget {
		return 0
	}
	n := f.closed[f.head]
	if f.head++; f.head > f.budget {
		f.closed = append(f.closed[:0], f.closed[f.head:]...)
		f.head = 0
	}
	f.forgotten++
	return n
}

func over(s *decode.Session) bool {
	return s.HasEnded || s.State == decode.Closed || s.State == decode.Refused
}
