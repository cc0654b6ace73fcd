package rows

import (
	"slices"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

// Query is a display filter, compiled. It is not changed by use.
type Query struct {
	// Text is the filter as it was typed.
	Text string
	// Find finds what it looks for in a payload, nil if that is nothing.
	Find   draw.Finder
	filter *filter.Filter
	// gap says that it asks for the time since the message before.
	gap bool
	// late says that the answer may change until the session has ended.
	late bool
}

// Compile compiles what a person typed; the query is nil if that is empty. The error is a *filter.Error.
func Compile(text string) (*Query, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	f, err := filter.Compile(text)
	if err != nil {
		return nil, err
	}
	return &Query{Text: text, Find: f.Finder(), filter: f, gap: f.Needs().Gap, late: f.Late()}, nil
}

// MaxFrames is how many frames of one message are looked at, by filters and by people.
const MaxFrames = 5000

// matcher asks queries about messages and frames. It belongs to one goroutine, which holds the store's lock.
type matcher struct {
	store *Store
	row   filter.Row
	m     ws.Message
	f     ws.Frame
	// at is the message whose payload the row fetches.
	at int
}

func newMatcher(s *Store) *matcher {
	m := &matcher{store: s}
	m.row.Payload = func() []byte {
		p, _ := s.trace.Payload(m.at) // what cannot be read back matches nothing
		return p
	}
	m.row.Apps = func() []payload.App { return s.said.At(s.trace.SessionOf(m.at), m.m.N) }
	m.row.Frames = func() []ws.Frame {
		return s.trace.MessageFrames(s.trace.SessionOf(m.at), m.m.N, MaxFrames)
	}
	return m
}

// load sets m to message i.
func (m *matcher) load(i int) {
	m.at = i
	m.row.Session = m.store.trace.Session(m.store.trace.MessageInto(i, &m.m))
	m.row.Message, m.row.Frame = &m.m, nil
}

// loadFrame sets f to frame i, and m to its message, as far as that is known. It reports whether that is complete.
func (m *matcher) loadFrame(i int) (whole bool) {
	t := m.store.trace
	session := t.FrameInto(i, &m.f)
	if k := t.Index(session, m.f.Message); k >= 0 {
		m.load(k)
		m.row.Frame = &m.f
		return true
	}
	f := &m.f
	m.m = ws.Message{N: f.Message, Dir: f.Dir, Opcode: f.Opcode, Start: f.First, Last: f.Last, Len: f.Len, WireLen: f.Len,
		Frames: 1, State: f.State, CloseCode: -1, Findings: f.Findings}
	m.row.Session, m.row.Message, m.row.Frame = t.Session(session), nil, f
	return false
}

// heartbeat reports whether the message loaded only keeps the connection alive.
func (m *matcher) heartbeat() bool {
	if !filter.HeartbeatLooks(&m.m) {
		return filter.Heartbeat(&m.m, nil, nil)
	}
	if said := m.row.Apps(); len(said) > 0 {
		return filter.Heartbeat(&m.m, said, nil)
	}
	return filter.Heartbeat(&m.m, nil, m.row.Payload())
}

// matches reports whether q matches what is loaded.
func (m *matcher) matches(q *Query) bool {
	m.row.Gap, m.row.HasGap = 0, false
	if q.gap && m.row.Message != nil {
		m.gap()
	}
	return q.filter.Match(&m.row)
}

// maxBack is how many messages are looked through for the one before of the same session.
const maxBack = 10000

// gap finds the time since the message of the session before.
func (m *matcher) gap() {
	t := m.store.trace
	session := t.SessionOf(m.at)
	for i := m.at - 1; i >= 0 && i > m.at-maxBack; i-- {
		if t.SessionOf(i) == session {
			m.row.Gap, m.row.HasGap = capture.Time(m.m.Last.Time-t.Time(i)), true
			return
		}
	}
}

// SessionCompletions are Completions for a filter of the list of sessions.
func SessionCompletions(text string, pos int) (from int, words []string) {
	from, words = Completions(text, pos)
	return from, slices.DeleteFunc(words, func(w string) bool { return filter.Known(w) && !filter.OfSession(w) })
}

// Completions are the words that may follow at byte pos of a filter: each replaces the text from byte from on.
func Completions(text string, pos int) (from int, words []string) {
	from, cs := filter.Complete(text, pos)
	for _, c := range cs {
		words = append(words, c.Text)
	}
	return from, words
}
