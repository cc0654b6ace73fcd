package trace

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
)

// Retention says which closed sessions are to be dropped, the oldest first, in runs that do not end. The zero value
// drops none.
type Retention struct {
	// Sessions is how many closed ones are remembered, Bytes how many bytes they may take; 0 is any number.
	Sessions int
	Bytes    int64
	// Forgotten is how many were given to be dropped.
	Forgotten int

	closed []closedSession // the oldest first, from head on
	head   int
	bytes  int64
}

// closedSession is a session that has ended, at is what Closed was given.
type closedSession struct{ n, at, size int }

// Closed takes the newest snapshot of a session, and the one before it (nil for none). At says where in the order of
// messages that is.
func (f *Retention) Closed(before, now *decode.Session, at int) {
	if f.Sessions == 0 && f.Bytes == 0 || !over(now) || before != nil && over(before) {
		return
	}
	c := closedSession{now.N, at, size(now)}
	f.closed = append(f.closed, c)
	f.bytes += int64(c.size)
}

// Over is whether a session is to be dropped: Next is to be called then.
func (f *Retention) Over() bool {
	n := len(f.closed) - f.head
	return n > 0 && (f.Sessions > 0 && n > f.Sessions || f.Bytes > 0 && f.bytes > f.Bytes)
}

// Oldest is where the oldest closed session was noted.
func (f *Retention) Oldest() (at int, ok bool) {
	if f.head == len(f.closed) {
		return 0, false
	}
	return f.closed[f.head].at, true
}

// Next is the number of the oldest closed session, which is to be dropped now; there must be one.
func (f *Retention) Next() (n int) {
	c := f.closed[f.head]
	if f.head++; f.head > len(f.closed)/2 {
		f.closed = append(f.closed[:0], f.closed[f.head:]...)
		f.head = 0
	}
	f.bytes -= int64(c.size)
	f.Forgotten++
	return c.n
}

func over(s *decode.Session) bool {
	return s.HasEnded || s.State == decode.Closed || s.State == decode.Refused
}

// size is about how many bytes a snapshot takes.
func size(s *decode.Session) int {
	n := sessionBytes + len(s.Host) + len(s.Path)
	for _, hs := range [][]http1.Header{s.RequestHeaders, s.ResponseHeaders} {
		for _, h := range hs {
			n += 64 + len(h.Name) + len(h.Value)
		}
	}
	return n
}
