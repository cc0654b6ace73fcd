package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

const checkLong = `check lists where the traffic breaks RFC 6455 and RFC 7692, as far as a passive
observer can tell, and which bytes are missing. When a session has ended, it
gives a verdict in one sentence: who ended it and why, with the packets that
prove it. Below it is what was measured: round trips of pings, heartbeats,
silences, compression, fragments, and TCP.

Where the application protocol of a session is known (wspeek help apps), notes
say what went wrong in it: requests that were not answered, ids used twice at a
time, answers to nothing, acknowledgements and receipts that are missing, and
heartbeats that were promised and came late (--app none leaves them out).

What was captured is stated as a fact; a cause that is inferred from it is called
probable.

  wspeek check chat.pcapng
  wspeek check --level must chat.pcapng      MUST violations only
  wspeek check --deflate chat.pcapng         and what compression does, symbol by symbol
  wspeek check --json chat.pcapng | jq 'select(.type=="verdict").text'

With --json a verdict is one line, beside the lines of findings:

  {"schema":1,"type":"verdict","session":1,"stream":0,"cause":"idle",
   "certainty":"seen|probable|unknown","by":"s2c","code":1006,"text":"...",
   "packets":[17,20],"pings":{"c2s":{"sent":2,"answered":2,"skipped":0,
   "waiting":0,"unanswered":false,"rtt_ns":{"count":2,"min":1,"mean":1,"max":1},
   "unasked_pongs":0}},"silence":{"ns":1,"packets":[17,20]},"heartbeats":[...],
   "deflate":{...},"fragments":{...},"tcp":{...},"slow_messages":0}

cause is one of closed, close-unanswered, refused, no-answer, fin, half-close,
rst, idle, lifetime, pong-missing, rule-broken, peer-vanished, replaced, evicted,
open, unknown. code is what an application sees: 1006 if no Close frame came.
What was not measured is absent.

--format sarif (2.1.0) and junit are for systems that gate a build. SARIF has the
findings, whose lines are numbers of packets; in JUnit each session is a test case,
which fails if it makes the exit status 1.

It exits 1 if a rule of level must is broken; with --level or --fail-on, if there is a
finding of that level or a stronger one (must is stronger than should, should than note).`

func checkCommand(std run.Streams, f *flags) *cobra.Command {
	return listCommand(std, f, checkView, "check FILE...", "the rules that the traffic breaks, and why each session ended", checkLong)
}

// levels are the values of --level.
var levels = []string{rule.Must.String(), rule.Should.String(), rule.Note.String()}

// checker is what a listing has besides for the check view.
type checker struct {
	run  check.Run
	text check.Text
	// shown is the weakest level that is listed, negative the weakest that makes the exit status 1.
	shown, negative rule.Level
	// form is another program's format, nil for text and JSON.
	form check.Form
	// found says that there is something of a level up to negative.
	found bool
	// listed are the sessions with a line.
	listed map[int]bool
}

func newChecker(std run.Streams, f *flags) *checker {
	c := &checker{shown: rule.Note, negative: rule.Must, listed: map[int]bool{}}
	c.run.Apps = f.appOptions()
	c.run.Deflate = f.deflate
	c.text = check.Text{Color: f.colored(std.Out), Width: run.Columns(std.Out)}
	if f.level != "" {
		c.shown = rule.Level(slices.Index(levels, f.level))
		c.negative = c.shown
	}
	if f.failOn != "" {
		c.negative = rule.Level(slices.Index(levels, f.failOn))
	}
	switch f.form {
	case "sarif":
		c.form = &check.SARIF{Version: run.ReadBuild().Version}
	case "junit":
		c.form = &check.JUnit{Fail: c.negative}
	}
	return c
}

// finding appends a finding in the form that is asked for.
func (l *listing) finding(dst []byte, ref *decode.SessionRef, f *ws.Finding) []byte {
	switch {
	case l.check.form != nil:
		return l.check.form.Finding(dst, ref.N, f, l.fileOf(f.At.Packet))
	case l.f.json:
		return l.json.Finding(dst, ref, f)
	}
	return l.text.Finding(dst, ref, f)
}

// options asks the Decoders for what verdicts are made of.
func (c *checker) options(o *decode.Options) {
	if !o.Keep { // the filter looks at no payload
		o.KeepMost = c.run.KeepMost()
	}
	o.Keep, o.Wire, o.Polls = true, true, c.run.Apps != nil
}

// shows counts a finding, and reports whether it is listed.
func (c *checker) shows(f *ws.Finding) bool {
	c.found = c.found || f.Rule.Level <= c.negative
	return f.Rule.Level <= c.shown
}

// checkVisit is visit, and writes the verdict of a session that has ended.
func (l *listing) checkVisit(b *decode.Batch, e *decode.Event) error {
	report := l.check.run.Apply(b, e)
	if e.Kind == decode.KindFinding && (l.f.session == 0 || e.Session.N == l.f.session) && !l.check.shows(b.Finding(e)) {
		return nil
	}
	before := l.lines
	if err := l.visit(b, e); err != nil {
		return err
	}
	if l.lines > before {
		l.check.listed[e.Session.N] = true
	}
	if report == nil || l.f.session > 0 && e.Session.N != l.f.session {
		return nil
	}
	return l.verdict(e.Session, report)
}

// verdict writes what was measured of a session, first what is a finding.
func (l *listing) verdict(ref *decode.SessionRef, r *check.Report) error {
	for i := range r.Findings {
		f := &r.Findings[i]
		l.run.Counting().Findings++
		if !l.check.shows(f) || l.filter != nil && !l.f.filter.Match(&filter.Row{Session: r.Session, Finding: f}) {
			continue
		}
		l.check.listed[ref.N] = true
		l.line = l.finding(l.line[:0], ref, f)
		if err := l.put(); err != nil {
			return err
		}
	}
	if l.filter != nil && !l.check.listed[ref.N] {
		return nil
	}
	switch {
	case l.check.form != nil:
		l.line = l.check.form.Report(l.line[:0], r, l.fileOf(r.Session.First))
	case l.f.json:
		l.line = check.AppendJSON(l.line[:0], r, l.fileOf(r.Session.First))
	default:
		l.line = l.check.text.Report(l.line[:0], r)
	}
	return l.put()
}

// fileOf names the file that a packet came from, where several are read; other programs are told it always.
func (l *listing) fileOf(packet int) string {
	if l.json.FileOf == nil {
		if l.check.form != nil {
			return l.run.Inputs().Names()[0]
		}
		return ""
	}
	return l.json.FileOf(packet)
}

// put writes l.line, which counts as one of -c.
func (l *listing) put() error {
	if _, err := l.out.Write(l.line); err != nil {
		return err
	}
	if l.lines++; l.lines == l.f.count {
		return run.ErrStop
	}
	return nil
}

// checkForm is the value of --format of check.
func checkForm(f *flags) *value {
	v := oneOf(&f.form, "text", "json", "sarif", "junit")
	set := v.set
	v.set = func(s string) bool {
		ok := set(s)
		f.json = f.json || f.form == "json"
		return ok
	}
	return v
}
