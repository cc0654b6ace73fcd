package run

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/stack"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// Shards is how many decoders the connections are spread over. It is fixed, whatever the number of cores, so that
// the bounds that each of them keeps are reached at the same place everywhere.
const Shards = 4

// inFlight is how many batches are worked on at a time: one is read, some are decoded, one is written.
const inFlight = 3

// job is a batch of packets on its way: the packets, their segments by shard, and the events of each shard.
type job struct {
	packets capture.Batch
	segs    [Shards][]reassembly.Segment
	// secrets are what the decoders are given first.
	secrets []secret
	// learned are TLS sessions that each shard has seen made in it; known, those of the job that used the same memory before, which are
	// given to all shards first: so the result does not depend on which shard is ahead.
	learned, known [Shards][]tls.Learned
	// tick, if it is not 0, is the time now, in a job without packets.
	tick    capture.Time
	out     [Shards]*decode.Batch
	decoded sync.WaitGroup
	// steps are what happened between the layers, by shard, if anybody wants that.
	steps [Shards][]decode.Step
}

// pump moves packets from a source through the decoders and passes their events, in order, to one visitor.
type pump struct {
	source    capture.Source
	opt       decode.Options
	dissector reassembly.Dissector
	decoders  [Shards]*stack.Decoder
	windows   [Shards]windowFile
	merger    stack.Merger
	read      atomic.Int64
	// keys are where secrets come from, found those that came while reading.
	keys  Keys
	jobs  []*job
	found Secrets
	// followed are the key logs that are read while they grow.
	followed []*follower
	// cut counts packets of TCP connections that are not whole.
	cut int64
	// visited is the number of the newest packet all of whose events have been visited.
	visited atomic.Int64
	// missing are the bytes that each shard knows to be missing so far.
	missing [Shards]atomic.Int64
	// reading says that run was called, and readEnded is closed when nothing reads the source any more.
	reading   atomic.Bool
	readEnded chan struct{}
	// collector is used by the goroutine that visits.
	collector *collector
	// step is Options.Step; final are the steps that the end of the capture causes.
	step  func(*decode.Step) error
	final [Shards][]decode.Step
	// gathering is where each shard puts the steps of the job that it works on.
	gathering [Shards]*[]decode.Step
	// flush is called after each batch; it may be slow.
	flush func() error
	// damaged is called for damage in an input; reading continues with the next input.
	damaged func(error)
	// panicked is called if one of the pump's goroutines panics; run does not return then. If it is nil, the program ends.
	panicked func()
}

// guard is deferred in each goroutine.
func (p *pump) guard() {
	if p.panicked == nil {
		return
	}
	if recover() != nil {
		p.panicked()
	}
}

// run reads source to its end, or until ctx is done or visit returns an error. What was read when ctx was done is
// still decoded and visited.
func (p *pump) run(ctx context.Context, visit Visit) error {
	free, read, decoded := p.queues()
	quit, stop := context.WithCancel(ctx)
	defer stop()
	for i := range p.decoders {
		opt := p.stepping(i)
		opt.Windows = &p.windows[i]
		p.decoders[i] = stack.NewDecoder(opt)
		defer p.windows[i].Close()
	}
	if err := p.readKeys(&p.keys); err != nil {
		return err
	}
	p.follow(quit.Done())
	var readErr error
	p.reading.Store(true)
	go func() {
		defer close(p.readEnded)
		defer p.guard()
		readErr = p.readAll(quit, free, read)
		close(read)
	}()
	go p.decodeAll(quit, read, decoded)
	err := p.visitAll(decoded, free, visit)
	stop()
	for range decoded { // decodeAll closes it when it has ended
	}
	if err == nil {
		err = p.finish(visit)
	}
	if err != nil || ctx.Err() != nil {
		p.awaitReader()
		return err
	}
	return readErr
}

// readerGrace is how long a run that ends early waits for what reads: longer than reading a batch of a file takes. A
// pipe may have nothing to read for ever.
const readerGrace = 100 * time.Millisecond

