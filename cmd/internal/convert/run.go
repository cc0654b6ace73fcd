package convert

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/show"
)

// Options say what is written and how.
type Options struct {
	// Out is the file or folder, "-" for standard output; Force replaces it if it exists.
	Out    string
	Force  bool
	Format *Format
	// Sessions are the chosen ones, none for all; Filter passes what is wanted, nil for everything; Count is how many
	// messages are written at most, 0 for all.
	Sessions []int
	Filter   *filter.Filter
	Count    int64
	// Control writes control frames too (HAR, raw).
	Control bool
	// Keys are the secrets of TLS connections.
	Keys run.Keys
	// EmbedKeys writes the secrets of the chosen connections into a pcapng.
	EmbedKeys bool
	// Decrypted writes the plaintext of TLS connections into a pcapng, as TCP.
	Decrypted bool
	// NoRedact leaves secrets in; RedactKey makes the same marks in every run, empty for new ones.
	NoRedact  bool
	RedactKey string
	// CSVExact puts no ' before what looks like a formula.
	CSVExact                    bool
	NoPayload, Hash, Whole, Hex bool
	// App says how what messages say is read, for ndjson and csv; nil leaves it out.
	App   *payload.ReaderOptions
	Clock export.Clock
	// Ports are TCP ports that are WebSocket.
	Ports []uint16
	// MaxMB is how many megabytes a page has at most.
	MaxMB int64
	// Quiet reports nothing but what is incomplete; FailEmpty makes it a negative answer if nothing passes Filter.
	Quiet, FailEmpty bool
}

// sink writes one format.
type sink interface {
	// options sets what the decoders have to emit.
	options(*decode.Options)
	// event takes an event of the chosen sessions: messages that pass, their amendments, findings, and all
	// KindSession. KindStream, KindTLS and KindKeys come for all connections.
	event(*decode.Batch, *decode.Event) error
	// flush is called after each batch.
	flush() error
	// finish writes the rest; something was chosen.
	finish(context.Context) error
	// commit keeps what was written, discard removes it.
	commit() error
	discard()
	// notes are what to report of the result, a line each.
	notes() []string
}

// exporter runs an export.
type exporter struct {
	std    run.Streams
	opt    *Options
	files  []string // as to be opened again
	names  []string // in the order in which they are read
	fileOf func(packet int) int
	redact *export.Redactor
	filter *filter.Stream
	sink   sink

	// apps reads what messages say, nil if nobody asks for that; said is what the message says whose event is being visited.
	apps *apps.Stream
	said []payload.App

	run      *run.Run
	sessions int
	chosen   map[int]bool
	messages int64
}

// Files writes what opt chooses of capture files.
func Files(ctx context.Context, std run.Streams, files []string, opt *Options) error {
	e := &exporter{std: std, opt: opt, files: files, chosen: map[int]bool{}}
	if err := e.prepare(); err != nil {
		return err
	}
	if e.sink = opt.Format.sink(e); opt.Decrypted {
		e.sink = newPlainSink(e)
	}
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
	if e.opt.Format.Redacts && !e.opt.NoRedact {
		e.redact = export.NewRedactor(e.opt.key())
	}
	if e.opt.Filter == nil {
		return nil
	}
	view := filter.Messages
	if e.opt.Format.Name == "pcapng" {
		view = filter.Sessions
	}
	if e.filter, err = filter.NewStream(e.opt.Filter, view); err != nil {
		return run.Troublef("-Y: %w", err)
	}
	return nil
}

