package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/tui/doc"
)

const secret = "PAYLOAD-SECRET"

// badFeed panics, or fails, or waits.
type badFeed struct {
	panics any
	err    error
	wait   bool
}

func (f *badFeed) Run(ctx context.Context, _ func(*decode.Batch, *decode.Event) error) error {
	if f.panics != nil {
		panic(f.panics)
	}
	if f.wait {
		<-ctx.Done()
	}
	return f.err
}

func (f *badFeed) Progress() Progress      { return Progress{} }
func (f *badFeed) Account(*decode.Account) {}

// screenBuffer collects what is written to a terminal.
type screenBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *screenBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *screenBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestHazard_O16_CrashPrintsNoPayload(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		with any
	}{
		{"a text", "cannot read " + secret}, {"an error", errors.New(secret)}, {"the runtime's", runtimePanic()},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out screenBuffer
			in, _ := io.Pipe()
			_, err := Run(t.Context(), Options{Feed: &badFeed{panics: c.with}, In: in, Out: &out, Environ: []string{"TERM=xterm"}})
			if err == nil || !strings.Contains(err.Error(), "internal error") || !strings.Contains(err.Error(), "run_test.go") {
				t.Errorf("error %v", err)
			}
			if strings.Contains(out.String(), secret) || strings.Contains(err.Error(), secret) {
				t.Errorf("payload was printed: %q, %v", out.String(), err)
			}
			if !strings.Contains(out.String(), "\x1b[?1049l") {
				t.Errorf("the terminal was not restored: %q", out.String())
			}
		})
	}
}

// runtimePanic is what the runtime panics with.
func runtimePanic() (r any) {
	defer func() { r = recover() }()
	var s []int
	return s[len(secret)]
}

func TestHazard_O18_CrashOfTheScreenRestoresTheTerminal(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("graphql"), 80, 24, Options{})
	d.m.det.doc = &doc.Document{Request: &doc.Request{}} // drawing it panics
	d.m.View()
	if d.m.crash == nil || d.m.screen() != "" {
		t.Error("the crash went unnoticed")
	}
	d = drive(t, sample("graphql"), 80, 24, Options{})
	d.m.filter = nil
	if d.keys("j", "enter"); d.m.crash == nil || !d.quit {
		t.Error("the crash of Update went unnoticed")
	}
}

func TestRunEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	in, _ := io.Pipe()
	_, err := Run(ctx, Options{Feed: &badFeed{wait: true}, In: in, Out: &screenBuffer{}})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestRunRefusesABadFilter(t *testing.T) {
	t.Parallel()
	if _, err := Run(t.Context(), Options{Feed: &badFeed{}, Filter: "ws.len >"}); err == nil {
		t.Error("no error")
	}
}
