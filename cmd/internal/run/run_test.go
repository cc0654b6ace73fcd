package run_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/pcaps"
)

func TestFirst(t *testing.T) {
	t.Parallel()
	plain, pipe := errors.New("no such file"), fmt.Errorf("write: %w", syscall.EPIPE)
	for _, tt := range []struct {
		name string
		errs []error
		want int
	}{
		{"nothing", nil, run.Done},
		{"nil alone", []error{nil, nil}, run.Done},
		{"negative", []error{nil, run.Exit(run.Negative)}, run.Negative},
		{"incomplete before negative", []error{run.Exit(run.Negative), run.Exit(run.Incomplete)}, run.Incomplete},
		{"an error without a status is trouble", []error{run.Exit(run.Incomplete), plain}, run.Trouble},
		{"trouble before incomplete", []error{run.Exit(run.Incomplete), run.Troublef("x")}, run.Trouble},
		{"interrupted before trouble", []error{run.Troublef("x"), run.Exit(run.Interrupted)}, run.Interrupted},
		{"a closed pipe before all", []error{run.Exit(run.Interrupted), pipe}, run.Done},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := run.StatusOf(run.First(tt.errs...)); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestAsTrouble(t *testing.T) {
	t.Parallel()
	pipe, negative := fmt.Errorf("write: %w", syscall.EPIPE), run.Exit(run.Negative)
	for _, tt := range []struct {
		name      string
		err, want error
	}{
		{"nil", nil, nil}, {"a closed pipe", pipe, pipe}, {"has a status", negative, negative},
	} {
		if got := run.AsTrouble(tt.err); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
	got := run.AsTrouble(os.ErrNotExist)
	if run.StatusOf(got) != run.Trouble || !errors.Is(got, os.ErrNotExist) {
		t.Errorf("got %v", got)
	}
}

// file writes data into a temporary file.
func file(t *testing.T, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestRun_StatusAndAccount(t *testing.T) {
	t.Parallel()
	whole := pcaps.Get("jsonrpc").Data
	stop := func(*decode.Batch, *decode.Event) error { return run.ErrStop }
	full := func(*decode.Batch, *decode.Event) error { return syscall.ENOSPC }
	pipe := func(*decode.Batch, *decode.Event) error { return syscall.EPIPE }
	for _, tt := range []struct {
		name    string
		data    []byte
		visit   run.Visit
		status  int
		why     string
		stopped bool
	}{
		{"whole", whole, nil, run.Done, "", false},
		{"cut", whole[:3000], nil, run.Incomplete, "ends inside packet", false},
		{"the visitor has seen enough", whole, stop, run.Done, "", true},
		{"the visitor cannot write", whole, full, run.Trouble, syscall.ENOSPC.Error(), false},
		{"nobody reads what the visitor writes", whole, pipe, run.Done, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := run.Open([]string{file(t, tt.data)}, run.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if tt.visit == nil {
				tt.visit = func(*decode.Batch, *decode.Event) error { return nil }
			}
			r.Each(t.Context(), tt.visit)
			why := strings.Join(r.Account().Why, "; ")
			if got := run.StatusOf(r.Status(t.Context())); got != tt.status || r.Stopped() != tt.stopped {
				t.Errorf("status %d, stopped %v; want %d, %v", got, r.Stopped(), tt.status, tt.stopped)
			}
			if (why == "") != (tt.why == "") || !strings.Contains(why, tt.why) {
				t.Errorf("incomplete since %q, want %q", why, tt.why)
			}
			if a := r.Account(); tt.status == run.Done && !tt.stopped && tt.name == "whole" && (a.Messages != 14 || a.Files != 1 || a.Read == 0) {
				t.Errorf("account %+v", a)
			}
		})
	}
}

func TestRun_Interrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := run.Open([]string{file(t, pcaps.Get("jsonrpc").Data)}, run.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	events := 0
	err = r.Each(ctx, func(*decode.Batch, *decode.Event) error { events++; cancel(); return nil })
	if err != nil || run.StatusOf(r.Status(ctx)) != run.Interrupted || events < 2 {
		t.Errorf("got %v, %v after %d events: what was read is visited to the end", err, r.Status(ctx), events)
	}
}

func TestRun_AccountCountsOnce(t *testing.T) {
	t.Parallel()
	r, err := run.Open([]string{file(t, pcaps.Get("jsonrpc").Data)}, run.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	r.Each(t.Context(), func(*decode.Batch, *decode.Event) error { return nil })
	first := r.Account().Bytes
	if again := r.Account().Bytes; again != first {
		t.Errorf("asked twice: %+v, then %+v", first, again)
	}
}

func TestOpen_Trouble(t *testing.T) {
	t.Parallel()
	for name, names := range map[string][]string{"no name": nil, "no file": {filepath.Join(t.TempDir(), "none")}} {
		if _, err := run.Open(names, run.Options{}); run.StatusOf(err) != run.Trouble {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// broken panics at the second batch, as a bug of ours would.
type broken struct{ reads int }

func (*broken) Names() []string      { return []string{"broken"} }
func (*broken) File(int) int         { return 0 }
func (*broken) Stats() capture.Stats { return capture.Stats{} }
func (*broken) Close() error         { return nil }
func (b *broken) ReadBatch(*capture.Batch) error {
	if b.reads++; b.reads > 1 {
		panic("a bug")
	}
	return nil
}

func TestFeed_PanicIsAnError(t *testing.T) {
	t.Parallel()
	r := run.Over(&broken{}, run.Options{})
	err := r.Feed(t.Context(), func(*decode.Batch, *decode.Event) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("got %v", err)
	}
}

func TestSayIncomplete(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	run.SayIncomplete(&b, "a\x1b.pcap", &decode.Account{Why: []string{"cut", "lost"}})
	if want := "wspeek: a\u241b.pcap: incomplete: cut\n"; !strings.HasSuffix(b.String(), "incomplete: lost\n") || strings.Contains(b.String(), "\x1b") {
		t.Errorf("got %q, want as %q", b.String(), want)
	}
	run.SayIncomplete(io.Discard, "", &decode.Account{})
}
