package apps

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	// maxWaiting is how many events wait at most, and maxWaitingBytes how many bytes their payloads have.
	maxWaiting      = 1 << 13
	maxWaitingBytes = 4 << 20
	// maxSessions is how many sessions that have ended are remembered.
	maxSessions = 1 << 10
)

// Visit is given the events of a run in order, and of a message what it says. All of it is valid during the call.
type Visit = func(b *decode.Batch, e *decode.Event, apps []payload.App) error

// Stream passes events on with what messages say.
type Stream struct {
	opt   payload.ReaderOptions
	visit Visit
	// sessions are those that have messages, ended the numbers of those that have ended, the oldest first.
	sessions map[int]*conversation
	ended    []int
	// waiting are the events that are not passed on yet: the first is a message that a Reader holds.
	waiting []waiting
	bytes   int
	// current is the message that is being read, if nothing waits: it needs no copy.
	current *waiting
	in      payload.Message
	err     error
	counts  Counts
	// polled are the sessions of Engine.IO's polling transport, by name; polling is that of the event that is being visited.
	polled  map[string]*polled
	polling Polling
}

// Counts say what went wrong while messages were read.
type Counts struct {
	// Panics is how often a Decoder panicked, Withdrawn how many messages contradict the protocol of their session.
	Panics, Withdrawn int
}

// conversation is what is kept of a session.
type conversation struct {
	info   *decode.Session
	reader *payload.Reader
	// guessed says, for each direction, that its last message was found by heuristic.
	guessed [2]bool
	over    bool
}

// waiting is an event that waits, or the one that is being passed on.
type waiting struct {
	b     *decode.Batch
	e     decode.Event
	held  bool
	apps  []payload.App
	bytes int
	poll  Polling
}

// NewStream is a Stream that passes events on to visit.
func NewStream(opt payload.ReaderOptions, visit Visit) *Stream {
	return &Stream{opt: opt, visit: visit, sessions: map[int]*conversation{}}
}

// Visit takes the next event. Its error is that of the Visit that events are passed on to.
func (s *Stream) Visit(b *decode.Batch, e *decode.Event) error {
	w := waiting{b: b, e: *e}
	if e.Session != nil {
		switch e.Kind {
		case decode.KindSession:
			s.of(e.Session.N).info = b.Session(e)
			s.upgraded(b.Session(e))
			s.noteEnd(e.Session.N)
		case decode.KindMessage:
			return s.message(&w, b.Message(e))
		}
	}
	if e.Kind == decode.KindPoll {
		return s.poll(&w, b.Poll(e))
	}
	return s.pass(&w)
}

// pass passes an event on, after those that wait.
func (s *Stream) pass(w *waiting) error {
	if len(s.waiting) == 0 && !w.held {
		return s.show(w)
	}
	s.wait(w)
	return s.err
}

// show passes an event on now.
func (s *Stream) show(w *waiting) error {
	s.polling = w.poll
	return s.visit(w.b, &w.e, w.apps)
}

// wait adds an event to those that wait, with a copy of what its batch has of it.
func (s *Stream) wait(w *waiting) {
	own := &decode.Batch{}
	switch w.e.Kind {
	case decode.KindMessage:
		m := *w.b.Message(&w.e)
		m.Payload, m.Wire = bytes.Clone(m.Payload), bytes.Clone(m.Wire)
		m.Holes, m.Findings = slices.Clone(m.Holes), slices.Clone(m.Findings)
		w.bytes = len(m.Payload) + len(m.Wire)
		own.AddMessage(w.e, &m)
	case decode.KindSession:
		own.AddSession(w.e, w.b.Session(&w.e))
	case decode.KindFrame:
		f := *w.b.Frame(&w.e)
		f.Findings = slices.Clone(f.Findings)
		own.AddFrame(w.e, &f)
	case decode.KindFinding:
		own.AddFinding(w.e, w.b.Finding(&w.e))
	case decode.KindTLS:
		own.AddTLS(w.e, w.b.TLS(&w.e))
	case decode.KindPoll:
		p := w.b.Poll(&w.e)
		w.bytes = len(p.Body)
		own.AddPoll(w.e, p)
	default:
		own.Add(w.e)
	}
	next := *w
	next.b, next.e, next.apps = own, own.Events[0], append([]payload.App(nil), w.apps...)
	s.waiting = append(s.waiting, next)
	if s.bytes += w.bytes; len(s.waiting) > maxWaiting || s.bytes > maxWaitingBytes {
		s.settle(s.waiting[0].e.Session.N)
	}
}

// message reads a message and passes it on.
func (s *Stream) message(w *waiting, m *ws.Message) error {
	c := s.of(w.e.Session.N)
	if m.Opcode != ws.OpText && m.Opcode != ws.OpBinary {
		return s.pass(w)
	}
	s.begin(c)
	if c.lost(m) {
		c.reader.Lost(m.Dir == ws.C2S)
	}
	if m.State == ws.Undecodable {
		return s.pass(w)
	}
	w.held = true
	s.current = w
	s.in = Message(m)
	c.reader.Push(&s.in)
	s.current = nil
	if s.err == nil {
		s.err = s.pass(w)
	}
	s.advance()
	return s.err
}

