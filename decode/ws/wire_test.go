package ws

import (
	"bytes"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/reassembly"
)

// wireSink keeps what messages had on the wire.
type wireSink struct{ wire, payload [][]byte }

func (s *wireSink) Frame(*Frame)     {}
func (s *wireSink) Amend(int, State) {}
func (s *wireSink) Finding(*Finding) {}
func (s *wireSink) Message(m *Message) {
	s.wire, s.payload = append(s.wire, bytes.Clone(m.Wire)), append(s.payload, bytes.Clone(m.Payload))
}

func TestWireKeepsCompressedPayloads(t *testing.T) {
	t.Parallel()
	hello := pcaps.Hex("f2 48 cd c9 c9 07 00") // RFC 7692 section 7.2.3.1
	stream := pcaps.Stream(pcaps.Compressed(pcaps.OpText, hello), pcaps.Text("plain"),
		pcaps.Frame{RSV: pcaps.RSV1, Opcode: pcaps.OpText, Payload: hello[:3]}, pcaps.Frame{Fin: true, Payload: hello[3:]})
	for _, on := range []bool{true, false} {
		sink := &wireSink{}
		c := New(Config{Keep: true, Wire: on, Deflate: &Deflate{WindowBits: [2]int{15, 15}}, Pool: NewPool()}, sink)
		c.Data(reassembly.Rev, reassembly.Chunk{Data: stream, Ack: -1})
		want := [][]byte{nil, nil, nil}
		if on {
			want = [][]byte{hello, nil, hello}
		}
		for i, w := range want {
			if !bytes.Equal(sink.wire[i], w) {
				t.Errorf("Wire %v, message %d: % x, want % x", on, i+1, sink.wire[i], w)
			}
		}
		if string(sink.payload[0]) != "Hello" || string(sink.payload[2]) != "Hello" {
			t.Errorf("Wire %v: payloads %q", on, sink.payload)
		}
	}
}
