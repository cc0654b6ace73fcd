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

	"github.com/spf13/cobra"
	xbpf "golang.org/x/net/bpf"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/bpf"
	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/trace"
)

const liveLong = `live captures from network interfaces and shows messages as they happen: on the screen, or as
lines where standard output is no terminal (or with --json, -V, -x, -c, -q and the like).

  sudo wspeek live -i eth0 port 8080
  wspeek live -i lo -w kept.pcapng -b filesize:100000 -b files:10
  ssh host sudo tcpdump -U -i any -w - | wspeek live -r -

FILTER is a capture filter in tcpdump's syntax. Without -i the first interface is taken that is up.

Only opening the interface needs rights. Started as root, wspeek becomes the user who called sudo (or
nobody; -Z chooses) and gives all capabilities up before it reads the first packet. Without rights it says
which command brings them about. Files of -w are made with the rights of who called, and belong to that user; they
never replace somebody else's.

The screen keeps the newest 256 MB of messages in memory (--history); older ones, and sessions closed long ago, are
forgotten, which it counts. It also keeps the newest 256 MB of packets in temporary files without a name (TMPDIR says
where; --packets says how much), so that :w FILE there can write them, all or those of chosen sessions, as pcapng.

The SSH connection that this runs in is left out of the capture, since showing it would make more of it
(--ssh keeps it).

Packets that were lost are told within a second, on the screen or on standard error, and in the account at
the end, which follows the screen too; the exit status is 3 then. Ctrl-C stops; a second one does not wait for the rest.`

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
		return listInterfaces(std, f)
	}
	s, err := openLive(std, f, args)
	if err != nil {
		return liveTrouble(std.Err, f, err)
	}
	defer s.Close()
	defer stopWith(ctx, s, f.live.stop.after)()
	if !screen {
		return listLive(ctx, std, f, s, v)
	}
	return showLive(ctx, std, f, s)
}

// stopWith stops s when ctx ends, or after d.
func stopWith(ctx context.Context, s *liveSource, d time.Duration) (release func()) {
	off := context.AfterFunc(ctx, s.stop)
	if d <= 0 {
		return func() { off() }
	}
	timer := time.AfterFunc(d, s.stop)
	return func() { off(); timer.Stop() }
}

// openLive opens what needs rights, and gives them up.
func openLive(std run.Streams, f *flags, args []string) (*liveSource, error) {
	if err := notOnto(f.live.write, f.read, std.In); err != nil {
		return nil, err
	}
	who, err := invoker(f.live.user)
	if err != nil {
		return nil, err
	}
	open := openInterfaces
	if len(f.read) > 0 {
		open = openPipe
	}
	s, ifaces, err := open(std, f, args)
	if err != nil {
		return nil, err
	}
	s.interfaces = ifaces
	s.tellBy(teller(std))
	if who.uid >= 0 {
		s.advice = "wspeek has become " + who.name + " (-Z chooses another)"
	}
	if f.live.write != "" {
		if s.keep, err = createKeeper(f, ifaces, ownerOf(who, f.live.user, f.live.ring.on())); err != nil {
			s.Close()
			return nil, err
		}
		s.keep.tell, s.keep.full = s.tell, s.stop
		if s.live != nil {
			s.keep.stats = s.live.Stats
		}
	}
	if err := dropRights(who); err != nil {
		return nil, run.Troublef("rights: %w", err)
	}
	if !f.quiet && s.live != nil {
		s.tell(listening(s.name, who))
	}
	return s, nil
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
			return run.Troublef("-w %s is the file that is read: name another", write)
		}
	}
	return nil
}

func listening(name string, who identity) string {
	text := "listening on " + name
	if who.uid >= 0 {
		text += fmt.Sprintf(" as %s (%d)", who.name, who.uid)
	}
	return text + "; Ctrl-C stops"
}

// teller writes lines of several goroutines.
func teller(std run.Streams) func(string) {
	var mu sync.Mutex
	return func(line string) {
		mu.Lock()
		defer mu.Unlock()
		run.Say(std.Err, line)
	}
}

// openPipe is the source of -r. A pipe is opened when it is read, since that may wait; files are opened while
// there are rights.
func openPipe(std run.Streams, f *flags, args []string) (*liveSource, []capture.WriteInterface, error) {
	if len(args) > 0 {
		return nil, nil, run.Troublef("%s: capture filters are for interfaces; what -r reads is filtered by -Y", strings.Join(args, " "))
	}
	if slices.Contains(f.read, "-") && run.IsTerminal(std.In) {
		return nil, nil, run.Troublef("-r -: standard input is a terminal: a capture is to come through a pipe (tcpdump -U -w - | wspeek live -r -)")
	}
	s := newLiveSource(strings.Join(f.read, ", "))
	s.patient = true
	s.open = func() (capture.Source, error) {
		files, err := capture.OpenFiles(f.read, capture.Options{})
		s.mu.Lock()
		defer s.mu.Unlock()
		s.files = files
		return files, err
	}
	if slices.ContainsFunc(f.read, isStream) {
		return s, nil, nil
	}
	files, err := s.open()
	s.open = func() (capture.Source, error) { return files, err }
	return s, nil, err
}

