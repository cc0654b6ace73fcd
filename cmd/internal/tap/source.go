package tap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/keep"
	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/cmd/internal/run"
)

// tickEvery is how often the decoders learn what time it is.
const tickEvery = 250 * time.Millisecond

// Source reads packets in a goroutine of its own, which waits neither for decoding nor for the disk: packets for which
// there is no room are dropped and counted. It is run.Inputs. The exported fields are set before Start.
type Source struct {
	// Keep writes the packets to files (-w); nil if that is not wanted.
	Keep *Keeper
	// Ring keeps packets for :w on the screen; nil without a screen.
	Ring *keep.Ring
	// Interfaces are those that packets come from, none for a pipe.
	Interfaces []capture.WriteInterface
	// Advice is added to the error of a file that may not be opened.
	Advice string
	// OnScreen says that the screen shows losses, so that they are not reported too.
	OnScreen bool
	// Missing are the bytes that were acknowledged but never captured, as far as is known; nil is 0.
	Missing func() int64

	name string
	// open returns what is read; live is the same if that is an interface, else nil.
	open func() (capture.Source, error)
	live *live.Capture
	// patient sources (pipes) wait instead of dropping packets.
	patient bool
	backlog *keep.Backlog
	// away is the interface that went away last and may come back, empty for none; it belongs to drain.
	away string
	// reporter reports a line to the user: at once, or when the screen is closed.
	reporter atomic.Pointer[func(string)]

	started  bool
	stopping sync.Once
	stopped  chan struct{}
	ended    chan struct{}

	// woken means that ReadBatch is to return at once.
	woken atomic.Bool
	found run.Secrets

	held map[*capture.Batch]*keep.PacketChunk
	// last is the time of the newest packet passed on, which was at by our clock.
	last       capture.Time
	at, ticked time.Time

	mu      sync.Mutex // guards what follows
	trouble []string
	files   *capture.Files
}

// New is a source that packets are put into by Ring only: for tests.
func New(name string) *Source {
	return &Source{name: name, backlog: keep.NewBacklog(), stopped: make(chan struct{}), ended: make(chan struct{}),
		held: map[*capture.Batch]*keep.PacketChunk{}}
}

// OpenInterfaces opens the interfaces of opt; name names them for people.
func OpenInterfaces(name string, opt live.Options) (*Source, error) {
	opened, err := live.Open(opt)
	if err != nil {
		return nil, err
	}
	s := New(name)
	s.live = opened
	s.open = func() (capture.Source, error) { return opened, nil }
	return s, nil
}

// OpenFiles is a source of capture files, or of a pipe. A pipe is opened when it is read, since that may wait; files are
// opened at once, while there is permission.
func OpenFiles(name string, files []string, stream bool) (*Source, error) {
	s := New(name)
	s.patient = true
	s.open = func() (capture.Source, error) {
		in, err := capture.OpenFiles(files, s.found.Options())
		s.mu.Lock()
		defer s.mu.Unlock()
		s.files = in
		return in, err
	}
	if stream {
		return s, nil
	}
	in, err := s.open()
	s.open = func() (capture.Source, error) { return in, err }
	return s, err
}

// Live are the counts of the interfaces; nil for a pipe.
func (s *Source) Live() func() live.Stats {
	if s.live == nil {
		return nil
	}
	return s.live.Stats
}

// Patient reports whether the source waits instead of dropping packets: a pipe does.
func (s *Source) Patient() bool { return s.patient }

// Report reports a line to the user.
func (s *Source) Report(line string) { (*s.reporter.Load())(line) }

// SetReporter sets what Report calls from now on, and returns what it called before (nil for nothing).
func (s *Source) SetReporter(f func(string)) (before func(string)) {
	if old := s.reporter.Swap(&f); old != nil {
		before = *old
	}
	return before
}

// Start starts to read. SetReporter must be called before.
func (s *Source) Start() {
	s.started = true
	if s.Keep != nil {
		go s.Keep.run()
	}
	if s.Ring != nil {
		go s.Ring.Run()
	}
	go s.drain()
	if !s.OnScreen {
		go s.watch()
	}
}

// waitQuietly is how long nothing is reported while no packet comes.
const waitQuietly = 2 * time.Second

// maxFaults is after how many errors in a row reading ends.
const maxFaults = 100

// drain reads until the end.
func (s *Source) drain() {
	defer close(s.ended)
	source, err := s.open()
	if err != nil {
		s.close(err)
		return
	}
	var b capture.Batch
	for faults := 0; faults < maxFaults; faults++ {
		err := source.ReadBatch(&b)
		if len(b.Packets) > 0 {
			s.back(b.Packets)
			s.hand(b.Packets)
			faults = 0
		}
		if err != nil && !s.goesOn(err) {
			s.close(err)
			return
		}
	}
	s.close(io.EOF)
}

// PacketsAgain is how the line ends that reports that an interface is back.
const PacketsAgain = "packets come again"

// back notes that an interface has packets again that went away.
func (s *Source) back(packets []capture.Packet) {
	if s.away == "" {
		return
	}
	for i := range packets {
		if k := int(packets[i].Interface); k < len(s.Interfaces) && s.Interfaces[k].Name == s.away {
			s.Report(fmt.Sprintf("interface %q: "+PacketsAgain, s.away))
			s.away = ""
			return
		}
	}
}

// close passes the end on.
func (s *Source) close(err error) {
	s.backlog.Close(err)
	if s.Keep != nil {
		s.Keep.backlog.Close(io.EOF)
	}
	if s.Ring != nil {
		s.Ring.Backlog().Close(io.EOF)
	}
}

