package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/live"
	"github.com/wspeek/wspeek/cmd/internal/run"
)

// liveFlags are the flags of live capture.
type liveFlags struct {
	interfaces []string
	filter     string
	typed      string // the filter without what is added to it
	note       string // what is to be known of the filter on the screen
	write      string
	force      bool
	list       bool
	noPromisc  bool
	snaplen    int
	buffer     int // KiB
	user       string
	ssh        bool
	stop       stopAt
	ring       ringAt
	// history is how many megabytes of messages a screen keeps, packets how many of packets for :w.
	history, packets int
}

// stopAt says when a capture ends by itself; zero fields say nothing.
type stopAt struct {
	after time.Duration
	bytes int64 // of the file that is written
}

// ringAt says when the next file starts, and how many are kept.
type ringAt struct {
	bytes int64
	after time.Duration
	files int
}

const (
	// kB is the unit of -a and -b filesize, as in tshark.
	kB       = 1000
	megabyte = 1_000_000
	// defaultHistory is how many megabytes of messages the screen keeps in a live capture, defaultPackets how many of
	// packets for :w.
	defaultHistory = 256
	defaultPackets = 256
	// mostPackets is the largest --packets: a terabyte.
	mostPackets = 1_000_000
	// maxSnaplen and maxBuffer are the largest -s and -B.
	maxSnaplen = 1<<31 - 1
	maxBuffer  = 1 << 21
)

// on reports whether a live capture is asked for by -i or -D.
func (l *liveFlags) on() bool { return len(l.interfaces) > 0 || l.list }

// checkLive refuses what does not fit live capture.
func (f *flags) checkLive(set *pflag.FlagSet, args []string) error {
	l := &f.live
	switch {
	case l.list:
		return alone(set, args, "list-interfaces", "json", "no-names", "line-buffered", "packet-buffered")
	case l.write == "-":
		return run.Troublef("-w -: standard output has the messages; for packets on standard output there is tcpdump -U -w -")
	case l.write == "" && l.stop.bytes > 0:
		return run.Troublef("-a filesize goes with -w: it is the size of that file")
	case l.ring.files > 0 && l.ring.bytes == 0 && l.ring.after == 0:
		return run.Troublef("-b files:%d needs -b filesize:KB or -b duration:SECONDS too: else there is no second file", l.ring.files)
	case l.stop.bytes > 0 && l.ring.on():
		return run.Troublef("-a filesize cannot be combined with -b")
	}
	if len(args) == 1 && isCapture(args[0]) {
		return run.Troublef("live: %s is a capture file: wspeek %s opens it, wspeek live -r %s reads it as it grows", args[0], args[0], args[0])
	}
	return nil
}

// alone refuses everything beside a flag, except some others.
func alone(set *pflag.FlagSet, args []string, name string, others ...string) error {
	var extra string
	set.Visit(func(f *pflag.Flag) {
		if f.Name != name && !slices.Contains(others, f.Name) {
			extra = label(f)
		}
	})
	if extra == "" && len(args) > 0 {
		extra = args[0]
	}
	if extra != "" {
		return run.Troublef("%s cannot be combined with %s", labelOf(set, name), extra)
	}
	return nil
}

// isCapture reports whether a name is that of a capture file.
func isCapture(name string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return slices.Contains([]string{".pcap", ".pcapng", ".cap"}, filepath.Ext(strings.TrimSuffix(name, ".gz")))
	}
	in, err := capture.OpenFiles([]string{name}, capture.Options{})
	if err != nil {
		return false
	}
	in.Close()
	return true
}

func (r ringAt) on() bool { return r.bytes > 0 || r.after > 0 }

// value is that of -a.
func (s *stopAt) value() *value {
	return &value{want: "duration:SECONDS or filesize:KB, above 0 and at most 1e9", set: func(c string) bool {
		what, n, ok := condition(c)
		switch what {
		case "duration":
			s.after = seconds(n)
		case "filesize":
			s.bytes = int64(n * kB)
		default:
			return false
		}
		return ok
	}}
}

// value is that of -b.
func (r *ringAt) value() *value {
	return &value{want: "filesize:KB, duration:SECONDS or files:N, above 0 and at most 1e9", set: func(c string) bool {
		what, n, ok := condition(c)
		switch {
		case what == "duration":
			r.after = seconds(n)
		case what == "filesize":
			r.bytes = int64(n * kB)
		case what == "files" && n == float64(int(n)):
			r.files = int(n)
		default:
			return false
		}
		return ok
	}}
}

// condition takes NAME:NUMBER apart; the number is above 0.
func condition(c string) (name string, n float64, ok bool) {
	name, value, _ := strings.Cut(c, ":")
	n, err := strconv.ParseFloat(value, 64)
	return name, n, err == nil && n > 0 && n <= 1e9
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

// interfaceNames are the interfaces that -i can name.
func interfaceNames(string) (names []string) {
	all, _ := live.Interfaces()
	for i := range all {
		names = append(names, all[i].Name)
	}
	return names
}

// checkScreen refuses what only a screen can do, if there is none.
func checkScreen(c *cobra.Command, screen bool) error {
	if set := c.Flags(); set.Changed("embed-keys") && !screen && !set.Changed("write") {
		return run.Troublef("--embed-keys is for :w on the screen: without one, packets are written by live -w FILE, or by export FILE -o OUT.pcapng")
	}
	for name, why := range map[string]string{
		"packets": "listings keep packets with -w FILE", "history": "listings keep no messages",
	} {
		if c.Flags().Changed(name) && !screen {
			return run.Troublef("--%s is for the screen: %s", name, why)
		}
	}
	return nil
}
