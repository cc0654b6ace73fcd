package tui

import "sort"

// markKind is what an event line in the list tells.
type markKind uint8

const (
	markOpened markKind = iota
	markRefused
	markFound // recognised without its handshake
	markEnded
)

// mark is an event that stands in the list between messages: it comes before message (frame) at(...). n numbers all marks from 0.
type mark struct {
	n              int
	kind           markKind
	session        int
	message, frame int
}

func (m *mark) at(frames bool) int {
	if frames {
		return m.frame
	}
	return m.message
}

// marks are the marks of the sessions that were not forgotten, in the order of their numbers.
type marks struct {
	list []mark
	// next is the number of the next one, gone how many in the list are of forgotten sessions.
	next, gone int
	// seen are the kinds of marks that a session has, as bits.
	seen map[int]uint8
}

// add makes a mark, where session has none of its kind yet.
func (l *marks) add(m mark) {
	if l.seen[m.session]&(1<<m.kind) != 0 {
		return
	}
	l.seen[m.session] |= 1 << m.kind
	m.n = l.next
	l.list = append(l.list, m)
	l.next++
}

// from are the marks from number n on.
func (l *marks) from(n int) []mark {
	return l.list[sort.Search(len(l.list), func(i int) bool { return l.list[i].n >= n }):]
}

// at is the mark whose number has these lowest 32 bits, nil where it was forgotten.
func (l *marks) at(low uint32) *mark {
	if len(l.list) == 0 {
		return nil
	}
	first := l.list[0].n
	n := first + int(low-uint32(first))
	if rest := l.from(n); len(rest) > 0 && rest[0].n == n && l.seen[rest[0].session] != 0 {
		return &rest[0]
	}
	return nil
}

// minGone is how many marks are left in the list at least before it is gone through.
const minGone = 1024

// forget forgets the marks of a session.
func (l *marks) forget(session int) {
	for k := l.seen[session]; k != 0; k &= k - 1 {
		l.gone++
	}
	delete(l.seen, session)
	if l.gone < max(minGone, len(l.list)/2) {
		return
	}
	left := l.list[:0]
	for _, m := range l.list {
		if l.seen[m.session] != 0 {
			left = append(left, m)
		}
	}
	l.list, l.gone = left, 0
}
