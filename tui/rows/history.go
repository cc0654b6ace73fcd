package rows

import (
	"errors"

	"github.com/wspeek/wspeek/decode/trace"
)

// droppedAtOnce is how many messages are dropped at a time.
const droppedAtOnce = 64

// ErrDropped is the error of asking for a message that is no longer kept.
var ErrDropped = errors.New("this message is no longer kept")

// bound drops the oldest until what is kept is within the limits: closed sessions, and messages of others. The lock is held.
func (s *Store) bound() {
	if s.history == 0 {
		return
	}
	for s.closed.Over() {
		s.retire()
	}
	for s.trace.Size()+s.payloads.held > s.history {
		if at, ok := s.closed.Oldest(); ok && at <= s.trace.Oldest()+droppedAtOnce {
			s.retire()
		} else if s.trace.ForgetOldest(droppedAtOnce, s.pinned) == 0 {
			return
		}
	}
}

// retire drops the session that was closed first. The one that is looked at is spared until another one is.
func (s *Store) retire() {
	n := s.closed.Next()
	if n == s.pinned {
		s.spared = n
		return
	}
	s.drop(n)
}

func (s *Store) drop(session int) {
	s.trace.ForgetSession(session)
	s.marks.drop(session)
	s.checks.Forget(session)
	delete(s.ends, session)
	s.health.drop(session)
}

// Pin keeps a session from being dropped as long as it is looked at; 0 is none.
func (s *Store) Pin(session int) {
	s.hold(func() {
		if s.pinned = session; s.spared != 0 && s.spared != session {
			s.drop(s.spared)
			s.spared = 0
		}
	})
}

// dropped is how many rows of lists were dropped; the lock is held.
func (s *Store) dropped() int {
	messages, frames := s.trace.Forgotten()
	return messages + frames + s.closed.Forgotten
}

// SessionAt is the number of the session in row k of the list of sessions, from 0; 0 is none.
func (s *Store) SessionAt(k int) (n int) {
	s.Look(func(t *trace.Trace) { n = t.SessionAt(k) })
	return n
}

// PositionOf is the opposite of sessionAt.
func (s *Store) PositionOf(session int) (k int) {
	s.Look(func(t *trace.Trace) { k = t.PositionOf(session) })
	return k
}

// Kept is the number of the first message of a session that is kept, and how many messages it had.
func (s *Store) Kept(session int) (first, count int) {
	s.Look(func(t *trace.Trace) { first, count = t.FirstKept(session), t.MessageCount(session) })
	return first, count
}

// past is how much was dropped; the lock is held.
func (s *Store) past() (messages, sessions int64) {
	n, _ := s.trace.Forgotten()
	return int64(n), int64(s.closed.Forgotten)
}

var _ trace.Forgetter = (*spill)(nil)
