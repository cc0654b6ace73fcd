package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

var (
	wspeek     = flag.String("wspeek", "./wspeek", "the program")
	onlyTrue   = flag.Bool("truthful", false, "the report may be incomplete, but not false")
	least      = flag.Int("least", 0, "with -truthful: how many percent of the messages sent must be reported as exact")
	none       = flag.Bool("none", false, "there is no WebSocket in these captures")
	verbose    = flag.Bool("v", false, "print all differences of a capture")
	differsCap = 3
)

// result is the comparison of one capture.
type result struct {
	// right of total messages agree.
	right, total int
	differences  []string
}

func main() {
	flag.Parse()
	find, check := withTruth, compareCapture
	if *none {
		find, check = withoutWebSocket, checkNone
	}
	var files []string
	for _, name := range flag.Args() {
		more, err := find(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, "agree:", err)
			os.Exit(2)
		}
		files = append(files, more...)
	}
	if len(files) == 0 {
		fmt.Fprintln(os.Stderr, "agree: no captures with a truth in", flag.Args())
		os.Exit(2)
	}
	if !summarize(files, each(files, check)) {
		os.Exit(1)
	}
}

// each checks the captures, as many at a time as there are processors. The results are in the order of the files.
func each(files []string, check func(string) result) []result {
	out := make([]result, len(files))
	var wait sync.WaitGroup
	slots := make(chan struct{}, runtime.NumCPU())
	for i, f := range files {
		slots <- struct{}{}
		wait.Go(func() {
			out[i] = check(f)
			<-slots
		})
	}
	wait.Wait()
	return out
}

// summarize prints the differences and the totals; it returns false if a capture does not agree.
func summarize(files []string, results []result) bool {
	var agree, right, total int
	for i, r := range results {
		right, total = right+r.right, total+r.total
		if len(r.differences) == 0 {
			agree++
			continue
		}
		shown := r.differences
		if len(shown) > differsCap && !*verbose {
			shown = append(shown[:differsCap:differsCap], fmt.Sprintf("%d more", len(shown)-differsCap))
		}
		fmt.Printf("%s: %s\n", filepath.Base(files[i]), strings.Join(shown, "; "))
	}
	fmt.Printf("captures agreeing %d/%d", agree, len(files))
	if !*none {
		fmt.Printf(", messages agreeing %d/%d", right, total)
	}
	fmt.Println()
	return agree == len(files)
}

// compareCapture compares a capture with its truth.
func compareCapture(name string) result {
	t, err := readTruth(stem(name))
	if err != nil {
		return result{differences: []string{err.Error()}}
	}
	r, err := readReport(name)
	switch {
	case err != nil:
		return result{total: t.count(), differences: []string{err.Error()}}
	case *onlyTrue:
		return truthful(t, r).atLeast(*least, t)
	}
	return compare(t, r)
}

// checkNone checks that wspeek finds no session.
func checkNone(name string) result {
	r, err := readReport(name)
	if err != nil {
		return result{differences: []string{err.Error()}}
	}
	if n := len(r.sessions); n > 0 {
		return result{differences: []string{fmt.Sprintf("%d sessions reported", n)}}
	}
	return result{}
}

// withTruth returns the captures below a directory, or the one named, that have a truth.
func withTruth(name string) (out []string, err error) {
	err = filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && stem(path) != path && truthOf(stem(path)) != "" {
			out = append(out, path)
		}
		return err
	})
	return out, err
}

// withoutWebSocket returns the captures that a directory's INDEX.tsv says have no WebSocket.
func withoutWebSocket(dir string) (out []string, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "INDEX.tsv"))
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Split(string(text), "\n") {
		if f := strings.Split(line, "\t"); len(f) > 4 && f[4] == "no" {
			out = append(out, filepath.Join(dir, f[0]))
		}
	}
	return out, nil
}

// stem returns the name of a capture file without its extensions, and any other name as it is.
func stem(name string) string {
	s := strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	for _, e := range []string{".pcap", ".pcapng"} {
		if b, ok := strings.CutSuffix(s, e); ok {
			return b
		}
	}
	return name
}
