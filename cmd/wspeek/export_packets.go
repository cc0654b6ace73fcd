package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/reassembly"
)

// packetSink writes the packets of the chosen sessions' connections. It reads the files three times: to learn
// which connections have been chosen, to mark their packets, a bit each, and to copy those.
type packetSink struct {
	fileSink
	cleanup func()
	// firsts are the first packets of the connections, by their number; streams are those of sessions.
	firsts  []int
	streams map[int]int
	marks   packetSet
	early   int
}

func newPacketSink(e *exporter) sink {
	return &packetSink{fileSink: newFileSink(e), streams: map[int]int{}, cleanup: func() {}}
}

func (s *packetSink) check() error {
	if s.x.out == "-" && isTerminal(s.std.out) {
		return trouble("pcapng is not for a terminal: name a file, or send it into a pipe")
	}
	return s.out.check()
}

// spool makes inputs that can be read once readable again.
func (s *packetSink) spool(ctx context.Context) (err error) {
	s.cleanup, err = s.spooled(ctx)
	return err
}

func (s *packetSink) options(*decode.Options) {}

func (s *packetSink) event(_ *decode.Batch, e *decode.Event) error {
	switch e.Kind {
	case decode.KindStream:
		s.firsts = append(s.firsts, e.Stream.First)
	case decode.KindSession:
		s.streams[e.Session.N] = e.Stream.N
	}
	return nil
}

func (s *packetSink) finish(ctx context.Context) error {
	chosen := map[int]bool{}
	for _, n := range s.numbers() {
		chosen[s.streams[n]] = true
	}
	if err := s.pass(ctx, s.marker(chosen)); err != nil {
		return err
	}
	w, err := capture.NewWriter(&s.out, capture.WriteOptions{Program: "wspeek " + version})
	if err != nil {
		return err
	}
	err = s.pass(ctx, func(p *capture.Packet) error {
		if !s.marks.has(p.Number) {
			return nil
		}
		if p.Time < 0 {
			s.early++
		}
		return w.Write(p)
	})
	return errors.Join(err, w.Close())
}

// pass reads the files again, as far as they were read the first time.
func (s *packetSink) pass(ctx context.Context, each func(*capture.Packet) error) error {
	in, err := capture.OpenFiles(s.files, capture.Options{})
	if err != nil {
		return err
	}
	defer in.Close()
	var b capture.Batch
	for ctx.Err() == nil {
		err := in.ReadBatch(&b)
		var damage *capture.Damage
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &damage): // told the first time
			continue
		case err != nil:
			return err
		}
		for i := range b.Packets {
			if p := &b.Packets[i]; p.Number <= s.stats.Packets {
				if err := each(p); err != nil {
					return err
				}
			}
		}
	}
	return ctx.Err()
}

// marker marks the packets of the chosen connections, and those that carried fragments of them. A connection's first
// packet is known; the packets of its ports belong to it until another connection's first packet.
func (s *packetSink) marker(chosen map[int]bool) func(*capture.Packet) error {
	var dissector reassembly.Dissector
	var seg reassembly.Segment
	current := map[reassembly.Flow]bool{}
	next := 0
	return func(p *capture.Packet) error {
		switch dissector.Segment(p, &seg) {
		case reassembly.OK:
			if next < len(s.firsts) && s.firsts[next] == p.Number {
				if delete(current, seg.Flow); chosen[next] {
					current[seg.Flow] = true
				}
				next++
			}
			if current[seg.Flow] {
				s.marks.add(p.Number)
				for _, n := range dissector.Parts() {
					s.marks.add(n)
				}
			}
		case reassembly.FragmentDuplicate:
			for _, n := range dissector.Parts() {
				if s.marks.has(n) {
					s.marks.add(p.Number)
				}
			}
		}
		return nil
	}
}

func (s *packetSink) discard() {
	s.out.discard()
	s.cleanup()
}

func (s *packetSink) said() []string {
	out := []string{numbered(int64(s.marks.n), "packet") + " as captured, nothing is redacted: secrets are inside"}
	if n := s.stats.Secrets + s.stats.SecretsSkipped; n > 0 {
		out = append(out, numbered(int64(n), "block")+" of TLS secrets left out")
	}
	if s.early > 0 {
		out = append(out, numbered(int64(s.early), "packet")+" from before 1970 now of 1970")
	}
	along, taken := 0, map[int]bool{}
	for _, n := range s.numbers() {
		taken[s.streams[n]] = true
	}
	for n, stream := range s.streams {
		if taken[stream] && !s.chosen[n] {
			along++
		}
	}
	if along > 0 {
		out = append(out, fmt.Sprintf("%s that went over the same connections came along", numbered(int64(along), "session")))
	}
	return out
}

// packetSet is a set of packet numbers.
type packetSet struct {
	bits []uint64
	n    int
}

func (s *packetSet) has(number int) bool {
	return number/64 < len(s.bits) && s.bits[number/64]>>(number%64)&1 != 0
}

func (s *packetSet) add(number int) {
	if s.has(number) {
		return
	}
	for len(s.bits) <= number/64 {
		s.bits = append(s.bits, 0)
	}
	s.bits[number/64] |= 1 << (number % 64)
	s.n++
}
