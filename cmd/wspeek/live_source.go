package main

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
	"github.com/wspeek/wspeek/decode"
)

// tickEvery is how often the Decoders are told that time goes on.
const tickEvery = 250 * time.Millisecond

// liveSource reads packets in a goroutine of its own, which waits for nobody: not for who decodes them, nor for the
// disk. What there is no room for is dropped and counted. It is the source of a pump.
//
//	interface ──▶ drain ──▶ backlog ──▶ ReadBatch (pump)
//	                   ├──▶ backlog ──▶ keeper (-w)
//	                   └──▶ backlog ──▶ keep.Ring (:w on the screen)
type liveSource struct {
	name string
	// open gives what is read; live is the same where that is an interface, else nil.
	open func() (capture.Source, error)
	live *live.Capture
	// patient sources (pipes) wait instead of dropping packets.
	patient bool
	backlog *keep.Backlog
	keep    *keeper    // nil without -w
	ring    *keep.Ring // nil without a screen
	// interfaces are those that packets come from, none for a pipe.
	interfaces []capture.WriteInterface
	// away is the interface that went away last and may come back, empty for none; it belongs to drain.
	away string
	// said is what was told of the filter when it was opened.
	said []string
	// advice is what helps where a file may not be made.
	advice string
	// teller says a line to the user: at once, or when the screen is closed. tellBy sets it.
	teller atomic.Pointer[func(string)]
	// shown says that a screen shows losses as they come: they are not told beside that.
	shown bool
	// missing are the bytes that were acknowledged and never captured, as far as is known; nil is 0.
	missing func() int64

	begun    bool
	stopping sync.Once
	stopped  chan struct{}
	ended    chan struct{}

	held map[*capture.Batch]*keep.PacketChunk
	// last is the time of the newest packet handed on, which was at by our clock.
	last       capture.Time
	at, ticked time.Time

	mu      sync.Mutex // guards what follows
	trouble []string
	files   *capture.Files
}

func newLiveSource(name string) *liveSource {
	return &liveSource{name: name, backlog: keep.NewBacklog(), stopped: make(chan struct{}), ended: make(chan struct{}),
		held: map[*capture.Batch]*keep.PacketChunk{}}
}

// tell says a line to the user.
func (s *liveSource) tell(line string) { (*s.teller.Load())(line) }

// tellBy sets who tells lines from now on.
func (s *liveSource) tellBy(f func(string)) { s.teller.Store(&f) }

// begin starts to read. What shown, keep, ring and missing are must be set before, and tellBy be called.
func (s *liveSource) begin() {
	s.begun = true
	if s.keep != nil {
		go s.keep.run()
	}
	if s.ring != nil {
		go s.ring.Run()
	}
	go s.drain()
	if !s.shown {
		go s.watch()
	}
}

// waitQuietly is how long nothing is said while no packet comes.
const waitQuietly = 2 * time.Second

// maxFaults is after how many errors in a row reading ends.
const maxFaults = 100

// drain reads until the end.
func (s *liveSource) drain() {
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

// packetsAgain is how the line ends that tells that an interface is back.
const packetsAgain = "packets come again"

// back notes that an interface has packets again that went away.
func (s *liveSource) back(packets []capture.Packet) {
	if s.away == "" {
		return
	}
	for i := range packets {
		if k := int(packets[i].Interface); k < len(s.interfaces) && s.interfaces[k].Name == s.away {
			s.tell(fmt.Sprintf("interface %q: "+packetsAgain, s.away))
			s.away = ""
			return
		}
	}
}

// close hands the end on.
func (s *liveSource) close(err error) {
	s.backlog.Close(err)
	if s.keep != nil {
		s.keep.backlog.Close(io.EOF)
	}
	if s.ring != nil {
		s.ring.Backlog().Close(io.EOF)
	}
}

// hand gives packets to those who work on them.
func (s *liveSource) hand(packets []capture.Packet) {
	for _, b := range s.backlogs() {
		if s.patient {
			b.PutAll(packets, s.stopped)
		} else if rest := b.Put(packets); len(rest) > 0 {
			b.Lose(len(rest))
		}
	}
}

func (s *liveSource) backlogs() []*keep.Backlog {
	var out []*keep.Backlog
	if s.keep != nil {
		out = append(out, s.keep.backlog)
	}
	if s.ring != nil {
		out = append(out, s.ring.Backlog())
	}
	return append(out, s.backlog) // last: what is shown is in the files
}

// goesOn notes an error and says whether to read on after it.
func (s *liveSource) goesOn(err error) bool {
	var gone *live.InterfaceError
	var damage *capture.Damage
	switch {
	case errors.As(err, &gone):
		text := err.Error()
		if gone.Again {
			text += "; packets are shown again when it is back"
			s.away = gone.Name
		}
		s.tell(text)
		s.note(err.Error())
	case errors.As(err, &damage):
		s.note(err.Error())
	default:
		return false
	}
	return true
}

func (s *liveSource) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = append(s.trouble, what)
}

