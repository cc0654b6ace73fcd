package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
)

// BenchmarkMessages lists generated captures whole, from the file to the lines: `messages --no-payload --json`.
// What it allocates is reported for a packet, since that is what must not grow.
func BenchmarkMessages(b *testing.B) {
	dir := os.Getenv("WSPEEK_CAPTURES")
	files, _ := filepath.Glob(filepath.Join(dir, "*-64.pcap"))
	if dir == "" || len(files) == 0 {
		b.Skip("WSPEEK_CAPTURES names no directory with generated captures: see make bench")
	}
	for _, file := range files {
		b.Run(strings.TrimSuffix(filepath.Base(file), ".pcap"), func(b *testing.B) {
			info, err := os.Stat(file)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(info.Size())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			packets := 0
			for b.Loop() {
				packets += benchList(b, file)
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(packets), "allocs/packet")
			b.ReportMetric(float64(packets)/b.Elapsed().Seconds(), "packets/s")
		})
	}
}

// benchList lists one file and returns how many packets it has.
func benchList(b *testing.B, file string) int {
	in, err := capture.OpenFiles([]string{file}, capture.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	f := &flags{json: true, noPayload: true, color: "never", clock: "r", quiet: true}
	if err := listInputs(context.Background(), run.Streams{Out: io.Discard, Err: io.Discard}, f, in, messagesView); err != nil {
		b.Fatal(err)
	}
	return in.Stats().Packets
}
