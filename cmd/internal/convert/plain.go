package convert

import (
	"context"
	"sync"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/cmd/internal/packets"
	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/reassembly"
)

// plainSink writes the chosen sessions as TCP without TLS. What was in clear is copied as it was captured. It reads the files
// three times: to learn which connections have been chosen and with which secrets, to mark the packets that are copied,
// and to decrypt and copy.
type plainSink struct {
	packetSink
	// infos are the newest snapshots of sessions.
	infos map[int]*decode.Session
	// made counts packets that were made, decrypted the connections that they stand for; lost is how many bytes of these are missing.
	made, lost int64
	decrypted  int
}

func newPlainSink(e *exporter) sink {
	s := &plainSink{infos: map[int]*decode.Session{}}
	s.packetSink = *newPacketSink(e).(*packetSink)
	return s
}

func (s *plainSink) options(o *decode.Options) { o.Secrets = true }

func (s *plainSink) event(b *decode.Batch, e *decode.Event) error {
	if e.Kind == decode.KindSession {
		i := b.Session(e)
		s.infos[i.N] = i
	}
	return s.packetSink.event(b, e)
}

// connection is what a TCP connection is known by in every reading.
type connection struct {
	first int
	flow  reassembly.Flow
}

// split are the chosen connections: those in clear, and those under TLS with what is to be written of them.
func (s *plainSink) split() (clear []packets.Connection, sealed map[connection]*plainTCP, log []byte) {
	chosen, _ := s.conns.Of(s.numbers())
	sealed = map[connection]*plainTCP{}
	var under []packets.Connection
	for i := range chosen {
		var p *plainTCP
		for _, n := range chosen[i].Sessions() {
			if x := s.infos[n]; x != nil && x.TLS != nil && s.chosen[n] && (p == nil || x.TLS.Layer > p.layer) {
				p = newPlainTCP(x)
			}
		}
		if p == nil {
			clear = append(clear, chosen[i])
			continue
		}
		first, flow := chosen[i].Begins()
		sealed[connection{first, flow}] = p
		under = append(under, chosen[i])
	}
	return clear, sealed, s.conns.KeyLog(under)
}

func (s *plainSink) finish(ctx context.Context) error {
	clear, sealed, log := s.split()
	s.decrypted = len(sealed)
	last := s.run.Inputs().Stats().Packets
	read := packets.Reread(last, func() (run.Inputs, error) { return capture.OpenFiles(s.files, capture.Options{}) })
	marked, err := packets.Marked(ctx, read, clear)
	if err != nil {
		return err
	}
	in, err := run.OpenFiles(s.files)
	if err != nil {
		return err
	}
	w, err := capture.NewWriter(&s.out, capture.WriteOptions{Program: run.ReadBuild().Program()})
	if err != nil {
		return err
	}
	copied := &copying{Inputs: in, marked: marked, w: w}
	opt := run.Options{Keys: run.Keys{Lines: log}, Decode: decode.Options{Ports: s.opt.Ports, TLSContent: true}}
	var r *run.Run
	opt.Flush = func() error { return copied.upTo(r.Visited()) }
	r = run.Over(copied, opt)
	defer r.Close()
	err = r.Each(ctx, func(b *decode.Batch, e *decode.Event) error { return s.plain(copied, sealed, b, e) })
	if err == nil {
		err = copied.upTo(last)
	}
	s.copied.N = copied.n
	if closed := w.Close(); err == nil {
		err = closed
	}
	return err
}

// plain writes what an event says of a connection that was under TLS, after the packets that were captured before.
func (s *plainSink) plain(c *copying, sealed map[connection]*plainTCP, b *decode.Batch, e *decode.Event) error {
	if e.Kind != decode.KindStream && e.Kind != decode.KindTLSPart {
		return nil
	}
	p := sealed[connection{e.Stream.First, e.Stream.Flow}]
	if p == nil {
		return nil
	}
	if err := c.upTo(e.Packet); err != nil {
		return err
	}
	var list []capture.Packet
	if e.Kind == decode.KindStream {
		list = p.open()
	} else if t := b.TLSPart(e); t.Layer == p.layer {
		s.lost += t.Plain.Lost
		list = p.next(t.FromClient, t.Plain)
	}
	for i := range list {
		if err := c.w.Write(&list[i]); err != nil {
			return err
		}
	}
	s.made += int64(len(list))
	return nil
}

func (s *plainSink) notes() []string {
	out := []string{show.Count(s.made, "packet") + " made of the plaintext of " + show.Count(int64(s.decrypted), "TLS connection") +
		", nothing is redacted: whoever has the file can read it"}
	if s.lost > 0 {
		out = append(out, show.Bytes(s.lost)+" of plaintext are missing, as in the capture: a gap in the sequence numbers")
	}
	if s.copied.N > 0 {
		out = append(out, show.Count(s.copied.N, "packet")+" of sessions in clear, as captured")
	}
	if along := s.conns.Along(s.numbers()); along > 0 {
		out = append(out, show.Count(int64(along), "session")+" that went over the same connections came along")
	}
	return out
}

// copying is a source whose marked packets are copied when their turn comes.
type copying struct {
	run.Inputs
	marked func(int) bool
	w      *capture.Writer
	n      int64

	mu    sync.Mutex // guards what follows
	queue []capture.Packet
}

// ReadBatch is capture.Source. It keeps copies of the marked packets until upTo.
func (c *copying) ReadBatch(b *capture.Batch) error {
	err := c.Inputs.ReadBatch(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range b.Packets {
		if p := b.Packets[i]; c.marked(p.Number) {
			p.Data = append([]byte(nil), p.Data...)
			c.queue = append(c.queue, p)
		}
	}
	return err
}

// upTo copies the marked packets up to a number.
func (c *copying) upTo(number int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := 0
	for ; i < len(c.queue) && c.queue[i].Number <= number; i++ {
		if err := c.w.Write(&c.queue[i]); err != nil {
			return err
		}
		c.n++
	}
	c.queue = append(c.queue[:0], c.queue[i:]...)
	return nil
}
