// Command versus measures wspeek beside tshark on generated captures, and its memory.
//
//	versus -wspeek ./wspeek -dir CACHE [-mb 64,256] [-big mixed-2000] [-tls 64]
//
// DIR holds what gencap wrote: PROFILE-64.pcap, tls13-64.pcap with tls13-64.keys, and mixed-2000.pcap for the memory. A time is
// the best of three runs, of the whole process. It exits with 1 where a target is missed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// profile is a kind of capture and how many times as fast as tshark wspeek is to be on it; 0 sets no target.
type profile struct {
	name   string
	target float64
}

var profiles = []profile{{"json", 20}, {"small", 20}, {"bulk", 5}, {"deflate", 2}, {"mixed", 0}}

// maxRSS is the most memory that the big capture may take, in bytes.
const maxRSS = 150 << 20

const runs = 3

var (
	wspeek = flag.String("wspeek", "./wspeek", "the program")
	dir    = flag.String("dir", "", "directory of the captures")
	sizes  = flag.String("mb", "64,256", "sizes of the captures in MB")
	big    = flag.String("big", "mixed-2000", "capture on which memory is measured, empty for none")
	sealed = flag.String("tls", "", "size in MB of the captures in clear and under TLS that are compared, empty for none")
)

func main() {
	flag.Parse()
	missed, err := compare()
	if err == nil && *sealed != "" {
		var m int
		m, err = underTLS(*sealed)
		missed += m
	}
	if err == nil && *big != "" {
		var m int
		m, err = memory(filepath.Join(*dir, *big+".pcap"))
		missed += m
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "versus:", err)
		os.Exit(2)
	case missed > 0:
		fmt.Fprintf(os.Stderr, "versus: %d targets missed\n", missed)
		os.Exit(1)
	}
}

// compare prints the table of times and counts the targets that were missed.
func compare() (missed int, err error) {
	tshark, lookErr := exec.LookPath("tshark")
	if lookErr != nil {
		fmt.Println("tshark is not installed: its columns are skipped")
	}
	fmt.Printf("%-8s %6s %10s %10s %8s %7s\n", "profile", "MB", "wspeek", "tshark", "ratio", "target")
	for _, mb := range strings.Split(*sizes, ",") {
		for _, p := range profiles {
			file := filepath.Join(*dir, p.name+"-"+mb+".pcap")
			ratio, err := row(p, mb, file, tshark)
			if err != nil {
				return missed, err
			}
			if tshark != "" && ratio < p.target {
				missed++
			}
		}
	}
	return missed, nil
}

func row(p profile, mb, file, tshark string) (ratio float64, err error) {
	mine, _, err := best(*wspeek, "messages", "--no-payload", "--json", file)
	if err != nil {
		return 0, err
	}
	theirs, shown, verdict := time.Duration(0), "-", ""
	if tshark != "" {
		theirs, _, err = best(tshark, listing(file)...)
		if err != nil {
			return 0, err
		}
		ratio = theirs.Seconds() / mine.Seconds()
		shown = fmt.Sprintf("%.1f", ratio)
	}
	target := "-"
	if p.target > 0 {
		target = fmt.Sprintf("%.0f", p.target)
		if tshark != "" && ratio < p.target {
			verdict = "  missed"
		}
	}
	fmt.Printf("%-8s %6s %9.3fs %9.3fs %8s %7s%s\n", p.name, mb, mine.Seconds(), theirs.Seconds(), shown, target, verdict)
	return ratio, nil
}

// listing are the arguments with which tshark lists messages, as far as it does.
func listing(file string, more ...string) []string {
	return append(more, "-r", file, "-Y", "websocket", "-T", "fields", "-e", "tcp.stream", "-e", "websocket.opcode", "-e", "websocket.payload_length")
}

// memory prints the peak memory on a big capture, and counts 1 where it is too much.
func memory(file string) (missed int, err error) {
	took, rss, err := once(*wspeek, "messages", "--no-payload", "--json", file)
	if err != nil {
		return 0, err
	}
	verdict := ""
	if rss > maxRSS {
		missed, verdict = 1, "  missed"
	}
	fmt.Printf("memory on %s: peak %d MB in %.1fs, bound %d MB%s\n", filepath.Base(file), rss>>20, took.Seconds(), maxRSS>>20, verdict)
	return missed, nil
}

// best is the shortest of several runs, and the least peak memory.
func best(name string, args ...string) (took time.Duration, rss int64, err error) {
	for i := range runs {
		t, r, err := once(name, args...)
		if err != nil {
			return 0, 0, err
		}
		if i == 0 || t < took {
			took = t
		}
		if i == 0 || r < rss {
			rss = r
		}
	}
	return took, rss, nil
}

// once runs a program whose output goes nowhere. Exit status 3 (finished, but incomplete) is fine.
func once(name string, args ...string) (took time.Duration, rss int64, err error) {
	cmd := exec.Command(name, args...)
	var words strings.Builder
	cmd.Stderr = &words
	start := time.Now()
	err = cmd.Run()
	took = time.Since(start)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		err = nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(words.String()))
	}
	return took, peak(cmd), nil
}
