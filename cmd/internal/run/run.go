package run

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
)

// Inputs are packets whose origin is known: capture files, the embedded samples, or a live capture.
type Inputs interface {
	capture.Source
	// Names are the names of the inputs, in the order in which they are read.
	Names() []string
	// File is the index in Names of the input that a packet came from.
	File(packet int) int
	// Stats are the counts that the inputs keep.
	Stats() capture.Stats
	Close() error
}

// Accountant is an input that adds its own part to the account instead of the counts of its files. It is called once,
// when all packets have been decoded.
type Accountant interface {
	AddTo(*decode.Account)
}

// Options says how inputs are read and decoded. The zero value decodes messages without their payloads.
type Options struct {
	// Decode says what the decoders emit. Zero Limits are replaced by those of Limits.
	Decode decode.Options
	// Flush is called after each batch of events, by the goroutine that visits them; nil does nothing.
	Flush func() error
	// Keys are the secrets of TLS connections.
	Keys Keys
	// Step, if it is not nil, is called for what happens between the layers: after the events of the same batch, by the
	// goroutine that visits these, in the order of packets.
	Step func(*decode.Step) error
	// Sparing keeps garbage within about 32 MiB, or a quarter of what is in use if that is more: for a run beside other things. The
	// environment's GOGC overrides it.
	Sparing bool
}

// Visit receives one event. Events come in the order of their packets, and are valid during the call only.
type Visit = func(*decode.Batch, *decode.Event) error

// ErrStop is what a Visit returns when it has seen enough: the run ends and is not in error.
var ErrStop = errors.New("enough")

// Run reads inputs once, from the first packet to the last.
type Run struct {
	in      Inputs
	pump    pump
	account decode.Account
	// err is why reading ended early; stopped says that the visitor had seen enough.
	err      error
	stopped  bool
	complete sync.Once

	mu     sync.Mutex // guards damage, which is noted while packets are read
	damage []string
}

// Open opens capture files; "-" is standard input.
func Open(names []string, opt Options) (*Run, error) {
	in, err := OpenFiles(names)
	if err != nil {
		return nil, err
	}
	return Over(in, opt), nil
}

// OpenFiles opens capture files for Over; "-" is standard input.
func OpenFiles(names []string) (*Files, error) {
	if len(names) == 0 {
		return nil, Troublef("no capture given: name a FILE, or - for standard input")
	}
	f := &Files{}
	in, err := capture.OpenFiles(names, f.found.Options())
	if err != nil {
		return nil, &Error{Trouble, err}
	}
	f.Files = in
	return f, nil
}

// Over is a Run over inputs that are open. Closing it closes them.
func Over(in Inputs, opt Options) *Run {
	if opt.Decode.Limits == (decode.Limits{}) {
		opt.Decode.Limits = Limits()
	}
	if opt.Flush == nil {
		opt.Flush = func() error { return nil }
	}
	r := &Run{in: in}
	r.account.ByFrame = opt.Decode.Frames
	r.pump = pump{source: in, opt: opt.Decode, flush: opt.Flush, damaged: r.damaged, readEnded: make(chan struct{}), step: opt.Step, keys: opt.Keys,
		collector: newCollector(opt.Sparing)}
	return r
}

// Close closes the inputs: now, or if one of them is still being read (a pipe that nothing comes from), when that ends.
func (r *Run) Close() error {
	if !r.pump.reading.Load() {
		return r.in.Close()
	}
	select {
	case <-r.pump.readEnded:
		return r.in.Close()
	default:
	}
	go func() {
		<-r.pump.readEnded
		r.in.Close()
	}()
	return nil
}

// Inputs are what is read.
func (r *Run) Inputs() Inputs { return r.in }

// FileOf names the input of a packet; nil if there is only one input.
func (r *Run) FileOf() func(packet int) string {
	names := r.in.Names()
	if len(names) < 2 {
		return nil
	}
	return func(packet int) string { return names[max(r.in.File(packet), 0)] }
}

// Each counts every event and passes it to visit. It returns nil at the end of the inputs, when ctx is done (what
// was read until then is visited), and when visit returned ErrStop; else the error of reading or of visit.
func (r *Run) Each(ctx context.Context, visit Visit) error {
	err := r.pump.run(ctx, func(b *decode.Batch, e *decode.Event) error {
		r.account.Count(b, e)
		return visit(b, e)
	})
	if r.stopped = errors.Is(err, ErrStop); !r.stopped {
		r.err = err
	}
	return r.err
}

// Stopped reports whether the visitor had seen enough before the end.
func (r *Run) Stopped() bool { return r.stopped }

// Err is the error that Each returned.
func (r *Run) Err() error { return r.err }

// Fail records an error that ends the run after Each, unless there was one before.
func (r *Run) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Account is the account of the run. It is complete from the first call after Each on; a visitor may add to it.
func (r *Run) Account() *decode.Account {
	r.complete.Do(func() {
		r.AddTo(&r.account)
		if r.err != nil && StatusOf(r.err) != Done {
			r.account.Incomplete(r.err.Error())
		}
	})
	return &r.account
}

// Counting is the account while the events are still visited: what has been counted so far.
func (r *Run) Counting() *decode.Account { return &r.account }

// AddTo adds to an account what the run knows beside the events.
func (r *Run) AddTo(a *decode.Account) {
	r.pump.account(a)
	if x, ok := r.in.(Accountant); ok {
		x.AddTo(a)
	} else {
		a.Files = len(r.in.Names())
		AddStats(a, r.in.Stats())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range r.damage {
		a.Incomplete(d)
	}
}

// AddStats adds what files say about their own packets to an account.
func AddStats(a *decode.Account, s capture.Stats) {
	a.ClockBack = int64(s.ClockBack)
	for _, skipped := range []struct {
		reason string
		n      int
	}{{"interface not declared", s.Undeclared}, {"not a packet", s.NotPackets}} {
		if skipped.n > 0 {
			a.Skipped[skipped.reason] += int64(skipped.n)
			a.Read += int64(skipped.n)
		}
	}
	if n := s.Dropped(); n > 0 {
		a.Dropped = int64(n)
		a.Incomplete(fmt.Sprintf("%d packets were dropped while capturing", n))
	}
}

// Status is the error that says with which status a run over files ends, nil for Done.
func (r *Run) Status(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return Exit(Interrupted)
	case r.err != nil:
		return AsTrouble(r.err)
	case len(r.Account().Why) > 0:
		return Exit(Incomplete)
	}
	return nil
}

// damaged notes an input that ended in damage. It is called by the goroutine that reads.
func (r *Run) damaged(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.damage = append(r.damage, err.Error())
}
