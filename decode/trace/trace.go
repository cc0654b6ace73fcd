package trace

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// Payloads keeps the payloads of a Trace. What Put returned, Get takes.
type Payloads interface {
	// Put keeps a copy of p and returns where it is; not below 0.
	Put(p []byte) (ref int64, err error)
	// Get returns the first n bytes of what is at ref, n at most its length. They are the caller's to read and keep, not to change.
	Get(ref int64, n int) ([]byte, error)
}

// Forgetter is a Payloads that can forget: the n bytes at ref will not be asked for again.
type Forgetter interface{ Forget(ref int64, n int) }

// Memory is a Payloads that keeps everything in memory. The zero value is ready.
type Memory struct{ kept [][]byte }

// Put is Payloads.
func (m *Memory) Put(p []byte) (int64, error) {
	m.kept = append(m.kept, append([]byte{}, p...)) // not nil, which would mean that it was not kept
	return int64(len(m.kept) - 1), nil
}

// Get is Payloads.
func (m *Memory) Get(ref int64, n int) ([]byte, error) { return m.kept[ref][:n:n], nil }

// Trace is the model of a run: sessions, messages, frames and findings, made of events by Apply and by
// nothing else. It belongs to one goroutine. Messages and frames are kept packed (about 80 and 64 bytes
// each, besides payloads) and unpacked when asked for. Of a run that does not end the oldest may be dropped;
// numbers and indexes of all else stay as they are.
type Trace struct {
	payloads Payloads
	sessions rowList[*sessionTrace]
	rows     rowList[row]
	frames   rowList[frameRow]
	// odd holds, whole, what does not fit into a row: messages and frames by index.
	odd       map[int]*ws.Message
	oddFrames map[int]*ws.Frame
	findings  int
	amended   int
	// legs links sessions on both sides of a proxy.
	legs decode.Linker
	// late is how many messages were reported of sessions that had been dropped.
	late int
}

type sessionTrace struct {
	info *decode.Session
	// byN has the index of each message that is complete, frames that of each frame.
	byN, frames indexByNumber
	// first has, for each message, one less than the number of its first frame.
	first    indexByNumber
	findings []ws.Finding
	// messages, bytes and wire are counted as in Session; last is the largest packet number of a message.
	messages, bytes, wire [2]int64
	last                  int
}

// New is an empty Trace that keeps payloads in p; nil keeps none.
func New(p Payloads) *Trace {
	return &Trace{payloads: p, odd: map[int]*ws.Message{}, oddFrames: map[int]*ws.Frame{}}
}

// Apply adds an event. It copies what it keeps. An error is that of Payloads; the message is then kept without its payload.
// What is reported of a session that was dropped is dropped too.
func (t *Trace) Apply(b *decode.Batch, e *decode.Event) error {
	if e.Session == nil {
		return nil
	}
	s := t.session(e.Session.N)
	switch {
	case s == nil && e.Kind == decode.KindMessage:
		t.late++
		return nil
	case s == nil:
		return nil
	}
	switch e.Kind {
	case decode.KindSession:
		s.info = b.Session(e)
		t.link(s)
	case decode.KindMessage:
		return t.add(s, e.Session.N, b.Message(e))
	case decode.KindFrame:
		t.addFrame(s, e.Session.N, b.Frame(e))
	case decode.KindFinding:
		t.findings++
		s.findings = append(s.findings, *b.Finding(e))
	case decode.KindAmend:
		t.amend(s.byN.at(e.N), e.State)
	case decode.KindAmendFrame:
		t.amendFrame(s.frames.at(e.N), e.State)
	}
	return nil
}

// link sets the peers of sessions of which s is the newest. Snapshots are shared, so it changes copies.
func (t *Trace) link(s *sessionTrace) {
	for _, n := range append(t.legs.Add(s.info), s.info.N) {
		if leg, peer := t.of(n), t.legs.Peer(n); leg != nil && leg.info.Peer != peer {
			c := *leg.info
			c.Peer = peer
			leg.info = &c
		}
	}
}

// session is the trace of session n, made where n is new; nil if it was dropped.
func (t *Trace) session(n int) *sessionTrace {
	for t.sessions.n < n {
		t.sessions.add(&sessionTrace{info: &decode.Session{N: t.sessions.n + 1}})
	}
	return t.of(n)
}

func (t *Trace) add(s *sessionTrace, n int, m *ws.Message) (err error) {
	i := t.rows.n
	var r row
	fits := r.pack(m)
	r.session, r.ref = uint32(n), -1
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
		whole.Findings = append([]*rule.Rule(nil), m.Findings...)
		t.odd[i] = &whole
	}
	t.rows.add(r)
	s.byN.put(m.N, i)
	s.messages[m.Dir]++
	s.bytes[m.Dir] += max(m.Len, 0)
	s.wire[m.Dir] += m.WireLen
	s.last = max(s.last, m.Max)
	return err
}

func (t *Trace) amend(i int, s ws.State) {
	r := t.rows.at(i)
	if r == nil {
		return
	}
	t.amended++
	r.state = uint8(ws.State(r.state).Worse(s))
	r.flags |= rowConflict
	if m := t.odd[i]; m != nil {
		m.State, m.Conflict = m.State.Worse(s), true
	}
}

