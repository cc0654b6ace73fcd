package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/packets"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/tui"
)

// onScreen reports whether the terminal UI is to open: out is a terminal that can move its cursor, and nothing that only
// a listing can do was asked for.
func onScreen(set *pflag.FlagSet, out any) bool {
	if !run.IsTerminal(out) || os.Getenv("TERM") == "dumb" {
		return false
	}
	return !slices.ContainsFunc(flagTable, func(r flagRow) bool { return r.textOnly && set.Changed(r.name) })
}

// showFiles opens the terminal UI on capture files.
func showFiles(ctx context.Context, std run.Streams, f *flags, args []string) error {
	names := slices.Concat(f.read, args)
	in, err := run.OpenFiles(names)
	if err != nil {
		return err
	}
	return openScreen(ctx, std, f, in, titleOf(names), quoted(names), packets.OfFiles(names))
}

// packetsOf makes what saves packets, from what is known of connections and from how far events have been visited.
type packetsOf = func(conns *packets.Connections, visited func() int) tui.Packets

// openScreen opens the terminal UI on inputs, and closes them. Args names them for other commands: "chat.pcap".
func openScreen(ctx context.Context, std run.Streams, f *flags, in run.Inputs, title, args string, saves packetsOf) error {
	r := run.Over(in, run.Options{Keys: f.secrets(), Decode: decode.Options{Keep: true, Frames: true, Ports: f.ports, Secrets: f.embedKeys}})
	defer r.Close()
	feed := &fileFeed{run: r, conns: packets.NewConnections()}
	opt := tui.Options{Feed: feed, Title: title, Apart: f.demo, Session: f.session, Filter: f.display, Clock: tui.ClockNamed(f.clock)}
	opt.Packets = saves(feed.conns, r.Visited)
	if s, ok := opt.Packets.(*packets.Saver); ok {
		s.Embed = f.embedKeys
		defer s.Close()
	}
	if args != "" {
		opt.Command = "wspeek explain " + args
	}
	opt.FileOf = r.FileOf()
	if f.color == "never" {
		opt.Environ = append(os.Environ(), "NO_COLOR=1")
	}
	return screenStatus(tui.Run(ctx, opt))
}

// screenStatus is the status that a run of the screen ends with.
func screenStatus(a *decode.Account, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return run.Exit(run.Interrupted)
	case err != nil:
		return run.AsTrouble(err)
	case len(a.Why) > 0:
		return &run.Error{Status: run.Incomplete, Err: errors.New("incomplete: " + strings.Join(a.Why, "; "))}
	}
	return nil
}

// titleOf names files in a few words.
func titleOf(names []string) string {
	switch {
	case len(names) == 0:
		return ""
	case len(names) > 1:
		return fmt.Sprintf("%s and %d more", filepath.Base(names[0]), len(names)-1)
	case names[0] == "-":
		return "standard input"
	}
	return filepath.Base(names[0])
}

// quoted are names quoted for a shell; empty if one is standard input, which cannot be read again.
func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		switch {
		case n == "-":
			return ""
		case strings.ContainsFunc(n, needsQuotes):
			n = "'" + strings.ReplaceAll(n, "'", `'\''`) + "'"
		}
		out[i] = n
	}
	return strings.Join(out, " ")
}

func needsQuotes(r rune) bool {
	plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-/+:=@%,", r)
	return !plain
}

// fileFeed is tui.Feed for capture files.
type fileFeed struct {
	run *run.Run
	// conns sees all events; nil if nobody asks it.
	conns *packets.Connections
}

// Run is tui.Feed.
func (f *fileFeed) Run(ctx context.Context, visit func(*decode.Batch, *decode.Event) error) error {
	if f.conns != nil {
		visit = f.conns.Before(visit)
	}
	return f.run.Feed(ctx, visit)
}

// Progress is tui.Feed.
func (f *fileFeed) Progress() tui.Progress {
	p := tui.Progress{Packets: f.run.Packets(), Unseen: f.run.Missing()}
	p.Done, p.Total = f.run.Progress()
	return p
}

// Account is tui.Feed.
func (f *fileFeed) Account(a *decode.Account) { f.run.AddTo(a) }
