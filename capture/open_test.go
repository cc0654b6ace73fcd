package capture

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wspeek/wspeek/pcaps/poll"
)

func TestHazard_F1_NotACapture(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"empty", "", "x: empty file"},
		{"HAR", "{\n  \"log\": {", "x: not a capture file: first bytes 7b 0a 20 20 (JSON, perhaps a HAR)"},
		{"JSON list after a byte order mark", "\xef\xbb\xbf [1]", "x: not a capture file: first bytes ef bb bf 20 (JSON, perhaps a HAR)"},
		{"PDML", "<?xml", "x: not a capture file: first bytes 3c 3f 78 6d (XML or HTML)"},
		{"text", "hello\n", "x: not a capture file: first bytes 68 65 6c 6c (text)"},
		{"key log", "CLIENT_RANDOM 00", "x: not a capture file: first bytes 43 4c 49 45 (TLS key log: a capture is wanted)"},
		{"unknown magic", "\x01\x02\x03\x04\x05", "x: not a capture file: first bytes 01 02 03 04"},
		{"one byte", "\xd4", "x: not a capture file: first bytes d4"},
		{"23 bytes of pcap", string(pcapHead(le, 0xa1b2c3d4, 0, 1)[:23]),
			"x: not a capture file: first bytes d4 c3 b2 a1 (ends inside the file header, after 23 of 24 bytes)"},
		{"11 bytes of pcapng", string(sectionBlock(le)[:11]),
			"x: not a capture file: first bytes 0a 0d 0d 0a (ends inside the file header, after 11 of 12 bytes)"},
		{"pcapng without byte order", "\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x00\x00\x00\x00",
			"x: not a capture file: first bytes 0a 0d 0d 0a (pcapng without a byte-order magic)"},
		{"unsupported variant", "\x1c\x00\x01\xac\x00", "x: not a capture file: first bytes 1c 00 01 ac (pcap of IXIA: convert it with editcap)"},
		{"re-encoded by a shell", "\xff\xfe\xd4\x00", "x: not a capture file: first bytes ff fe d4 00 (UTF-16 text: a shell's > may have re-encoded it)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := NewReader(strings.NewReader(tt.in), "x", Options{})
			var open *OpenError
			if !errors.As(err, &open) || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestHazard_F15_OddFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.pcap")
	tests := []struct{ name, path, want string }{
		{"directory", dir, dir + ": is a directory"},
		{"missing", missing, missing + ": " + syscall.ENOENT.Error()},
		{"endless zeros", "/dev/zero", "/dev/zero: not a capture file: first bytes 00 00 00 00"},
		{"null device", os.DevNull, os.DevNull + ": empty file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := os.Stat(tt.path); err != nil && tt.path != missing {
				t.Skipf("not on this system: %v", err)
			}
			_, err := Open(tt.path, Options{})
			var open *OpenError
			if !errors.As(err, &open) || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
	if _, err := Open(missing, Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want it to be fs.ErrNotExist", err)
	}
}

// TestHazard_F15_PipeShowsAtOnce writes record by record, and half records, into a pipe.
func TestHazard_F15_PipeShowsAtOnce(t *testing.T) {
	t.Parallel()
	one, two := pcapRecord(le, 1, 0, 3, "abc"), pcapRecord(le, 2, 0, 3, "def")
	steps := []struct {
		name  string
		write []byte
		want  string // data of the packets that must come before more is written
	}{
		{"header alone", pcapHead(le, 0xa1b2c3d4, 0, 1), ""},
		{"one record", one, "abc"},
		{"half a record", two[:9], ""},
		{"the other half and one more", file(two[9:], one), "defabc"},
		{"one and a half", file(one, two[:17]), "abc"},
		{"the rest", two[17:], "def"},
	}
	in, out := io.Pipe()
	got := make(chan string)
	go func() {
		r, err := NewReader(in, "-", Options{})
		if err != nil {
			t.Error(err)
			return
		}
		var b Batch
		for r.ReadBatch(&b) == nil {
			for _, p := range b.Packets {
				got <- string(p.Data)
			}
		}
		close(got)
	}()
	for _, step := range steps {
		out.Write(step.write)
		for want := step.want; want != ""; want = want[3:] {
			select {
			case data := <-got:
				if data != want[:3] {
					t.Fatalf("%s: got %q, want %q", step.name, data, want[:3])
				}
			case <-time.After(poll.Deadline):
				t.Fatalf("%s: no packet", step.name)
			}
		}
	}
	out.Close()
	if data, open := <-got; open {
		t.Errorf("got %q after the end", data)
	}
}

func TestOpenTellsProgress(t *testing.T) {
	t.Parallel()
	in := file(pcapHead(le, 0xa1b2c3d4, 0, 1), pcapRecord(le, 1, 0, 3, "abc"))
	name := filepath.Join(t.TempDir(), "a.pcap")
	write(t, name, in)
	r, err := Open(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all, damage := drain(r)
	if size := int64(len(in)); len(all) != 1 || damage != nil || r.Size() != size || r.Offset() != size || r.Name() != name {
		t.Errorf("got %v, %v, size %d, offset %d, want one packet and %d", all, damage, r.Size(), r.Offset(), size)
	}
}

func write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReadErrorIsDamage lets a stream fail after a packet.
func TestReadErrorIsDamage(t *testing.T) {
	t.Parallel()
	broken := errors.New("cable pulled")
	in := file(pcapHead(le, 0xa1b2c3d4, 0, 1), pcapRecord(le, 1, 0, 3, "abc"))
	r, err := NewReader(io.MultiReader(strings.NewReader(string(in)), &failing{broken}), "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := drain(r)
	want := "x: cable pulled at byte 43 (1 packets read before it)"
	if len(all) != 1 || !errors.Is(err, broken) || err.Error() != want {
		t.Errorf("got %v, %v, want one packet, %s", all, err, want)
	}
	var b Batch
	if err := r.ReadBatch(&b); err != io.EOF {
		t.Errorf("got %v after the damage, want io.EOF", err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestStreamThatGivesNothing(t *testing.T) {
	t.Parallel()
	in := file(pcapHead(le, 0xa1b2c3d4, 0, 1), pcapRecord(le, 1, 0, 3, "abc"))
	r, err := NewReader(io.MultiReader(strings.NewReader(string(in)), &failing{}), "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if all, err := drain(r); len(all) != 1 || !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v, %v, want one packet, %v", all, err, io.ErrNoProgress)
	}
	if _, err := NewReader(&failing{}, "x", Options{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v, want %v", err, io.ErrNoProgress)
	}
}

// TestBatchSurvivesTheNext holds that filling a batch leaves the one before alone.
func TestBatchSurvivesTheNext(t *testing.T) {
	t.Parallel()
	in := pcapHead(le, 0xa1b2c3d4, 0, 1)
	for i := range 500 {
		in = append(in, pcapRecord(le, uint32(i), 0, 26, "abcdefghijklmnopqrstuvwxyz"[:i%27])...)
	}
	r, err := NewReader(strings.NewReader(string(in)), "x", Options{BatchBytes: 100})
	if err != nil {
		t.Fatal(err)
	}
	var batches [2]Batch
	next := 0
	for i := 0; ; i++ {
		err := r.ReadBatch(&batches[i%2])
		for _, p := range batches[(i+1)%2].Packets { // of the call before
			if want := "abcdefghijklmnopqrstuvwxyz"[:next%27]; string(p.Data) != want || p.Number != next+1 {
				t.Fatalf("got packet %d %q, want %d %q", p.Number, p.Data, next+1, want)
			}
			next++
		}
		if err == io.EOF {
			break
		}
	}
	if next != 500 {
		t.Errorf("got %d packets, want 500", next)
	}
}