// isStream says whether a name is that of something else than a file.
func isStream(name string) bool {
	info, err := os.Stat(name)
	return name == "-" || err == nil && !info.Mode().IsRegular()
}

// openInterfaces is the source of -i.
func openInterfaces(std run.Streams, f *flags, args []string) (*liveSource, []capture.WriteInterface, error) {
	l := &f.live
	if len(l.interfaces) == 0 {
		name, err := chooseInterface()
		if err != nil {
			return nil, nil, err
		}
		l.interfaces = []string{name}
	}
	filter, said, err := captureFilter(f, args)
	if err != nil {
		return nil, nil, err
	}
	for _, line := range said {
		run.Say(std.Err, line)
	}
	opt := live.Options{Interfaces: l.interfaces, Promisc: !l.noPromisc, Snaplen: l.snaplen, Buffer: l.buffer << 10}
	if filter != nil {
		opt.Filter = func(link capture.LinkType) ([]xbpf.RawInstruction, error) { return filter.Live(uint16(link)) }
	}
	opened, err := live.Open(opt)
	if err != nil {
		return nil, nil, err
	}
	s := newLiveSource(strings.Join(l.interfaces, ", "))
	s.live, s.said = opened, said
	s.open = func() (capture.Source, error) { return opened, nil }
	return s, writeInterfaces(opened.Stats(), l), nil
}

func writeInterfaces(st live.Stats, l *liveFlags) []capture.WriteInterface {
	var out []capture.WriteInterface
	for _, i := range st.Interfaces {
		out = append(out, capture.WriteInterface{Name: i.Name, Link: i.Link, Snaplen: l.snaplen, Filter: l.filter})
	}
	return out
}

// captureFilter is -f or the words of the command line, nil for none; said is what a user has to know of it.
func captureFilter(f *flags, args []string) (filter *bpf.Filter, said []string, err error) {
	l := &f.live
	if len(args) > 0 {
		if l.filter != "" {
			return nil, nil, run.Troublef("-f and FILTER exclude each other: %s", strings.Join(args, " "))
		}
		l.filter = strings.Join(args, " ")
	}
	l.typed = l.filter
	if filter, err = bpf.Parse(l.filter); err != nil {
		return nil, nil, err
	}
	if lost := filter.Loses().String(); lost != "" {
		said = append(said, lost)
	}
	filter, ssh := withoutSSH(f, filter)
	if ssh != "" {
		said = append(said, ssh)
	}
	return filter, said, nil
}

// withoutSSH leaves the SSH connection out that this runs in, and says so: to show its packets makes more of them.
func withoutSSH(f *flags, filter *bpf.Filter) (out *bpf.Filter, said string) {
	own, who := sshExpression()
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
	if err != nil { // an address that filters do not take: packets are not worth failing for
		return filter, "your own SSH connection is captured too: " + who + ": " + err.Error()
	}
	f.live.filter = expr
	return both, "your own SSH connection is left out: " + who + " (--ssh keeps it)"
}

const (
	// liveSessions is how many closed sessions a live capture remembers, liveSessionBytes how many bytes they may take.
	liveSessions     = 20_000
	liveSessionBytes = 64 << 20
)

// liveRun decodes what s captures.
func liveRun(s *liveSource, opt run.Options) *run.Run {
	opt.Decode.Limits = run.LiveLimits()
	r := run.Over(s, opt)
	s.missing = r.Missing
	return r
}

// listLive is a listing of what s captures.
func listLive(ctx context.Context, std run.Streams, f *flags, s *liveSource, v view) error {
	l, err := newListing(std, f, v)
	if err != nil {
		return err
	}
	l.forget = trace.Retention{Sessions: liveSessions, Bytes: liveSessionBytes}
	l.over(s, run.LiveLimits())
	s.missing = l.run.Missing
	s.begin()
	runErr := l.run.Each(context.WithoutCancel(ctx), l.visit)
	closeErr := s.Close()
	if err := s.notOpened(runErr); err != nil {
		return err
	}
	if closeErr != nil {
		l.run.Fail(closeErr)
	}
	s.epilogue(s.tell, l.forget.Forgotten, f.quiet)
	return s.status(l.finish(ctx))
}

// AddTo is run.Accountant.
func (s *liveSource) AddTo(a *decode.Account) {
	if s.patient {
		a.Files = 1
		run.AddStats(a, s.Stats())
	}
	s.account(a)
}

// epilogue tells where packets were kept, and what was forgotten.
func (s *liveSource) epilogue(tell func(string), forgotten int, quiet bool) {
	if forgotten > 0 {
		tell(fmt.Sprintf("%d closed sessions were forgotten to bound memory, the oldest first", forgotten))
	}
	if s.keep != nil && !quiet {
		tell(s.keep.where())
	}
}

// status is err, or that packets could not be written.
func (s *liveSource) status(err error) error {
	var x *run.Error
	if s.keep == nil || s.keep.err == nil || errors.As(err, &x) && x.Status != run.Incomplete && x.Status != run.Negative {
		return err
	}
	return run.Exit(run.Trouble)
}
