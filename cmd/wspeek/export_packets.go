package main

import (
	"context"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
)

// packetSink writes the packets of the chosen sessions' connections. It reads the files three times: to learn
// which connections have been chosen, to mark their packets, and to copy those.
type packetSink struct {
	fileSink
	cleanup func()
	conns   *connections
	copied  packetCopy
}

func newPacketSink(e *exporter) sink {
	return &packetSink{fileSink: newFileSink(e), conns: newConnections(), cleanup: func() {}}
}

func (s *packetSink) check() error {
	if s.x.out == "-" && run.IsTerminal(s.std.Out) {
		return run.Troublef("pcapng is not for a terminal: name a file, or send it into a pipe")
	}
	return s.out.check()
}

// spool makes inputs that can be read once readable again.
func (s *packetSink) spool(ctx context.Context) (err error) {
	s.cleanup, err = s.spooled(ctx)
	return err
}

func (s *packetSink) options(*decode.Options) {}

func (s *packetSink) event(b *decode.Batch, e *decode.Event) error {
	s.conns.note(b, e)
	return nil
}

func (s *packetSink) finish(ctx context.Context) error {
	read := rereader(s.run.Inputs().Stats().Packets, func() (run.Inputs, error) { return capture.OpenFiles(s.files, capture.Options{}) })
	chosen, _ := s.conns.of(s.numbers())
	w, err := capture.NewWriter(&s.out, capture.WriteOptions{Program: "wspeek " + version()})
	if err != nil {
		return err
	}
	err = s.copied.chosen(ctx, read, chosen, w)
	if closed := w.Close(); err == nil {
		err = closed
	}
	return err
}

func (s *packetSink) discard() {
	s.out.discard()
	s.cleanup()
}

func (s *packetSink) said() []string {
	out := []string{show.Count(s.copied.n, "packet") + " as captured, nothing is redacted: secrets are inside"}
	if n := s.run.Inputs().Stats().Secrets + s.run.Inputs().Stats().SecretsSkipped; n > 0 {
		out = append(out, show.Count(int64(n), "block")+" of TLS secrets left out")
	}
	if n := s.copied.early; n > 0 {
		out = append(out, show.Count(n, "packet")+" from before 1970 now of 1970")
	}
	if along := s.conns.along(s.numbers()); along > 0 {
		out = append(out, show.Count(int64(along), "session")+" that went over the same connections came along")
	}
	return out
}
