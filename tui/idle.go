package tui

import (
	"reflect"
	"time"

	tea "charm.land/bubbletea/v2"
)

// framesPerSecond is how often the screen may be drawn: a key is answered within 10 ms and what drawing takes.
const framesPerSecond = 100

const (
	// idleAfter is how long nothing must have happened before the screen sleeps.
	idleAfter = 300 * time.Millisecond
	// asleepEvery is how often a screen that sleeps is drawn if there is something to draw, which there should not be: on a busy
	// machine the renderer may not have had its turn before the sleep.
	asleepEvery = 5 * time.Second
)

// Bubble Tea's renderer looks a hundred times a second whether there is something to draw, for as long as the program
// runs: that wakes an idle laptop for nothing. It has no way to pause that, so sleeper slows its ticker down when
// nothing has happened for a while, and makes it fast again at the next message.
type sleeper struct {
	// find returns the ticker, nil if there is none.
	find   func() *time.Ticker
	ticker *time.Ticker
	// send brings idleMsg to Update.
	send  func(tea.Msg)
	timer *time.Timer
	now   func() time.Time
	// last is when the last message came; quiet says that it had been handled when somebody asked last; asleep says that the ticker
	// is slow.
	last          time.Time
	quiet, asleep bool
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
	s.last, s.quiet = s.now(), false
	if s.asleep {
		s.asleep = false
		s.ticker.Reset(time.Second / framesPerSecond)
	}
	if s.timer == nil {
		s.timer = time.AfterFunc(idleAfter, func() { s.send(idleMsg{}) })
	}
}

// rest slows the ticker down if nothing has happened for a while, else it asks again later. It asks twice: a message may have taken
// long to be handled, and what it has to draw must be drawn before.
func (s *sleeper) rest() {
	s.timer = nil
	left := idleAfter - s.now().Sub(s.last)
	if left > 0 || !s.quiet {
		if s.quiet = left <= 0; s.quiet {
			left = idleAfter
		}
		s.timer = time.AfterFunc(left, func() { s.send(idleMsg{}) })
		return
	}
	if s.ticker == nil {
		s.ticker = s.find()
	}
	if s.ticker != nil {
		s.ticker.Reset(asleepEvery)
		s.asleep = true
	}
}
