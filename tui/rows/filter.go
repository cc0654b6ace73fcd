package rows

import (
	"slices"
	"sort"
	"sync/atomic"

	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// Chip is one of the quick filters.
type Chip uint8

// The chips.
const (
	All Chip = iota
	Sent
	Received
	Text
	Binary
	Control
	Findings
)

// chips are the rows of the chips: name, and which messages are shown.
var chips = [...]struct {
	name string
	ok   func(*ws.Message) bool
}{
	All:      {"all", nil},
	Sent:     {"sent", func(m *ws.Message) bool { return m.Dir == ws.C2S }},
	Received: {"received", func(m *ws.Message) bool { return m.Dir == ws.S2C }},
	Text:     {"text", func(m *ws.Message) bool { return m.Opcode == ws.OpText }},
	Binary:   {"binary", func(m *ws.Message) bool { return m.Opcode == ws.OpBinary }},
	Control:  {"control", func(m *ws.Message) bool { return m.Opcode.Control() }},
	Findings: {"findings", func(m *ws.Message) bool { return len(m.Findings) > 0 || m.State != ws.Exact }},
}

// String is the chip's name on the screen.
func (c Chip) String() string { return chips[c].name }

// Spec says which rows a filter shows. Two equal specs show the same.
type Spec struct {
	// Session is the number of the session that is shown, 0 for all.
	Session int
	// Frames lists frames instead of messages.
	Frames bool
	// Chip is the quick filter.
	Chip Chip
	// NoHeartbeats hides heartbeats, NoControl all control frames but Close.
	NoHeartbeats, NoControl bool
	// Query is the display filter, nil for none.
	Query *Query
}

// Filter is the list of rows that a spec shows, in the order of the Trace. It grows as messages come: scan looks
// through them in the background. What follows stop is guarded by the store's lock.
type Filter struct {
	Spec
	stop atomic.Bool
	rows []Entry
	next int // of the messages or frames
	// nextMark is the number of the next mark.
	nextMark int
	// dropped is the store's count of dropped rows when those of rows were last removed.
	dropped int
	// amended is how many messages had been amended when the scan started, findings how many findings there were.
	amended  int
	findings int
	match    *matcher
	recheck  recheck
}

// NewFilter is a filter that has looked at nothing yet.
func NewFilter(s Spec) *Filter { return &Filter{Spec: s} }

// Cancel stops scan soon. The rows found so far stay.
func (v *Filter) Cancel() { v.stop.Store(true) }

// Scan looks through what came since the last scan. It returns when it has caught up or was cancelled. It is called in
// one goroutine at a time.
func (v *Filter) Scan(s *Store) {
	s.inSteps(func() bool { return !v.stop.Load() && v.step(s) }, s.Notify)
	v.askAgain(s)
	s.Notify()
}

// scanned is how many messages or frames one step looks through.
const scanned = 64

// step looks through the next few messages, and reports whether there are more; the lock is held.
func (v *Filter) step(s *Store) (more bool) {
	if v.match == nil {
		v.match, v.amended, v.findings = newMatcher(s), s.trace.Amended(), s.trace.FindingCount()
		v.recheck.seen = s.changeCount()
	}
	end := v.end(s)
	for range scanned {
		if v.next >= end {
			v.takeMarks(s, end)
			return false
		}
		v.takeMarks(s, v.next)
		if v.shows(s, v.next) {
			v.rows = append(v.rows, Entry{Kind: v.kind(), Index: v.next})
		}
		v.next++
	}
	return true
}

// end is how many messages or frames there are; the lock is held.
func (v *Filter) end(s *Store) int {
	if v.Frames {
		return s.trace.FrameLen()
	}
	return s.trace.Len()
}

func (v *Filter) kind() Kind {
	if v.Frames {
		return OfFrame
	}
	return OfMessage
}

// takeMarks adds the marks that come before message (frame) i.
func (v *Filter) takeMarks(s *Store, i int) {
	for _, m := range s.marks.from(v.nextMark) {
		if m.at(v.Frames) > i {
			return
		}
		v.nextMark = m.n + 1
		if v.Query == nil && s.marks.seen[m.session] != 0 && (v.Session == 0 || v.Session == m.session) && v.showsMark(s, &m) {
			v.rows = append(v.rows, Entry{OfMark, uint32(m.n), m.at(v.Frames)})
		}
	}
}

// showsMark reports whether the chip shows a mark: that of findings shows where a session that has findings of its own,
// which are not of a message, was refused or ended.
func (v *Filter) showsMark(s *Store, m *Mark) bool {
	switch v.Chip {
	case All:
		return true
	case Findings:
		return m.Event != Opened && ownFindings(s.trace.Findings(m.session))
	}
	return false
}

// ownFindings reports whether one of a session's findings is not of a message.
func ownFindings(fs []ws.Finding) bool {
	return slices.ContainsFunc(fs, func(f ws.Finding) bool { return f.Message == 0 })
}

// shows reports whether message (frame) i is shown.
func (v *Filter) shows(s *Store, i int) bool {
	session := s.trace.SessionOf(i)
	if v.Frames {
		session = s.trace.FrameSession(i)
	}
	switch {
	case session == 0: // dropped
		return false
	case v.Session != 0 && session != v.Session:
		return false
	case v.Chip == All && v.Query == nil && !v.NoHeartbeats && !v.NoControl:
		return true
	case v.Frames:
		return v.passes(v.match.loadFrame(i))
	}
	v.match.load(i)
	return v.passes(true)
}

// passes reports whether what is loaded is shown; a message that is not whole yet is not a heartbeat.
func (v *Filter) passes(whole bool) bool {
	m := &v.match.m
	switch {
	case v.NoControl && m.Opcode.Control() && m.Opcode != ws.OpClose,
		v.Chip != All && !chips[v.Chip].ok(m),
		v.NoHeartbeats && whole && v.match.heartbeat():
		return false
	}
	return v.Query == nil || v.match.matches(v.Query)
}

// Find is the position of the first row at or after message (frame) i; ready says that it cannot change any more.
func (v *Filter) Find(s *Store, i int) (at int, ready bool) {
	s.hold(func() {
		at = sort.Search(len(v.rows), func(k int) bool {
			e := v.rows[k]
			return e.Index > i || e.Index == i && e.Kind != OfMark
		})
		ready = at < len(v.rows) || v.next > i
	})
	return at, ready
}

// Numbered is the position of the first row at or after message (frame) n of a session; -1 if there is no such message.
func (v *Filter) Numbered(s *Store, session, n int) int {
	i := -1
	s.Look(func(t *trace.Trace) {
		if i = t.Index(session, n); v.Frames {
			i = t.FrameIndex(session, n)
		}
	})
	if i < 0 {
		return -1
	}
	at, _ := v.Find(s, i)
	return at
}

// After is the position of the first row at or after a time, -1 if there is none.
func (v *Filter) After(s *Store, at int64) int {
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

// Progress is how many rows there are, and how many of how many messages (frames) were looked through.
func (v *Filter) Progress(s *Store) (rows, done, of int) {
	s.hold(func() { rows, done, of = len(v.rows), v.next, v.end(s) })
	return rows, done, of
}

// Behind reports whether there is something that the filter has not looked at yet.
func (v *Filter) Behind(s *Store) (behind bool) {
	s.hold(func() {
		behind = !v.recheck.busy && (v.next < v.end(s) || v.nextMark < s.marks.next || v.late() && v.recheck.seen < s.changeCount())
	})
	return behind
}

// Stale reports whether messages were amended after the scan started, in a way that may change which are shown.
func (v *Filter) Stale(s *Store) (stale bool) {
	s.hold(func() {
		changed := v.amended != s.trace.Amended() || v.Chip == Findings && v.findings != s.trace.FindingCount()
		stale = s.done && v.match != nil && changed && (v.Query != nil || v.Chip == Findings)
	})
	return stale
}

// Cells copies rows [from,to) with previews.
func (v *Filter) Cells(s *Store, from, to int) (out []Cell) {
	s.hold(func() {
		to = min(to, len(v.rows))
		out = make([]Cell, 0, max(to-from, 0))
		var before Cell
		if from > 0 && from <= len(v.rows) {
			before = s.cell(v.rows[from-1], false)
		}
		for k := from; k < to; k++ {
			c := s.cell(v.rows[k], true)
			c.Before, c.HasBefore = before.Time(), k > 0
			out = append(out, c)
			before = c
		}
	})
	return out
}

// At is row k without its preview; ok is false if there is none. If it was dropped, its kind says so.
func (v *Filter) At(s *Store, k int) (c Cell, ok bool) {
	s.hold(func() {
		if k < 0 || k >= len(v.rows) {
			return
		}
		c = s.cell(v.rows[k], false)
		ok = c.Kind != Dropped
	})
	return c, ok
}

// Trim removes rows that were dropped, once they are many. Positions in rows move along.
func (v *Filter) Trim(s *Store, positions ...*int) (trimmed bool) {
	s.hold(func() {
		dropped := s.dropped()
		if v.recheck.busy || dropped-v.dropped <= len(v.rows)/8 {
			return
		}
		v.dropped, trimmed = dropped, true
		v.removeDropped(s, positions)
	})
	return trimmed
}

func (v *Filter) removeDropped(s *Store, positions []*int) {
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
