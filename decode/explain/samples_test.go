package explain

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/stack"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/reassembly"
)

// tap keeps the bytes of the streams of a capture by the first packet of their connection.
type tap struct{ streams map[int]*[2]map[int64]byte }

func (t *tap) Accept(c *reassembly.Conn) reassembly.Handler {
	s := &[2]map[int64]byte{{}, {}}
	t.streams[c.First.Packet] = s
	return tapped{s}
}

type tapped struct{ bytes *[2]map[int64]byte }

func (t tapped) Data(d reassembly.Dir, k reassembly.Chunk) {
	for i, c := range k.Data {
		t.bytes[d][k.Off+int64(i)] = c
	}
}
func (tapped) Gap(reassembly.Dir, int64, int64)           {}
func (tapped) Conflict(reassembly.Dir, int64, int64)      {}
func (tapped) Close(reassembly.Dir, reassembly.CloseKind) {}

// sample is a capture decoded: the raw streams beside what the decoder says.
type sample struct {
	tap       *tap
	exchanges map[[2]int]*Exchange
	frames    map[int][]ws.Frame
	first     map[int]int
	trace     *trace.Trace
}

func decodeSample(t *testing.T, file []byte) *sample {
	t.Helper()
	in, err := capture.NewReader(bytes.NewReader(file), "test", capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	s := &sample{tap: &tap{map[int]*[2]map[int64]byte{}}, exchanges: map[[2]int]*Exchange{}, frames: map[int][]ws.Frame{}, first: map[int]int{}}
	table := reassembly.NewTable(s.tap, reassembly.Limits{}, &reassembly.Bytes{})
	d := stack.NewDecoder(decode.Options{Keep: true, Wire: true, Frames: true})
	out := []*decode.Batch{{}}
	var dissector reassembly.Dissector
	var merger stack.Merger
	trace := trace.New(nil)
	visit := func(b *decode.Batch, e *decode.Event) error { return s.visit(trace, b, e) }
	for p := (capture.Batch{}); ; {
		if err := in.ReadBatch(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		var segs []reassembly.Segment
		for i := range p.Packets {
			var seg reassembly.Segment
			if dissector.Segment(&p.Packets[i], &seg) == reassembly.OK {
				table.Segment(&seg)
				segs = append(segs, seg)
			}
		}
		d.Decode(segs, out[0])
		table.EndBatch()
		_ = merger.Merge(out, visit)
	}
	table.Finish()
	d.Finish(out[0])
	_ = merger.Merge(out, visit)
	s.finish(trace)
	return s
}

func (s *sample) visit(trace *trace.Trace, b *decode.Batch, e *decode.Event) error {
	if e.Session != nil {
		s.first[e.Session.N] = e.Session.Stream.First
	}
	switch e.Kind {
	case decode.KindFrame:
		f := *b.Frame(e)
		f.Findings = slices.Clone(f.Findings)
		s.frames[e.Session.N] = append(s.frames[e.Session.N], f)
	case decode.KindMessage:
		m := *b.Message(e)
		m.Payload, m.Wire = bytes.Clone(m.Payload), bytes.Clone(m.Wire)
		m.Holes, m.Findings = slices.Clone(m.Holes), slices.Clone(m.Findings)
		s.exchanges[[2]int{e.Session.N, m.N}] = &Exchange{Message: &m}
	}
	return trace.Apply(b, e)
}

// closes are the Close frames of a session in order.
func (s *sample) closes(session int) (list []ws.Message) {
	for n := 1; n <= s.trace.MessageCount(session); n++ {
		if t := s.exchanges[[2]int{session, n}]; t != nil && t.Message.Opcode == ws.OpClose {
			list = append(list, *t.Message)
		}
	}
	return list
}

func (s *sample) finish(trace *trace.Trace) {
	s.trace = trace
	for k, t := range s.exchanges {
		t.Session = trace.Session(k[0])
		t.Context, t.Findings = ContextOf(t.Session), trace.Findings(k[0])
		t.Frames = trace.MessageFrames(k[0], k[1], 1<<20)
		t.Between = between(s.frames[k[0]], t.Frames)
	}
}

// TestSamplesBitByBit holds the bytes that are rebuilt of each frame of each sample against the stream that carried it, and
// draws every message.
func TestSamplesBitByBit(t *testing.T) {
	t.Parallel()
	for _, x := range pcaps.Samples() {
		t.Run(x.Name, func(t *testing.T) {
			t.Parallel()
			s := decodeSample(t, x.Data)
			checked := 0
			for k, exchange := range s.exchanges {
				checked += s.compare(t, k, exchange)
				if k[1] < 8 || k[1]%23 == 0 {
					drawAll(t, exchange)
				}
			}
			for n := range s.first {
				exchange := Exchange{Session: sessionOf(s, n)}
				if exchange.Session != nil {
					tooWide(t, exchange.Handshake(), 60)
				}
			}
			if checked == 0 && len(s.exchanges) > 0 {
				t.Error("no frame was compared")
			}
		})
	}
}

func sessionOf(s *sample, n int) *decode.Session {
	for k, exchange := range s.exchanges {
		if k[0] == n {
			return exchange.Session
		}
	}
	return nil
}

func drawAll(t *testing.T, exchange *Exchange) {
	t.Helper()
	for _, w := range []int{60, 80, 120} {
		tooWide(t, exchange.Explain(), w)
	}
	for i := range exchange.Frames[:min(len(exchange.Frames), 5)] {
		tooWide(t, exchange.Frame(i), 80)
		if r := acts(all(exchange.Frame(i))); r != 0 {
			t.Errorf("U+%04X comes through", r)
		}
	}
}

// compare says how many frames it held against their stream.
func (s *sample) compare(t *testing.T, k [2]int, exchange *Exchange) (n int) {
	t.Helper()
	streams := s.tap.streams[s.first[k[0]]]
	if st := exchange.Message.State; st == ws.Conflict || st == ws.Undecodable && exchange.Message.Why == ws.Limit {
		return 0
	}
	for i := range exchange.Frames {
		f := &exchange.Frames[i]
		got := exchange.wireBytes(i)
		// The client may be either opener: one of the two directions must match.
		if !same(got, streams[0], f.Offset) && !same(got, streams[1], f.Offset) {
			t.Errorf("message %v frame %d: rebuilt % x", k, f.N, got[:min(len(got), 40)])
		}
		n++
	}
	return n
}

func same(p []byte, stream map[int64]byte, at int64) bool {
	for i, c := range p {
		if have, ok := stream[at+int64(i)]; !ok || have != c {
			return false
		}
	}
	return len(p) > 0
}
