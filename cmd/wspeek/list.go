package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"syscall"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/cmd/internal/schema"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// view is what a listing lists.
type view uint8

const (
	messagesView view = iota
	framesView
	sessionsView
	checkView
)

// listing writes the lines of a run.
type listing struct {
	f     *flags
	view  view
	run   *run.Run
	out   *bufio.Writer
	words io.Writer
	line  []byte
	json  export.JSON
	text  export.Text
	lines int64
	// apps adds what messages say; nil if nobody wants that. says means that it is shown.
	apps *apps.Stream
	says bool
	// schema is for messages that no protocol claims; nil if none was given.
	schema *payload.Protocol
	// filter is nil if everything is shown.
	filter *filter.Stream
	// check is nil except in the check view.
	check *checker
	// sessions are the newest snapshots, for the sessions view.
	sessions map[int]*decode.Session
	headed   map[int]bool
	forget   trace.Retention
	// leftOut counts the messages that --raw could not write.
	leftOut int64
}

// list runs a listing command over files.
func list(ctx context.Context, std run.Streams, f *flags, args []string, v view) error {
	in, err := run.OpenFiles(slices.Concat(f.read, args))
	if err != nil {
		return err
	}
	return listInputs(ctx, std, f, in, v)
}

// listInputs lists what in has, and closes it.
func listInputs(ctx context.Context, std run.Streams, f *flags, in run.Inputs, v view) error {
	l, err := newListing(std, f, v)
	if err != nil {
		in.Close()
		return err
	}
	l.text.BySession = f.demo
	l.over(in, decode.Limits{})
	defer l.run.Close()
	_ = l.each(ctx, nil) // finish reports it
	return l.finish(ctx)
}

func newListing(std run.Streams, f *flags, v view) (*listing, error) {
	l := &listing{f: f, view: v, out: bufio.NewWriterSize(std.Out, 1<<16), words: std.Err,
		sessions: map[int]*decode.Session{}, headed: map[int]bool{}}
	_, l.says = f.reader()
	l.json = export.JSON{NoPayload: f.noPayload, Hash: f.hash}
	l.text = export.Text{Color: f.colored(std.Out), NoPayload: f.noPayload, Hex: f.hex, Clock: f.clockFormat()}
	if w := run.Columns(std.Out); w > 0 {
		l.text.Preview = max(w-50, 20)
	}
	if f.whole {
		l.text.Preview = -1
	}
	if v == checkView {
		if l.check = newChecker(std, f); l.check.form != nil {
			l.out.Write(l.check.form.Begin(nil))
		}
	}
	var err error
	if l.schema, err = schema.Load(f.proto); err == nil {
		l.filter, err = f.stream(filterViews[v])
	}
	return l, err
}

// each visits all events; watch, if it is not nil, wraps what visits them.
func (l *listing) each(ctx context.Context, watch func(run.Visit) run.Visit) error {
	visit := l.visitor()
	if watch != nil {
		visit = watch(visit)
	}
	err := l.run.Each(ctx, visit)
	if err == nil && l.apps != nil {
		if err = l.apps.Settle(); err != nil && !errors.Is(err, run.ErrStop) {
			l.run.Fail(err)
		}
		l.apps.CountIn(l.run.Counting())
	}
	return l.run.Err()
}

// over makes the run that is listed.
func (l *listing) over(in run.Inputs, limits decode.Limits) {
	opt := decode.Options{Limits: limits, Keep: l.keeps(), Frames: l.view == framesView, Ports: l.f.ports, Secrets: l.f.embedKeys}
	opt.Polls = l.says && l.view == messagesView && !l.f.raw
	if l.filter != nil {
		l.filter.Options(&opt)
	}
	if l.check != nil {
		l.check.options(&opt)
	}
	l.run = run.Over(in, run.Options{Keys: l.f.secrets(), Decode: opt, Flush: l.out.Flush, Sparing: true})
	l.json.FileOf = l.run.FileOf()
}

