package convert

import (
	"context"
	"fmt"

	"github.com/wspeek/wspeek/cmd/internal/out"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// fileSink is what sinks that write one file have in common.
type fileSink struct {
	*exporter
	out  out.File
	line []byte
}

func newFileSink(e *exporter) fileSink {
	return fileSink{exporter: e, out: out.File{Name: e.opt.Out, Force: e.opt.Force, Std: e.std.Out}}
}

func (s *fileSink) check() error  { return s.out.Check() }
func (s *fileSink) flush() error  { return s.out.Flush() }
func (s *fileSink) commit() error { return s.out.Commit() }
func (s *fileSink) discard()      { s.out.Discard() }

func (s *fileSink) notes() []string { return nil }

// write writes s.line.
func (s *fileSink) write() error {
	_, err := s.out.Write(s.line)
	s.line = s.line[:0]
	return err
}

// jsonSink writes the lines of messages --json as they come.
type jsonSink struct {
	fileSink
	json export.JSON
}

func newJSONSink(e *exporter) sink {
	s := &jsonSink{fileSink: newFileSink(e)}
	s.json = export.JSON{NoPayload: e.opt.NoPayload, Hash: e.opt.Hash, Redact: e.redact}
	return s
}

func (s *jsonSink) options(o *decode.Options) {
	o.Keep = !s.opt.NoPayload || s.opt.Hash || s.opt.App != nil
	o.Polls = s.opt.App != nil
}

func (s *jsonSink) event(b *decode.Batch, e *decode.Event) error {
	if len(s.names) > 1 && s.json.FileOf == nil {
		s.json.FileOf = func(packet int) string { return s.names[max(s.fileOf(packet), 0)] }
	}
	if s.opt.App != nil {
		s.json.Apps = s.said
	}
	switch e.Kind {
	case decode.KindPoll:
		s.line = s.json.Poll(s.line, e, b.Poll(e), s.apps.Polling())
	case decode.KindMessage:
		s.line = s.json.Message(s.line, e.Session, b.Message(e))
	case decode.KindAmend:
		s.line = s.json.Update(s.line, e)
	default:
		return nil
	}
	return s.write()
}

func (s *jsonSink) finish(context.Context) error {
	s.line = s.json.Summary(s.line, s.run.Account())
	return s.write()
}

// rawSink writes payloads into a folder as they come.
type rawSink struct {
	*exporter
	dir            out.Dir
	holes, raw     int
	amended, wrote int
}

func newRawSink(e *exporter) sink {
	return &rawSink{exporter: e, dir: out.Dir{Name: e.opt.Out, Force: e.opt.Force}}
}

func (s *rawSink) check() error              { return s.dir.Check() }
func (s *rawSink) flush() error              { return nil }
func (s *rawSink) options(o *decode.Options) { o.Keep = true }

func (s *rawSink) event(b *decode.Batch, e *decode.Event) error {
	if e.Kind == decode.KindAmend {
		s.amended++
	}
	if e.Kind != decode.KindMessage {
		return nil
	}
	m := b.Message(e)
	if m.Opcode.Control() && !s.opt.Control {
		return nil
	}
	switch m.State {
	case ws.Partial:
		s.holes++
	case ws.Undecodable:
		s.raw++
	}
	s.wrote++
	return s.dir.Write(export.RawName(e.Session.N, m), m.Reason())
}

func (s *rawSink) finish(context.Context) error { return nil }
func (s *rawSink) commit() error                { return s.dir.Commit() }
func (s *rawSink) discard()                     { s.dir.Discard() }

func (s *rawSink) notes() []string {
	out := []string{fmt.Sprintf("%s: payloads as they were captured, nothing is redacted: secrets are inside", show.Count(int64(s.wrote), "file"))}
	for _, l := range []struct {
		n    int
		what string
	}{
		{s.holes, "with bytes missing: the holes are left out"},
		{s.raw, "could not be decoded: the raw bytes are written"},
		{s.amended, "of which another packet carried other bytes"},
	} {
		if l.n > 0 {
			out = append(out, show.Count(int64(l.n), "message")+" "+l.what)
		}
	}
	return out
}
