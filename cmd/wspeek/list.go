package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/show"
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

// inputs is a source of packets that knows where they came from.
type inputs interface {
	capture.Source
	Names() []string
	File(packet int) int
	Stats() capture.Stats
	Close() error
}

// lister writes what a run tells, line by line.
type lister struct {
	f       *flags
	view    view
	out     *bufio.Writer
	words   io.Writer
	line    []byte
	json    export.JSON
	text    export.Text
	account decode.Account
	lines   int64
	// filter is nil where everything is shown.
	filter *filter.Stream
	// check is nil but in the check view.
	check *checker
	// sessions are the newest snapshots, for the sessions view.
	sessions map[int]*decode.Session
	headed   map[int]bool
	forget   trace.Retention
	files    capture.Stats
	// leftOut counts the messages that --raw could not write.
	leftOut int64
	mu      sync.Mutex // guards damage
	damage  []string
}

// list runs a listing command over files.
func list(ctx context.Context, std streams, f *flags, args []string, v view) error {
	names := slices.Concat(f.read, args)
	if len(names) == 0 {
		return trouble("no capture given: name a FILE, or - for standard input")
	}
	in, err := capture.OpenFiles(names, capture.Options{})
	if err != nil {
		return &exitError{exitTrouble, err}
	}
	defer in.Close()
	return listInputs(ctx, std, f, in, v)
}

// listGC makes the collector keep garbage below 25 % of what is in use: a listing makes little of it, and
// is to run beside other things.
const listGC = 25

func listInputs(ctx context.Context, std streams, f *flags, in inputs, v view) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(listGC)
	}
	l, err := newLister(std, f, v)
	if err != nil {
		return err
	}
	if names := in.Names(); len(names) > 1 {
		l.json.FileOf = func(packet int) string { return names[max(in.File(packet), 0)] }
	}
	ports, err := f.ports()
	if err != nil {
		return err
	}
	l.text.BySession = f.demo
	p := &pump{source: in, flush: l.out.Flush, damaged: l.damaged, opt: decode.Options{
		Limits: shardLimits(), Keep: l.keeps(), Frames: v == framesView, Ports: ports,
	}}
	if l.filter != nil {
		l.filter.Options(&p.opt)
	}
	visit := l.visit
	if l.check != nil {
		l.check.options(&p.opt)
		visit = l.checkVisit
	}
	runErr := p.run(ctx, visit)
	p.account(&l.account)
	l.account.Files = len(in.Names())
	l.addStats(in.Stats())
	return l.finish(ctx, runErr)
}

