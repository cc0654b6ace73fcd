package decode

import (
	"github.com/wspeek/wspeek/decode/ws"
)

// Payloads keeps the payloads of a Trace. What Put returned, Get takes.
type Payloads interface {
	// Put keeps a copy of p and returns where it is.
	Put(p []byte) (ref int64, err error)
	// Get returns the n bytes at ref; they are the caller's.
	Get(ref int64, n int) ([]byte, error)
}

// Memory is a Payloads that keeps everything in memory. The zero value is ready.
type Memory struct{ kept [][]byte }

// Put is Payloads.
func (m *Memory) Put(p []byte) (int64, error) {
	m.kept = append(m.kept, append([]byte(nil), p...))
	return int64(len(m.kept) - 1), nil
}

// Get is Payloads.
func (m *Memory) Get(ref int64, n int) ([]byte, error) { return m.kept[ref][:n:n], nil }

// rowsPerBlock is how many messages or frames lie in one block of memory: blocks do not move when more come.
const rowsPerBlock = 1024

type row struct {
	ws.Message
	session int32
	ref     int64
	size    int
}

// Trace is the model of a run: sessions, messages, frames and findings, made of events by Apply and by
// nothing else. It belongs to one goroutine.
type Trace struct {
	payloads Payloads
	sessions []*sessionTrace
	rows     [][]row
	n        int
}

type sessionTrace struct {
	info *Session
	// byN holds, at n-1, 1 + the index in the Trace of message n; 0 where it is not complete yet.
	byN      []int32
	frames   []ws.Frame
	findings []ws.Finding
}

// NewTrace is an empty Trace that keeps payloads in p; nil keeps none.
func NewTrace(p Payloads) *Trace { return &Trace{payloads: p} }

// Apply adds what an event tells. It copies what it keeps. An error is that of Payloads; the message is then kept without its payload.
func (t *Trace) Apply(b *Batch, e *Event) error {
	if e.Session == nil {
		return nil
	}
	s := t.session(e.Session.N)
	switch e.Kind {
	case KindSession:
		s.info = b.Session(e)
	case KindMessage:
		return t.add(s, e.Session.N, b.Message(e))
	case KindFrame:
		s.addFrame(b.Frame(e))
	case KindFinding:
		s.findings = append(s.findings, *b.Finding(e))
	case KindAmend:
		if i := s.index(e.N); i >= 0 {
			m := t.row(i)
			m.State = m.State.Worse(e.State)
		}
	}
	return nil
}

func (t *Trace) session(n int) *sessionTrace {
	for len(t.sessions) < n {
		t.sessions = append(t.sessions, &sessionTrace{info: &Session{N: len(t.sessions) + 1}})
	}
	return t.sessions[n-1]
}

func (t *Trace) add(s *sessionTrace, n int, m *ws.Message) (err error) {
	if t.n%rowsPerBlock == 0 {
		t.rows = append(t.rows, make([]row, 0, rowsPerBlock))
	}
	r := row{Message: *m, session: int32(n), ref: -1}
	if t.payloads != nil && m.Payload != nil {
		if r.ref, err = t.payloads.Put(m.Payload); err != nil {
			r.ref = -1
		}
		r.size = len(m.Payload)
	}
	r.Payload = nil
	last := &t.rows[len(t.rows)-1]
	*last = append(*last, r)
	t.n++
	for len(s.byN) < m.N {
		s.byN = append(s.byN, 0)
	}
	s.byN[m.N-1] = int32(t.n)
	return err
}

func (s *sessionTrace) addFrame(f *ws.Frame) {
	for len(s.frames) < f.N {
		s.frames = append(s.frames, ws.Frame{})
	}
	s.frames[f.N-1] = *f
}

func (s *sessionTrace) index(n int) int {
	if n < 1 || n > len(s.byN) {
		return -1
	}
	return int(s.byN[n-1]) - 1
}

func (t *Trace) row(i int) *row { return &t.rows[i/rowsPerBlock][i%rowsPerBlock] }

// Sessions is how many sessions there are; they are numbered from 1.
func (t *Trace) Sessions() int { return len(t.sessions) }

// Session is the newest snapshot of session n, nil where there is none.
func (t *Trace) Session(n int) *Session {
	if n < 1 || n > len(t.sessions) {
		return nil
	}
	return t.sessions[n-1].info
}

// Len is how many messages there are, of all sessions.
func (t *Trace) Len() int { return t.n }

// Message is message i of all, from 0, in the order in which they were completed, and its session. Its Payload is nil: see Payload. It may
// be changed by Apply (an amended state) and is valid as long as the Trace.
func (t *Trace) Message(i int) (session int, m *ws.Message) {
	r := t.row(i)
	return int(r.session), &r.Message
}

// Payload is the payload of message i; nil where it was not kept.
func (t *Trace) Payload(i int) ([]byte, error) {
	r := t.row(i)
	if r.ref < 0 {
		return nil, nil
	}
	return t.payloads.Get(r.ref, r.size)
}

// Index is the index among all messages of message n of a session, -1 where it is not complete or does not exist.
func (t *Trace) Index(session, n int) int {
	if session < 1 || session > len(t.sessions) {
		return -1
	}
	return t.sessions[session-1].index(n)
}

// Count is how many messages of a session have a number; those that are not complete yet have no Index.
func (t *Trace) Count(session int) int {
	if session < 1 || session > len(t.sessions) {
		return 0
	}
	return len(t.sessions[session-1].byN)
}

// Frames are the frames of a session by number (frame n at n-1); N is 0 in those that have not ended yet. The slice is the Trace's own.
func (t *Trace) Frames(session int) []ws.Frame { return t.sessions[session-1].frames }

// Findings are the findings of a session in the order in which they were told. The slice is the Trace's own.
func (t *Trace) Findings(session int) []ws.Finding { return t.sessions[session-1].findings }
