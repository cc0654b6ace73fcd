package pairing

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/show"
)

// Options say which calls are listed and how.
type Options struct {
	// Session is the only one that is listed, 0 for all; Filter passes calls whose request or reply it passes, nil all.
	Session int
	Filter  *filter.Filter
	// Count is how many calls are listed at most, 0 for all.
	Count int64
	// Slow lists calls that took so long or longer, Unanswered those without a reply; with neither all are chosen. Has says that
	// Slow was given.
	Slow       capture.Time
	HasSlow    bool
	Unanswered bool
	// Limit is the p95 from which on the answer is negative, where HasLimit.
	Limit    capture.Time
	HasLimit bool
	// Pair is the field that pairs plain JSON, nil if it is to be found; NoPlain leaves plain JSON out.
	Pair    *calls.Pair
	NoPlain bool
	// App is the protocol of all sessions, nil recognises it; NoApps knows none.
	App    *payload.Protocol
	NoApps bool
	// JSON writes lines for programs; Color and Preview are those of export.Text.
	JSON, Color, NoPayload bool
	Preview                int
	Clock                  export.Clock
	// Verbose lists the calls above the table; Quiet leaves out the account; FailEmpty makes it a negative answer if there is none.
	Verbose, Quiet, FailEmpty bool
	Keys                      run.Keys
	Ports                     []uint16
}

// lister writes the calls of a run.
type lister struct {
	std     run.Streams
	opt     *Options
	out     *bufio.Writer
	run     *run.Run
	filter  *filter.Stream
	engine  *calls.Engine
	stats   calls.Stats
	notable calls.Notable
	json    export.JSON
	text    export.Text
	line    []byte
	// lines counts the calls that were written or, in text without a list, counted.
	lines    int64
	sessions int
	err      error
}

// Files lists the calls of capture files.
func Files(ctx context.Context, std run.Streams, files []string, opt *Options) error {
	in, err := run.OpenFiles(files)
	if err != nil {
		return err
	}
	l := &lister{std: std, opt: opt, out: bufio.NewWriterSize(std.Out, 1<<16)}
	l.json = export.JSON{NoPayload: opt.NoPayload}
	l.text = export.Text{Color: opt.Color, NoPayload: opt.NoPayload, Preview: opt.Preview, Clock: opt.Clock}
	dec := decode.Options{Keep: true, Ports: opt.Ports}
	if opt.Filter != nil {
		if l.filter, err = filter.NewStream(opt.Filter, filter.Messages); err != nil {
			in.Close()
			return run.Troublef("-Y: %w", err)
		}
		l.filter.Options(&dec)
	}
	l.engine = calls.New(calls.Options{Pair: opt.Pair, NoPlain: opt.NoPlain, Force: opt.App, NoApps: opt.NoApps}, l.call)
	l.run = run.Over(in, run.Options{Keys: opt.Keys, Decode: dec, Flush: l.out.Flush, Sparing: true})
	defer l.run.Close()
	l.json.FileOf = l.run.FileOf()
	visit, settle := l.visit, func() error { return nil }
	if l.filter != nil {
		visit, settle = l.filter.Reading(payload.ReaderOptions{Force: opt.App}, l.visit)
	}
	if l.run.Each(ctx, visit) == nil && !l.run.Stopped() {
		_ = settle() // it is that of visit, which is l.err
	}
	return l.finish(ctx)
}

// visit takes an event.
func (l *lister) visit(b *decode.Batch, e *decode.Event) error {
	if e.Session == nil {
		return nil
	}
	l.sessions = max(l.sessions, e.Session.N)
	if e.Kind == decode.KindSession {
		l.text.Clock.From(b.Session(e).Zero)
	}
	passes := l.filter == nil || l.filter.Match(b, e)
	l.engine.Apply(b, e, passes)
	return l.err
}

// call takes a call of the engine.
func (l *lister) call(c *calls.Call) {
	if l.err != nil || l.opt.Session > 0 && c.Session.N != l.opt.Session || !c.Passes {
		return
	}
	l.stats.Add(c)
	l.notable.Add(c)
	if !l.chosen(c) {
		return
	}
	l.lines++
	switch {
	case l.opt.JSON:
		l.line = l.json.Call(l.line[:0], c)
	case l.lists():
		l.line = l.text.Call(l.line[:0], c)
	default:
		return
	}
	if _, err := l.out.Write(l.line); err != nil {
		l.err = err
	} else if l.lines == l.opt.Count {
		l.err = run.ErrStop
	}
}

