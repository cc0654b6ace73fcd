package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/show"
)

// sink writes one format.
type sink interface {
	// options sets what the Decoders have to tell.
	options(*decode.Options)
	// event takes an event of the chosen sessions: messages that pass, their amendments, findings, and all
	// KindSession. KindStream comes for all connections.
	event(*decode.Batch, *decode.Event) error
	// flush is called after each batch.
	flush() error
	// finish writes the rest; something was chosen.
	finish(context.Context) error
	// commit makes what was written stand, discard undoes it.
	commit() error
	discard()
	// said is what is to be told of the result, a line each.
	said() []string
}

// exporter runs an export.
type exporter struct {
	std    run.Streams
	f      *flags
	x      *exportFlags
	format *exportFormat
	files  []string // as to be opened again
	names  []string // in the order in which they are read
	fileOf func(packet int) int
	redact *export.Redactor
	filter *filter.Stream
	sink   sink

	run      *run.Run
	sessions int
	chosen   map[int]bool
	messages int64
}

func exportFiles(ctx context.Context, std run.Streams, f *flags, set *pflag.FlagSet, args []string) error {
	x := &f.export
	format, err := x.choose(set)
	if err != nil {
		return err
	}
	names := slices.Concat(f.read, args)
	if len(names) == 0 {
		return run.Troublef("no capture given: name a FILE, or - for standard input")
	}
	e := &exporter{std: std, f: f, x: x, format: format, files: names, chosen: map[int]bool{}}
	if err := e.prepare(); err != nil {
		return err
	}
	e.sink = format.sink(e)
	defer e.sink.discard()
	if c, ok := e.sink.(interface{ check() error }); ok {
		if err := c.check(); err != nil {
			return err
		}
	}
	return e.export(ctx)
}

// prepare sets up what does not depend on the input.
func (e *exporter) prepare() (err error) {
	if e.format.redacts && !e.x.noRedact {
		e.redact = export.NewRedactor(e.x.key())
	}
	view := filter.Messages
	if e.format.name == "pcapng" {
		view = filter.Sessions
	}
	e.filter, err = e.f.stream(view)
	return err
}

// key is what marks are made with: the same in every run only where one was given.
func (x *exportFlags) key() []byte {
	if x.redactKey != "" {
		sum := sha256.Sum256([]byte(x.redactKey))
		return sum[:]
	}
	key := make([]byte, sha256.Size)
	rand.Read(key) // it does not fail
	return key
}

