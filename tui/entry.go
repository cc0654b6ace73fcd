package tui

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// entryKind is what a row of the list is.
type entryKind uint8

const (
	entryMessage entryKind = iota
	entryFrame
	entryMark
	// entryGone is a row that was dropped since it came into the list.
	entryGone
)

// entry is a row of the list: a message or frame by its index I in the Trace, or a mark by its number (its lowest 32
// bits), which comes before message (frame) I.
type entry struct {
	kind entryKind
	mark uint32
	i    int
}

// cell is a row with what is drawn of it. It is a copy.
type cell struct {
	entry
	// Session is the newest snapshot of its session, empty but not nil if the row was dropped.
	session *decode.Session
	// Message is set if it is a message, Frame if it is a frame, Mark if it is a mark.
	m    ws.Message
	f    ws.Frame
	mark mark
	// Preview is the start of the payload, where one was asked for.
	preview []byte
	// Before is the time of the row above, if HasBefore.
	before    int64
	hasBefore bool
}

// previewBytes is how much of a payload is fetched for a row of the list.
const previewBytes = 1024

// cell copies a row; the lock is held.
func (s *store) cell(e entry, preview bool) cell {
	c := cell{entry: e}
	n := 0
	switch e.kind {
	case entryMark:
		if m := s.marks.at(e.mark); m != nil {
			c.mark, n = *m, m.session
		}
	case entryFrame:
		n = s.trace.FrameInto(e.i, &c.f)
	case entryMessage:
		n = s.trace.MessageInto(e.i, &c.m)
		if preview {
			c.preview, _ = s.trace.Prefix(e.i, previewBytes) // shown as empty if it cannot be read back
		}
	}
	if c.session = s.trace.Session(n); c.session == nil {
		return cell{entry: entry{kind: entryGone, i: e.i}, session: &decode.Session{}}
	}
	return c
}

// has reports whether a row was not dropped; the lock is held.
func (s *store) has(e entry) bool {
	switch e.kind {
	case entryMark:
		return s.marks.at(e.mark) != nil
	case entryFrame:
		return s.trace.FrameSession(e.i) != 0
	}
	return s.trace.SessionOf(e.i) != 0
}

// timeOf is the time of a row; the lock is held.
func (s *store) timeOf(e entry) int64 {
	if e.kind == entryMessage {
		return int64(s.trace.Time(e.i))
	}
	c := s.cell(e, false)
	return c.time()
}

// cellOf is a copy of a row without a preview; its kind is entryGone if it was dropped.
func (s *store) cellOf(e entry) (c cell) {
	s.hold(func() { c = s.cell(e, false) })
	return c
}

// numbered is the row of message n of a session, or of its frame if that is not 0; ok is false if it is not there.
func (s *store) numbered(session, message, frame int) (c cell, ok bool) {
	s.hold(func() {
		e := entry{kind: entryMessage, i: s.trace.Index(session, message)}
		if frame > 0 {
			e = entry{kind: entryFrame, i: s.trace.FrameIndex(session, frame)}
		}
		if message == 0 || e.i < 0 {
			return
		}
		c = s.cell(e, false)
		ok = c.kind != entryGone
	})
	return c, ok
}

// messageOf is the index of the message that c shows, or whose frame it shows, and a copy of it; ok is false for marks,
// and for frames of messages that are not complete.
func (s *store) messageOf(c *cell) (i int, m ws.Message, ok bool) {
	switch c.kind {
	case entryMessage:
		return c.i, c.m, true
	case entryFrame:
		s.look(func(t *trace.Trace) {
			if i = t.Index(c.session.N, c.f.Message); i >= 0 {
				t.MessageInto(i, &m)
			}
		})
		return i, m, i >= 0
	}
	return -1, m, false
}

// frameOrMessage is the first frame of a message, or the message of a frame; -1 if it is not there.
func (s *store) frameOrMessage(c *cell) (i int) {
	s.look(func(t *trace.Trace) {
		if c.kind == entryFrame {
			i = t.Index(c.session.N, c.f.Message)
			return
		}
		i = -1
		if fs := t.MessageFrames(c.session.N, c.m.N, 1); len(fs) > 0 {
			i = t.FrameIndex(c.session.N, fs[0].N)
		}
	})
	return i
}

// maxBefore is how many messages are looked through for the one before.
const maxBefore = 10000

// likeBefore is the last message before that of c of the same session, side and opcode; -1 if there is none.
func (s *store) likeBefore(session int, m *ws.Message) (found int) {
	found = -1
	var o ws.Message
	n := m.N - 1
	s.read(func(t *trace.Trace) bool {
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

// time is when the row was, in nanoseconds since 1970; 0 if it was dropped.
func (c *cell) time() int64 {
	switch {
	case c.kind == entryMessage:
		return int64(c.m.Last.Time)
	case c.kind == entryFrame:
		return int64(c.f.Last.Time)
	case c.kind == entryGone:
		return 0
	case c.mark.kind == markEnded || c.mark.kind == markRefused:
		return int64(c.session.Ended)
	case c.session.HasOpened:
		return int64(c.session.Opened)
	}
	return int64(c.session.Started)
}
