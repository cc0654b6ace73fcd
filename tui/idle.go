package tui

import (
	"reflect"
	"time"

	tea "charm.land/bubbletea/v2"
)

// framesPerSecond is how often the screen may be drawn: a key is answered within 10 ms and what drawing takes.
const framesPerSecond = 100

// idleAfter is how long nothing must have happened before the screen sleeps.
const idleAfter = 300 * time.Millisecond

// Bubble Tea's renderer looks a hundred times a second whether there is something to draw, for as long as the program
// runs: that wakes an idle laptop for nothing. It has no way to pause that, so sleeper stops its ticker when nothing
// has happened for a while, and starts it again at the next message.
type sleeper struct {
	// find returns the ticker, nil if there is none.
	find   func() *time.Ticker
	ticker *time.Ticker
	// send brings idleMsg to Update.
	send  func(tea.Msg)
	timer *time.Timer
	now   func() time.Time
	// last is when the last message came; asleep says that the ticker is stopped.
	last   time.Time
	asleep bool
}

// idleMsg asks whether nothing has happened for a while.
type idleMsg struct{}

// newSleeper is a sleeper for a program.
func newSleeper(p *tea.Program) *sleeper {
	return &sleeper{find: func() *time.Ticker { return tickerOf(p) }, send: p.Send, now: time.Now}
}

// tickerOf is the ticker of a program's renderer, nil if it has none: then the screen does not sleep.
func tickerOf(p *tea.Program) *time.Ticker {
	f := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !f.IsValid() || f.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return (*time.Ticker)(f.UnsafePointer())
}

// saw is called for each message that comes, in the program's goroutine, before it is handled.
func (s *sleeper) saw(msg tea.Msg) {
	if _, idle := msg.(idleMsg); idle {
		s.rest()
		return
	}
	s.last = s.now()
	if s.asleep {
		s.asleep = false
		s.ticker.Reset(time.Second / framesPerSecond)
	}
	if s.timer == nil {
		s.timer = time.AfterFunc(idleAfter, func() { s.send(idleMsg{}) })
	}
}

// rest stops the ticker if nothing has happened for a while, else it asks again later. What was to be drawn has been by
// then: the ticker has gone off several times since.
func (s *sleeper) rest() {
	s.timer = nil
	if left := idleAfter - s.now().Sub(s.last); left > 0 {
		s.timer = time.AfterFunc(left, func() { s.send(idleMsg{}) })
		return
	}
	if s.ticker == nil {
		s.ticker = s.find()
	}
	if s.ticker != nil {
		s.ticker.Stop()
		s.asleep = true
	}
}