// visitor is what visits the events.
func (l *listing) visitor() run.Visit {
	if l.check != nil {
		return l.checkVisit
	}
	asked := l.filter != nil && l.filter.NeedsApp()
	if l.says && l.view == messagesView && !l.f.raw || asked {
		opt, _ := l.f.reader()
		opt.Brief, opt.Fallback = l.f.noPayload && !asked, l.schema
		l.apps = apps.NewStream(opt, l.visitApps)
		return l.apps.Visit
	}
	return l.visit
}

// keeps reports whether the payloads are needed; the reason of a Close frame is there without that.
func (l *listing) keeps() bool {
	if l.view == messagesView {
		return !l.f.noPayload || l.f.hash || l.f.raw || l.says
	}
	return false
}

func (l *listing) visit(b *decode.Batch, e *decode.Event) error {
	if e.Kind == decode.KindSession {
		l.remember(b.Session(e))
		l.text.Clock.From(b.Session(e).Zero)
	}
	if e.Kind == decode.KindTLS {
		l.undecrypted(b.TLS(e))
	}
	if e.Session == nil || l.f.session > 0 && e.Session.N != l.f.session {
		return nil
	}
	if l.filter != nil && !l.filter.Match(b, e) {
		return nil
	}
	l.line = l.line[:0]
	if !l.append(b, e) {
		return nil
	}
	return l.write(l.line)
}

// write writes lines; it ends the run after as many as were asked for.
func (l *listing) write(line []byte) error {
	if _, err := l.out.Write(line); err != nil {
		return err
	}
	if l.lines++; l.lines == l.f.count {
		return run.ErrStop
	}
	return nil
}

// undecrypted prints a TLS connection that could not be decrypted or was broken off: sessions -v prints all of these, check
// those whose end an alert explains.
func (l *listing) undecrypted(t *decode.TLSConn) {
	failed := len(t.Alerts) > 0
	if l.view == sessionsView && l.f.verbose && (t.Reason != "" || failed) || l.view == checkView && failed && !l.f.quiet {
		fmt.Fprintln(l.words, export.Undecrypted(t))
	}
}

// remember keeps the newest snapshot of a session.
func (l *listing) remember(s *decode.Session) {
	l.forget.Closed(l.sessions[s.N], s, 0)
	l.sessions[s.N] = s
	for l.forget.Over() {
		n := l.forget.Next()
		delete(l.sessions, n)
		delete(l.headed, n)
		if l.filter != nil {
			l.filter.Forget(n)
		}
	}
}

// append makes the line of an event, and reports whether it has one in this view.
func (l *listing) append(b *decode.Batch, e *decode.Event) bool {
	switch {
	case e.Kind == decode.KindMessage && l.view == messagesView:
		l.message(b, e)
	case e.Kind == decode.KindAmend && l.view == messagesView && !l.f.raw, e.Kind == decode.KindAmendFrame && l.view == framesView:
		l.update(e)
		l.lines-- // it amends a line, and is none of its own
	case e.Kind == decode.KindFrame && l.view == framesView:
		l.head(e.Session.N)
		if l.f.json {
			l.line = l.json.Frame(l.line, e.Session, b.Frame(e))
		} else {
			l.line = l.text.Frame(l.line, e.Session, b.Frame(e))
		}
	case e.Kind == decode.KindFinding && l.view == checkView:
		l.line = l.finding(l.line, e.Session, b.Finding(e))
	default:
		return false
	}
	return true
}

func (l *listing) message(b *decode.Batch, e *decode.Event) {
	m := b.Message(e)
	switch {
	case l.f.raw:
		l.rawMessage(m)
	case l.f.json:
		l.line = l.json.Message(l.line, e.Session, m)
	default:
		l.head(e.Session.N)
		l.line = l.text.Message(l.line, e.Session, m)
	}
}

