package pcaps_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/pcaps"
)

// letters is a capture of one-letter packets, a second apart.
func letters(s string) []pcaps.Packet {
	var ps []pcaps.Packet
	for i, c := range s {
		ps = append(ps, pcaps.Packet{Time: time.Unix(int64(i), 0), Data: []byte(string(c))})
	}
	return ps
}

func spell(ps []pcaps.Packet) string {
	var b strings.Builder
	for _, p := range ps {
		fmt.Fprintf(&b, "%s%d", p.Data, p.Time.Unix())
		if p.OrigLen != 0 {
			fmt.Fprintf(&b, "/%d", p.OrigLen)
		}
	}
	return b.String()
}

func TestEdits(t *testing.T) {
	t.Parallel()
	rows := []struct{ name, got, want string }{
		{"drop", spell(pcaps.Drop(letters("abcd"), 0, 2)), "b1d3"},
		{"move later", spell(pcaps.Move(letters("abcd"), 0, 2)), "b0c1a2d3"},
		{"move earlier", spell(pcaps.Move(letters("abcd"), 3, 0)), "d0a1b2c3"},
		{"duplicate", spell(pcaps.Duplicate(letters("abc"), 1)), "a0b1b1c2"},
		{"cut", spell(pcaps.Cut(letters("a"), 0)), "0/1"},
		{"merge", spell(pcaps.Merge(letters("ab"), letters("xyz"))), "a0x0b1y1z2"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if r.got != r.want {
				t.Errorf("got %s, want %s", r.got, r.want)
			}
		})
	}
}

// An edit leaves the list that it was given as it was.
func TestEditsCopy(t *testing.T) {
	t.Parallel()
	ps := letters("abcd")
	pcaps.Drop(ps, 1)
	pcaps.Move(ps, 0, 3)
	pcaps.Duplicate(ps[:2], 0)
	pcaps.Cut(ps, 0)
	pcaps.Merge(ps[2:], ps[:2])
	if got, want := spell(ps), "a0b1c2d3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// recorder is a TB that notes whether a test failed.
type recorder struct{ failed string }

func (*recorder) Helper()                             {}
func (r *recorder) Errorf(format string, args ...any) { r.failed = fmt.Sprintf(format, args...) }
func (r *recorder) Fatalf(format string, args ...any) { r.failed = fmt.Sprintf(format, args...) }

func TestGolden(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", "two.golden"), []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := []struct{ name, file, got, failed string }{
		{"equal", "two", "one\ntwo\n", ""},
		{"another line", "two", "one\n2\n", "differs at line 2"},
		{"a line more", "two", "one\ntwo\nthree\n", "differs at line 3"},
		{"a line less", "two", "one", "differs at line 2"},
		{"no file", "none", "", "write it with -update"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			var rec recorder
			pcaps.Golden(&rec, r.file, []byte(r.got))
			if (rec.failed == "") != (r.failed == "") || !strings.Contains(rec.failed, r.failed) {
				t.Errorf("failed with %q, want %q", rec.failed, r.failed)
			}
		})
	}
}