// hand passes packets to what works on them.
func (s *Source) hand(packets []capture.Packet) {
	for _, b := range s.backlogs() {
		if s.patient {
			b.PutAll(packets, s.stopped)
		} else if rest := b.Put(packets); len(rest) > 0 {
			b.Lose(len(rest))
		}
	}
}

func (s *Source) backlogs() []*keep.Backlog {
	var out []*keep.Backlog
	if s.Keep != nil {
		out = append(out, s.Keep.backlog)
	}
	if s.Ring != nil {
		out = append(out, s.Ring.Backlog())
	}
	return append(out, s.backlog) // last: what is shown is in the files
}

// goesOn notes an error and reports whether to continue after it.
func (s *Source) goesOn(err error) bool {
	var gone *live.InterfaceError
	var damage *capture.Damage
	switch {
	case errors.As(err, &gone):
		text := err.Error()
		if gone.Again {
			text += "; packets are shown again when it is back"
			s.away = gone.Name
		}
		s.Report(text)
		s.note(err.Error())
	case errors.As(err, &damage):
		s.note(err.Error())
	default:
		return false
	}
	return true
}

func (s *Source) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = append(s.trouble, what)
}

// Stop ends the capture: what was captured is still passed on.
func (s *Source) Stop() {
	s.stopping.Do(func() {
		close(s.stopped)
		if s.live != nil {
			s.live.Stop()
		} else {
			s.close(io.EOF) // a read of a pipe may wait for what never comes
		}
	})
}

// WaitFirst waits for the first packet, and reports if that takes long: what writes to a pipe may ask for a password
// first. The error is why there will be none.
func (s *Source) WaitFirst(ctx context.Context) error {
	waiting := time.AfterFunc(waitQuietly, func() { s.Report("waiting for the first packet of " + s.name) })
	defer waiting.Stop()
	s.backlog.WaitFirst(s.stopped)
	if ctx.Err() != nil {
		return run.Exit(run.Interrupted)
	}
	return s.NotOpened(s.backlog.Ended())
}

// NotOpened is err if it says that an input could not be opened, else nil: there is nothing else to report then.
func (s *Source) NotOpened(err error) error {
	var open *capture.OpenError
	switch {
	case !errors.As(err, &open):
		return nil
	case errors.Is(err, fs.ErrPermission) && s.Advice != "":
		err = fmt.Errorf("%w; %s", err, s.Advice)
	}
	return run.AsTrouble(err)
}

// ReadBatch is capture.Source. The packets of b are valid until it is filled again. In between it returns run.Idle.
func (s *Source) ReadBatch(b *capture.Batch) error {
	b.Packets = nil
	rest := tickEvery - time.Since(s.ticked)
	if rest <= 0 || s.woken.Swap(false) {
		s.ticked = time.Now()
		return run.Idle{Now: s.now()}
	}
	c, err := s.backlog.Take(s.held[b], rest)
	s.held[b] = c
	switch {
	case err != nil:
		return err
	case c == nil:
		return s.ReadBatch(b)
	}
	b.Packets = c.Packets
	s.last, s.at = c.Packets[len(c.Packets)-1].Time, time.Now()
	return nil
}

// Wake lets ReadBatch return soon: the decoders have something to do without packets.
func (s *Source) Wake() {
	s.woken.Store(true)
	s.backlog.Wake()
}

// Secrets are those that came with the packets.
func (s *Source) Secrets() *run.Secrets { return &s.found }

// now is the time by the clock of the packets: our own continues from the newest if none waits. So nothing depends on
// how our clock is set, or steps.
func (s *Source) now() capture.Time {
	switch {
	case s.last == 0:
		return capture.Time(time.Now().UnixNano())
	case s.backlog.Waiting():
		return s.last
	}
	return s.last + capture.Time(time.Since(s.at))
}

// Names is the interface, or the pipe.
func (s *Source) Names() []string { return []string{s.name} }

// File is 0: there is one input.
func (*Source) File(int) int { return 0 }

// Stats are those of a pipe that has been read to its end.
func (s *Source) Stats() capture.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.ended:
		if s.files != nil {
			return s.files.Stats()
		}
	default:
	}
	return capture.Stats{}
}

// Close ends everything: what was to be written is written.
func (s *Source) Close() error {
	s.Stop()
	if s.Keep != nil {
		s.Keep.finish(s.started)
	}
	if s.Ring != nil && s.started {
		<-s.Ring.Done()
	}
	if s.live != nil {
		return s.live.Close()
	}
	return nil
}

// Noting returns what is to visit the events instead of visit: it lets Keep write the secrets of TLS connections.
func (s *Source) Noting(visit run.Visit) run.Visit {
	if s.Keep == nil || !s.Keep.opt.EmbedKeys {
		return visit
	}
	return s.Keep.noting(visit)
}

// Ended reports whether nothing is read any more.
func (s *Source) Ended() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// StopWith stops s when ctx ends, or after d if d is not 0.
func (s *Source) StopWith(ctx context.Context, d time.Duration) (release func()) {
	off := context.AfterFunc(ctx, s.Stop)
	if d <= 0 {
		return func() { off() }
	}
	timer := time.AfterFunc(d, s.Stop)
	return func() { off(); timer.Stop() }
}

// Status is err, or that packets could not be written.
func (s *Source) Status(err error) error {
	if s.Keep == nil || s.Keep.err == nil {
		return err
	}
	return run.First(err, run.Exit(run.Trouble))
}
