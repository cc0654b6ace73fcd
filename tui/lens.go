package tui

import (
	"sort"
	"sync/atomic"

	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// chip is one of the quick filters.
type chip uint8

const (
	chipAll chip = iota
	chipSent
	chipReceived
	chipText
	chipBinary
	chipControl
	chipFindings
)

// chips are the quick filters, by chip.
var chips = [...]struct {
	name string
	ok   func(*ws.Message) bool
}{
	chipAll:      {"all", nil},
	chipSent:     {"sent", func(m *ws.Message) bool { return m.Dir == ws.C2S }},
	chipReceived: {"received", func(m *ws.Message) bool { return m.Dir == ws.S2C }},
	chipText:     {"text", func(m *ws.Message) bool { return m.Opcode == ws.OpText }},
	chipBinary:   {"binary", func(m *ws.Message) bool { return m.Opcode == ws.OpBinary }},
	chipControl:  {"control", func(m *ws.Message) bool { return m.Opcode.Control() }},
	chipFindings: {"findings", func(m *ws.Message) bool { return len(m.Findings) > 0 || m.State != ws.Exact }},
}

// String is the chip's name on the screen.
func (c chip) String() string { return chips[c].name }

// spec says which rows a filter shows. Two equal specs show the same.
type spec struct {
	// Session is the number of the session that is shown, 0 for all.
	session int
	// Frames lists frames instead of messages.
	frames bool
	// Chip is the quick filter.
	chip chip
	// NoHeartbeats hides heartbeats, NoControl all control frames but Close.
	noHeartbeats, noControl bool
	// Query is the display filter, nil for none.
	query *query
}

// lens is the list of rows that a spec shows, in the order of the Trace. It grows as messages come: scan looks
// through them in the background. What follows stop is guarded by the store's lock.
type lens struct {
	spec
	stop atomic.Bool
	rows []entry
	next int // of the messages or frames
	// nextMark is the number of the next mark.
	nextMark int
	// dropped is the store's count of dropped rows when those of rows were last removed.
	dropped int
	// amended is how many messages had been amended when the scan started.
	amended int
	match   *asker
}

func newLens(s spec) *lens { return &lens{spec: s} }

// cancel stops scan soon. The rows found so far stay.
func (v *lens) cancel() { v.stop.Store(true) }

// scan looks through what came since the last scan. It returns when it has caught up or was cancelled. It is called in
// one goroutine at a time.
func (v *lens) scan(s *store) {
	s.inSteps(func() bool { return !v.stop.Load() && v.step(s) }, s.notify)
	s.notify()
}

// scanned is how many messages or frames one step looks through.
const scanned = 64

// step looks through the next few messages, and reports whether there are more; the lock is held.
func (v *lens) step(s *store) (more bool) {
	if v.match == nil {
		v.match, v.amended = newAsker(s), s.trace.Amended()
	}
	end := v.end(s)
	for range scanned {
		if v.next >= end {
			v.takeMarks(s, end)
			return false
		}
		v.takeMarks(s, v.next)
		if v.shows(s, v.next) {
			v.rows = append(v.rows, entry{kind: v.kind(), i: v.next})
		}
		v.next++
	}
	return true
}

// end is how many messages or frames there are; the lock is held.
func (v *lens) end(s *store) int {
	if v.frames {
		return s.trace.FrameLen()
	}
	return s.trace.Len()
}

func (v *lens) kind() entryKind {
	if v.frames {
		return entryFrame
	}
	return entryMessage
}

// takeMarks adds the marks that come before message (frame) i.
func (v *lens) takeMarks(s *store, i int) {
	for _, m := range s.marks.from(v.nextMark) {
		if m.at(v.frames) > i {
			return
		}
		v.nextMark = m.n + 1
		if v.query == nil && v.chip == chipAll && (v.session == 0 || v.session == m.session) {
			v.rows = append(v.rows, entry{entryMark, uint32(m.n), m.at(v.frames)})
		}
	}
}

// shows reports whether message (frame) i is shown.
func (v *lens) shows(s *store, i int) bool {
	session := s.trace.SessionOf(i)
	if v.frames {
		session = s.trace.FrameSession(i)
	}
	switch {
	case session == 0: // dropped
		return false
	case v.session != 0 && session != v.session:
		return false
	case v.chip == chipAll && v.query == nil && !v.noHeartbeats && !v.noControl:
		return true
	case v.frames:
		return v.passes(v.match.loadFrame(i))
	}
	v.match.load(i)
	return v.passes(true)
}

// passes reports whether what is loaded is shown; a message that is not whole yet is not a heartbeat.
func (v *lens) passes(whole bool) bool {
	m := &v.match.m
	switch {
	case v.noControl && m.Opcode.Control() && m.Opcode != ws.OpClose,
		v.chip != chipAll && !chips[v.chip].ok(m),
		v.noHeartbeats && whole && v.match.heartbeat():
		return false
	}
	return v.query == nil || v.match.matches(v.query)
}

// find is the position of the first row at or after message (frame) i; ready says that it cannot change any more.
func (v *lens) find(s *store, i int) (at int, ready bool) {
	s.hold(func() {
		at = sort.Search(len(v.rows), func(k int) bool {
			e := v.rows[k]
			return e.i > i || e.i == i && e.kind != entryMark
		})
		ready = at < len(v.rows) || v.next > i
	})
	return at, ready
}

// numbered is the position of the first row at or after message (frame) n of a session; -1 if there is no such message.
func (v *lens) numbered(s *store, session, n int) int {
	i := -1
	s.look(func(t *trace.Trace) {
		if i = t.Index(session, n); v.frames {
			i = t.FrameIndex(session, n)
		}
	})
	if i < 0 {
		return -1
	}
	at, _ := v.find(s, i)
	return at
}

// after is the position of the first row at or after a time, -1 if there is none.
func (v *lens) after(s *store, at int64) int {
	k := 0
	found := -1
	s.inSteps(func() bool {
		for range scanned {
			if k >= len(v.rows) {
				return false
			}
			if s.timeOf(v.rows[k]) >= at {
				found = k
				return false
			}
			k++
		}
		return true
	}, func() {})
	return found
}

// state is how many rows there are, and how many of how many messages (frames) were looked through.
func (v *lens) state(s *store) (rows, done, of int) {
	s.hold(func() { rows, done, of = len(v.rows), v.next, v.end(s) })
	return rows, done, of
}

// behind reports whether there is something that the filter has not looked at yet.
func (v *lens) behind(s *store) (behind bool) {
	s.hold(func() { behind = v.next < v.end(s) || v.nextMark < s.marks.next })
	return behind
}

// stale reports whether messages were amended after the scan started, in a way that may change which are shown.
func (v *lens) stale(s *store) (stale bool) {
	s.hold(func() {
		stale = s.done && v.match != nil && v.amended != s.trace.Amended() && (v.query != nil || v.chip == chipFindings)
	})
	return stale
}

// cells copies rows [from,to) with previews.
func (v *lens) cells(s *store, from, to int) (out []cell) {
	s.hold(func() {
		to = min(to, len(v.rows))
		out = make([]cell, 0, max(to-from, 0))
		var before cell
		if from > 0 && from <= len(v.rows) {
			before = s.cell(v.rows[from-1], false)
		}
		for k := from; k < to; k++ {
			c := s.cell(v.rows[k], true)
			c.before, c.hasBefore = before.time(), k > 0
			out = append(out, c)
			before = c
		}
	})
	return out
}

// entryAt is row k without its preview; ok is false if there is none. If it was dropped, its kind says so.
func (v *lens) entryAt(s *store, k int) (c cell, ok bool) {
	s.hold(func() {
		if k < 0 || k >= len(v.rows) {
			return
		}
		c = s.cell(v.rows[k], false)
		ok = c.kind != entryGone
	})
	return c, ok
}

// trim removes rows that were dropped, once they are many. Positions in rows move along.
func (v *lens) trim(s *store, positions ...*int) (trimmed bool) {
	s.hold(func() {
		dropped := s.dropped()
		if dropped-v.dropped <= len(v.rows)/8 {
			return
		}
		v.dropped, trimmed = dropped, true
		v.removeDropped(s, positions)
	})
	return trimmed
}

func (v *lens) removeDropped(s *store, positions []*int) {
	before := make([]int, len(positions)) // how many rows go before each
	left := v.rows[:0]
	for k, e := range v.rows {
		if s.has(e) {
			left = append(left, e)
			continue
		}
		for i, p := range positions {
			if k < *p {
				before[i]++
			}
		}
	}
	v.rows = left
	for i, p := range positions {
		*p -= before[i]
	}
}
