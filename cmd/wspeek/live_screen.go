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

	"github.com/wspeek/wspeek/cmd/internal/packets"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/cmd/internal/tap"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui"
)

// showLive opens the terminal UI on a capture. If it comes through a pipe, the UI waits for the first packet before it
// takes the terminal, so that what writes to the pipe can ask for a password there.
func showLive(ctx context.Context, std run.Streams, f *flags, s *tap.Source) error {
	notes := &notes{}
	feed := &liveFeed{source: s, notes: notes}
	feed.run = liveRun(s, run.Options{Keys: f.secrets(), Decode: decode.Options{Keep: true, Frames: true, Ports: f.ports, Secrets: f.embedKeys}, Flush: feed.tidyPackets, Sparing: true})
	saver := feed.ringPackets(f)
	s.OnScreen = true
	s.Start()
	if s.Patient() {
		if err := s.WaitFirst(ctx); err != nil {
			return err
		}
	}
	report := s.SetReporter(notes.record)
	feed.left = func() { report("decoding what has been captured (Ctrl-C twice cancels)") }
	account, err := tui.Run(ctx, liveOptions(f, feed, saver))
	if v, ok := saver.(*packets.Saver); ok {
		v.Close()
	}
	s.SetReporter(report)
	s.Close()
	notes.reportAll(report)
	reportEnd(std, f, s, report, account)
	return s.Status(accountedStatus(account, err))
}

// reportEnd reports what is to be known when the screen is closed.
func reportEnd(std run.Streams, f *flags, s *tap.Source, report func(string), a *decode.Account) {
	if a != nil && !f.quiet {
		fmt.Fprintln(std.Err, export.Account(a))
		reportPast(report, a)
	}
	epilogue(s, report, 0, f.quiet)
	endPackets(s, report, f.quiet)
	if slices.ContainsFunc(f.read, run.IsStream) && !s.Ended() {
		report("the program writing to the pipe will get SIGPIPE at its next packet; Ctrl-C ends it now")
	}
}

// liveOptions are those of the screen.
func liveOptions(f *flags, feed *liveFeed, packets tui.Packets) tui.Options {
	title := "live: " + feed.source.Names()[0]
	if f.live.typed != "" {
		title += " · " + f.live.typed
	}
	opt := tui.Options{Feed: feed, Packets: packets, Title: title, Note: f.live.note, Live: true,
		Session: f.session, Filter: f.display, Clock: tui.ClockNamed(f.clock), History: int64(f.live.history) * megabyte, Sessions: liveSessions}
	if f.color == "never" {
		opt.Environ = append(os.Environ(), "NO_COLOR=1")
	}
	return opt
}

// reportPast reports how much of what is in the account was no longer on the screen.
func reportPast(report func(string), a *decode.Account) {
	if a.PastMessages > 0 || a.PastSessions > 0 {
		report(fmt.Sprintf("the screen kept the newest; dropped were %s and %s that had closed (--history)",
			show.Count(a.PastMessages, "older message"), show.Count(a.PastSessions, "session")))
	}
}

// accountedStatus is screenStatus for a run whose account has been reported.
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
	// trouble is what went wrong last, empty if it is over.
	trouble string
}

// maxNotes is how many lines are kept, the newest.
const maxNotes = 20

func (n *notes) record(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.trouble = line; strings.HasSuffix(line, tap.PacketsAgain) {
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

func (n *notes) reportAll(report func(string)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.lines {
		report(l)
	}
}

// liveFeed is tui.Feed for a live capture.
type liveFeed struct {
	source *tap.Source
	run    *run.Run
	// notes are the lines reported while the screen is shown.
	notes *notes
	// left is called if the screen was left and what was captured takes some time to decode.
	left func()
	// conns sees all events; nil if no packets are kept.
	conns *packets.Connections
}

// leftAfter is how long a user waits without a report of what for.
const leftAfter = time.Second

// Run is tui.Feed.
func (l *liveFeed) Run(ctx context.Context, visit func(*decode.Batch, *decode.Event) error) error {
	ended := make(chan struct{})
	defer close(ended)
	defer context.AfterFunc(ctx, func() {
		l.source.Stop()
		select {
		case <-ended:
		case <-time.After(leftAfter):
			l.left()
		}
	})()
	in := &fileFeed{run: l.run, conns: l.conns}
	return in.Run(context.WithoutCancel(ctx), l.source.Noting(visit))
}

// Progress is tui.Feed.
func (l *liveFeed) Progress() tui.Progress {
	lost := l.source.Losses()
	return tui.Progress{
		Packets: l.run.Packets(), Dropped: lost.Sum(), Unseen: l.run.Missing(), Unwritten: lost.Keep + lost.Failed,
		Trouble: l.notes.wrong(),
		Lost:    tui.Lost{Kernel: lost.Kernel, Interface: lost.Device, Slow: lost.Decode},
	}
}

// Account is tui.Feed.
func (l *liveFeed) Account(a *decode.Account) { l.run.AddTo(a) }