// stop ends the capture: what was captured is still handed on.
func (s *liveSource) stop() {
	s.stopping.Do(func() {
		close(s.stopped)
		if s.live != nil {
			s.live.Stop()
		} else {
			s.close(io.EOF) // a read of a pipe may wait for what never comes
		}
	})
}

// waitFirst waits for the first packet, and says so where it takes long: a pipe may begin with somebody who asks for a
// password. The error is why there will be none.
func (s *liveSource) waitFirst(ctx context.Context) error {
	told := time.AfterFunc(waitQuietly, func() { s.tell("waiting for the first packet of " + s.name) })
	defer told.Stop()
	s.backlog.WaitFirst(s.stopped)
	if ctx.Err() != nil {
		return run.Exit(run.Interrupted)
	}
	return s.notOpened(s.backlog.Ended())
}

// notOpened is err where an input could not be opened: there is nothing else to tell then.
func (s *liveSource) notOpened(err error) error {
	var open *capture.OpenError
	switch {
	case !errors.As(err, &open):
		return nil
	case errors.Is(err, fs.ErrPermission) && s.advice != "":
		err = fmt.Errorf("%w; %s", err, s.advice)
	}
	return run.AsTrouble(err)
}

// ReadBatch is capture.Source. The packets of b are valid until it is filled again. In between it returns run.Idle.
func (s *liveSource) ReadBatch(b *capture.Batch) error {
	b.Packets = nil
	rest := tickEvery - time.Since(s.ticked)
	if rest <= 0 {
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

// now is the time by the clock of the packets: our own runs on from the newest, where none waits. So nothing
// depends on how that clock is set, or steps.
func (s *liveSource) now() capture.Time {
	switch {
	case s.last == 0:
		return capture.Time(time.Now().UnixNano())
	case s.backlog.Waiting():
		return s.last
	}
	return s.last + capture.Time(time.Since(s.at))
}

// losses are packets that were lost, by where that was: keep are those that were not written because the disk was too
// slow, failed those that could not be.
type losses struct {
	kernel, device, decode, keep, failed int64
}

func (l losses) sum() int64 { return l.kernel + l.device + l.decode }

func (s *liveSource) losses() losses {
	l := losses{decode: s.backlog.Lost()}
	if s.live != nil {
		st := s.live.Stats()
		l.kernel, l.device = int64(st.Dropped), int64(st.Missed)
	}
	if s.keep != nil {
		l.keep, l.failed = s.keep.backlog.Lost(), s.keep.unwritten.Load()
	}
	return l
}

// watchEvery is how often losses are looked for: they are told within a second.
const watchEvery = 500 * time.Millisecond

// watch tells of losses as they come.
func (s *liveSource) watch() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var told losses
	for {
		select {
		case <-s.ended:
			return
		case <-tick.C:
		}
		l := s.losses()
		if l.failed = 0; l != told { // why they could not be written has been told
			s.tell(l.String() + s.unseen())
			told = l
		}
	}
}

func (s *liveSource) unseen() string {
	if s.missing == nil {
		return ""
	}
	return fmt.Sprintf("; %d bytes were acknowledged but never captured", s.missing())
}

func (l losses) String() string {
	text := fmt.Sprintf("dropped %d packets so far: %d by the kernel (buffer full), %d by the interface, %d by wspeek (decoding or output too slow)",
		l.sum(), l.kernel, l.device, l.decode)
	if l.keep > 0 {
		text += fmt.Sprintf("; %d not written (disk too slow)", l.keep)
	}
	return text
}

// account adds what was lost, and why the capture is not whole. It is called when all has ended.
func (s *liveSource) account(a *decode.Account) {
	l := s.losses()
	a.Dropped += l.sum()
	for _, r := range []struct {
		n   int64
		why string
	}{
		{l.kernel, "dropped by the kernel, whose buffer was full (-B makes it larger)"},
		{l.device, "lost by the interface"},
		{l.decode, "dropped because decoding or output was too slow"},
		{l.keep, "not written because the disk was too slow"},
		{l.failed, "not written because writing failed"},
	} {
		if r.n > 0 {
			a.Incomplete(fmt.Sprintf("%d packets were %s", r.n, r.why))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.trouble {
		a.Incomplete(t)
	}
}

// Names, File, Stats and Close make it inputs.

// Names is the interface, or the pipe.
func (s *liveSource) Names() []string { return []string{s.name} }

// File is 0: there is one input.
func (*liveSource) File(int) int { return 0 }

// Stats are those of a pipe that has been read to its end.
func (s *liveSource) Stats() capture.Stats {
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

// Close ends all: what was to be written is written.
func (s *liveSource) Close() error {
	s.stop()
	if s.keep != nil {
		s.keep.finish(s.begun)
	}
	if s.ring != nil && s.begun {
		<-s.ring.Done()
	}
	if s.live != nil {
		return s.live.Close()
	}
	return nil
}
