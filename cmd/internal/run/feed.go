package run

import (
	"context"
	"errors"
)

// Feed is Each for a screen: the screen counts the events itself, and a panic of a goroutine of the run becomes an
// error, so that the terminal can be left in order.
func (r *Run) Feed(ctx context.Context, visit Visit) error {
	end := make(chan error, 1+Shards)
	r.pump.panicked = func() { end <- errors.New("internal error while decoding (please report it)") }
	go func() {
		defer r.pump.guard()
		end <- r.pump.run(ctx, visit)
	}()
	return <-end
}

// Packets is how many packets have been read so far. It may be called at any time.
func (r *Run) Packets() int64 { return r.pump.read.Load() }

// Visited is the number of the newest packet all of whose events have been visited. It may be called at any time.
func (r *Run) Visited() int { return int(r.pump.visited.Load()) }

// Missing is how many bytes were acknowledged but never captured, so far. It may be called at any time.
func (r *Run) Missing() int64 { return r.pump.missingSoFar() }

// Progress is how many bytes of how many have been read; 0 of 0 if that is not known.
func (r *Run) Progress() (done, total int64) {
	s, ok := r.in.(interface {
		Size() int64
		Offset() int64
	})
	if !ok {
		return 0, 0
	}
	return s.Offset(), s.Size()
}
