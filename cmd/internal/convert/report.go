package convert

import (
	"context"
	"strings"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/report"
	"github.com/wspeek/wspeek/decode/show"
)

// Report is the format of wspeek report. It shows whole sessions, so it is not one of Formats: -Y would leave out what verdicts need.
var Report = Format{"html", nil, []string{".html", ".htm"}, "a page for a browser", true, nil, newReportSink}

// reportSink writes a page.
type reportSink struct {
	traceSink
	page *report.Report
	size int64
}

func newReportSink(e *exporter) sink { return &reportSink{traceSink: newTraceSink(e)} }

func (s *reportSink) options(o *decode.Options) { report.Decode(o) }

func (s *reportSink) event(b *decode.Batch, e *decode.Event) error {
	if s.page == nil {
		s.page = report.New(report.Options{Title: s.title(), Program: run.ReadBuild().Program(), Most: s.opt.MaxMB << 20,
			NoPayload: s.opt.NoPayload, Redact: s.redact, Payloads: &s.payloads})
	}
	return s.page.Apply(b, e)
}

func (s *reportSink) finish(context.Context) error {
	return s.page.Write(s, strings.Split(export.Account(s.run.Account()), "\n"))
}

// Write is io.Writer: it writes a piece of the page.
func (s *reportSink) Write(p []byte) (int, error) {
	n, err := s.out.Write(p)
	s.size += int64(n)
	return n, err
}

func (s *reportSink) notes() []string {
	return append([]string{show.Thousands(s.size) + " bytes"}, s.page.LeftOut()...)
}
