package tui

import (
	"errors"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/trace"
)

// piecesForgotten is how many messages are forgotten at a time.
const piecesForgotten = 64

// errForgotten is what is said of a message that is not there any more.
var errForgotten = errors.New("this message is no longer kept")

// bound forgets the oldest until what is kept is within the limits: closed sessions, and messages of others. The lock is held.
func (s *store) bound() {
	if s.history == 0 {
		return
	}
	for s.closed.Over() {
		s.retire()
	}
	for s.trace.Size()+s.payloads.held > s.history {
		if at, ok := s.closed.Oldest(); ok && at <= s.trace.Oldest()+piecesForgotten {
			s.retire()
		} else if s.trace.ForgetOldest(piecesForgotten, s.pinned) == 0 {
			return
		}
	}
}

// retire forgets the session that was closed first. The one that is looked at is spared until another one is.
func (s *store) retire() {
	n := s.closed.Next()
	if n == s.pinned {
		s.spared = n
		return
	}
	s.forget(n)
}

func (s *store) forget(session int) {
	s.trace.ForgetSession(session)
	s.marks.forget(session)
}

// pin spares a session as long as it is looked at; 0 is none.
func (s *store) pin(session int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pinned = session; s.spared != 0 && s.spared != session {
		s.forget(s.spared)
		s.spared = 0
	}
}

// forgot is how many rows of lists were forgotten; the lock is held.
func (s *store) forgot() int {
	messages, frames := s.trace.Forgotten()
	return messages + frames + s.closed.Forgotten
}

// number is the number of the session in row k of the list of sessions, from 0; rank is the opposite. 0 is none.
func (s *store) number(k int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trace.SessionAt(k)
}

func (s *store) rank(session int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trace.PositionOf(session)
}

// pastOf says which messages of a session are no longer kept, empty for none.
func (m *model) pastOf(session int) string {
	m.store.mu.Lock()
	first, count := m.store.trace.FirstKept(session), m.store.trace.MessageCount(session)
	m.store.mu.Unlock()
	switch {
	case first == 1:
		return ""
	case first > count:
		return "  none is kept any more"
	}
	return "  kept from message " + show.Thousands(int64(first)) + " on"
}

// past is how much was forgotten; the lock is held.
func (s *store) past() (messages, sessions int64) {
	n, _ := s.trace.Forgotten()
	return int64(n), int64(s.closed.Forgotten)
}

var _ trace.Forgetter = (*spill)(nil)
