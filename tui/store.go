package tui

import (
	"sync"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// refreshEvery is how often the screen is told that something has changed.
const refreshEvery = 40 * time.Millisecond

// markKind is what an event line in the list tells.
type markKind uint8

const (
	markOpened markKind = iota
	markRefused
	markFound // recognised without its handshake
	markEnded
)

// mark is an event that stands in the list between messages: it comes before message (frame) at[...].
type mark struct {
	kind    markKind
	session int32
	message int32
	frame   int32
}

// store owns the Trace. The feed's goroutine adds to it, the screen and the commands beside it read; all of them
// hold the lock for well under a millisecond at a time.
type store struct {
	mu       sync.Mutex
	trace    *decode.Trace
	payloads *spill
	account  decode.Account
	marks    []mark
	seen     map[int]uint8 // marks that a session has, by bits of markKind
	times    timeline
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
}

func newStore(budget int64) *store {
	if budget <= 0 {
		budget = 256 << 20
	}
	p := &spill{budget: budget}
	return &store{trace: decode.NewTrace(p), payloads: p, seen: map[int]uint8{}, changed: make(chan struct{}, 1), crash: func(error) {}}
}

// visit is what a Feed is given.
func (s *store) visit(b *decode.Batch, e *decode.Event) error {
	s.mu.Lock()
	if err := s.trace.Apply(b, e); err != nil && s.trouble == "" {
		s.trouble = err.Error()
		s.account.Incomplete("payloads could not be kept")
	}
	s.account.Count(b, e)
	switch e.Kind {
	case decode.KindSession:
		s.note(b.Session(e))
	case decode.KindMessage:
		m := b.Message(e)
		at := m.Last.Time
		s.begin(at)
		if i := s.trace.Session(e.Session.N); s.apart && i.HasStarted {
			at -= i.Started
		}
		s.times.add(at, m.Dir)
	}
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
	if s.seen[session]&(1<<k) != 0 {
		return
	}
	s.seen[session] |= 1 << k
	s.marks = append(s.marks, mark{k, int32(session), int32(s.trace.Len()), int32(s.trace.FrameLen())})
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

// message is a copy of message i, with its session; nil where i is none.
func (s *store) message(i int) (*decode.Session, *ws.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i < 0 || i >= s.trace.Len() {
		return nil, nil
	}
	n, m := s.trace.Message(i)
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
	account                              decode.Account
	trouble                              string
	done                                 bool
	err                                  error
}

func (s *store) counts() counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return counts{s.trace.Sessions(), s.trace.Len(), s.trace.FrameLen(), s.trace.FindingCount(),
		s.account, s.trouble, s.done, s.feedErr}
}

// timelineBins is how many bins of time a timeline has.
const timelineBins = 512

// timeline counts messages over time. Its bins become wider as time goes on.
type timeline struct {
	start, width capture.Time
	bins         [timelineBins][2]uint32
	used         int
}

func (t *timeline) add(at capture.Time, d ws.Dir) {
	if t.width == 0 {
		t.start, t.width = at, capture.Time(time.Millisecond)
	}
	k := max(at-t.start, 0) / t.width
	for k >= timelineBins {
		t.halve()
		k = max(at-t.start, 0) / t.width
	}
	t.bins[k][d]++
	t.used = max(t.used, int(k)+1)
}

// halve makes the bins twice as wide.
func (t *timeline) halve() {
	for i := range timelineBins / 2 {
		for d := range 2 {
			t.bins[i][d] = t.bins[2*i][d] + t.bins[2*i+1][d]
		}
	}
	clear(t.bins[timelineBins/2:])
	t.width *= 2
	t.used = (t.used + 1) / 2
}

// timelineSpan is how many bins as a factor of their width.
func timelineSpan(n int) capture.Time { return capture.Time(n) }

// columns are the counts in n columns.
func (t *timeline) columns(n int) []uint32 {
	out := make([]uint32, n)
	for i := range t.used {
		out[i*n/t.used] += t.bins[i][0] + t.bins[i][1]
	}
	return out
}
