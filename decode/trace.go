package decode

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/ws"
)

// Payloads keeps the payloads of a Trace. What Put returned, Get takes.
type Payloads interface {
	// Put keeps a copy of p and returns where it is; not below 0.
	Put(p []byte) (ref int64, err error)
	// Get returns the first n bytes of what is at ref, n at most its length. They are the caller's to read and keep, not to change.
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

// Trace is the model of a run: sessions, messages, frames and findings, made of events by Apply and by
// nothing else. It belongs to one goroutine. Messages and frames are kept packed (about 70 and 60 bytes
// each, besides payloads) and unpacked when asked for.
type Trace struct {
	payloads Payloads
	sessions []*sessionTrace
	rows     blocks[row]
	frames   blocks[frameRow]
	// odd holds, whole, what does not fit into a row: messages and frames by index.
	odd       map[int32]*ws.Message
	oddFrames map[int32]*ws.Frame
	findings  int
	amended   int
}

type sessionTrace struct {
	info *Session
	// byN holds, at n-1, 1 + the index in the Trace of message n; 0 where it is not complete yet. frames does so for frames.
	byN, frames []int32
	// first holds, at n-1, the number of the first frame of message n.
	first    []int32
	findings []ws.Finding
	// messages, bytes and wire are counted as in Session.
	messages, bytes, wire [2]int64
}

// NewTrace is an empty Trace that keeps payloads in p; nil keeps none.
func NewTrace(p Payloads) *Trace {
	return &Trace{payloads: p, odd: map[int32]*ws.Message{}, oddFrames: map[int32]*ws.Frame{}}
}

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
		t.addFrame(s, e.Session.N, b.Frame(e))
	case KindFinding:
		t.findings++
		s.findings = append(s.findings, *b.Finding(e))
	case KindAmend:
		t.amend(s.index(e.N), e.State)
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
	i := t.rows.n
	var r row
	fits := r.pack(m)
	r.session, r.ref = int32(n), -1
	if t.payloads != nil && m.Payload != nil {
		if r.ref, err = t.payloads.Put(m.Payload); err != nil {
			r.ref = -1
		}
		r.size = uint32(len(m.Payload))
	}
	if !fits {
		r.flags |= rowOdd
		whole := *m
		whole.Payload, whole.Holes = nil, append([]ws.Hole(nil), m.Holes...)
		whole.Findings = append([]*ws.Rule(nil), m.Findings...)
		t.odd[int32(i)] = &whole
	}
	t.rows.add(r)
	s.byN = put(s.byN, m.N, i)
	s.messages[m.Dir]++
	s.bytes[m.Dir] += max(m.Len, 0)
	s.wire[m.Dir] += m.WireLen
	return err
}

func (t *Trace) addFrame(s *sessionTrace, n int, f *ws.Frame) {
	i := t.frames.n
	var r frameRow
	fits := r.pack(f)
	r.session = int32(n)
	if !fits {
		r.flags |= frameOdd
		whole := *f
		whole.Findings = append([]*ws.Rule(nil), f.Findings...)
		t.oddFrames[int32(i)] = &whole
	}
	t.frames.add(r)
	s.frames = put(s.frames, f.N, i)
	if m := f.Message; m > 0 && (len(s.first) < m || s.first[m-1] == 0 || int(s.first[m-1]) > f.N) {
		s.first = put(s.first, m, f.N-1)
	}
}

// put sets list[n-1] to 1+i; the list grows as needed, filled with 0.
func put(list []int32, n, i int) []int32 {
	for len(list) < n {
		list = append(list, 0)
	}
	list[n-1] = int32(i + 1)
	return list
}

func (t *Trace) amend(i int, s ws.State) {
	if i < 0 {
		return
	}
	t.amended++
	r := t.rows.at(i)
	r.state = uint8(ws.State(r.state).Worse(s))
	if m := t.odd[int32(i)]; m != nil {
		m.State = m.State.Worse(s)
	}
}

