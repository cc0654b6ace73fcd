package capture

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkReadBatch reads from a file in the page cache, so that ns/packet can
// be compared with other readers.
func BenchmarkReadBatch(b *testing.B) {
	const size = 64 << 20
	formats := []struct {
		name string
		head []byte
		unit func(data string) []byte
	}{
		{"pcap", pcapHead(le, 0xa1b2c3d4, 0, 1), func(s string) []byte { return pcapRecord(le, 1, 2, uint32(len(s)), s) }},
		{"pcap swapped", pcapHead(be, 0xa1b2c3d4, 0, 1), func(s string) []byte { return pcapRecord(be, 1, 2, uint32(len(s)), s) }},
		{"pcapng", file(sectionBlock(le), ifaceBlock(le, 1, 0)), func(s string) []byte { return packetBlock(le, 0, 1e15, uint32(len(s)), s) }},
	}
	payloads := []struct {
		name string
		size int
	}{{"small", 100}, {"big", 1514}}
	for _, f := range formats {
		for _, p := range payloads {
			b.Run(f.name+"/"+p.name, func(b *testing.B) {
				unit := f.unit(strings.Repeat("x", p.size))
				benchmarkFile(b, f.head, unit, size/len(unit))
			})
		}
	}
}

func benchmarkFile(b *testing.B, head, unit []byte, count int) {
	name := filepath.Join(b.TempDir(), "bench")
	out, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(out, &endless{head: head, unit: unit, left: count}); err != nil {
		b.Fatal(err)
	}
	out.Close()
	var batch Batch
	b.ReportAllocs()
	b.SetBytes(int64(count * len(unit)))
	for b.Loop() {
		r, err := Open(name, Options{})
		if err != nil {
			b.Fatal(err)
		}
		packets := 0
		for r.ReadBatch(&batch) == nil {
			packets += len(batch.Packets)
		}
		if r.Close(); packets != count {
			b.Fatalf("got %d packets, want %d", packets, count)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(count), "ns/packet")
}

// TestReadBatchAllocatesNothing holds for all batches but the first.
func TestReadBatchAllocatesNothing(t *testing.T) {
	src := &endless{
		head: file(sectionBlock(le), ifaceBlock(le, 1, 0)), left: 1 << 20,
		unit: packetBlock(le, 0, 1, 3, "abc", option(le, 2, 1, 0, 0, 0)),
	}
	r, err := NewReader(src, "x", Options{BatchBytes: 1 << 14})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	for range 3 {
		r.ReadBatch(&b)
	}
	if n := testing.AllocsPerRun(100, func() { r.ReadBatch(&b) }); n != 0 || len(b.Packets) < 100 {
		t.Errorf("got %v allocations for a batch of %d packets, want none", n, len(b.Packets))
	}
}
