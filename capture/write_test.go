package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/pcaps/poll"
)

func somePackets(n int) []Packet {
	r := rand.New(rand.NewPCG(5, 6))
	var list []Packet
	for i := range n {
		data := make([]byte, 14+r.IntN(200))
		for k := range data {
			data[k] = byte(r.Uint32())
		}
		list = append(list, Packet{
			Number: i + 1, Time: 1_700_000_000_123_456_789 + Time(i)*1001,
			LinkType: LinkEthernet, OrigLen: len(data) + r.IntN(2)*r.IntN(1000), Data: data,
		})
	}
	return list
}

func asSeen(packets []Packet) (list []seen) {
	for _, p := range packets {
		list = append(list, seen{p.Number, p.Time, p.LinkType, p.OrigLen, string(p.Data)})
	}
	return list
}

// written is the path of a file with the packets.
func written(t testing.TB, packets []Packet, opt WriteOptions, stats []InterfaceStats) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "out.pcapng")
	w, err := CreateWriter(name, opt)
	if err != nil {
		t.Fatal(err)
	}
	for i := range packets {
		if err := w.Write(&packets[i]); err != nil {
			t.Fatal(err)
		}
	}
	if stats != nil {
		if err := w.Statistics(stats); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func readFile(t testing.TB, name string) ([]seen, Stats) {
	t.Helper()
	r, err := Open(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all, err := drain(r)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return all, r.Stats()
}

func TestWriter_ReadersAgree(t *testing.T) {
	t.Parallel()
	packets := somePackets(500)
	packets[7].Interface, packets[7].LinkType = 1, LinkSLL2
	packets[8].Interface, packets[8].LinkType = 9, LinkRaw // not declared
	opt := WriteOptions{Interfaces: []WriteInterface{
		{Name: "eth0", Link: LinkEthernet, Snaplen: 262144, Filter: "tcp port 80"}, {Name: "any", Link: LinkSLL2},
	}}
	stats := []InterfaceStats{
		{Name: "eth0", Link: LinkEthernet, Received: 500, Dropped: 12, Missed: 3}, {Name: "any", Link: LinkSLL2}}
	name := written(t, packets, opt, stats)
	got, counts := readFile(t, name)
	if want := asSeen(packets); !slices.Equal(got, want) {
		t.Fatalf("got %d packets, want %d as they were written", len(got), len(want))
	}
	if counts.DroppedAtEnd != 15 {
		t.Errorf("got %d dropped, want 15", counts.DroppedAtEnd)
	}
	checkWithTshark(t, name, packets)
}

// checkWithTshark compares with what Wireshark reads.
func checkWithTshark(t *testing.T, name string, packets []Packet) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("needs tshark")
	}
	out, err := exec.Command("tshark", "-r", name, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len",
		"-e", "frame.cap_len", "-e", "frame.interface_name").CombinedOutput()
	if err != nil {
		t.Fatalf("tshark: %v: %s", err, out)
	}
	var lines []string
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "17") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if len(lines) != len(packets) || !strings.HasPrefix(lines[0], "1700000000.123456789\t") ||
		!strings.HasSuffix(lines[0], "eth0") || !strings.HasSuffix(lines[7], "any") {
		t.Fatalf("tshark: %d lines, want %d; first %q", len(lines), len(packets), lines[0])
	}
	if info, err := exec.Command("capinfos", name).CombinedOutput(); err == nil &&
		(!strings.Contains(string(info), "Filter string = tcp port 80") || !strings.Contains(string(info), "Number of packets = 498")) {
		t.Errorf("capinfos: %s", info)
	}
}

func TestHazard_V7_CutAnywhereItOpens(t *testing.T) {
	t.Parallel()
	packets := somePackets(60)
	name := written(t, packets, WriteOptions{Interfaces: []WriteInterface{{Name: "eth0", Link: LinkEthernet}}}, nil)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	ends := blockEnds(t, data)
	for cut := ends[1]; cut <= len(data); cut++ {
		r, err := NewReader(bytes.NewReader(data[:cut]), "cut", Options{})
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		got, _ := drain(r)
		whole := 0
		for _, end := range ends[2:] {
			if end <= cut {
				whole++
			}
		}
		if !slices.Equal(got, asSeen(packets[:whole])) {
			t.Fatalf("cut at %d: got %d packets, want the first %d", cut, len(got), whole)
		}
	}
}

// blockEnds is where each block ends, by the lengths in the file.
func blockEnds(t *testing.T, data []byte) (ends []int) {
	t.Helper()
	for at := 0; at < len(data); {
		n := int(binary.LittleEndian.Uint32(data[at+4:]))
		if n < 12 || n%4 != 0 || at+n > len(data) || binary.LittleEndian.Uint32(data[at+n-4:]) != uint32(n) {
			t.Fatalf("block at %d: length %d", at, n)
		}
		at += n
		ends = append(ends, at)
	}
	return ends
}

// chunks notes what is handed to the system at once.
type chunks struct {
	sizes chan int
	all   bytes.Buffer
}

func (c *chunks) Write(b []byte) (int, error) {
	c.all.Write(b)
	c.sizes <- len(b)
	return len(b), nil
}

