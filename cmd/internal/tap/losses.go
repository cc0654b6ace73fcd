package tap

import (
	"fmt"
	"time"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
)

// Losses are packets that were lost.
type Losses struct {
	// Kernel and Device count packets that the kernel and the interface lost, Decode those that were dropped because
	// decoding or output was too slow.
	Kernel, Device, Decode int64
	// Keep counts packets that were not written because the disk was too slow, Failed those that could not be.
	Keep, Failed int64
}

// Sum counts the packets that were not decoded.
func (l Losses) Sum() int64 { return l.Kernel + l.Device + l.Decode }

// Losses are what was lost so far.
func (s *Source) Losses() Losses {
	l := Losses{Decode: s.backlog.Lost()}
	if s.live != nil {
		st := s.live.Stats()
		l.Kernel, l.Device = int64(st.Dropped), int64(st.Missed)
	}
	if s.Keep != nil {
		l.Keep, l.Failed = s.Keep.backlog.Lost(), s.Keep.unwritten.Load()
	}
	return l
}

// watchEvery is how often losses are looked for: they are reported within a second.
const watchEvery = 500 * time.Millisecond

// watch reports losses as they come.
func (s *Source) watch() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var reported Losses
	for {
		select {
		case <-s.ended:
			return
		case <-tick.C:
		}
		l := s.Losses()
		if l.Failed = 0; l != reported { // why they could not be written has been reported
			s.Report(l.String() + s.unseen())
			reported = l
		}
	}
}

func (s *Source) unseen() string {
	if s.Missing == nil {
		return ""
	}
	return fmt.Sprintf("; %d bytes were acknowledged but never captured", s.Missing())
}

func (l Losses) String() string {
	text := fmt.Sprintf("dropped %d packets so far: %d by the kernel (buffer full), %d by the interface, %d by wspeek (decoding or output too slow)",
		l.Sum(), l.Kernel, l.Device, l.Decode)
	if l.Keep > 0 {
		text += fmt.Sprintf("; %d not written (disk too slow)", l.Keep)
	}
	return text
}

// AddTo is run.Accountant.
func (s *Source) AddTo(a *decode.Account) {
	if s.patient {
		a.Files = 1
		run.AddStats(a, s.Stats())
	}
	s.addLosses(a)
}

// addLosses adds what was lost, and why the capture is not whole. It is called when everything has ended.
func (s *Source) addLosses(a *decode.Account) {
	l := s.Losses()
	a.Dropped += l.Sum()
	for _, r := range []struct {
		n   int64
		why string
	}{
		{l.Kernel, "dropped by the kernel, whose buffer was full (-B makes it larger)"},
		{l.Device, "lost by the interface"},
		{l.Decode, "dropped because decoding or output was too slow"},
		{l.Keep, "not written because the disk was too slow"},
		{l.Failed, "not written because writing failed"},
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
