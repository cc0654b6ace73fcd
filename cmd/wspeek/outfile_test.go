package main

import (
	"bytes"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// names are what a directory holds.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var ns []string
	for _, e := range entries {
		ns = append(ns, e.Name())
	}
	return strings.Join(ns, " ")
}

// failing cannot be written to.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "out", Err: f.err}
}

func TestHazard_O17_DiskFullAndClosedPipe(t *testing.T) {
	t.Parallel()
	path := putFile(t, "x.pcap", sampleData("graphql"))
	for _, format := range []string{"har", "ndjson", "csv", "markdown", "pcapng"} {
		for _, tt := range []struct {
			err    error
			status int
			words  string
		}{
			{syscall.ENOSPC, run.Trouble, "wspeek: write out: no space left on device\n"},
			{syscall.EPIPE, run.Done, ""},
		} {
			var words bytes.Buffer
			got := execute([]string{"export", path, "-o", "-", "--format", format}, run.Streams{In: os.Stdin, Out: failing{tt.err}, Err: &words})
			if got != tt.status || words.String() != tt.words {
				t.Errorf("%s, %v: status %d, %q; want %d, %q", format, tt.err, got, words.String(), tt.status, tt.words)
			}
		}
	}
	if runtime.GOOS != "linux" {
		return
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	var words bytes.Buffer
	if got := execute([]string{"export", path, "-o", "-", "--format", "csv"}, run.Streams{In: os.Stdin, Out: full, Err: &words}); got != run.Trouble {
		t.Errorf("/dev/full: status %d, %q", got, words.String())
	}
}
