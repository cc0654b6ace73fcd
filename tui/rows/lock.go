package rows

import (
	"sync"
	"time"

	"github.com/wspeek/wspeek/decode/trace"
)

// slice is how long long work holds the lock at a time.
const slice = 700 * time.Microsecond

// guard is the lock of the screen's model. It is taken in this file and nowhere else.
type guard struct{ mu sync.Mutex }

// hold runs do with the lock held. Do must take well under a millisecond, and must not call what takes the lock.
func (g *guard) hold(do func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	do()
}

// inSteps runs step with the lock held, again and again until it returns false. Each step should take well under 100
// microseconds; after each slice the lock is free for a moment, and between is called.
func (g *guard) inSteps(step func() (more bool), between func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for start := time.Now(); step(); {
		if time.Since(start) > slice {
			g.pause(between)
			start = time.Now()
		}
	}
}

// pause frees the lock for a moment.
func (g *guard) pause(between func()) {
	g.mu.Unlock()
	defer g.mu.Lock()
	between()
}

// Look runs do with the Trace, which nothing changes meanwhile. It is for one short look: do must take well under a
// millisecond, keep nothing of the Trace but copies, and call no method of the store.
func (s *Store) Look(do func(t *trace.Trace)) { s.hold(func() { do(s.trace) }) }

// Read is look for long work, which is divided into steps: step runs until it returns false, and between some of the
// steps others have their turn. So what one step has read may be gone (dropped) in the next. The screen learns now
// and then that work goes on.
func (s *Store) Read(step func(t *trace.Trace) (more bool)) {
	s.inSteps(func() bool { return step(s.trace) }, s.Notify)
}

// ReadPausing is read for work that cannot be divided into steps: it calls pause where others may have their turn.
func (s *Store) ReadPausing(work func(t *trace.Trace, pause func())) {
	start := time.Now()
	s.hold(func() {
		work(s.trace, func() {
			if time.Since(start) > slice {
				s.pause(func() {})
				start = time.Now()
			}
		})
	})
}
