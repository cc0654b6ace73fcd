package explain

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// TestMicroscope: the example of RFC 7692 section 7.2.3.2, "Hello" twice: five literals, then H and a copy of four bytes, five back.
func TestMicroscope(t *testing.T) {
	t.Parallel()
	var x *Microscope
	x.Message(nil, nil, 1) // not asked for
	if x.Seen() != nil {
		t.Error("nothing was asked for")
	}
	x = &Microscope{}
	s := &decode.Session{N: 1, Agreed: &decode.Agreed{Deflate: &ws.Deflate{}}}
	var last *ws.Message
	for i, wire := range []string{"f2 48 cd c9 c9 07 00", "f2 00 11 00 00", "f2 48 cd c9 c9 07 00"} {
		m := &ws.Message{N: i + 1, Opcode: ws.OpText, Compressed: true, Len: 5, Wire: pcaps.Hex(wire), WireLen: int64(len(pcaps.Hex(wire))), Payload: []byte("Hello"), Frames: 1}
		x.Message(s, m, 2)
		if m.N == 2 {
			last = m
		}
	}
	doc := (&Exchange{Session: s, Message: last, Deflated: x.Seen()}).Explain()
	text := string(Text{Width: 100}.Append(nil, doc))
	for _, want := range []string{
		"literals              1         1      8     20.0 %", // H, which is before what a copy of 3 bytes or more would begin with
		"copies                1         4      13    32.5 %",
		"80.0 % of the bytes are copied, 80.0 % from earlier messages",
		"The farthest is 5 bytes back.",
		"Without context takeover: 3 bytes more (60.0 %)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	plain := (&Exchange{Message: &ws.Message{Opcode: ws.OpText, Payload: []byte("x"), Frames: 1}, Deflated: x.Seen()}).Explain()
	if text := string(Text{}.Append(nil, plain)); !strings.Contains(text, "not compressed") {
		t.Errorf("got\n%s", text)
	}
	lost := *last
	lost.State = ws.Undecodable
	x = &Microscope{}
	x.Message(s, &lost, 2)
	if text := string(Text{}.Append(nil, (&Exchange{Message: &lost, Deflated: x.Seen()}).Explain())); !strings.Contains(text, "so this is not known") {
		t.Errorf("got\n%s", text)
	}
}
