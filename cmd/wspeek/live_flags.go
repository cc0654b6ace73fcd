package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// liveFlags are the flags of live capture.
type liveFlags struct {
	interfaces []string
	filter     string
	typed      string // the filter without what is added to it
	write      string
	// What follows only the commands that capture have.
	list      bool
	noPromisc bool
	snaplen   int
	buffer    int // KiB
	user      string
	stopAt    []string
	ringAt    []string
	ssh       bool
	history   int // MB
	stop      stopAt
	ring      ringAt
	// packets is how many megabytes of packets a screen keeps for :w.
	packets int
}

// stopAt says when a capture ends by itself; zero fields say nothing.
type stopAt struct {
	after time.Duration
	bytes int64 // of the file that is written
}

// ringAt says when the next file is begun, and how many are kept.
type ringAt struct {
	bytes int64
	after time.Duration
	files int
}

// kB is the unit of -a and -b filesize, as in tshark.
const kB = 1000

// register adds the flags that all commands know, so that those that do not capture can say so.
func (l *liveFlags) register(s *pflag.FlagSet) {
	s.StringArrayVarP(&l.interfaces, "interface", "i", nil, "capture on interface `IF` (live, messages, frames; again for several; any is all)")
	s.StringVarP(&l.filter, "capture-filter", "f", "", "with -i: capture only what matches `EXPR`, in tcpdump's syntax")
	s.StringVarP(&l.write, "write", "w", "", "with live capture: keep the packets in `FILE` (pcapng)")
}

// registerOwn adds the flags of commands that capture.
func (l *liveFlags) registerOwn(s *pflag.FlagSet) {
	s.BoolVarP(&l.list, "list-interfaces", "D", false, "list the interfaces, with addresses and state")
	s.BoolVarP(&l.noPromisc, "no-promiscuous-mode", "p", false, "leave the interfaces out of promiscuous mode")
	s.IntVarP(&l.snaplen, "snapshot-length", "s", 0, "keep `N` bytes of each packet (0: whole packets)")
	s.IntVarP(&l.buffer, "buffer-size", "B", 0, "the kernel's buffer for each interface in `KiB` (default 32768)")
	s.StringVarP(&l.user, "relinquish-privileges", "Z", "", "started as root: become `USER` before the first packet is read (default: who called sudo, else nobody)")
	s.StringArrayVarP(&l.stopAt, "autostop", "a", nil, "stop after `duration:SECONDS` or at filesize:KB of -w")
	s.StringArrayVarP(&l.ringAt, "ring-buffer", "b", nil, "with -w, begin the next file at `filesize:KB` or duration:SECONDS, and keep files:N of them")
	s.BoolVar(&l.ssh, "ssh", false, "capture the SSH connection too that this runs in")
	s.BoolP("no-names", "n", true, "names are never looked up")
	s.BoolP("line-buffered", "l", true, "lines are always written at once")
	_ = s.MarkHidden("no-names")
	_ = s.MarkHidden("line-buffered")
}

const (
	// defaultHistory is how many MB of messages the screen keeps in a live capture.
	defaultHistory = 256
	megabyte       = 1_000_000
)

// registerScreen adds the flags of a live screen.
func (l *liveFlags) registerScreen(s *pflag.FlagSet) {
	s.IntVar(&l.history, "history", defaultHistory, "on the screen: keep the newest `MB` of messages in memory (0: all)")
	s.IntVar(&l.packets, "packets", defaultPackets, "on the screen: keep the newest `MB` of packets in temporary files, for :w (0: none)")
}

// capturing are the commands that can capture.
var capturing = []string{"live", "messages", "frames"}

// on says whether a live capture is asked for by -i or -D.
func (l *liveFlags) on() bool { return len(l.interfaces) > 0 || l.list }

// check refuses flags that do not fit the command or each other, and reads -a and -b.
func (l *liveFlags) check(cmd *cobra.Command, f *flags) error {
	set := cmd.Flags()
	live := cmd.Name() == "live" || l.on()
	if err := l.fits(cmd.Name(), set, live); err != nil || !live {
		return err
	}
	if err := l.fitsRead(set, f); err != nil {
		return err
	}
	switch {
	case l.on() && len(f.read) > 0:
		return run.Troublef("-i and -r exclude each other: packets come from an interface or from a file")
	case l.filter != "" && len(f.read) > 0:
		return run.Troublef("-f filters in the kernel while capturing; what -r reads is filtered by -Y, or by tcpdump before the pipe")
	case l.write == "-":
		return run.Troublef("-w -: standard output has the messages; for packets on standard output there is tcpdump -U -w -")
	case l.history < 0 || l.history > 1<<20:
		return run.Troublef("--history: want a number of MB from 0 (all) to 1048576")
	case l.packets < 0 || l.packets > mostPackets:
		return run.Troublef("--packets %d: want megabytes, 0 to %d", l.packets, mostPackets)
	case l.snaplen < 0 || l.buffer < 0 || l.buffer > 1<<21:
		return run.Troublef("-s and -B: want a number from 0 on, -B at most 2097152 (2 GiB)")
	}
	if err := l.stop.parse(l.stopAt); err != nil {
		return err
	}
	if err := l.ring.parse(l.ringAt); err != nil {
		return err
	}
	return l.needFile()
}