// rawMessage appends the payload of a data message. What could not be decoded is none, and is counted.
func (l *listing) rawMessage(m *ws.Message) {
	switch {
	case m.Opcode >= ws.OpClose || l.f.dir != "" && l.f.dir != m.Dir.String():
	case m.State == ws.Undecodable:
		l.leftOut++
	default:
		l.line = append(l.line, m.Payload...)
	}
}

func (l *listing) update(e *decode.Event) {
	if l.f.json {
		l.line = l.json.Update(l.line, e)
	} else {
		l.line = l.text.Update(l.line, e)
	}
}

// head puts a line that says what a session is before the first of its lines.
func (l *listing) head(n int) {
	if s := l.sessions[n]; s != nil && !l.headed[n] && !l.f.json {
		l.headed[n] = true
		l.line = l.text.Heading(l.line, s)
	}
}

// finish writes what comes last, and is the error with the status that the run ends with.
func (l *listing) finish(ctx context.Context) error {
	if err := l.run.Err(); errors.Is(err, syscall.EPIPE) {
		return err
	}
	if err := l.last(); err != nil {
		return err
	}
	return run.First(l.run.Status(ctx), l.noSession(), l.negative())
}

// last writes the sessions if they are what is listed, and the account.
func (l *listing) last() error {
	if l.view == sessionsView {
		l.listSessions()
	}
	account := l.run.Account()
	switch {
	case l.f.json:
		l.out.Write(l.json.Summary(nil, account))
	case l.check != nil && l.check.form != nil:
		l.out.Write(l.check.form.End(nil, account.Why))
	}
	if err := l.out.Flush(); err != nil {
		return err
	}
	if l.f.json || l.f.quiet || l.run.Stopped() {
		run.SayIncomplete(l.words, "", account)
	} else {
		fmt.Fprintln(l.words, export.Account(account))
		l.nothingPassed()
	}
	if l.leftOut > 0 {
		fmt.Fprintf(l.words, "wspeek: left out: %d messages that could not be decoded\n", l.leftOut)
	}
	if l.f.verbose {
		l.detail()
	}
	return nil
}

// detail prints how reliable the messages are, and what was odd about the files.
func (l *listing) detail() {
	for state, n := range l.run.Account().States {
		fmt.Fprintf(l.words, "messages %s: %d\n", ws.State(state), n)
	}
	files := l.run.Inputs().Stats()
	for _, odd := range []struct {
		what string
		n    int
	}{
		{"packets longer than on the wire", files.OverOrigLen},
		{"packets longer than the snaplen of the file", files.OverSnaplen},
		{"blocks with damaged options", files.BadOptions},
		{"blocks of TLS secrets, not used", files.Secrets + files.SecretsSkipped},
	} {
		if odd.n > 0 {
			fmt.Fprintf(l.words, "%s: %d\n", odd.what, odd.n)
		}
	}
}

func (l *listing) listSessions() {
	for _, s := range decode.Linked(l.sessions) {
		if l.filter != nil {
			l.filter.Know(s)
		}
		if l.f.session > 0 && s.N != l.f.session || l.filter != nil && !l.filter.Session(s.N) {
			continue
		}
		if l.f.count > 0 && l.lines == l.f.count {
			return
		}
		if l.lines++; l.f.json {
			l.line = l.json.Session(l.line[:0], s)
		} else {
			l.line = l.text.Session(l.line[:0], s)
		}
		l.out.Write(l.line)
	}
}

// noSession is the error if the session that was asked for is not there.
func (l *listing) noSession() error {
	if l.f.session == 0 || l.sessions[l.f.session] != nil || l.run.Stopped() {
		return nil
	}
	return run.Troublef("there is no session %d: %d were found", l.f.session, len(l.sessions))
}

// negative is the error if the answer is negative: rules are broken, or nothing was listed.
func (l *listing) negative() error {
	if l.check != nil && l.check.found || l.f.failEmpty && l.lines == 0 {
		return run.Exit(run.Negative)
	}
	return nil
}