// lists reports whether text has the calls one by one.
func (l *lister) lists() bool {
	return l.opt.Verbose || l.opt.HasSlow || l.opt.Unanswered || l.opt.Count > 0
}

// chosen reports whether a call is one of those that are asked for.
func (l *lister) chosen(c *calls.Call) bool {
	if !l.opt.HasSlow && !l.opt.Unanswered {
		return true
	}
	return l.opt.HasSlow && c.HasTook && c.Took >= l.opt.Slow || l.opt.Unanswered && c.State == calls.Unanswered
}

// finish writes what comes last, and is the error with the status that the run ends with.
func (l *lister) finish(ctx context.Context) error {
	if err := l.run.Err(); errors.Is(err, syscall.EPIPE) {
		return err
	}
	if !l.run.Stopped() {
		l.engine.Finish()
	}
	if l.err != nil && !errors.Is(l.err, run.ErrStop) {
		return run.AsTrouble(l.err)
	}
	summaries := l.stats.Summaries()
	account := l.run.Account()
	l.incomplete(account)
	if l.opt.JSON {
		for _, s := range summaries {
			l.out.Write(l.json.Calls(l.line[:0], s))
		}
		l.out.Write(l.json.Summary(nil, account))
	} else {
		l.table(summaries)
	}
	if err := l.out.Flush(); err != nil {
		return run.AsTrouble(err)
	}
	l.words(account, summaries)
	return run.First(l.run.Status(ctx), l.noSession(), l.negative(summaries))
}

// incomplete notes limits that were reached.
func (l *lister) incomplete(a *decode.Account) {
	if n := l.engine.Early; n > 0 {
		a.Incomplete(fmt.Sprintf("%s waited for a reply at the same time as too many others and are called unanswered", show.Count(int64(n), "call")))
	}
	if n := l.stats.Dropped; n > 0 {
		a.Incomplete(fmt.Sprintf("percentiles leave out %s: too many to keep", show.Count(n, "time")))
	}
}

// table writes what a person looks for first, then the names.
func (l *lister) table(summaries []*calls.Summary) {
	if !l.lists() {
		l.out.Write(l.text.Notable(nil, &l.notable))
	} else if l.lines > 0 {
		l.out.Write([]byte{'\n'})
	}
	l.out.Write(l.text.Calls(nil, summaries))
}

// words says on standard error what else there is to say.
func (l *lister) words(a *decode.Account, summaries []*calls.Summary) {
	words := l.std.Err
	for _, s := range l.engine.Pairs() {
		if !l.opt.Quiet {
			fmt.Fprintln(words, show.Inert(s))
		}
	}
	if l.opt.JSON || l.opt.Quiet || l.run.Stopped() {
		run.SayIncomplete(words, "", a)
	} else {
		fmt.Fprintln(words, export.Account(a))
	}
	if len(summaries) == 0 && !l.opt.Quiet {
		l.nothing(words)
	}
	for _, s := range l.tooSlow(summaries) {
		fmt.Fprintf(words, "wspeek: %s: p95 is %s, more than %s\n", show.Inert(s.Name), show.Duration(s.Took.Percentile(95)), show.Duration(l.opt.Limit))
	}
}

// nothing says why there is no call.
func (l *lister) nothing(words io.Writer) {
	switch {
	case l.filter != nil:
		fmt.Fprintln(words, "no request or reply passes the display filter")
	case l.opt.NoPlain:
		fmt.Fprintln(words, "no requests with replies were found; without --pair none, JSON is looked through for a field that pairs them")
	default:
		fmt.Fprintln(words, "no requests with replies were found; --pair json:$.id names the field that pairs them")
	}
}

// tooSlow are the names whose p95 is beyond the limit.
func (l *lister) tooSlow(summaries []*calls.Summary) (out []*calls.Summary) {
	for _, s := range summaries {
		if l.opt.HasLimit && s.Took.Len() > 0 && s.Took.Percentile(95) > l.opt.Limit {
			out = append(out, s)
		}
	}
	return out
}

// noSession is the error if the session that was asked for is not there.
func (l *lister) noSession() error {
	if l.opt.Session <= l.sessions || l.run.Stopped() {
		return nil
	}
	return run.Troublef("there is no session %d: %d were found", l.opt.Session, l.sessions)
}

// negative is the error if the answer is negative.
func (l *lister) negative(summaries []*calls.Summary) error {
	if len(l.tooSlow(summaries)) > 0 || l.opt.FailEmpty && l.lines == 0 {
		return run.Exit(run.Negative)
	}
	return nil
}