// of is the trace of a session, nil if there is none.
func (t *Trace) of(session int) *sessionTrace {
	if s := t.sessions.at(session - 1); s != nil {
		return *s
	}
	return nil
}

// Sessions is how many sessions there were; they are numbered from 1.
func (t *Trace) Sessions() int { return t.sessions.n }

// Session is the newest snapshot of session n, nil if there is none. A snapshot is not changed.
func (t *Trace) Session(n int) *decode.Session {
	if s := t.of(n); s != nil {
		return s.info
	}
	return nil
}

// CurrentSession is a copy of the newest snapshot of session n with the counts of messages, bytes and findings, and the last packet of a message, as they are now; nil if there
// is none. (A session is reported again only where its state changes.)
func (t *Trace) CurrentSession(n int) *decode.Session {
	s := t.of(n)
	if s == nil {
		return nil
	}
	i := *s.info
	s.count(&i)
	return &i
}

// count puts the counts as they are now into a snapshot.
func (s *sessionTrace) count(i *decode.Session) {
	for d := range 2 {
		i.Messages[d] = max(i.Messages[d], s.messages[d])
		i.Bytes[d] = max(i.Bytes[d], s.bytes[d])
		i.WireBytes[d] = max(i.WireBytes[d], s.wire[d])
	}
	i.Findings, i.Last = max(i.Findings, len(s.findings)), max(i.Last, s.last)
}

// SessionNow is CurrentSession without a copy where the newest snapshot says all of that; else the copy is *scratch. It must not be changed.
func (t *Trace) SessionNow(n int, scratch *decode.Session) *decode.Session {
	s := t.of(n)
	if s == nil {
		return nil
	}
	i := s.info
	late := i.Findings < len(s.findings) || i.Last < s.last
	for d := range 2 {
		late = late || i.Messages[d] < s.messages[d] || i.Bytes[d] < s.bytes[d] || i.WireBytes[d] < s.wire[d]
	}
	if !late {
		return i
	}
	*scratch = *i
	s.count(scratch)
	return scratch
}

// Len is how many messages there were, of all sessions.
func (t *Trace) Len() int { return t.rows.n }

// FindingCount is how many findings there are, of all sessions.
func (t *Trace) FindingCount() int { return t.findings }

// Amended is how many times a message was amended.
func (t *Trace) Amended() int { return t.amended }

// Message is a copy of message i of all, from 0, in the order in which they were completed, and its session. Its
// Payload is nil: see Payload. Of a message that was dropped the session is 0.
func (t *Trace) Message(i int) (session int, m *ws.Message) {
	m = &ws.Message{}
	return t.MessageInto(i, m), m
}

// MessageInto sets m to message i, as Message does without allocating, and returns its session. m's slices are the Trace's own.
func (t *Trace) MessageInto(i int, m *ws.Message) (session int) {
	r := t.rows.at(i)
	switch {
	case r == nil:
		*m = ws.Message{}
		return 0
	case r.flags&rowOdd != 0:
		*m = *t.odd[i]
	default:
		r.unpack(m)
	}
	return int(r.session)
}

// Time is when message i was complete: the Time of its Last; 0 if it was dropped.
func (t *Trace) Time(i int) capture.Time {
	if r := t.rows.at(i); r != nil {
		return r.last
	}
	return 0
}

// SessionOf is the session of message i, 0 if it was dropped.
func (t *Trace) SessionOf(i int) int {
	if r := t.rows.at(i); r != nil {
		return int(r.session)
	}
	return 0
}

// Payload is the payload of message i; nil if it was not kept.
func (t *Trace) Payload(i int) ([]byte, error) { return t.Prefix(i, t.PayloadLen(i)) }

// PayloadLen is the length of what Payload returns.
func (t *Trace) PayloadLen(i int) int {
	if r := t.rows.at(i); r != nil && r.ref >= 0 {
		return int(r.size)
	}
	return 0
}

// Prefix is the start of the payload of message i, at most n bytes; nil if it was not kept.
func (t *Trace) Prefix(i, n int) ([]byte, error) {
	r := t.rows.at(i)
	if r == nil || r.ref < 0 {
		return nil, nil
	}
	return t.payloads.Get(r.ref, min(n, int(r.size)))
}

// Index is the index among all messages of message n of a session, -1 where it is not complete, was dropped or does not exist.
func (t *Trace) Index(session, n int) int {
	if s := t.of(session); s != nil {
		return s.byN.at(n)
	}
	return -1
}

// MessageCount is how many messages of a session have a number; those that are not complete yet have no Index.
func (t *Trace) MessageCount(session int) int {
	if s := t.of(session); s != nil {
		return s.byN.len()
	}
	return 0
}

// FirstKept is the lowest number that a message of a session may have that was not dropped: 1 where none was.
func (t *Trace) FirstKept(session int) int {
	if s := t.of(session); s != nil {
		return s.byN.cut + 1
	}
	return 1
}

// Findings are the findings of a session in the order in which they were reported. The slice is the Trace's own.
func (t *Trace) Findings(session int) []ws.Finding {
	if s := t.of(session); s != nil {
		return s.findings
	}
	return nil
}
