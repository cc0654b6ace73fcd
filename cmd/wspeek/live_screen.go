package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui"
)

// screenGC makes the collector keep garbage below 40 % of what is in use: a capture runs beside other things.
const screenGC = 40

// showLive opens the terminal UI on a capture. Where it comes through a pipe it waits for the first packet before it
// takes the terminal, so that who writes to the pipe can ask for a password there.
func showLive(ctx context.Context, std run.Streams, f *flags, s *liveSource) error {
	before, notes := *s.teller.Load(), &notes{}
	feed := &liveFeed{source: s, notes: notes}
	feed.run = liveRun(s, run.Options{Decode: decode.Options{Keep: true, Frames: true, Ports: f.ports}, Flush: feed.tidyPackets, GC: screenGC})
	feed.left = func() { before("decoding what has been captured (Ctrl-C twice gives up)") }
	packets := s.keepPackets(f, feed)
	s.shown = true
	s.begin()
	if s.patient {
		if err := s.waitFirst(ctx); err != nil {
			return err
		}
	}
	s.tellBy(notes.add)
	account, err := tui.Run(ctx, liveOptions(f, feed, packets))
	if v, ok := packets.(*saver); ok {
		v.close()
	}
	s.tellBy(before)
	s.Close()
	notes.tellAll(before)
	s.tellEnd(std, f, before, account)
	return s.status(accountedStatus(account, err))
}

// tellEnd tells what is to be known when the screen is closed.
func (s *liveSource) tellEnd(std run.Streams, f *flags, tell func(string), a *decode.Account) {
	if a != nil && !f.quiet {
		fmt.Fprintln(std.Err, export.Account(a))
		tellPast(tell, a)
	}
	s.epilogue(tell, 0, f.quiet)
	s.endPackets(tell, f.quiet)
	if !slices.ContainsFunc(f.read, isStream) {
		return
	}
	select {
	case <-s.ended:
	default: // a read still waits
		tell("who writes to the pipe notices that nobody reads it any more when the next packet comes; Ctrl-C ends it now")
	}
}

// liveOptions are those of the screen.
func liveOptions(f *flags, feed *liveFeed, packets tui.Packets) tui.Options {
	title := "live: " + feed.source.name
	if f.live.typed != "" {
		title += " · " + f.live.typed
	}
	opt := tui.Options{Feed: feed, Packets: packets, Title: title, Note: strings.Join(feed.source.said, "; "), Live: true,
		Session: f.session, Filter: f.display, Clock: tui.ClockNamed(f.clock), History: int64(f.live.history) * megabyte, Sessions: liveSessions}
	if f.color == "never" {
		opt.Environ = append(os.Environ(), "NO_COLOR=1")
	}
	return opt
}

// tellPast tells how much of what is in the account was not on the screen any more.
func tellPast(tell func(string), a *decode.Account) {
	if a.PastMessages > 0 || a.PastSessions > 0 {
		tell(fmt.Sprintf("the screen kept the newest; forgotten were %s and %s that had closed (--history)",
			show.Count(a.PastMessages, "older message"), show.Count(a.PastSessions, "session")))
	}
}

// accountedStatus is the status that a run of the screen ends with whose account has been told.
func accountedStatus(a *decode.Account, err error) error {
	err = screenStatus(a, err)
	var x *run.Error
	if errors.As(err, &x) && x.Status == run.Incomplete {
		return run.Exit(run.Incomplete)
	}
	return err
}

// notes are lines for when the screen is closed.
type notes struct {
	mu    sync.Mutex
	lines []string
	// trouble is what went wrong last, empty where it is over.
	trouble string
}

// maxNotes is how many lines are kept, the newest.
const maxNotes = 20

func (n *notes) add(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.trouble = line; strings.HasSuffix(line, packetsAgain) {
		n.trouble = ""
	}
	if n.lines = append(n.lines, line); len(n.lines) > maxNotes {
		n.lines = n.lines[1:]
	}
}

// wrong is what goes wrong, empty for nothing.
func (n *notes) wrong() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.trouble
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
	run    *run.Run
	// notes is what was told while the screen is shown.
	notes *notes
	// left is called where the screen was left, and what was captured takes some time to decode.
	left func()
	// conns is told of all events; nil where no packets are kept.
	conns *connections
}

// leftAfter is how long a user waits without being told what for.
const leftAfter = time.Second

// Run is tui.Feed.
func (l *liveFeed) Run(ctx context.Context, visit func(*decode.Batch, *decode.Event) error) error {
	ended := make(chan struct{})
	defer close(ended)
	defer context.AfterFunc(ctx, func() {
		l.source.stop()
		select {
		case <-ended:
		case <-time.After(leftAfter):
			l.left()
		}
	})()
	in := &fileFeed{run: l.run, conns: l.conns}
	return in.Run(context.WithoutCancel(ctx), visit)
}

// Progress is tui.Feed.
func (l *liveFeed) Progress() tui.Progress {
	lost := l.source.losses()
	return tui.Progress{
		Packets: l.run.Packets(), Dropped: lost.sum(), Unseen: l.run.Missing(), Unwritten: lost.keep + lost.failed,
		Trouble: l.notes.wrong(),
		Lost:    tui.Lost{Kernel: lost.kernel, Interface: lost.device, Slow: lost.decode},
	}
}

// Account is tui.Feed.
func (l *liveFeed) Account(a *decode.Account) { l.run.AddTo(a) }