// key is what marks are made with: the same in every run only if one was given.
func (o *Options) key() []byte {
	if o.RedactKey != "" {
		sum := sha256.Sum256([]byte(o.RedactKey))
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
	opt := decode.Options{Ports: e.opt.Ports}
	e.sink.options(&opt)
	if e.filter != nil {
		e.filter.Options(&opt)
	}
	e.run = run.Over(in, run.Options{Keys: e.opt.Keys, Decode: opt, Flush: e.sink.flush, Sparing: true})
	defer e.run.Close()
	if err := e.each(work); err != nil {
		return e.failed(err)
	}
	return e.finish(ctx, work)
}

// each visits all events, with what messages say if the format or the filter asks for that.
func (e *exporter) each(work context.Context) error {
	asked := e.filter != nil && e.filter.NeedsApp()
	if !asked && (e.opt.App == nil || !slices.Contains(e.opt.Format.Flags, "app")) {
		return e.run.Each(work, e.visit)
	}
	var opt payload.ReaderOptions
	if e.opt.App != nil {
		opt = *e.opt.App
	}
	opt.Brief = e.opt.NoPayload && !asked
	e.apps = apps.NewStream(opt, func(b *decode.Batch, ev *decode.Event, said []payload.App) error {
		e.said = said
		if asked {
			e.filter.Said = said
		}
		return e.visit(b, ev)
	})
	if err := e.run.Each(work, e.apps.Visit); err != nil || e.run.Stopped() {
		return err
	}
	if err := e.apps.Settle(); err != nil && !errors.Is(err, run.ErrStop) {
		return err
	}
	e.apps.CountIn(e.run.Counting())
	return nil
}

func (e *exporter) visit(b *decode.Batch, ev *decode.Event) error {
	switch ev.Kind {
	case decode.KindStream, decode.KindTLS, decode.KindKeys:
		return e.sink.event(b, ev)
	case decode.KindPoll:
		if e.filter != nil || len(e.opt.Sessions) > 0 && !slices.Contains(e.opt.Sessions, e.apps.Polling().Session) {
			return nil
		}
		return e.sink.event(b, ev)
	}
	n := ev.Session.N
	e.sessions = max(e.sessions, n)
	if len(e.opt.Sessions) > 0 && !slices.Contains(e.opt.Sessions, n) {
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
	if ev.Kind == decode.KindMessage && e.messages == e.opt.Count {
		return run.ErrStop
	}
	return nil
}

// finish writes what comes last, while work is not done, and says how it went.
func (e *exporter) finish(ctx, work context.Context) error {
	if err := e.notFound(); err != nil {
		return err
	}
	if len(e.numbers()) == 0 {
		return e.nothing(ctx)
	}
	if err := e.sink.finish(work); err != nil {
		return e.failed(err)
	}
	if err := e.sink.commit(); err != nil {
		return e.failed(err)
	}
	e.report(ctx)
	return e.run.Status(ctx)
}

// notFound is the error if not all is there that was asked for.
func (e *exporter) notFound() error {
	for _, n := range e.opt.Sessions {
		if n > e.sessions {
			return run.Troublef("there is no session %d: %d were found; nothing was written", n, e.sessions)
		}
	}
	if e.sessions == 0 {
		return run.Troublef("there is no WebSocket session in %s; nothing was written", strings.Join(e.names, ", "))
	}
	if e.filter != nil && e.opt.Format.Name == "pcapng" {
		for n := 1; n <= e.sessions; n++ {
			if len(e.opt.Sessions) == 0 || slices.Contains(e.opt.Sessions, n) {
				e.chosen[n] = e.filter.Session(n)
			}
		}
	}
	return nil
}

// nothing ends a run whose filter nothing passes.
func (e *exporter) nothing(ctx context.Context) error {
	run.SayIncomplete(e.std.Err, "", e.run.Account())
	run.Say(e.std.Err, fmt.Sprintf("nothing passes -Y %s; nothing was written", e.opt.Filter))
	if e.opt.FailEmpty {
		return run.First(e.run.Status(ctx), run.Exit(run.Negative))
	}
	return e.run.Status(ctx)
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
	if e.opt.Out == "-" {
		return run.AsTrouble(err)
	}
	return run.Troublef("%w; nothing was written", err)
}

// report says on standard error what was written and what was not.
func (e *exporter) report(ctx context.Context) {
	words := e.std.Err
	if ctx.Err() != nil {
		fmt.Fprintln(words, "wspeek: interrupted: what was read until then is written")
	}
	run.SayIncomplete(words, "", e.run.Account())
	if e.opt.Quiet {
		return
	}
	out := e.opt.Out
	if out == "-" {
		out = "standard output"
	}
	fmt.Fprintf(words, "%s: %s, %s\n", show.Inert(out), show.Count(int64(len(e.numbers())), "session"), show.Count(e.messages, "message"))
	for _, s := range e.sink.notes() {
		fmt.Fprintln(words, show.Inert(s))
	}
	if e.opt.Format.Redacts {
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
