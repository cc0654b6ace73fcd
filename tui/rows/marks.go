package rows

import "sort"

// Event is what a mark reports of a session.
type Event uint8

const (
	// Opened says that its opening handshake was answered with 101.
	Opened Event = iota
	// Refused says that its opening handshake was answered otherwise.
	Refused
	// Found says that it was recognised without its handshake.
	Found
	// Ended says that it is closed.
	Ended
)

// Mark is a row of the list that reports an event of a session, between messages.
type Mark struct {
	// Event is what happened.
	Event   Event
	session int
	// n numbers all marks from 0.
	n int
	// message and frame are the index of the message, or frame, that comes after it.
	message, frame int
}

func (m *Mark) at(frames bool) int {
	if frames {
		return m.frame
	}
	return m.message
}

// marks are the marks of the sessions that were not dropped, in the order of their numbers.
type marks struct {
	list []Mark
	// next is the number of the next one, gone how many in the list are of dropped sessions.
	next, gone int
	// seen are the events that a session has marks of, as bits.
	seen map[int]uint8
}

// add adds a mark, unless its session has one of this event already.
func (l *marks) add(m Mark) {
	if l.seen[m.session]&(1<<m.Event) != 0 {
		return
	}
	l.seen[m.session] |= 1 << m.Event
	m.n = l.next
	l.list = append(l.list, m)
	l.next++
}

// from are the marks from number n on.
func (l *marks) from(n int) []Mark {
	return l.list[sort.Search(len(l.list), func(i int) bool { return l.list[i].n >= n }):]
}

// at is the mark whose number has these lowest 32 bits, nil if it was dropped.
func (l *marks) at(low uint32) *Mark {
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

// minGone is how many marks of dropped sessions the list may hold before they are removed.
const minGone = 1024

// drop drops the marks of a session.
func (l *marks) drop(session int) {
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
