package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	xbpf "golang.org/x/net/bpf"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/bpf"
	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/cmd/internal/rights"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/cmd/internal/tap"
	"github.com/wspeek/wspeek/decode/trace"
)

const liveLong = `live captures from network interfaces and shows messages as they happen: on the screen, or as
lines if standard output is not a terminal (or with --json, -V, -x, -c, -q and the like).

  sudo wspeek live -i eth0 port 8080
  wspeek live -i lo -w kept.pcapng -b filesize:100000 -b files:10
  ssh host sudo tcpdump -U -i any -w - | wspeek live -r -

FILTER is a capture filter in tcpdump's syntax. Without -i, the first interface that is up is captured.

Only opening the interface needs permission. If started as root, wspeek becomes the user who called sudo
(or nobody; -Z chooses) and drops all capabilities before it reads the first packet. Without permission it
prints the command that grants it. Files of -w are made with the permissions of the user who called sudo,
belong to that user, and replace nothing without --force. With --embed-keys they hold the TLS secrets of the
connections that were decrypted: whoever has such a file can read these.

The screen keeps the newest 256 MB of messages in memory (--history); older ones, and sessions closed long
ago, are dropped; the status line shows how many. It also keeps the newest 256 MB of packets in temporary
files without a name (in TMPDIR; --packets sets how much), so that :w FILE can write them as pcapng, all of
them or those of chosen sessions.

Your own SSH connection is excluded, because displaying its packets would create more of them (--ssh
includes it).

Lost packets are reported within a second, on the screen or on standard error, and in the account at the
end; the exit status is then 3. Ctrl-C stops; another one, more than a second later, ends the program at
once.`

// liveCommand captures and shows as it happens.
func liveCommand(std run.Streams, f *flags) *cobra.Command {
	return &cobra.Command{
		Use: "live [-i IF] [FILTER]", Short: "capture and show as it happens", Long: liveLong,
		RunE: func(cmd *cobra.Command, args []string) error {
			screen := onScreen(cmd.Flags(), std.Out)
			if err := checkScreen(cmd, screen); err != nil {
				return err
			}
			return runLive(cmd, std, f, args, messagesView, screen)
		},
	}
}

// runLive captures from interfaces, or reads a pipe (-r), and shows it.
func runLive(cmd *cobra.Command, std run.Streams, f *flags, args []string, v view, screen bool) error {
	if err := f.checkLive(cmd.Flags(), args); err != nil {
		return err
	}
	ctx := cmd.Context()
	if f.live.list {
		all, err := live.Interfaces()
		if err != nil {
			return liveTrouble(std.Err, f, err)
		}
		return tap.WriteInterfaces(std.Out, f.json, all)
	}
	s, err := openLive(std, f, args)
	if err != nil {
		return liveTrouble(std.Err, f, err)
	}
	defer s.Close()
	defer s.StopWith(ctx, f.live.stop.after)()
	if !screen {
		return listLive(ctx, std, f, s, v)
	}
	return showLive(ctx, std, f, s)
}

// openLive opens what needs root, and drops root's privileges.
func openLive(std run.Streams, f *flags, args []string) (*tap.Source, error) {
	if err := notOnto(f.live.write, f.read, std.In); err != nil {
		return nil, err
	}
	who, err := rights.Invoker(f.live.user)
	if err != nil {
		return nil, err
	}
	open := openInterfaces
	if len(f.read) > 0 {
		open = openPipe
	}
	s, err := open(std, f, args)
	if err != nil {
		return nil, err
	}
	s.SetReporter(reporter(std))
	if who.UID >= 0 {
		s.Advice = "wspeek has become " + who.Name + " (-Z chooses another)"
	}
	f.keys.Trouble = func(err error) { s.Report(adviseKeys(err, s.Advice)) }
	if err := keepPackets(f, s, who); err != nil {
		s.Close()
		return nil, err
	}
	if err := rights.Drop(who); err != nil {
		return nil, run.Troublef("privileges: %w", err)
	}
	if !f.quiet && s.Live() != nil {
		s.Report(listening(s.Names()[0], who))
	}
	return s, nil
}

// adviseKeys words why a key log cannot be read.
func adviseKeys(err error, advice string) string {
	if errors.Is(err, fs.ErrPermission) && advice != "" {
		return fmt.Sprintf("key log: %v; %s", err, advice)
	}
	return fmt.Sprintf("key log: %v", err)
}

// keepPackets lets s write its packets to the file of -w.
func keepPackets(f *flags, s *tap.Source, who rights.Identity) (err error) {
	l := &f.live
	if l.write == "" {
		return nil
	}
	s.Keep, err = tap.NewKeeper(tap.KeepOptions{
		Name: l.write, Force: l.force, Interfaces: s.Interfaces, Limit: l.stop.bytes, Full: s.Stop, Stats: s.Live(), Report: s.Report,
		Ring:  capture.WriteRing{FileBytes: l.ring.bytes, Duration: l.ring.after, Files: l.ring.files},
		Owner: rights.OwnerOf(who, l.user, l.ring.on()), EmbedKeys: f.embedKeys,
	})
	return err
}

// notOnto refuses to write onto a file that is read.
func notOnto(write string, read []string, in *os.File) error {
	out, err := os.Stat(write)
	if write == "" || err != nil {
		return nil
	}
	for _, name := range read {
		info, err := os.Stat(name)
		if name == "-" {
			info, err = in.Stat()
		}
		if err == nil && os.SameFile(out, info) {
			return run.Troublef("-w %s is the file that is read; choose another name", write)
		}
	}
	return nil
}