func TestHazard_V7_WhatWaitsIsLittleAndWhole(t *testing.T) {
	t.Parallel()
	dst := &chunks{sizes: make(chan int, 1000)}
	w, err := NewWriter(dst, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	<-dst.sizes // the header comes at once
	b := Batch{Packets: somePackets(3000)}
	if err := w.WriteBatch(&b); err != nil {
		t.Fatal(err)
	}
	total := 0
	for len(dst.sizes) > 0 {
		n := <-dst.sizes
		if n > flushBytes+1000 {
			t.Errorf("%d bytes at once", n)
		}
		total += n
	}
	blockEnds(t, dst.all.Bytes())
	select { // nothing more is written, and what waits is written all the same
	case <-dst.sizes:
	case <-time.After(poll.Deadline):
		t.Fatal("what waits was not written")
	}
	if flushAfter > time.Second {
		t.Errorf("what waits is written after %v, want at most a second", flushAfter)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if got := blockEnds(t, dst.all.Bytes()); len(got) != 3000+2 {
		t.Errorf("got %d blocks, want 3,002", len(got))
	}
}

// TestHazard_V7_KilledWhileWriting runs itself again, and kills it.
func TestHazard_V7_KilledWhileWriting(t *testing.T) {
	if name := os.Getenv("WSPEEK_TEST_WRITE"); name != "" {
		w, err := CreateWriter(name, WriteOptions{Overwrite: true})
		packets := somePackets(100)
		for i := 0; err == nil; i++ {
			err = w.Write(&packets[i%100])
		}
		t.Fatal(err)
	}
	if testing.Short() {
		t.Skip("starts 10 processes")
	}
	t.Parallel()
	name := filepath.Join(t.TempDir(), "killed.pcapng")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for round := range 10 {
		cmd := exec.Command(exe, "-test.run=^TestHazard_V7_KilledWhileWriting$")
		cmd.Env = append(os.Environ(), "WSPEEK_TEST_WRITE="+name)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		poll.Until(t, "a file that grows", func() bool {
			info, err := os.Stat(name)
			return err == nil && info.Size() > int64(round*170_000)
		})
		cmd.Process.Kill()
		cmd.Wait()
		r, err := Open(name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, _ := drain(r)
		r.Close()
		want := asSeen(somePackets(100))
		for i, p := range got {
			if p.Data != want[i%100].Data {
				t.Fatalf("round %d: packet %d is not what was written", round, i+1)
			}
		}
	}
}

func TestCreateWriter_Files(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	existing, link, target := filepath.Join(dir, "is"), filepath.Join(dir, "link"), filepath.Join(dir, "target")
	for _, name := range []string{existing, target} {
		if err := os.WriteFile(name, []byte("kept"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skipf("no symbolic link can be made here: %v", err)
	}
	tests := []struct {
		name, path string
		overwrite  bool
		wantErr    bool
	}{
		{"new", filepath.Join(dir, "new"), false, false},
		{"new, overwriting", filepath.Join(dir, "new2"), true, false},
		{"existing", existing, false, true},
		{"link", link, false, true},
		{"link, overwriting", link, true, true},
		{"device, overwriting", "/dev/null", true, true},
		{"directory, overwriting", dir, true, true},
		{"existing, overwriting", existing, true, false},
	}
	for _, test := range tests {
		w, err := CreateWriter(test.path, WriteOptions{Overwrite: test.overwrite})
		if (err != nil) != test.wantErr {
			t.Errorf("%s: got error %v", test.name, err)
		}
		if err != nil {
			continue
		}
		w.Close()
		if info, _ := os.Stat(test.path); info.Mode() != 0o600 {
			t.Errorf("%s: mode %v, want 0600", test.name, info.Mode())
		}
		if got, _ := readFile(t, test.path); len(got) != 0 {
			t.Errorf("%s: %d packets", test.name, len(got))
		}
	}
	if data, _ := os.ReadFile(target); string(data) != "kept" {
		t.Error("the target of a link was written to")
	}
	if _, err := CreateWriter(existing, WriteOptions{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
}

type full struct{ after int }

func (f *full) Write(b []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, errors.New("no space left")
	}
	return len(b), nil
}

func TestWriter_ErrorStays(t *testing.T) {
	t.Parallel()
	w, err := NewWriter(&full{1}, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p := somePackets(1)[0]
	w.Write(&p)
	if err := w.Flush(); err == nil {
		t.Fatal("Flush: no error")
	}
	for _, err := range []error{w.Write(&p), w.WriteBatch(&Batch{}), w.Statistics(nil), w.Close(), w.Close()} {
		if err == nil || err.Error() != "no space left" {
			t.Errorf("got %v, want the first error", err)
		}
	}
	w, _ = NewWriter(&full{100}, WriteOptions{})
	w.Close()
	if err := w.Write(&p); err == nil {
		t.Error("Write after Close: no error")
	}
}

func BenchmarkWriter_WriteBatch(b *testing.B) {
	batch := Batch{Packets: somePackets(1000)}
	w, err := NewWriter(&full{math.MaxInt}, WriteOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := w.WriteBatch(&batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/packet")
}
