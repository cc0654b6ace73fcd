package rows

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// Kind is what a row of the list is.
type Kind uint8

// The kinds.
const (
	OfMessage Kind = iota
	OfFrame
	OfMark
	// Dropped is a row that was dropped since it came into the list.
	Dropped
)

// Entry is a row of the list.
type Entry struct {
	// Kind is what it is.
	Kind Kind
	// mark is the number of a mark, its lowest 32 bits.
	mark uint32
	// Index is that of the message or frame in the Trace; of a mark, that of the one after it.
	Index int
}

// Cell is a row with what is drawn of it. It is a copy.
type Cell struct {
	Entry
	// Session is the newest snapshot of its session, empty but not nil if the row was dropped.
	Session *decode.Session
	// Message is set if it is a message, Frame if it is a frame, Mark if it is a mark. Payloads are not set.
	Message ws.Message
	Frame   ws.Frame
	Mark    Mark
	// Preview is the start of the payload, where one was asked for.
	Preview []byte
	// Said is what the message says, where a preview was asked for.
	Said []payload.App
	// Before is the time of the row above, if HasBefore.
	Before    int64
	HasBefore bool
}

// previewBytes is how much of a payload is fetched for a row of the list.
const previewBytes = 1024

// cell copies a row; the lock is held.
func (s *Store) cell(e Entry, preview bool) Cell {
	c := Cell{Entry: e}
	n := 0
	switch e.Kind {
	case OfMark:
		if m := s.marks.at(e.mark); m != nil {
			c.Mark, n = *m, m.session
		}
	case OfFrame:
		n = s.trace.FrameInto(e.Index, &c.Frame)
	case OfMessage:
		n = s.trace.MessageInto(e.Index, &c.Message)
		if preview {
			c.Preview, _ = s.trace.Prefix(e.Index, previewBytes) // shown as empty if it cannot be read back
			c.Said = s.said.At(n, c.Message.N)
		}
	}
	if c.Session = s.trace.Session(n); c.Session == nil {
		return Cell{Entry: Entry{Kind: Dropped, Index: e.Index}, Session: &decode.Session{}}
	}
	return c
}

// has reports whether a row was not dropped; the lock is held.
func (s *Store) has(e Entry) bool {
	switch e.Kind {
	case OfMark:
		return s.marks.at(e.mark) != nil
	case OfFrame:
		return s.trace.FrameSession(e.Index) != 0
	}
	return s.trace.SessionOf(e.Index) != 0
}

// timeOf is the time of a row; the lock is held.
func (s *Store) timeOf(e Entry) int64 {
	if e.Kind == OfMessage {
		return int64(s.trace.Time(e.Index))
	}
	c := s.cell(e, false)
	return c.Time()
}

// Cell is a copy of a row without a preview; its kind is entryGone if it was dropped.
func (s *Store) Cell(e Entry) (c Cell) {
	s.hold(func() { c = s.cell(e, false) })
	return c
}

// Said is what message n of a session says; nil for nothing. It must not be changed.
func (s *Store) Said(session, n int) (said []payload.App) {
	s.hold(func() { said = s.said.At(session, n) })
	return said
}

// Numbered is the row of message n of a session, or of its frame if that is not 0; ok is false if it is not there.
func (s *Store) Numbered(session, message, frame int) (c Cell, ok bool) {
	s.hold(func() {
		e := Entry{Kind: OfMessage, Index: s.trace.Index(session, message)}
		if frame > 0 {
			e = Entry{Kind: OfFrame, Index: s.trace.FrameIndex(session, frame)}
		}
		if message == 0 || e.Index < 0 {
			return
		}
		c = s.cell(e, false)
		ok = c.Kind != Dropped
	})
	return c, ok
}

// MessageOf is the index of the message that c shows, or whose frame it shows, and a copy of it; ok is false for marks,
// and for frames of messages that are not complete.
func (s *Store) MessageOf(c *Cell) (i int, m ws.Message, ok bool) {
	switch c.Kind {
	case OfMessage:
		return c.Index, c.Message, true
	case OfFrame:
		s.Look(func(t *trace.Trace) {
			if i = t.Index(c.Session.N, c.Frame.Message); i >= 0 {
				t.MessageInto(i, &m)
			}
		})
		return i, m, i >= 0
	}
	return -1, m, false
}

// FrameOrMessage is the first frame of a message, or the message of a frame; -1 if it is not there.
func (s *Store) FrameOrMessage(c *Cell) (i int) {
	s.Look(func(t *trace.Trace) {
		if c.Kind == OfFrame {
			i = t.Index(c.Session.N, c.Frame.Message)
			return
		}
		i = -1
		if fs := t.MessageFrames(c.Session.N, c.Message.N, 1); len(fs) > 0 {
			i = t.FrameIndex(c.Session.N, fs[0].N)
		}
	})
	return i
}

// maxBefore is how many messages are looked through for the one before.
const maxBefore = 10000

// Before is the last message before that of c of the same session, side and opcode; -1 if there is none.
func (s *Store) Before(session int, m *ws.Message) (found int) {
	found = -1
	var o ws.Message
	n := m.N - 1
	s.Read(func(t *trace.Trace) bool {
		for range 64 {
			if n < 1 || n <= m.N-maxBefore {
				return false
			}
			if i := t.Index(session, n); i >= 0 {
				if t.MessageInto(i, &o); o.Dir == m.Dir && o.Opcode == m.Opcode {
					found = i
					return false
				}
			}
			n--
		}
		return true
	})
	return found
}

// Time is when the row was, in nanoseconds since 1970; 0 if it was dropped.
func (c *Cell) Time() int64 {
	switch {
	case c.Kind == OfMessage:
		return int64(c.Message.Last.Time)
	case c.Kind == OfFrame:
		return int64(c.Frame.Last.Time)
	case c.Kind == Dropped:
		return 0
	case c.Mark.Event == Ended || c.Mark.Event == Refused:
		return int64(c.Session.Ended)
	case c.Session.HasOpened:
		return int64(c.Session.Opened)
	}
	return int64(c.Session.Started)
}