func (e *exporter) export(ctx context.Context) error {
	work := ctx
	if s, ok := e.sink.(interface{ spool(context.Context) error }); ok {
		if err := s.spool(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil { // what was kept until then is still to be read
			work = context.WithoutCancel(ctx)
		}
	}
	in, err := run.OpenFiles(e.files)
	if err != nil {
		return err
	}
	e.names, e.fileOf = in.Names(), in.File
	opt := decode.Options{Ports: e.f.ports}
	e.sink.options(&opt)
	if e.filter != nil {
		e.filter.Options(&opt)
	}
	e.run = run.Over(in, run.Options{Decode: opt, Flush: e.sink.flush, GC: listGC})
	defer e.run.Close()
	if err := e.run.Each(work, e.visit); err != nil {
		return e.failed(err)
	}
	return e.finish(ctx, work)
}

func (e *exporter) visit(b *decode.Batch, ev *decode.Event) error {
	if ev.Kind == decode.KindStream {
		return e.sink.event(b, ev)
	}
	n := ev.Session.N
	e.sessions = max(e.sessions, n)
	if len(e.x.sessions) > 0 && !slices.Contains(e.x.sessions, n) {
		return nil
	}
	passes := e.filter == nil || e.filter.Match(b, ev)
	switch ev.Kind {
	case decode.KindSession:
		e.chosen[n] = e.chosen[n] || e.filter == nil
	case decode.KindMessage:
		if !passes {
			return nil
		}
		e.chosen[n] = true
		e.messages++
	case decode.KindAmend:
		if !passes {
			return nil
		}
	}
	if err := e.sink.event(b, ev); err != nil {
		return err
	}
	if ev.Kind == decode.KindMessage && e.messages == e.f.count {
		return run.ErrStop
	}
	return nil
}

// finish writes what comes last, while work is not done, and says how it went.
func (e *exporter) finish(ctx, work context.Context) error {
	if err := e.nothing(); err != nil {
		return err
	}
	if err := e.sink.finish(work); err != nil {
		return e.failed(err)
	}
	if err := e.sink.commit(); err != nil {
		return e.failed(err)
	}
	e.tell(ctx)
	return e.run.Status(ctx)
}

// nothing is the error where there is nothing to write, or not all that was asked for.
func (e *exporter) nothing() error {
	for _, n := range e.x.sessions {
		if n > e.sessions {
			return run.Troublef("there is no session %d: %d were found; nothing was written", n, e.sessions)
		}
	}
	if e.filter != nil && e.format.name == "pcapng" {
		for n := 1; n <= e.sessions; n++ {
			if len(e.x.sessions) == 0 || slices.Contains(e.x.sessions, n) {
				e.chosen[n] = e.filter.Session(n)
			}
		}
	}
	for _, yes := range e.chosen {
		if yes {
			return nil
		}
	}
	if e.sessions == 0 {
		return run.Troublef("there is no WebSocket session in %s; nothing was written", strings.Join(e.names, ", "))
	}
	return run.Troublef("nothing passes -Y %s; nothing was written", e.f.filter)
}

// failed is the error of a run that broke off.
func (e *exporter) failed(err error) error {
	var x *run.Error
	switch {
	case errors.Is(err, syscall.EPIPE), errors.As(err, &x):
		return err
	case errors.Is(err, context.Canceled):
		return &run.Error{Status: run.Interrupted, Err: fmt.Errorf("interrupted; nothing was written")}
	}
	if e.x.out == "-" {
		return run.AsTrouble(err)
	}
	return run.Troublef("%w; nothing was written", err)
}

// tell says on standard error what was written and what was not.
func (e *exporter) tell(ctx context.Context) {
	words := e.std.Err
	if ctx.Err() != nil {
		fmt.Fprintln(words, "wspeek: interrupted: what was read until then is written")
	}
	run.SayIncomplete(words, "", e.run.Account())
	if e.f.quiet {
		return
	}
	out := e.x.out
	if out == "-" {
		out = "standard output"
	}
	fmt.Fprintf(words, "%s: %s, %s\n", show.Inert(out), show.Count(int64(len(e.numbers())), "session"), show.Count(e.messages, "message"))
	for _, s := range e.sink.said() {
		fmt.Fprintln(words, show.Inert(s))
	}
	if e.format.redacts {
		fmt.Fprintln(words, e.redact.Said())
	}
}

// numbers are the chosen sessions.
func (e *exporter) numbers() (ns []int) {
	for n, yes := range e.chosen {
		if yes {
			ns = append(ns, n)
		}
	}
	slices.Sort(ns)
	return ns
}

// spooled replaces inputs that can be read only once with temporary files, which cleanup removes.
func (e *exporter) spooled(ctx context.Context) (cleanup func(), err error) {
	var made []string
	cleanup = func() {
		for _, name := range made {
			os.Remove(name)
		}
	}
	files := slices.Clone(e.files)
	for i, name := range files {
		if info, err := os.Stat(name); name != "-" && (err != nil || info.Mode().IsRegular()) {
			continue
		}
		f, err := os.CreateTemp("", "wspeek-*.capture") // mode 0600
		if err != nil {
			return cleanup, run.Troublef("keep %s to read it again: %w", name, err)
		}
		made = append(made, f.Name())
		if err := e.copyTo(ctx, f, name); err != nil {
			return cleanup, err
		}
		files[i] = f.Name()
	}
	e.files = files
	return cleanup, nil
}

func (e *exporter) copyTo(ctx context.Context, f *os.File, name string) error {
	src := e.std.In
	if name != "-" {
		var err error
		if src, err = os.Open(name); err != nil {
			return run.AsTrouble(err)
		}
		defer src.Close()
	}
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(f, src)
		done <- err
	}()
	if err := errors.Join(waited(ctx, done), f.Close()); err != nil {
		return run.Troublef("keep %s to read it again: %w; nothing was written", name, err)
	}
	return nil
}

// waited is what done tells. After an interrupt, who writes into our pipe has a moment to end well; what has come by
// then is taken.
func waited(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(afterInterrupt):
		return nil
	}
}

// afterInterrupt is how long an input may still write after an interrupt.
const afterInterrupt = 500 * time.Millisecond
