package convert

import (
	"context"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/packets"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
)

// packetSink writes the packets of the chosen sessions' connections. It reads the files three times: to learn
// which connections have been chosen, to mark their packets, and to copy those.
type packetSink struct {
	fileSink
	cleanup func()
	conns   *packets.Connections
	copied  packets.Copy
	// embedded is how many connections have their secrets in the file.
	embedded int
}

func newPacketSink(e *exporter) sink {
	return &packetSink{fileSink: newFileSink(e), conns: packets.NewConnections(), cleanup: func() {}}
}

func (s *packetSink) check() error {
	if s.opt.Out == "-" && run.IsTerminal(s.std.Out) {
		return run.Troublef("pcapng is not for a terminal: name a file, or send it into a pipe")
	}
	return s.out.Check()
}

// spool makes inputs that can be read once readable again.
func (s *packetSink) spool(ctx context.Context) (err error) {
	s.cleanup, err = s.spooled(ctx)
	return err
}

func (s *packetSink) options(o *decode.Options) { o.Secrets = s.opt.EmbedKeys }

func (s *packetSink) event(b *decode.Batch, e *decode.Event) error {
	s.conns.Note(b, e)
	return nil
}

func (s *packetSink) finish(ctx context.Context) error {
	read := packets.Reread(s.run.Inputs().Stats().Packets, func() (run.Inputs, error) { return capture.OpenFiles(s.files, capture.Options{}) })
	chosen, _ := s.conns.Of(s.numbers())
	w, err := capture.NewWriter(&s.out, capture.WriteOptions{Program: run.ReadBuild().Program()})
	if err != nil {
		return err
	}
	if s.opt.EmbedKeys {
		s.embedded, err = s.conns.EmbedKeys(w, chosen)
	}
	if err == nil {
		err = s.copied.Chosen(ctx, read, chosen, w)
	}
	if closed := w.Close(); err == nil {
		err = closed
	}
	return err
}

func (s *packetSink) discard() {
	s.out.Discard()
	s.cleanup()
}

func (s *packetSink) notes() []string {
	out := []string{show.Count(s.copied.N, "packet") + " as captured, nothing is redacted: secrets are inside"}
	if s.opt.EmbedKeys {
		out = append(out, "the TLS secrets of "+show.Count(int64(s.embedded), "connection")+" are in the file: whoever has it can read them")
	} else if n := s.run.Inputs().Stats().Secrets + s.run.Inputs().Stats().SecretsSkipped; n > 0 {
		out = append(out, show.Count(int64(n), "block")+" of TLS secrets left out")
	}
	if n := s.copied.Early; n > 0 {
		out = append(out, show.Count(n, "packet")+" from before 1970 now of 1970")
	}
	if along := s.conns.Along(s.numbers()); along > 0 {
		out = append(out, show.Count(int64(along), "session")+" that went over the same connections came along")
	}
	return out
}
