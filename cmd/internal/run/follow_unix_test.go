//go:build unix

package run

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wspeek/wspeek/pcaps/poll"
)

// heard collects what a follower passes on.
type heard struct {
	mu   sync.Mutex
	text strings.Builder
}

func (h *heard) pass(b []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text.Write(b)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// following is a follower of a file in a new folder.
func following(t *testing.T) (*follower, *heard) {
	t.Helper()
	h := &heard{}
	return &follower{name: filepath.Join(t.TempDir(), "keys.log"), pass: h.pass, buf: make([]byte, 7), ended: make(chan struct{})}, h
}

// put appends to a file, or with O_TRUNC replaces what is in it.
func put(t *testing.T, name, text string, how int) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|how, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// TestHazard_X1_GrowingKeyLog: whole lines of a key log come as they are written, whatever happens to the file.
func TestHazard_X1_GrowingKeyLog(t *testing.T) {
	t.Parallel()
	add := func(text string) func(*testing.T, string) {
		return func(t *testing.T, name string) { put(t, name, text, os.O_APPEND) }
	}
	tests := map[string]struct {
		steps []func(t *testing.T, name string)
		// want is what has come after each step, and after the last.
		want []string
	}{
		"not there yet":   {[]func(*testing.T, string){func(*testing.T, string) {}, add("first line\n")}, []string{"", "first line\n", "first line\n"}},
		"grows":           {[]func(*testing.T, string){add("first line\n"), add("second\n")}, []string{"first line\n", "first line\nsecond\n", "first line\nsecond\n"}},
		"half a line":     {[]func(*testing.T, string){add("first li"), add("ne\nsec")}, []string{"", "first line\n", "first line\nsec\n"}},
		"nothing is left": {[]func(*testing.T, string){add("\n\n")}, []string{"\n\n", "\n\n"}},
		"truncated": {[]func(*testing.T, string){add("first line\nhalf"), func(t *testing.T, name string) { put(t, name, "new\n", os.O_TRUNC) }},
			[]string{"first line\n", "first line\nnew\n", "first line\nnew\n"}},
		"rotated": {[]func(*testing.T, string){add("first line\n"), func(t *testing.T, name string) {
			put(t, name, "last\n", os.O_APPEND)
			if err := os.Rename(name, name+".1"); err != nil {
				t.Fatal(err)
			}
			put(t, name, "new\n", 0)
		}}, []string{"first line\n", "first line\nlast\nnew\n", "first line\nlast\nnew\n"}},
		"a folder, then a file": {[]func(*testing.T, string){func(t *testing.T, name string) { os.Mkdir(name, 0o700) }, func(t *testing.T, name string) {
			os.Remove(name)
			put(t, name, "first\n", 0)
		}}, []string{"", "first\n", "first\n"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, h := following(t)
			for i, step := range test.steps {
				step(t, l.name)
				l.poll()
				if got := h.String(); got != test.want[i] {
					t.Fatalf("after step %d: got %q, want %q", i, got, test.want[i])
				}
			}
			l.last()
			if got := h.String(); got != test.want[len(test.steps)] {
				t.Errorf("at the end: got %q, want %q", got, test.want[len(test.steps)])
			}
		})
	}
}

// TestHazard_X1_KeyLogIsAPipe: what several programs write to a named pipe comes at once.
func TestHazard_X1_KeyLogIsAPipe(t *testing.T) {
	t.Parallel()
	l, h := following(t)
	if err := syscall.Mkfifo(l.name, 0o600); err != nil {
		t.Skip(err)
	}
	quit := make(chan struct{})
	go l.run(quit, func() {})
	want := ""
	for _, text := range []string{"first line\n", "second\n"} {
		put(t, l.name, text, 0)
		want += text
		for end := time.Now().Add(poll.Deadline); h.String() != want; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("got %q, want %q", h.String(), want)
			}
		}
	}
	close(quit)
	<-l.ended
}

// A line without end takes bounded memory, and the one after it is read.
func TestKeyLogLineWithoutEnd(t *testing.T) {
	t.Parallel()
	l, h := following(t)
	for range 100 {
		l.lines(make([]byte, 10_000))
	}
	if len(l.line) > longestLine || cap(l.line) > 4*longestLine {
		t.Errorf("%d bytes are kept in %d", len(l.line), cap(l.line))
	}
	l.lines([]byte("\nnext\n"))
	if !strings.HasSuffix(h.String(), "\nnext\n") {
		t.Error("the next line is lost")
	}
}

// TestHazard_X2_ExposedKeyLog: a key log that everybody can read is warned of, by name and without its content.
func TestHazard_X2_ExposedKeyLog(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "keys.log")
	put(t, name, "CLIENT_RANDOM 5ec7e7\n", 0)
	k := Keys{Logs: []string{name + ".missing", name}}
	if w := k.Exposed(); w != "" {
		t.Errorf("%q of a file that only its owner reads", w)
	}
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if w := k.Exposed(); !strings.Contains(w, name) || !strings.Contains(w, "every user") || strings.Contains(w, "5ec7e7") {
		t.Errorf("got %q", w)
	}
}
