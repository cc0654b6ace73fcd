package tui

import (
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

// query is a display filter as it was typed, compiled. It is not changed by use.
type query struct {
	text   string
	filter *filter.Filter
	// gap says that it asks for the time since the message before.
	gap bool
	// find finds what it looks for in a payload, nil where that is nothing.
	find draw.Finder
}

// compile makes a query of what a person typed; nil for nothing but blanks.
func compile(text string) (*query, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	f, err := filter.Compile(text)
	if err != nil {
		return nil, err
	}
	return &query{text, f, f.Needs().Gap, f.Finder()}, nil
}

// asker asks a query about messages and frames. It belongs to one goroutine, which holds the store's lock.
type asker struct {
	store *store
	row   filter.Row
	m     ws.Message
	f     ws.Frame
	// at is the message whose payload the row fetches.
	at int
}

func newAsker(s *store) *asker {
	a := &asker{store: s}
	a.row.Payload = func() []byte {
		p, _ := s.trace.Payload(a.at) // what cannot be read back matches nothing
		return p
	}
	a.row.Frames = func() []ws.Frame {
		return s.trace.MessageFrames(s.trace.SessionOf(a.at), a.m.N, maxFrames)
	}
	return a
}

// load sets m to message i.
func (a *asker) load(i int) {
	a.at = i
	a.row.Session = a.store.trace.Session(a.store.trace.MessageInto(i, &a.m))
	a.row.Message, a.row.Frame = &a.m, nil
}

// loadFrame sets f to frame i, and m to its message where that is complete.
func (a *asker) loadFrame(i int) (whole bool) {
	t := a.store.trace
	session := t.FrameInto(i, &a.f)
	if k := t.Index(session, a.f.Message); k >= 0 {
		a.load(k)
		a.row.Frame = &a.f
		return true
	}
	f := &a.f
	a.m = ws.Message{N: f.Message, Dir: f.Dir, Opcode: f.Opcode, Start: f.First, Last: f.Last, Len: f.Len, WireLen: f.Len,
		Frames: 1, State: f.State, CloseCode: -1, Findings: f.Findings}
	a.row.Session, a.row.Message, a.row.Frame = t.Session(session), nil, f
	return false
}

// heartbeat says whether the message loaded only keeps the connection alive.
func (a *asker) heartbeat() bool {
	if filter.HeartbeatLooks(&a.m) {
		return filter.Heartbeat(&a.m, a.row.Payload())
	}
	return filter.Heartbeat(&a.m, nil)
}

// matches says whether q lets through what is loaded.
func (a *asker) matches(q *query) bool {
	a.row.Gap, a.row.HasGap = 0, false
	if q.gap && a.row.Message != nil {
		a.gap()
	}
	return q.filter.Match(&a.row)
}

// maxBack is how many messages of other sessions are stepped over to find the one before.
const maxBack = 10000

// gap finds the time since the message of the session before.
func (a *asker) gap() {
	t := a.store.trace
	session := t.SessionOf(a.at)
	for i := a.at - 1; i >= 0 && i > a.at-maxBack; i-- {
		if t.SessionOf(i) == session {
			a.row.Gap, a.row.HasGap = capture.Time(a.m.Last.Time-t.Time(i)), true
			return
		}
	}
}

// completions are what may stand at byte pos of a filter: each replaces what stands from from on.
func completions(text string, pos int) (from int, words []string) {
	from, cs := filter.Complete(text, pos)
	for _, c := range cs {
		words = append(words, c.Text)
	}
	return from, words
}
