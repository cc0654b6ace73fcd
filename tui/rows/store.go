package rows

import (
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

// Store owns the Trace. One goroutine adds events to it, the screen and the work in the background read. What follows
// changed is guarded by the lock.
type Store struct {
	guard
	// changed has one element when there is something that the screen does not know yet.
	changed chan struct{}

	trace    *trace.Trace
	payloads *spill
	said     *apps.Window
	account  decode.Account
	marks    marks
	times    draw.Timeline
	// zero and last are the earliest and latest time of a handshake or message, if timed.
	zero    capture.Time
	last    capture.Time
	timed   bool
	apart   bool // see Limits
	trouble string
	feedErr error
	done    bool
	// history is how many bytes of the past are kept at most, 0 for all; closed says which sessions are dropped next.
	history int64
	closed  trace.Retention
	// checks follows the sessions that are not over, ends has the verdicts of those that are.
	checks check.Run
	ends   map[int]End
	health tally
	// loose are the findings of streams without a session, the first maxLoose.
	loose []ws.Finding
	// changes has the number of a session each time that there is a newer snapshot of it; forgotten were there before, and
	// of those that were there before number lost nothing is known.
	changes         []int32
	forgotten, lost int
	// pinned is the session that is looked at: it is dropped last. spared is that session when its turn has come.
	pinned, spared int
}

// Limits say how much a store keeps. The zero value is ready.
type Limits struct {
	// Budget is how many bytes of payload are kept in memory (default 256 MiB); the rest goes to a temporary file.
	Budget int64
	// History, unless it is 0, is how many bytes of messages are kept at most, all in memory: the oldest are dropped.
	// Sessions is then how many closed sessions are kept, 0 for any number.
	History  int64
	Sessions int
	// Apart says that the sessions have nothing to do with each other: times count from each one's start.
	Apart bool
}

// maxLoose is how many findings of streams without a session are kept.
const maxLoose = 1000

// defaultBudget is Limits.Budget.
const defaultBudget = 256 << 20

// New is an empty Store.
func New(l Limits) *Store {
	p := &spill{budget: l.Budget, noFile: l.History > 0}
	if p.budget <= 0 {
		p.budget = defaultBudget
	}
	s := &Store{trace: trace.New(p), payloads: p, changed: make(chan struct{}, 1), apart: l.Apart, history: l.History}
	s.said = apps.NewWindow(s.trace)
	s.marks.seen, s.ends = map[int]uint8{}, map[int]End{}
	if s.history > 0 {
		p.block = max(leastBlock, min(blockSize, int(s.history/64)))
		s.closed = trace.Retention{Sessions: l.Sessions, Bytes: s.history / 4}
	}
	return s
}

// Visit adds an event. It copies what it keeps.
func (s *Store) Visit(b *decode.Batch, e *decode.Event) error {
	s.hold(func() { s.apply(b, e) })
	s.Notify()
	return nil
}

// apply adds an event; the lock is held.
func (s *Store) apply(b *decode.Batch, e *decode.Event) {
	var before *decode.Session
	if e.Kind == decode.KindSession {
		before = s.trace.Session(e.Session.N)
	}
	if err := s.trace.Apply(b, e); err != nil && s.trouble == "" {
		s.trouble = err.Error()
		s.account.Incomplete("payloads could not be kept")
	}
	s.account.Count(b, e)
	s.judge(b, e)
	s.watchHealth(e)
	switch e.Kind {
	case decode.KindSession:
		if i := b.Session(e); s.trace.Session(i.N) != nil {
			s.markSession(i)
			if before != nil {
				s.change(i.N)
			}
			if now := s.trace.Session(i.N); now.Peer > 0 && (before == nil || before.Peer != now.Peer) {
				s.change(now.Peer)
			}
			s.closed.Closed(before, i, s.trace.Len())
		}
	case decode.KindFinding:
		if e.Session == nil && len(s.loose) < maxLoose {
			s.loose = append(s.loose, *b.Finding(e))
		}
	case decode.KindMessage:
		s.count(b.Message(e), s.trace.Session(e.Session.N))
	}
	s.bound()
}

// count adds a message to the timeline; i is its session, nil if that was dropped.
func (s *Store) count(m *ws.Message, i *decode.Session) {
	at := m.Last.Time
	s.starts(at)
	if s.apart && i != nil && i.HasStarted {
		at -= i.Started
	}
	s.times.Add(at, m.Dir)
}

// Notify wakes the screen.
func (s *Store) Notify() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// Wait returns when something has changed since the last call, and not before pause has passed after that: changes
// that come together are one.
func (s *Store) Wait(pause time.Duration) {
	<-s.changed
	time.Sleep(pause)
}

func (s *Store) starts(at capture.Time) {
	if !s.timed || at < s.zero {
		s.zero = at
	}
	if !s.timed || at > s.last {
		s.last = at
	}
	s.timed = true
}

// markSession puts marks into the list where a session opened, was refused or ended.
func (s *Store) markSession(i *decode.Session) {
	if i.HasStarted {
		s.starts(i.Started)
	}
	switch {
	case i.State == decode.Refused:
		s.mark(i.N, Refused)
	case i.HasOpened:
		s.mark(i.N, Opened)
	case i.Confidence > 0:
		s.mark(i.N, Found)
	}
	if i.State == decode.Closed && i.HasEnded {
		s.mark(i.N, Ended)
	}
}

func (s *Store) mark(session int, k Event) {
	s.marks.add(Mark{Event: k, session: session, message: s.trace.Len(), frame: s.trace.FrameLen()})
}

// Finish records that no more events come, and why; account, unless it is nil, adds what the source of the events knows.
func (s *Store) Finish(err error, account func(*decode.Account)) {
	s.hold(func() {
		if account != nil {
			account(&s.account)
		}
		if err != nil {
			s.account.Incomplete(err.Error())
		}
		s.feedErr, s.done = err, true
	})
	s.Notify()
}

// Close gives back what is held outside of memory; payloads can no longer be read. It returns the account and the
// error that finish was given.
func (s *Store) Close() (a decode.Account, err error) {
	s.hold(func() {
		s.payloads.close()
		a, err = s.account, s.feedErr
		a.PastMessages, a.PastSessions = s.past()
	})
	return a, err
}

// LooseFindings are the findings of streams without a session, the first ones. The slice must not be changed.
func (s *Store) LooseFindings() (out []ws.Finding) {
	s.hold(func() { out = s.loose[:len(s.loose):len(s.loose)] })
	return out
}

// Session is the newest snapshot of a session, nil if there is none.
func (s *Store) Session(n int) (i *decode.Session) {
	s.Look(func(t *trace.Trace) { i = t.Session(n) })
	return i
}

// Message is a copy of message i, with its session; nil if it was dropped.
func (s *Store) Message(i int) (session *decode.Session, m *ws.Message) {
	s.Look(func(t *trace.Trace) {
		if n, x := t.Message(i); n != 0 {
			session, m = t.Session(n), x
		}
	})
	return session, m
}

// Payload is the payload of message i.
func (s *Store) Payload(i int) (p []byte, err error) {
	s.Look(func(t *trace.Trace) { p, err = t.Payload(i) })
	return p, err
}

// Prefix is the first n bytes of the payload of message i, and how long all of it is.
func (s *Store) Prefix(i, n int) (p []byte, whole int, err error) {
	s.Look(func(t *trace.Trace) {
		whole = t.PayloadLen(i)
		p, err = t.Prefix(i, n)
	})
	return p, whole, err
}

// Timeline is how many messages there were in n equal parts of the time that passed.
func (s *Store) Timeline(n int) (counts []uint32, span capture.Time) {
	s.hold(func() { counts, span = s.times.Columns(n), s.times.Span() })
	return counts, span
}

// Times are the earliest and the latest time of a handshake or message.
func (s *Store) Times() (first, last capture.Time) {
	s.hold(func() { first, last = s.zero, s.last })
	return first, last
}

// Zero is the time that others of a session are shown relative to: that of the first packet of the run, where it is known; when the
// session started, if the sessions have nothing to do with each other. Session 0 stands for all of them.
func (s *Store) Zero(session int) (at capture.Time) {
	s.hold(func() {
		at = s.zero
		if session == 0 {
			session = s.trace.Sessions()
		}
		switch i := s.trace.Session(session); {
		case i == nil:
		case s.apart && i.HasStarted:
			at = i.Started
		case i.Zero != 0:
			at = i.Zero
		}
	})
	return at
}

// Counts are what the status lines show.
type Counts struct {
	// Sessions, Messages, Frames and Findings were decoded so far.
	Sessions, Messages, Frames, Findings int
	// Listed is how many sessions were not dropped.
	Listed int
	// Health is how many of these fared how, by Health.
	Health [3]int
	// PastMessages and PastSessions were dropped.
	PastMessages, PastSessions int64
	// Account is the account so far.
	Account decode.Account
	// Trouble says why payloads could not be kept, empty if they could.
	Trouble string
	// Done says that no more events come, Err why if that is an error.
	Done bool
	Err  error
}

// Counts are what was decoded so far.
func (s *Store) Counts() (c Counts) {
	s.Look(func(t *trace.Trace) {
		c = Counts{Sessions: t.Sessions(), Messages: t.Len(), Frames: t.FrameLen(), Findings: int(s.account.Findings),
			Account: s.account, Trouble: s.trouble, Done: s.done, Err: s.feedErr}
		c.Listed, _ = t.Remembered()
		c.Health = s.health.counts
		c.PastMessages, c.PastSessions = s.past()
	})
	return c
}
