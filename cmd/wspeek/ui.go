package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/tui"
)

// textFlags are flags that only a listing can obey.
var textFlags = []string{"json", "raw", "whole", "hex", "count", "no-payload", "hash", "fail-if-empty", "quiet"}

// onScreen says whether the terminal UI is to open: out is a terminal that can move its cursor, and nothing that only
// a listing can do was asked for.
func onScreen(set *pflag.FlagSet, out any) bool {
	if !isTerminal(out) || os.Getenv("TERM") == "dumb" {
		return false
	}
	for _, name := range textFlags {
		if set.Changed(name) {
			return false
		}
	}
	return true
}

// showFiles opens the terminal UI on capture files.
func showFiles(ctx context.Context, std streams, f *flags, args []string) error {
	names := slices.Concat(f.read, args)
	in, err := capture.OpenFiles(names, capture.Options{})
	if err != nil {
		return &exitError{exitTrouble, err}
	}
	defer in.Close()
	return openScreen(ctx, std, f, in, titleOf(names), quoted(names), savesFiles(names))
}

// packetsOf makes what saves packets, of what is known of connections and of how far events have been visited.
type packetsOf = func(*connections, *atomic.Int64) tui.Packets

// show opens the terminal UI on inputs. Args names them for other commands: "chat.pcap".
func openScreen(ctx context.Context, std streams, f *flags, in inputs, title, args string, saves packetsOf) error {
	ports, err := f.ports()
	if err != nil {
		return err
	}
	src := &fileFeed{in: in, conns: newConnections()}
	src.pump = &pump{source: in, flush: func() error { return nil }, damaged: src.damaged,
		opt: decode.Options{Keep: true, Frames: true, Ports: ports, Limits: shardLimits()}}
	opt := tui.Options{Feed: src, Title: title, Apart: f.demo, Session: f.session, Filter: f.display, Clock: tui.ClockNamed(f.clock)}
	opt.Packets = saves(src.conns, &src.pump.visited)
	if s, ok := opt.Packets.(*saver); ok {
		defer s.close()
	}
	if args != "" {
		opt.Command = "wspeek explain " + args
	}
	if names := in.Names(); len(names) > 1 {
		opt.FileOf = func(packet int) string { return names[max(in.File(packet), 0)] }
	}
	if f.color == "never" {
		opt.Environ = append(os.Environ(), "NO_COLOR=1")
	}
	return screenStatus(tui.Run(ctx, opt))
}

// screenStatus is the status that a run of the screen ends with.
func screenStatus(a *decode.Account, err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return &exitError{status: exitInterrupted}
	case err != nil:
		return &exitError{exitTrouble, err}
	case len(a.Why) > 0:
		return &exitError{exitIncomplete, errors.New("incomplete: " + strings.Join(a.Why, "; "))}
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

// quoted are names as a shell takes them; empty where one is standard input, which cannot be read again.
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
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-/+:=@%,", r))
}

// sized is an input that knows how far it has been read.
type sized interface {
	Size() int64
	Offset() int64
}

// fileFeed is tui.Feed for capture files.
type fileFeed struct {
	in   inputs
	pump *pump
	// conns is told of all events; nil where nobody asks it.
	conns *connections

	mu     sync.Mutex // guards damage
	damage []string
}

// damaged notes an input that ended in damage.
func (f *fileFeed) damaged(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.damage = append(f.damage, err.Error())
}

// Run is tui.Feed. A panic of a goroutine of the pump becomes an error, so that the screen can be left in order.
func (f *fileFeed) Run(ctx context.Context, visit func(*decode.Batch, *decode.Event) error) error {
	end := make(chan error, 1+shards)
	f.pump.panicked = func() { end <- errors.New("internal error while decoding (please report it)") }
	if f.conns != nil {
		visit = f.conns.before(visit)
	}
	go func() {
		defer f.pump.guard()
		end <- f.pump.run(ctx, visit)
	}()
	return <-end
}

// Progress is tui.Feed.
func (f *fileFeed) Progress() tui.Progress {
	p := tui.Progress{Packets: f.pump.read.Load(), Unseen: f.pump.missingSoFar()}
	if s, ok := f.in.(sized); ok {
		p.Done, p.Total = s.Offset(), s.Size()
	}
	return p
}

// Account is tui.Feed.
func (f *fileFeed) Account(a *decode.Account) {
	f.pump.account(a)
	a.Files = len(f.in.Names())
	l := &lister{account: *a}
	l.addStats(f.in.Stats())
	*a = l.account
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, d := range f.damage {
		a.Incomplete(d)
	}
}