func newLister(std streams, f *flags, v view) (*lister, error) {
	clock, err := f.clockFormat()
	if err != nil {
		return nil, err
	}
	l := &lister{f: f, view: v, out: bufio.NewWriterSize(std.out, 1<<16), words: std.err,
		sessions: map[int]*decode.Session{}, headed: map[int]bool{}}
	l.account.ByFrame = v == framesView
	l.json = export.JSON{NoPayload: f.noPayload, Hash: f.hash}
	l.text = export.Text{Color: f.colored(std.out), NoPayload: f.noPayload, Hex: f.hex, Clock: clock}
	if w := columns(std.out); w > 0 {
		l.text.Preview = max(w-50, 20)
	}
	if f.whole {
		l.text.Preview = -1
	}
	if f.filter != nil {
		if l.filter, err = filter.NewStream(f.filter, filterViews[v]); err != nil {
			return nil, filterTrouble(err)
		}
	}
	if v == checkView {
		if l.check, err = newChecker(std, f); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// keeps says whether the payloads are needed; the reason of a Close frame is there without that.
func (l *lister) keeps() bool {
	if l.view == messagesView {
		return !l.f.noPayload || l.f.hash || l.f.raw
	}
	return false
}

// damaged notes an input that ended in damage. It is called by the goroutine that reads.
func (l *lister) damaged(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.damage = append(l.damage, err.Error())
}

func (l *lister) visit(b *decode.Batch, e *decode.Event) error {
	l.account.Count(b, e)
	if e.Kind == decode.KindSession {
		l.remember(b.Session(e))
	}
	if e.Kind == decode.KindStream || l.f.session > 0 && e.Session.N != l.f.session {
		return nil
	}
	if l.filter != nil && !l.filter.Match(b, e) {
		return nil
	}
	l.line = l.line[:0]
	if !l.append(b, e) {
		return nil
	}
	if _, err := l.out.Write(l.line); err != nil {
		return err
	}
	if l.lines++; l.lines == l.f.count {
		return errStop
	}
	return nil
}

// remember keeps the newest snapshot of a session.
func (l *lister) remember(s *decode.Session) {
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

// append makes the line of an event, and says whether it has one in this view.
func (l *lister) append(b *decode.Batch, e *decode.Event) bool {
	switch {
	case e.Kind == decode.KindMessage && l.view == messagesView:
		l.message(b, e)
	case e.Kind == decode.KindAmend && l.view == messagesView && !l.f.raw:
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
		if l.f.json {
			l.line = l.json.Finding(l.line, e.Session, b.Finding(e))
		} else {
			l.line = l.text.Finding(l.line, e.Session, b.Finding(e))
		}
	default:
		return false
	}
	return true
}

func (l *lister) message(b *decode.Batch, e *decode.Event) {
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
func (l *lister) rawMessage(m *ws.Message) {
	switch {
	case m.Opcode >= ws.OpClose || l.f.dir != "" && l.f.dir != m.Dir.String():
	case m.State == ws.Undecodable:
		l.leftOut++
	default:
		l.line = append(l.line, m.Payload...)
	}
}

func (l *lister) update(e *decode.Event) {
	if l.f.json {
		l.line = l.json.Update(l.line, e.Session, e.N, e.State)
	} else {
		l.line = l.text.Update(l.line, e.Session, e.N, e.State)
	}
}

// head puts a line that says what a session is before the first of its lines.
func (l *lister) head(n int) {
	if s := l.sessions[n]; s != nil && !l.headed[n] && !l.f.json {
		l.headed[n] = true
		l.line = l.text.Heading(l.line, s)
	}
}

// finish writes what comes last, and says with which status the run ends.
func (l *lister) finish(ctx context.Context, runErr error) error {
	stopped := errors.Is(runErr, errStop)
	if runErr != nil && !stopped {
		if errors.Is(runErr, syscall.EPIPE) {
			return runErr
		}
		l.account.Incomplete(runErr.Error())
	}
	for _, d := range l.damage {
		l.account.Incomplete(d)
	}
	if err := l.last(stopped); err != nil {
		return err
	}
	return l.status(ctx, runErr, stopped)
}

// last writes the sessions where they are what is listed, and the account.
func (l *lister) last(stopped bool) error {
	if l.view == sessionsView {
		l.listSessions()
	}
	if l.f.json {
		l.out.Write(l.json.Summary(nil, &l.account))
	}
	if err := l.out.Flush(); err != nil {
		return err
	}
	switch {
	case len(l.account.Why) > 0 && (l.f.quiet || l.f.json):
		for _, why := range l.account.Why {
			fmt.Fprintf(l.words, "wspeek: incomplete: %s\n", show.Inert(why))
		}
	case !l.f.quiet && !l.f.json && !stopped:
		fmt.Fprintln(l.words, export.Account(&l.account))
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

// detail says more of the run: how far the messages may be believed, and what was odd about the files.
func (l *lister) detail() {
	for state, n := range l.account.States {
		fmt.Fprintf(l.words, "messages %s: %d\n", ws.State(state), n)
	}
	for _, odd := range []struct {
		what string
		n    int
	}{
		{"packets longer than on the wire", l.files.OverOrigLen},
		{"packets longer than the snaplen of the file", l.files.OverSnaplen},
		{"blocks with damaged options", l.files.BadOptions},
		{"blocks of TLS secrets, not used", l.files.Secrets + l.files.SecretsSkipped},
	} {
		if odd.n > 0 {
			fmt.Fprintf(l.words, "%s: %d\n", odd.what, odd.n)
		}
	}
}

func (l *lister) listSessions() {
	for _, n := range slices.Sorted(maps.Keys(l.sessions)) {
		if l.f.session > 0 && n != l.f.session || l.filter != nil && !l.filter.Session(n) {
			continue
		}
		if l.f.count > 0 && l.lines == l.f.count {
			return
		}
		if l.lines++; l.f.json {
			l.line = l.json.Session(l.line[:0], l.sessions[n])
		} else {
			l.line = l.text.Session(l.line[:0], l.sessions[n])
		}
		l.out.Write(l.line)
	}
}

func (l *lister) status(ctx context.Context, runErr error, stopped bool) error {
	switch {
	case ctx.Err() != nil:
		return &exitError{status: exitInterrupted}
	case runErr != nil && !stopped:
		return &exitError{exitTrouble, runErr}
	case l.f.session > 0 && l.sessions[l.f.session] == nil && !stopped:
		return trouble("there is no session %d: %d were found", l.f.session, len(l.sessions))
	case len(l.account.Why) > 0:
		return &exitError{status: exitIncomplete}
	case l.check != nil && l.check.found, l.f.failEmpty && l.lines == 0:
		return &exitError{status: exitNegative}
	}
	return nil
}

// addStats adds what the files themselves say to the account.
func (l *lister) addStats(s capture.Stats) {
	l.files = s
	a := &l.account
	a.ClockBack = int64(s.ClockBack)
	if n := int64(s.Undeclared); n > 0 {
		a.Skipped["interface not declared"] += n
		a.Read += n
	}
	if n := int64(s.NotPackets); n > 0 {
		a.Skipped["not a packet"] += n
		a.Read += n
	}
	if n := s.Dropped(); n > 0 {
		a.Dropped = int64(n)
		a.Incomplete(fmt.Sprintf("%d packets were dropped while capturing", n))
	}
}
