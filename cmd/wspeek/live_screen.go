package main

import (
	"context"
	"os"
	"runtime/debug"
	"sync"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/tui"
)

// screenGC makes the collector keep garbage below 40 % of what is in use: a capture runs beside other things.
const screenGC = 40

// showLive opens the terminal UI on a capture. Where it comes through a pipe it waits for the first packet before it
// takes the terminal, so that who writes to the pipe can ask for a password there.
func showLive(ctx context.Context, std streams, f *flags, s *liveSource) error {
	ports, err := f.ports()
	if err != nil {
		return err
	}
	feed := &liveFeed{source: s}
	feed.pump = livePump(s, decode.Options{Keep: true, Frames: true, Ports: ports})
	before, notes := s.tell, &notes{}
	if s.patient {
		before("waiting for the first packet of " + s.name)
	}
	s.tell = notes.add
	if s.keep != nil {
		s.keep.tell = notes.add
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(screenGC)
	}
	s.begin()
	if s.patient {
		if err := s.waitFirst(); err != nil {
			return err
		}
	}
	opt := tui.Options{Feed: feed, Title: "live: " + s.name, Live: true, Session: f.session, Filter: f.display, Clock: tui.ClockNamed(f.clock),
		History: int64(f.live.history) * megabyte, Sessions: liveSessions}
	if f.color == "never" {
		opt.Environ = append(os.Environ(), "NO_COLOR=1")
	}
	account, err := tui.Run(ctx, opt)
	s.Close()
	notes.tellAll(before)
	s.epilogue(before, 0, f.quiet)
	return s.status(screenStatus(account, err))
}

// notes are lines for when the screen is closed.
type notes struct {
	mu    sync.Mutex
	lines []string
}

// maxNotes is how many lines are kept, the newest.
const maxNotes = 20

func (n *notes) add(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lines = append(n.lines, line); len(n.lines) > maxNotes {
		n.lines = n.lines[1:]
	}
}

func (n *notes) tellAll(tell func(string)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.lines {
		tell(l)
	}
}

// liveFeed is tui.Feed for a live capture.
type liveFeed struct {
	source *liveSource
	pump   *pump
}

// Run is tui.Feed.
func (l *liveFeed) Run(ctx context.Context, visit func(*decode.Batch, *decode.Event) error) error {
	defer context.AfterFunc(ctx, l.source.stop)()
	in := &fileFeed{pump: l.pump}
	return in.Run(context.WithoutCancel(ctx), visit)
}

// Progress is tui.Feed.
func (l *liveFeed) Progress() tui.Progress {
	lost := l.source.losses()
	return tui.Progress{
		Packets: l.pump.read.Load(), Dropped: lost.sum(), Unseen: l.pump.missingSoFar(), Unwritten: lost.keep,
		Lost: tui.Lost{Kernel: lost.kernel, Interface: lost.device, Slow: lost.decode},
	}
}

// Account is tui.Feed.
func (l *liveFeed) Account(a *decode.Account) {
	l.pump.account(a)
	l.source.finish(a)
}
