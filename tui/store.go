package tui

import (
	"sync"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

// refreshEvery is how often the screen is told that something has changed.
const refreshEvery = 40 * time.Millisecond

// store owns the Trace. The feed's goroutine adds to it, the screen and the commands beside it read; all of them
// hold the lock for well under a millisecond at a time.
type store struct {
	mu       sync.Mutex
	trace    *trace.Trace
	payloads *spill
	account  decode.Account
	marks    marks
	times    draw.Timeline
	// zero is the earliest time of a handshake or message, where timed.
	zero    capture.Time
	timed   bool
	apart   bool // see Options
	trouble string
	feedErr error
	done    bool
	// changed has one element where the screen does not know the newest yet.
	changed chan struct{}
	// crash is told that a goroutine has panicked; Run sets it.
	crash func(error)
	// history is how many bytes of what is past are kept at most, 0 for all; closed says which sessions to forget.
	history int64
	closed  trace.Retention
	// pinned is the session that is looked at: it is forgotten last, and spared is it where its turn has come.
	pinned, spared int
}

// defaultBudget is Options.Budget.
const defaultBudget = 256 << 20

func newStore(opt *Options) *store {
	p := &spill{budget: opt.Budget, noFile: opt.History > 0}
	if p.budget <= 0 {
		p.budget = defaultBudget
	}
	s := &store{trace: trace.New(p), payloads: p, changed: make(chan struct{}, 1), crash: func(error) {}}
	s.marks.seen = map[int]uint8{}
	s.apart, s.history = opt.Apart, opt.History
	if s.history > 0 {
		p.block = max(leastBlock, min(blockSize, int(s.history/64)))
		s.closed = trace.Retention{Sessions: opt.Sessions, Bytes: s.history / 4}
	}
	return s
}

// visit is what a Feed is given.
func (s *store) visit(b *decode.Batch, e *decode.Event) error {
	s.mu.Lock()
	var before *decode.Session
	if e.Kind == decode.KindSession {
		before = s.trace.Session(e.Session.N)
	}
	if err := s.trace.Apply(b, e); err != nil && s.trouble == "" {
		s.trouble = err.Error()
		s.account.Incomplete("payloads could not be kept")
	}
	s.account.Count(b, e)
	switch e.Kind {
	case decode.KindSession:
		if i := b.Session(e); s.trace.Session(i.N) != nil {
			s.note(i)
			s.closed.Closed(before, i, s.trace.Len())
		}
	case decode.KindMessage:
		m := b.Message(e)
		at := m.Last.Time
		s.begin(at)
		if i := s.trace.Session(e.Session.N); s.apart && i != nil && i.HasStarted {
			at -= i.Started
		}
		s.times.Add(at, m.Dir)
	}
	s.bound()
	s.mu.Unlock()
	s.notify()
	return nil
}

func (s *store) notify() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

func (s *store) begin(at capture.Time) {
	if !s.timed || at < s.zero {
		s.zero, s.timed = at, true
	}
}

// note puts marks into the list where a session opened, was refused or ended.
func (s *store) note(i *decode.Session) {
	if i.HasStarted {
		s.begin(i.Started)
	}
	switch {
	case i.State == decode.Refused:
		s.mark(i.N, markRefused)
	case i.HasOpened:
		s.mark(i.N, markOpened)
	case i.Confidence > 0:
		s.mark(i.N, markFound)
	}
	if i.State == decode.Closed && i.HasEnded {
		s.mark(i.N, markEnded)
	}
}

func (s *store) mark(session int, k markKind) {
	s.marks.add(mark{kind: k, session: session, message: s.trace.Len(), frame: s.trace.FrameLen()})
}

// finish notes that the feed has ended.
func (s *store) finish(f Feed, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Account(&s.account)
	if err != nil {
		s.account.Incomplete(err.Error())
	}
	s.feedErr, s.done = err, true
	s.notify()
}

// session is the newest snapshot of a session, nil where there is none.
func (s *store) session(n int) *decode.Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trace.Session(n)
}

// message is a copy of message i, with its session; nil where it was forgotten.
func (s *store) message(i int) (*decode.Session, *ws.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, m := s.trace.Message(i)
	if n == 0 {
		return nil, nil
	}
	return s.trace.Session(n), m
}

// payload is the payload of message i.
func (s *store) payload(i int) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trace.Payload(i)
}

// counts are what the status lines show.
type counts struct {
	sessions, messages, frames, findings int
	// listed is how many sessions were not forgotten.
	listed int
	// pastMessages and pastSessions were forgotten.
	pastMessages, pastSessions int64
	account                    decode.Account
	trouble                    string
	done                       bool
	err                        error
}

func (s *store) counts() counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := counts{sessions: s.trace.Sessions(), messages: s.trace.Len(), frames: s.trace.FrameLen(), findings: s.trace.FindingCount(),
		account: s.account, trouble: s.trouble, done: s.done, err: s.feedErr}
	c.listed, _ = s.trace.Remembered()
	c.pastMessages, c.pastSessions = s.past()
	return c
}
