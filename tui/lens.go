package tui

import (
	"sync/atomic"
	"time"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// entryKind is what a row of the list is.
type entryKind uint8

const (
	entryMessage entryKind = iota
	entryFrame
	entryMark
	// entryGone is what was forgotten since it came into the list.
	entryGone
)

// entry is a row of the list: a message or frame by its index i in the Trace, or a mark by its number in the store (its
// lowest 32 bits), which comes before message (frame) i.
type entry struct {
	kind entryKind
	mark uint32
	i    int
}

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
	{"all", nil},
	{"sent", func(m *ws.Message) bool { return m.Dir == ws.C2S }},
	{"received", func(m *ws.Message) bool { return m.Dir == ws.S2C }},
	{"text", func(m *ws.Message) bool { return m.Opcode == ws.OpText }},
	{"binary", func(m *ws.Message) bool { return m.Opcode == ws.OpBinary }},
	{"control", func(m *ws.Message) bool { return m.Opcode.Control() }},
	{"findings", func(m *ws.Message) bool { return len(m.Findings) > 0 || m.State != ws.Exact }},
}

// controlMode says what becomes of control frames in the list.
type controlMode uint8

const (
	controlShown controlMode = iota
	controlDimmed
	controlHidden
)

var controlNames = [...]string{"shown", "dimmed", "hidden"}

// spec says which rows a lens shows. Two equal specs show the same.
type spec struct {
	session int // 0 is all
	frames  bool
	chip    chip
	quiet   bool // heartbeats are hidden
	control bool // control frames are hidden
	query   *query
}

// lens is the list of rows that a spec lets through, in the order of the Trace. It grows as messages come; a
// command looks through them piece by piece. What follows spec is guarded by the store's lock.
type lens struct {
	spec
	rows     []entry
	next     int // of the messages or frames
	nextMark int // by its number
	// forgot is the store's count of what was forgotten when rows were last rid of it.
	forgot int
	// amended is how many messages had been amended when the lens began.
	amended int
	stop    atomic.Bool
	ask     *asker
}

func newLens(s spec) *lens { return &lens{spec: s} }

// scanPiece is how long a lens holds the lock.
const scanPiece = 700 * time.Microsecond

// scan takes in what the store has beyond what the lens knows. It returns when it has caught up or was stopped.
func (v *lens) scan(s *store) {
	for !v.stop.Load() && v.piece(s) {
		s.notify()
	}
	s.notify()
}

// piece looks through as much as fits into scanPiece, and says whether there is more.
func (v *lens) piece(s *store) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	began := time.Now()
	end := s.trace.Len()
	if v.frames {
		end = s.trace.FrameLen()
	}
	if v.ask == nil {
		v.ask, v.amended = newAsker(s), s.trace.Amended()
	}
	for n := 0; v.next < end; n++ {
		if n%64 == 63 && time.Since(began) > scanPiece {
			return true
		}
		v.takeMarks(s, v.next)
		if v.shows(s, v.next) {
			v.rows = append(v.rows, entry{kind: v.kind(), i: v.next})
		}
		v.next++
	}
	v.takeMarks(s, end)
	return false
}

func (v *lens) kind() entryKind {
	if v.frames {
		return entryFrame
	}
	return entryMessage
}

// takeMarks adds the marks that stand before message (frame) i.
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

// shows says whether message (frame) i is let through.
func (v *lens) shows(s *store, i int) bool {
	session := s.trace.SessionOf(i)
	if v.frames {
		session = s.trace.FrameSession(i)
	}
	switch {
	case session == 0: // forgotten
		return false
	case v.session != 0 && session != v.session:
		return false
	case v.chip == chipAll && v.query == nil && !v.quiet && !v.control:
		return true
	case v.frames:
		return v.passes(v.ask.loadFrame(i))
	}
	v.ask.load(i)
	return v.passes(true)
}

// passes says whether what is loaded is let through; a message that is not whole yet is no heartbeat.
func (v *lens) passes(whole bool) bool {
	m := &v.ask.m
	switch {
	case v.control && m.Opcode.Control() && m.Opcode != ws.OpClose,
		v.chip != chipAll && !chips[v.chip].ok(m),
		v.quiet && whole && v.ask.heartbeat():
		return false
	}
	return v.query == nil || v.ask.matches(v.query)
}

// find is the position of the first row that stands at or after message (frame) i; ready says that it cannot change any more.
func (v *lens) find(s *store, i int) (at int, ready bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	lo, hi := 0, len(v.rows)
	for lo < hi {
		mid := (lo + hi) / 2
		e := v.rows[mid]
		if e.i < i || e.kind == entryMark && e.i == i {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(v.rows) || v.next > i
}

// state is how many rows there are, and how many of how many messages (frames) were looked through.
func (v *lens) state(s *store) (rows, done, of int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of = s.trace.Len()
	if v.frames {
		of = s.trace.FrameLen()
	}
	return len(v.rows), v.next, of
}

// behind says whether there is something that the lens does not know yet.
func (v *lens) behind(s *store) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.trace.Len()
	if v.frames {
		of = s.trace.FrameLen()
	}
	return v.next < of || v.nextMark < s.marks.next
}

// stale says that messages were amended after the lens began to look at them, in a way that may change what it lets through.
func (v *lens) stale(s *store) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done && v.ask != nil && v.amended != s.trace.Amended() && (v.query != nil || v.chip == chipFindings)
}

// cell is a row with what is drawn of it.
type cell struct {
	entry
	session *decode.Session
	m       ws.Message
	f       ws.Frame
	mark    mark
	preview []byte
	// before is the time of the row above, where there is one.
	before    int64
	hasBefore bool
}

// previewBytes is how much of a payload is fetched for a row of the list.
const previewBytes = 1024

// cells copies rows from..to.
func (v *lens) cells(s *store, from, to int) []cell {
	s.mu.Lock()
	defer s.mu.Unlock()
	to = min(to, len(v.rows))
	out := make([]cell, 0, max(to-from, 0))
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
	return out
}

// entryAt is row k as a cell without its preview; ok is false where there is none.
func (v *lens) entryAt(s *store, k int) (c cell, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k < 0 || k >= len(v.rows) {
		return c, false
	}
	c = s.cell(v.rows[k], false)
	return c, c.kind != entryGone
}

// trim rids rows of what was forgotten once that is much. Positions in rows go along.
func (v *lens) trim(s *store, positions ...*int) (trimmed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	forgot := s.forgot()
	if forgot-v.forgot <= len(v.rows)/8 {
		return false
	}
	v.forgot = forgot
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
	return true
}

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
			c.preview, _ = s.trace.Prefix(e.i, previewBytes) // shown as empty where it cannot be read back
		}
	}
	if c.session = s.trace.Session(n); c.session == nil {
		return cell{entry: entry{kind: entryGone, i: e.i}, session: &decode.Session{}}
	}
	return c
}

// has says whether a row was not forgotten; the lock is held.
func (s *store) has(e entry) bool {
	switch e.kind {
	case entryMark:
		return s.marks.at(e.mark) != nil
	case entryFrame:
		return s.trace.FrameSession(e.i) != 0
	}
	return s.trace.SessionOf(e.i) != 0
}

// time is that of the row, in nanoseconds.
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