func at(list []int32, n int) int {
	if n < 1 || n > len(list) {
		return -1
	}
	return int(list[n-1]) - 1
}

func (s *sessionTrace) index(n int) int { return at(s.byN, n) }

// of is the trace of a session, nil where there is none.
func (t *Trace) of(session int) *sessionTrace {
	if session < 1 || session > len(t.sessions) {
		return nil
	}
	return t.sessions[session-1]
}

// Sessions is how many sessions there are; they are numbered from 1.
func (t *Trace) Sessions() int { return len(t.sessions) }

// Session is the newest snapshot of session n, nil where there is none. A snapshot is not changed.
func (t *Trace) Session(n int) *Session {
	if s := t.of(n); s != nil {
		return s.info
	}
	return nil
}

// Now is a copy of the newest snapshot of session n with the counts of messages, bytes and findings as they are now; nil where there
// is none. (A session is told anew only where its state changes.)
func (t *Trace) Now(n int) *Session {
	s := t.of(n)
	if s == nil {
		return nil
	}
	i := *s.info
	for d := range 2 {
		i.Messages[d] = max(i.Messages[d], s.messages[d])
		i.Bytes[d] = max(i.Bytes[d], s.bytes[d])
		i.WireBytes[d] = max(i.WireBytes[d], s.wire[d])
	}
	i.Findings = max(i.Findings, len(s.findings))
	return &i
}

// Len is how many messages there are, of all sessions.
func (t *Trace) Len() int { return t.rows.n }

// FindingCount is how many findings there are, of all sessions.
func (t *Trace) FindingCount() int { return t.findings }

// Amended is how many times a message was amended.
func (t *Trace) Amended() int { return t.amended }

// Message is a copy of message i of all, from 0, in the order in which they were completed, and its session. Its
// Payload is nil: see Payload.
func (t *Trace) Message(i int) (session int, m *ws.Message) {
	m = &ws.Message{}
	return t.MessageInto(i, m), m
}

// MessageInto sets m to message i, as Message does without allocating, and returns its session. m's slices are the Trace's own.
func (t *Trace) MessageInto(i int, m *ws.Message) (session int) {
	r := t.rows.at(i)
	if r.flags&rowOdd != 0 {
		*m = *t.odd[int32(i)]
	} else {
		r.unpack(m)
	}
	return int(r.session)
}

// Time is when message i was complete: the Time of its Last.
func (t *Trace) Time(i int) capture.Time { return t.rows.at(i).last }

// SessionOf is the session of message i.
func (t *Trace) SessionOf(i int) int { return int(t.rows.at(i).session) }

// Payload is the payload of message i; nil where it was not kept.
func (t *Trace) Payload(i int) ([]byte, error) { return t.Prefix(i, int(t.rows.at(i).size)) }

// PayloadLen is the length of what Payload returns.
func (t *Trace) PayloadLen(i int) int {
	if r := t.rows.at(i); r.ref >= 0 {
		return int(r.size)
	}
	return 0
}

// Prefix is the begin of the payload of message i, at most n bytes; nil where it was not kept.
func (t *Trace) Prefix(i, n int) ([]byte, error) {
	r := t.rows.at(i)
	if r.ref < 0 {
		return nil, nil
	}
	return t.payloads.Get(r.ref, min(n, int(r.size)))
}

// Index is the index among all messages of message n of a session, -1 where it is not complete or does not exist.
func (t *Trace) Index(session, n int) int {
	if s := t.of(session); s != nil {
		return s.index(n)
	}
	return -1
}

// Count is how many messages of a session have a number; those that are not complete yet have no Index.
func (t *Trace) Count(session int) int {
	if s := t.of(session); s != nil {
		return len(s.byN)
	}
	return 0
}

// Findings are the findings of a session in the order in which they were told. The slice is the Trace's own.
func (t *Trace) Findings(session int) []ws.Finding {
	if s := t.of(session); s != nil {
		return s.findings
	}
	return nil
}
