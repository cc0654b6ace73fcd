package convert

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/out"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// traceSink writes when all is known: sessions one after the other, and messages as they were amended.
type traceSink struct {
	fileSink
	payloads out.Spool
	trace    *trace.Trace
}

func newTraceSink(e *exporter) traceSink { return traceSink{fileSink: newFileSink(e)} }

func (s *traceSink) options(o *decode.Options) { o.Keep = !s.opt.NoPayload }

func (s *traceSink) event(b *decode.Batch, e *decode.Event) error {
	if s.trace == nil {
		s.trace = trace.New(&s.payloads)
	}
	return s.trace.Apply(b, e)
}

func (s *traceSink) discard() {
	s.out.Discard()
	s.payloads.Close()
}

// title names the captures without their folders.
func (s *traceSink) title() string {
	var names []string
	for _, n := range s.names {
		names = append(names, filepath.Base(n))
	}
	return strings.Join(names, ", ")
}

// of are the messages of a session in the order in which they were complete.
func (s *traceSink) of(session int) []int {
	var at []int
	for n := 1; n <= s.trace.MessageCount(session); n++ {
		if i := s.trace.Index(session, n); i >= 0 {
			at = append(at, i)
		}
	}
	slices.Sort(at)
	return at
}

// message fills m with message i and its payload.
func (s *traceSink) message(i int, m *ws.Message) (session int, err error) {
	session = s.trace.MessageInto(i, m)
	m.Payload, err = s.trace.Payload(i)
	return session, err
}

// harSink writes a HAR.
type harSink struct {
	traceSink
	har export.HAR
}

func newHARSink(e *exporter) sink {
	return &harSink{traceSink: newTraceSink(e), har: export.HAR{Version: run.ReadBuild().Version, Control: e.opt.Control, Redact: e.redact}}
}

func (s *harSink) notes() []string { return s.har.Lost() }

func (s *harSink) finish(context.Context) error {
	s.har.Title = s.title()
	numbers := s.numbers()
	s.line = s.har.Begin(s.line, s.begin(numbers))
	for _, n := range numbers {
		if err := s.entry(n); err != nil {
			return err
		}
	}
	s.line = s.har.End(s.line)
	return s.write()
}

// begin is when the first of the sessions started.
func (s *harSink) begin(numbers []int) (first capture.Time) {
	for i, n := range numbers {
		t := export.EntryStart(s.trace.Session(n), s.first(n))
		if i == 0 || t < first {
			first = t
		}
	}
	return first
}

// first is when a session started, as far as is known.
func (s *harSink) first(n int) capture.Time {
	info := s.trace.Session(n)
	switch {
	case info.HasStarted:
		return info.Started
	case info.HasOpened:
		return info.Opened
	}
	if at := s.of(n); len(at) > 0 {
		return s.trace.Time(at[0])
	}
	return info.Ended
}

func (s *harSink) entry(n int) error {
	info := s.trace.Session(n)
	s.line = s.har.Open(s.line, info, s.first(n))
	var m ws.Message
	var closed *ws.Message
	for _, i := range s.of(n) {
		if _, err := s.message(i, &m); err != nil {
			return err
		}
		if m.Opcode == ws.OpClose && closed == nil {
			c := m
			closed = &c
		}
		s.line = s.har.Message(s.line, &m)
		if err := s.write(); err != nil {
			return err
		}
	}
	s.line = s.har.Close(s.line, info, closed)
	return s.write()
}

// csvSink writes CSV.
type csvSink struct {
	traceSink
	csv export.CSV
	// says has what messages say, as JSON; at is where, and how much, by the index of the message.
	says out.Spool
	at   [][2]int64
}

func newCSVSink(e *exporter) sink {
	return &csvSink{traceSink: newTraceSink(e), csv: export.CSV{Exact: e.opt.CSVExact, NoPayload: e.opt.NoPayload,
		Inert: e.opt.Out == "-" && run.IsTerminal(e.std.Out), Redact: e.redact}}
}

func (s *csvSink) options(o *decode.Options) { o.Keep = !s.opt.NoPayload || s.opt.App != nil }

func (s *csvSink) discard() {
	s.traceSink.discard()
	s.says.Close()
}

func (s *csvSink) event(b *decode.Batch, e *decode.Event) error {
	if e.Kind == decode.KindPoll {
		return nil
	}
	if err := s.traceSink.event(b, e); err != nil || e.Kind != decode.KindMessage || s.opt.App == nil {
		return err
	}
	cells, err := json.Marshal(export.AppCells(s.said))
	if err != nil {
		return err
	}
	at, err := s.says.Put(cells)
	if err != nil {
		return err
	}
	s.at = append(s.at, [2]int64{at, int64(len(cells))})
	return nil
}

// apps are the cells of what message i says.
func (s *csvSink) apps(i int) (cells []string, err error) {
	if i >= len(s.at) {
		return nil, nil
	}
	p, err := s.says.Get(s.at[i][0], int(s.at[i][1]))
	if err == nil {
		err = json.Unmarshal(p, &cells)
	}
	return cells, err
}

func (s *csvSink) finish(context.Context) error {
	s.line = s.csv.Header(s.line)
	var m ws.Message
	for i := range s.trace.Len() {
		n, err := s.message(i, &m)
		if err != nil {
			return err
		}
		if s.csv.App, err = s.apps(i); err != nil {
			return err
		}
		s.line = s.csv.Message(s.line, s.trace.Session(n), &m)
		if err := s.write(); err != nil {
			return err
		}
	}
	return s.write()
}

// markdownSink writes a report.
type markdownSink struct {
	traceSink
	md      export.Markdown
	written int64
}

func newMarkdownSink(e *exporter) sink {
	s := &markdownSink{traceSink: newTraceSink(e)}
	s.md = export.Markdown{Redact: e.redact, Text: export.Text{NoPayload: e.opt.NoPayload, Hex: e.opt.Hex, Clock: e.opt.Clock}}
	if e.opt.Whole {
		s.md.Text.Preview = -1
	}
	return s
}

// issueSize is how many characters GitHub accepts for an issue.
const issueSize = 65536

func (s *markdownSink) notes() []string {
	if s.written > issueSize {
		return []string{show.Count(s.written, "byte") + ": more than the 65536 characters that GitHub accepts for an issue; --session, -Y or -c make it shorter"}
	}
	return nil
}

func (s *markdownSink) write() error {
	s.written += int64(len(s.line))
	return s.fileSink.write()
}

func (s *markdownSink) finish(context.Context) error {
	s.line = s.md.Begin(s.line, run.ReadBuild().Program()+", from "+s.title())
	for _, n := range s.numbers() {
		if err := s.session(n); err != nil {
			return err
		}
	}
	s.line = s.md.End(s.line, strings.Split(export.Account(s.run.Account()), "\n")...)
	return s.write()
}

func (s *markdownSink) session(n int) error {
	messages, ticks := s.of(n), 0
	for _, i := range messages {
		p, err := s.trace.Payload(i)
		if err != nil {
			return err
		}
		ticks = max(ticks, export.Ticks(p))
	}
	s.line = s.md.Open(s.line, s.trace.Session(n), s.trace.Findings(n), ticks)
	var m ws.Message
	for _, i := range messages {
		if _, err := s.message(i, &m); err != nil {
			return err
		}
		s.line = s.md.Message(s.line, &m)
		if err := s.write(); err != nil {
			return err
		}
	}
	s.line = s.md.Close(s.line)
	return s.write()
}