// fits refuses flags of live capture where there is none.
func (l *liveFlags) fits(name string, set *pflag.FlagSet, live bool) error {
	for _, flag := range []string{"interface", "capture-filter", "write"} {
		if !set.Changed(flag) {
			continue
		}
		short := set.Lookup(flag).Shorthand
		switch {
		case !slices.Contains(capturing, name):
			return run.Troublef("-%s is for live capture: wspeek live, or messages -i and frames -i", short)
		case !live:
			return run.Troublef("-%s goes with -i: nothing is captured here", short)
		}
	}
	for _, flag := range []string{"no-promiscuous-mode", "snapshot-length", "buffer-size", "relinquish-privileges", "autostop", "ring-buffer", "ssh"} {
		if fl := set.Lookup(flag); fl != nil && fl.Changed && !live {
			return run.Troublef("--%s goes with -i: nothing is captured here", flag)
		}
	}
	return nil
}

// fitsRead refuses what has no meaning where packets are read with -r, and names that are empty.
func (l *liveFlags) fitsRead(set *pflag.FlagSet, f *flags) error {
	for _, flag := range []string{"no-promiscuous-mode", "snapshot-length", "buffer-size", "ssh"} {
		if set.Changed(flag) && len(f.read) > 0 {
			return run.Troublef("--%s is for interfaces: what -r reads was captured already", flag)
		}
	}
	for _, flag := range []string{"interface", "write", "relinquish-privileges"} {
		if fl := set.Lookup(flag); fl.Changed && slices.Contains([]string{"", "[]", `[""]`}, fl.Value.String()) {
			return run.Troublef("--%s: the name is empty", flag)
		}
	}
	return nil
}

// needFile refuses what speaks of a file where none is written.
func (l *liveFlags) needFile() error {
	switch {
	case l.write == "" && len(l.ringAt) > 0:
		return run.Troublef("-b goes with -w: it makes several files")
	case l.write == "" && l.stop.bytes > 0:
		return run.Troublef("-a filesize goes with -w: it is the size of that file")
	case l.ring.files > 0 && l.ring.bytes == 0 && l.ring.after == 0:
		return run.Troublef("-b files:%d needs -b filesize:KB or -b duration:SECONDS too: else there is no second file", l.ring.files)
	case l.stop.bytes > 0 && l.ring.on():
		return run.Troublef("-a filesize and -b exclude each other: a ring of files has no one size")
	}
	return nil
}

func (r ringAt) on() bool { return r.bytes > 0 || r.after > 0 }

func (s *stopAt) parse(conditions []string) error {
	for _, c := range conditions {
		what, n, err := condition(c)
		switch {
		case err == nil && what == "duration":
			s.after = seconds(n)
		case err == nil && what == "filesize":
			s.bytes = int64(n * kB)
		default:
			return run.Troublef("-a %s: want duration:SECONDS or filesize:KB, above 0 and not above 1e9", c)
		}
	}
	return nil
}

func (r *ringAt) parse(conditions []string) error {
	for _, c := range conditions {
		what, n, err := condition(c)
		switch {
		case err == nil && what == "duration":
			r.after = seconds(n)
		case err == nil && what == "filesize":
			r.bytes = int64(n * kB)
		case err == nil && what == "files" && n == float64(int(n)):
			r.files = int(n)
		default:
			return run.Troublef("-b %s: want filesize:KB, duration:SECONDS or files:N, above 0 and not above 1e9", c)
		}
	}
	return nil
}

// condition takes NAME:NUMBER apart; the number is above 0.
func condition(c string) (name string, n float64, err error) {
	name, value, _ := strings.Cut(c, ":")
	n, err = strconv.ParseFloat(value, 64)
	if err == nil && !(n > 0 && n <= 1e9) {
		err = strconv.ErrRange
	}
	return name, n, err
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