func listening(name string, who rights.Identity) string {
	text := "listening on " + name
	if who.UID >= 0 {
		text += fmt.Sprintf(" as %s (%d)", who.Name, who.UID)
	}
	return text + "; Ctrl-C stops"
}

// reporter writes lines that several goroutines report.
func reporter(std run.Streams) func(string) {
	var mu sync.Mutex
	return func(line string) {
		mu.Lock()
		defer mu.Unlock()
		run.Say(std.Err, line)
	}
}

// openPipe is the source of -r.
func openPipe(std run.Streams, f *flags, args []string) (*tap.Source, error) {
	if len(args) > 0 {
		return nil, run.Troublef("%s: capture filters are for interfaces; what -r reads is filtered by -Y", strings.Join(args, " "))
	}
	if slices.Contains(f.read, "-") && run.IsTerminal(std.In) {
		return nil, run.Troublef("-r -: standard input is a terminal; pipe a capture into it (tcpdump -U -w - | wspeek live -r -)")
	}
	return tap.OpenFiles(strings.Join(f.read, ", "), f.read, slices.ContainsFunc(f.read, run.IsStream))
}

// openInterfaces is the source of -i.
func openInterfaces(std run.Streams, f *flags, args []string) (*tap.Source, error) {
	l := &f.live
	if len(l.interfaces) == 0 {
		name, err := tap.ChooseInterface()
		if err != nil {
			return nil, err
		}
		l.interfaces = []string{name}
	}
	filter, err := captureFilter(std, f, args)
	if err != nil {
		return nil, err
	}
	opt := live.Options{Interfaces: l.interfaces, Promisc: !l.noPromisc, Snaplen: l.snaplen, Buffer: l.buffer << 10}
	if filter != nil {
		opt.Filter = func(link capture.LinkType) ([]xbpf.RawInstruction, error) { return filter.Live(uint16(link)) }
	}
	s, err := tap.OpenInterfaces(strings.Join(l.interfaces, ", "), opt)
	if err != nil {
		return nil, err
	}
	for _, i := range s.Live()().Interfaces {
		s.Interfaces = append(s.Interfaces, capture.WriteInterface{Name: i.Name, Link: i.Link, Snaplen: l.snaplen, Filter: l.filter})
	}
	return s, nil
}

// captureFilter is -f or the words of the command line, nil for none. What it misses, and that it excludes the own SSH
// connection, is reported once.
func captureFilter(std run.Streams, f *flags, args []string) (*bpf.Filter, error) {
	l := &f.live
	if len(args) > 0 {
		if l.filter != "" {
			return nil, run.Troublef("-f and FILTER exclude each other: %s", strings.Join(args, " "))
		}
		l.filter = strings.Join(args, " ")
	}
	l.typed = l.filter
	filter, err := bpf.Parse(l.filter)
	if err != nil {
		return nil, err
	}
	lost := filter.Loses().String()
	filter, l.note = withoutSSH(f, filter)
	if lost != "" && !f.quiet {
		run.Say(std.Err, lost)
	}
	if l.note != "" {
		run.Say(std.Err, l.note)
	}
	return filter, nil
}

// withoutSSH excludes the SSH connection that this runs in, since showing its packets would create more of them. Note
// says so.
func withoutSSH(f *flags, filter *bpf.Filter) (out *bpf.Filter, note string) {
	own, who := tap.SSHExpression()
	if own == "" || f.live.ssh {
		if f.live.filter == "" {
			return nil, ""
		}
		return filter, ""
	}
	expr := "not (" + own + ")"
	if f.live.filter != "" {
		expr += " and (" + f.live.filter + ")"
	}
	both, err := bpf.Parse(expr)
	if err != nil { // an address that filters do not accept: not worth failing for
		return filter, "your own SSH connection is included: " + who + ": " + err.Error()
	}
	f.live.filter = expr
	return both, "your own SSH connection is excluded: " + who + " (--ssh includes it)"
}

const (
	// liveSessions is how many closed sessions a live capture keeps, liveSessionBytes how many bytes they may take.
	liveSessions     = 20_000
	liveSessionBytes = 64 << 20
)

// liveRun decodes what s captures.
func liveRun(s *tap.Source, opt run.Options) *run.Run {
	opt.Decode.Limits = run.LiveLimits()
	r := run.Over(s, opt)
	s.Missing = r.Missing
	return r
}

// listLive is a listing of what s captures.
func listLive(ctx context.Context, std run.Streams, f *flags, s *tap.Source, v view) error {
	l, err := newListing(std, f, v)
	if err != nil {
		return err
	}
	l.forget = trace.Retention{Sessions: liveSessions, Bytes: liveSessionBytes}
	l.over(s, run.LiveLimits())
	s.Missing = l.run.Missing
	s.Start()
	runErr := l.each(context.WithoutCancel(ctx), s.Noting)
	closeErr := s.Close()
	if err := s.NotOpened(runErr); err != nil {
		return err
	}
	if closeErr != nil {
		l.run.Fail(closeErr)
	}
	epilogue(s, s.Report, l.forget.Forgotten, f.quiet)
	return s.Status(l.finish(ctx))
}

// epilogue reports where packets were kept, and what was dropped.
func epilogue(s *tap.Source, report func(string), dropped int, quiet bool) {
	if dropped > 0 {
		report(fmt.Sprintf("%d closed sessions were dropped to bound memory, the oldest first", dropped))
	}
	if s.Keep != nil && !quiet {
		report(s.Keep.Where())
	}
}
