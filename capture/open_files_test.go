package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func writePcap(t testing.TB, dir, name string, records ...[]byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	write(t, path, file(pcapHead(le, 0xa1b2c3d4, 0, 1), file(records...)))
	return path
}

func TestFilesInOrderOfTheirFirstPackets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	late := writePcap(t, dir, "a-late.pcap", pcapRecord(le, 50, 0, 1, "c"), pcapRecord(le, 60, 0, 1, "d"))
	none := writePcap(t, dir, "b-none.pcap")
	cut := writePcap(t, dir, "c-cut.pcap", pcapRecord(le, 10, 0, 1, "a"), pcapRecord(le, 90, 0, 1, "b"), []byte("cut"))
	last := writePcap(t, dir, "d-last.pcap", pcapRecord(le, 70, 0, 1, "e"))

	f, err := OpenFiles([]string{late, none, cut, last}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, want := f.Names(), []string{cut, late, last, none}; !reflect.DeepEqual(got, want) {
		t.Fatalf("got order %v, want %v", got, want)
	}
	all, err := drain(f)
	var damage *Damage
	if !errors.As(err, &damage) || damage.Name != cut || damage.Packets != 2 {
		t.Errorf("got %v, want damage of %s after 2 packets", err, cut)
	}
	wantFile := []int{0, 0, 1, 1, 2}
	for i, p := range all {
		if p.Number != i+1 || p.Data != "abcde"[i:i+1] || f.File(p.Number) != wantFile[i] {
			t.Errorf("got %+v of file %d, want number %d, data %q, file %d", p, f.File(p.Number), i+1, "abcde"[i:i+1], wantFile[i])
		}
	}
	var size int64
	for _, name := range f.Names() {
		info, _ := os.Stat(name)
		size += info.Size()
	}
	if f.Size() != size || f.Offset() != size || len(all) != 5 || f.Stats().Packets != 5 {
		t.Errorf("got size %d, offset %d, %d packets, %+v, want %d bytes, 5 packets", f.Size(), f.Offset(), len(all), f.Stats(), size)
	}
}

func TestFilesTellTheirBatches(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := writePcap(t, dir, "a", pcapRecord(le, 2, 0, 1, "a"))
	b := writePcap(t, dir, "b", pcapRecord(le, 1, 0, 1, "b"))
	f, err := OpenFiles([]string{a, b}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var batch Batch
	for i, want := range []string{"b", "a"} {
		if err := f.ReadBatch(&batch); err != nil || batch.File != i || string(batch.Packets[0].Data) != want {
			t.Errorf("got %v, file %d, %v, want file %d, %q", err, batch.File, batch.Packets, i, want)
		}
	}
	if err := f.ReadBatch(&batch); err != io.EOF || len(batch.Packets) != 0 {
		t.Errorf("got %v, %v at the end, want io.EOF and no packets", err, batch.Packets)
	}
}

// TestFilesWithAStream has a pipe among them: what was read ahead of it is not lost.
func TestFilesWithAStream(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plain := writePcap(t, dir, "a.pcap", pcapRecord(le, 1, 0, 1, "a"))
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	stream := fmt.Sprint("/dev/fd/", in.Fd())
	if _, err := os.Stat(stream); err != nil {
		t.Skipf("no /dev/fd here: %v", err)
	}
	secrets := block(le, 10, words(le, 1, 4), []byte("abcd"))
	out.Write(file(sectionBlock(le), secrets, ifaceBlock(le, 1, 0), packetBlock(le, 0, 2_000_000, 1, "b"), packetBlock(le, 0, 3_000_000, 1, "c")))
	out.Close()
	told := 0
	f, err := OpenFiles([]string{stream, plain}, Options{Secrets: func(uint32, []byte) { told++ }})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, damage := drain(f)
	want := []seen{{1, 1e9, 1, 1, "a"}, {2, 2e9, 1, 1, "b"}, {3, 3e9, 1, 1, "c"}}
	if damage != nil || !reflect.DeepEqual(all, want) || told != 1 || f.Size() != -1 {
		t.Errorf("got %v, %v, secrets %d times, size %d, want %v, once, -1", all, damage, told, f.Size(), want)
	}
}

func TestFilesThatDoNotOpen(t *testing.T) {
	t.Parallel()
	good := writePcap(t, t.TempDir(), "good.pcap")
	for _, names := range [][]string{{"missing"}, {good, "missing"}, {"missing", good}} {
		_, err := OpenFiles(names, Options{})
		if open := (*OpenError)(nil); !errors.As(err, &open) || open.Name != "missing" {
			t.Errorf("%v: got %v, want an OpenError of missing", names, err)
		}
	}
}
