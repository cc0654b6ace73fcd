package capture

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/wspeek/wspeek/pcaps/poll"
)

func gzipped(t testing.TB, in []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(in)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstded(t testing.TB, in []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(in, nil)
}

// unpackedBy asks a program for the truth.
func unpackedBy(t *testing.T, program string, in []byte) []byte {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed", program)
	}
	cmd := exec.Command(program, "-c")
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func compressible() []byte {
	in := pcapHead(le, 0xa1b2c3d4, 0, 1)
	for i := range 5000 {
		in = append(in, pcapRecord(le, uint32(i), 0, 100, strings.Repeat("x", i%100))...)
	}
	return in
}

func TestHazard_F14_CompressedCaptures(t *testing.T) {
	t.Parallel()
	in := compressible()
	want, _, _ := readAll(t, in, Options{})
	skippable := append(words(le, 0x184d2a50, 4), "skip"...)
	tests := []struct {
		name   string
		packed func(t *testing.T) []byte
	}{
		{"gzip", func(t *testing.T) []byte { return gzipped(t, in) }},
		{"gzip in two members", func(t *testing.T) []byte { return append(gzipped(t, in[:9999]), gzipped(t, in[9999:])...) }},
		{"zstd", func(t *testing.T) []byte { return zstded(t, in) }},
		{"zstd after a skippable frame", func(t *testing.T) []byte { return append(skippable, zstded(t, in)...) }},
		{"zstd in two frames", func(t *testing.T) []byte { return append(zstded(t, in[:9999]), zstded(t, in[9999:])...) }},
		{"by gzip", func(t *testing.T) []byte { return unpackedBy(t, "gzip", in) }},
		{"by zstd", func(t *testing.T) []byte { return unpackedBy(t, "zstd", in) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, damage, _ := readAll(t, tt.packed(t), Options{})
			if damage != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %d packets, %v, want %d, the same", len(got), damage, len(want))
			}
		})
	}
}

func TestHazard_F14_RefusedPackings(t *testing.T) {
	t.Parallel()
	in := pcapHead(le, 0xa1b2c3d4, 0, 1)
	tests := []struct{ name, in, want string }{
		{"lz4", "\x04\x22\x4d\x18\x64", "x: not a capture file: first bytes 04 22 4d 18 (lz4: unpack it first with lz4 -d)"},
		{"xz", "\xfd7zXZ\x00", "x: not a capture file: first bytes fd 37 7a 58 (xz: unpack it first with xz -d)"},
		{"gzip in gzip", string(gzipped(t, gzipped(t, in))), "x: not a capture file: first bytes 1f 8b 08 00 (compressed twice: unpack it first with gzip -d)"},
		{"zstd in gzip", string(gzipped(t, zstded(t, in))), "x: not a capture file: first bytes 28 b5 2f fd (compressed twice: unpack it first with zstd -d)"},
		{"text in gzip", string(gzipped(t, []byte("hello"))), "x: not a capture file: first bytes 68 65 6c 6c (text)"},
		{"nothing in gzip", string(gzipped(t, nil)), "x: empty file"},
		{"half a gzip header", "\x1f\x8b\x08\x00", "x: not a capture file: first bytes 1f 8b 08 00 (gzip data end early: unexpected EOF)"},
		{"gzip of an unknown method", "\x1f\x8b\x07\x00\x00\x00\x00\x00\x00\x00", "x: not a capture file: first bytes 1f 8b 07 00 (gzip: invalid header)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := NewReader(strings.NewReader(tt.in), "x", Options{}); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestHazard_F14_Bomb(t *testing.T) {
	t.Parallel()
	zeros := append(pcapHead(le, 0xa1b2c3d4, 0, 1), make([]byte, 1<<20)...) // packets of no bytes
	for name, packed := range map[string][]byte{"gzip": gzipped(t, zeros), "zstd": zstded(t, zeros)} {
		got, damage, _ := readAll(t, packed, Options{MaxUnfolded: 100_000})
		want := "unfolds to more than 100000 bytes: unpack it first with " + name + " -d"
		if damage == nil || damage.What != want || len(got) == 0 || len(got) > 100_000/16 {
			t.Errorf("%s: got %d packets, %v, want some, then %s", name, len(got), damage, want)
		}
	}
	ratio := &bounded{src: &failing{}, out: ratioFrom + 1100, packed: new(atomic.Int64), opt: &Options{MaxUnfolded: 1 << 40, MaxRatio: 1100}, packing: "gzip"}
	if _, err := ratio.Read(nil); err == nil || !strings.Contains(err.Error(), "more than 1100 times") {
		t.Errorf("got %v, want the ratio to be named", err)
	}
}

// TestHazard_F14_CutArchive has a packed capture whose writer was killed.
func TestHazard_F14_CutArchive(t *testing.T) {
	t.Parallel()
	in := compressible()
	whole, _, _ := readAll(t, in, Options{})
	packed := gzipped(t, in)
	got, damage, _ := readAll(t, packed[:len(packed)*3/4], Options{})
	if len(got) == 0 || len(got) >= len(whole) || !reflect.DeepEqual(got, whole[:len(got)]) {
		t.Errorf("got %d packets of %d, want some, the same", len(got), len(whole))
	}
	if !errors.Is(damage, io.ErrUnexpectedEOF) || damage.What != "gzip data end early: unexpected EOF" {
		t.Errorf("got %v, want the end to be early", damage)
	}
}

// TestZstdWindow has a frame that wants 1 GiB of window.
func TestZstdWindow(t *testing.T) {
	t.Parallel()
	const frame = "\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00" // window descriptor: 2^(10+20)
	_, err := NewReader(strings.NewReader(frame), "x", Options{})
	if err == nil || !strings.Contains(err.Error(), "zstd window is over 128 MiB") {
		t.Errorf("got %v, want the window to be refused", err)
	}
}

// TestGzipPipeShowsAtOnce has a live capture that is packed on its way and flushed.
func TestGzipPipeShowsAtOnce(t *testing.T) {
	t.Parallel()
	in, out := io.Pipe()
	w := gzip.NewWriter(out)
	got := make(chan int)
	go func() {
		r, err := NewReader(in, "-", Options{})
		if err != nil {
			t.Error(err)
			return
		}
		var b Batch
		for r.ReadBatch(&b) == nil {
			got <- len(b.Packets)
		}
		close(got)
	}()
	w.Write(pcapHead(le, 0xa1b2c3d4, 0, 1))
	for range 3 {
		w.Write(pcapRecord(le, 1, 0, 3, "abc"))
		w.Flush()
		select {
		case n := <-got:
			if n != 1 {
				t.Fatalf("got %d packets, want 1", n)
			}
		case <-time.After(poll.Deadline):
			t.Fatal("no packet")
		}
	}
	w.Close()
	out.Close()
	if _, open := <-got; open {
		t.Error("got packets after the end")
	}
}