// begin makes the Reader of a session.
func (s *Stream) begin(c *conversation) {
	if c.reader != nil {
		return
	}
	n, opt := c.info.N, s.opt
	c.reader = payload.NewReader(Opening(c.info), opt, func(m *payload.Message, apps []payload.App) { s.known(n, m, apps) })
}

// known notes what a message says.
func (s *Stream) known(session int, m *payload.Message, apps []payload.App) {
	if w := s.current; w != nil && w.e.Session.N == session && w.b.Message(&w.e).N == int(m.N) {
		w.held, w.apps = false, apps
		return
	}
	for i := range s.waiting {
		w := &s.waiting[i]
		if w.held && w.e.Session.N == session && w.b.Message(&w.e).N == int(m.N) {
			w.held, w.apps = false, append([]payload.App(nil), apps...)
			return
		}
	}
}

// advance passes on what need not wait any longer.
func (s *Stream) advance() {
	n := 0
	for n < len(s.waiting) && !s.waiting[n].held && s.err == nil {
		w := &s.waiting[n]
		s.bytes -= w.bytes
		n++
		s.err = s.show(w)
	}
	clear(s.waiting[:n]) // nothing moves: many may wait
	if s.waiting = s.waiting[n:]; len(s.waiting) == 0 {
		s.waiting = nil
	}
}

// settle makes the Reader of a session decide.
func (s *Stream) settle(n int) {
	if c := s.sessions[n]; c != nil && c.reader != nil {
		c.reader.Settle()
	}
	for i := range s.waiting {
		if w := &s.waiting[i]; w.held && w.e.Session.N == n {
			w.held = false
		}
	}
	s.advance()
}

// Settle passes everything on that waits: nothing more comes, or nobody waits for it.
func (s *Stream) Settle() error {
	for len(s.waiting) > 0 && s.err == nil {
		s.settle(s.waiting[0].e.Session.N)
	}
	return s.err
}

// Counts are what went wrong so far.
func (s *Stream) Counts() Counts {
	sum := s.counts
	for _, c := range s.sessions {
		sum.add(c)
	}
	return sum
}

// CountIn adds what went wrong to an account.
func (s *Stream) CountIn(a *decode.Account) {
	c := s.Counts()
	a.Contradict, a.Faults = int64(c.Withdrawn), int64(c.Panics)
}

func (s *Counts) add(c *conversation) {
	if c.reader != nil {
		s.Panics += c.reader.Panics
		s.Withdrawn += c.reader.Withdrawn
	}
}

// of is what is kept of a session.
func (s *Stream) of(n int) *conversation {
	c := s.sessions[n]
	if c == nil {
		c = &conversation{info: &decode.Session{N: n}}
		s.sessions[n] = c
	}
	return c
}

// noteEnd drops the oldest session that has ended, if there are many.
func (s *Stream) noteEnd(n int) {
	c := s.sessions[n]
	if !c.info.HasEnded || c.over {
		return
	}
	c.over = true
	if c.reader != nil && c.reader.Holds() {
		s.settle(n)
	}
	if s.ended = append(s.ended, n); len(s.ended) > maxSessions {
		if old := s.sessions[s.ended[0]]; old != nil {
			s.counts.add(old)
		}
		delete(s.sessions, s.ended[0])
		s.ended = s.ended[1:]
	}
}

// lost reports whether messages of the direction of m may be missing before it, or it is of no use itself.
func (c *conversation) lost(m *ws.Message) bool {
	was := c.guessed[m.Dir]
	c.guessed[m.Dir] = m.State == ws.Guessed
	return m.State == ws.Undecodable || m.State == ws.Guessed && !was
}

// Opening is how a session was opened.
func Opening(s *decode.Session) payload.Opening {
	o := payload.Opening{Token: s.Subprotocol, Target: s.Path}
	for _, h := range s.RequestHeaders {
		if !strings.EqualFold(h.Name, "Sec-WebSocket-Protocol") {
			continue
		}
		for t := range strings.SplitSeq(h.Value, ",") {
			o.Asked = append(o.Asked, strings.TrimSpace(t))
		}
	}
	return o
}

// Message is m as a Reader takes it; it must be a data message.
func Message(m *ws.Message) payload.Message {
	p := payload.Message{N: int64(m.N), FromClient: m.Dir == ws.C2S, Payload: m.Payload, At: time.Unix(0, int64(m.Last.Time)),
		Cut: m.Torn() || m.Len >= 0 && int64(len(m.Payload)) < m.Len}
	if m.Opcode == ws.OpBinary {
		p.Kind = payload.Binary
	}
	return p
}