// awaitReader waits until nothing reads the source any more, if that is soon.
func (p *pump) awaitReader() {
	select {
	case <-p.readEnded:
	case <-time.After(readerGrace):
	}
}

func (p *pump) queues() (free, read, decoded chan *job) {
	free, read, decoded = make(chan *job, inFlight), make(chan *job, inFlight), make(chan *job, inFlight)
	for range inFlight {
		j := &job{}
		for i := range j.out {
			j.out[i] = &decode.Batch{}
		}
		free <- j
		p.jobs = append(p.jobs, j)
	}
	return free, read, decoded
}

// Idle is the error of a ReadBatch that has no packets and reports what time it is: a live capture returns it, so that
// the decoders notice how long nothing has come.
type Idle struct{ Now capture.Time }

// Error is for package errors: nobody prints it.
func (Idle) Error() string { return "no packet came" }

// readAll fills jobs with packets.
func (p *pump) readAll(quit context.Context, free <-chan *job, read chan<- *job) error {
	for {
		var j *job
		select {
		case <-quit.Done():
			return nil
		case j = <-free:
		}
		err := p.source.ReadBatch(&j.packets)
		j.known, j.learned = j.learned, [Shards][]tls.Learned{}
		j.secrets = p.take()
		var damage *capture.Damage
		var late Idle
		j.tick = 0
		switch {
		case errors.As(err, &late):
			j.tick = late.Now
			j.packets.Packets = j.packets.Packets[:0]
		case errors.As(err, &damage):
			p.damaged(err)
			j.packets.Packets = j.packets.Packets[:0]
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		read <- j
	}
}

// decodeAll passes jobs to the decoders, each of which works by itself, and then on, in the order in which they were read.
func (p *pump) decodeAll(quit context.Context, read <-chan *job, decoded chan<- *job) {
	defer p.guard()
	var inputs [Shards]chan *job
	var wg sync.WaitGroup
	for i := range inputs {
		inputs[i] = make(chan *job, inFlight)
		wg.Go(func() { p.decode(i, inputs[i]) })
	}
	for j := p.next(quit, read); j != nil; j = p.next(quit, read) {
		p.dissect(j)
		j.decoded.Add(Shards)
		for i := range inputs {
			inputs[i] <- j
		}
		decoded <- j
	}
	for i := range inputs {
		close(inputs[i])
	}
	wg.Wait()
	close(decoded)
}

// next is the next job, nil at the end.
func (p *pump) next(quit context.Context, read <-chan *job) *job {
	select {
	case j := <-read:
		return j
	default:
	}
	select {
	case j := <-read:
		return j
	case <-quit.Done():
		return nil
	}
}

// dissect spreads the segments of a job's packets over the shards.
func (p *pump) dissect(j *job) {
	for i := range j.segs {
		j.segs[i] = j.segs[i][:0]
	}
	var s reassembly.Segment
	for i := range j.packets.Packets {
		if p.dissector.Segment(&j.packets.Packets[i], &s) == reassembly.OK {
			k := s.Flow.Hash() % Shards
			j.segs[k] = append(j.segs[k], s)
			if q := &j.packets.Packets[i]; len(q.Data) < q.OrigLen {
				p.cut++
			}
		}
	}
	p.read.Add(int64(len(j.packets.Packets)))
}

func (p *pump) decode(shard int, in <-chan *job) {
	defer p.guard()
	d := p.decoders[shard]
	for j := range in {
		p.gathering[shard] = &j.steps[shard]
		for _, s := range j.secrets {
			p.give(p.decoders[shard:shard+1], s)
		}
		for _, l := range j.known {
			d.Learn(l)
		}
		if j.tick != 0 {
			d.Tick(j.tick, j.out[shard])
		} else {
			d.Decode(j.segs[shard], j.out[shard])
		}
		j.learned[shard] = d.Learned()
		p.missing[shard].Store(d.Bytes().Missing)
		j.decoded.Done()
	}
}

// missingSoFar is how many bytes were acknowledged and never captured. It may be called at any time.
func (p *pump) missingSoFar() (n int64) {
	for i := range p.missing {
		n += p.missing[i].Load()
	}
	return n
}

func (p *pump) visitAll(decoded <-chan *job, free chan<- *job, visit Visit) error {
	for j := range decoded {
		j.decoded.Wait()
		if len(j.packets.Packets) > 0 && p.visited.Load() == 0 {
			p.merger.Zero = j.packets.Packets[0].Time
		}
		if err := p.merger.Merge(j.out[:], visit); err != nil {
			return err
		}
		if err := p.report(&j.steps); err != nil {
			return err
		}
		if n := len(j.packets.Packets); n > 0 {
			p.visited.Store(int64(j.packets.Packets[n-1].Number))
		}
		if err := p.flush(); err != nil {
			return err
		}
		p.collector.batch()
		free <- j
	}
	return nil
}

// finish visits the events that the end of the capture causes.
func (p *pump) finish(visit Visit) error {
	p.lastKeys()
	if err := p.together(visit, (*stack.Decoder).Resume); err != nil {
		return err
	}
	for p.learn() {
		if err := p.together(visit, (*stack.Decoder).Resume); err != nil {
			return err
		}
	}
	if err := p.together(visit, (*stack.Decoder).Finish); err != nil {
		return err
	}
	if err := p.report(&p.final); err != nil {
		return err
	}
	return p.flush()
}

// learn gives all decoders the TLS sessions that any of them has learned last, and reports whether there are any.
func (p *pump) learn() (any bool) {
	var all []tls.Learned
	for _, j := range p.jobs {
		for i := range j.learned {
			all = append(all, j.learned[i]...)
			j.learned[i] = nil
		}
	}
	for _, d := range p.decoders {
		all = append(all, d.Learned()...)
	}
	for _, d := range p.decoders {
		d.Learn(all)
	}
	return len(all) > 0
}

// together lets all decoders work at the same time, and visits the events.
func (p *pump) together(visit Visit, work func(*stack.Decoder, *decode.Batch)) error {
	var out [Shards]*decode.Batch
	var wg sync.WaitGroup
	for i := range out {
		out[i] = &decode.Batch{}
		wg.Go(func() {
			defer p.guard()
			p.gathering[i] = &p.final[i]
			work(p.decoders[i], out[i])
		})
	}
	wg.Wait()
	return p.merger.Merge(out[:], visit)
}

// account adds what the pump knows to a.
func (p *pump) account(a *decode.Account) {
	a.Read, a.Decoded, a.Skipped = p.read.Load(), p.dissector.Decoded(), p.dissector.Skipped()
	a.QUIC = p.dissector.QUIC()
	a.Sessions, a.Cut = int64(p.merger.Sessions), p.cut
	for _, d := range p.decoders {
		a.Bytes.Add(d.Bytes())
		a.AddUnclear(d.Unclear(), d.AfterEnd(), d.Unlooked())
		a.Evicted += d.Evicted()
		a.EvictedWindows += d.EvictedWindows()
	}
	if a.Cut > 0 && a.Sessions == 0 {
		a.Incomplete(strconv.FormatInt(a.Cut, 10) + " packets were cut short by the capture (snaplen), and no session was recognised")
	}
	if a.Evicted > 0 {
		a.Incomplete("a limit was reached: " + strconv.FormatInt(a.Evicted, 10) + " connections were dropped")
	}
	p.windowAccount(a)
	damaged := p.dissector.Damaged()
	for _, reason := range slices.Sorted(maps.Keys(damaged)) {
		a.Incomplete(show.Count(damaged[reason], "packet") + " skipped: " + reason)
	}
	if p.dissector.SkippedFor(reassembly.FragmentLimit) > 0 {
		a.Incomplete("a limit was reached: IP fragments were dropped")
	}
}

// windowAccount adds what became of the compression windows that memory had no room for.
func (p *pump) windowAccount(a *decode.Account) {
	if a.EvictedWindows > 0 {
		a.Incomplete("a limit was reached: the compression windows of " + strconv.FormatInt(a.EvictedWindows, 10) + " sessions were dropped")
	}
	for i := range p.windows {
		if err := p.windows[i].Err(); err != nil {
			a.Incomplete(err.Error())
		}
	}
}
