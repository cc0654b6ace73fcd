package explain

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// ShortError says that bytes end inside the header of a frame.
type ShortError struct {
	// Frame is the number of the frame, from 1, At where it starts, Have how many bytes of it there are.
	Frame, At, Have int
	// Need is how many bytes its header has, at least.
	Need int
	// Missing names the first field that is not there whole.
	Missing string
}

func (e *ShortError) Error() string {
	return fmt.Sprintf("frame %d (byte %d) ends inside its header: it has %d of at least %d bytes, and %s is missing",
		e.Frame, e.At, e.Have, e.Need, e.Missing)
}

// ParseHeader reads the header that p starts with (RFC 6455 section 5.2). The error is a *ShortError where p is too short.
func ParseHeader(p []byte) (*ws.Frame, error) {
	short := func(need int, missing string) error { return &ShortError{Have: len(p), Need: need, Missing: missing} }
	switch len(p) {
	case 0:
		return nil, short(2, "the first byte (FIN, RSV, opcode)")
	case 1:
		return nil, short(2, "the second byte (MASK, Payload len)")
	}
	f := &ws.Frame{Fin: p[0]&0x80 != 0, RSV: p[0] >> 4 & 7, Opcode: ws.Opcode(p[0] & 0xf), Masked: p[1]&0x80 != 0}
	n := 2 + map[byte]int{126: 2, 127: 8}[p[1]&0x7f]
	f.HeaderLen = n
	if f.Masked {
		f.HeaderLen += 4
	}
	switch {
	case len(p) < n:
		return nil, short(f.HeaderLen, fmt.Sprintf("the end of the %d-bit Extended payload length", (n-2)*8))
	case len(p) < f.HeaderLen:
		return nil, short(f.HeaderLen, "the end of the Masking-key")
	}
	switch n {
	case 4:
		f.Len = int64(binary.BigEndian.Uint16(p[2:]))
	case 10:
		f.Len = int64(binary.BigEndian.Uint64(p[2:]))
	default:
		f.Len = int64(p[1] & 0x7f)
	}
	if f.Masked {
		f.MaskKey = [4]byte(p[n:])
	}
	return f, nil
}

// Hand says how bytes given by hand are to be read.
type Hand struct {
	// Dir is who sent them; where Known is false each frame's MASK bit says it, as the RFC wants it.
	Dir   ws.Dir
	Known bool
	// Plain says that nothing was negotiated: RSV1 is not taken for permessage-deflate.
	Plain bool
}

// maxByHand bounds the frames of bytes given by hand.
const maxByHand = 1000

// Bytes reads frames given by hand, and gives a Exchange for each message, in order of their first frames. The last may be cut off
// inside its payload, and then what is there is explained; inside a header it is a *ShortError.
func Bytes(p []byte, h Hand) ([]Exchange, error) {
	r := &recorder{}
	cuts, err := r.split(p, h)
	if err != nil {
		return nil, err
	}
	cfg := ws.Config{Keep: true, Wire: true, Frames: true, Pool: ws.NewPool()}
	c := Context{Known: h.Plain}
	if !h.Plain && r.compressed {
		cfg.Deflate = &ws.Deflate{WindowBits: [2]int{15, 15}}
		c.Deflate, c.Known = cfg.Deflate, true
	}
	conn := ws.New(cfg, r)
	var offsets [2]int64
	for _, x := range cuts {
		d := reassembly.Dir(x.dir)
		r.starts[x.dir] = append(r.starts[x.dir], [2]int64{offsets[x.dir], x.at})
		conn.Data(d, reassembly.Chunk{Off: offsets[x.dir], Data: x.data, Ack: -1})
		offsets[x.dir] += int64(len(x.data))
	}
	conn.Close(reassembly.Fwd, reassembly.CloseEnd)
	conn.Close(reassembly.Rev, reassembly.CloseEnd)
	list := r.exchanges(c)
	for i, x := range cuts {
		if !r.told(x.at) {
			list = append(list, x.undecoded(i+1, c))
		}
	}
	return list, nil
}

// told reports whether a frame that starts at a place was decoded.
func (r *recorder) told(at int64) bool {
	return slices.ContainsFunc(r.frames, func(f ws.Frame) bool { return f.Offset == at })
}

// undecoded explains what was not decoded, since it, or something before it, is not a frame.
func (x *piece) undecoded(n int, c Context) Exchange {
	f, _ := ParseHeader(x.data)
	f.N, f.Message, f.Dir, f.Offset, f.State = n, n, x.dir, x.at, ws.Undecodable
	f.Seen = int64(len(x.data) - f.HeaderLen)
	f.Findings = []*rule.Rule{rule.NotWebSocket}
	payload := mask(f, x.data[f.HeaderLen:])
	m := &ws.Message{N: n, Dir: x.dir, Opcode: f.Opcode, Frames: 1, Len: -1, WireLen: f.Len, Payload: payload, State: ws.Undecodable, CloseCode: -1}
	return Exchange{Context: c, Message: m, Frames: []ws.Frame{*f}, ByHand: true, Findings: []ws.Finding{{Rule: rule.NotWebSocket,
		Message: n, Frame: n, Dir: x.dir, Offset: x.at, Detail: "this header, or one before it, breaks too much to be one"}}}
}

// piece is one frame of the bytes given.
type piece struct {
	dir  ws.Dir
	at   int64
	data []byte
}

// recorder is a ws.Sink that keeps everything.
type recorder struct {
	messages []ws.Message
	frames   []ws.Frame
	findings []ws.Finding
	// starts are, for each direction, the offsets in its stream and in the bytes given where each frame starts.
	starts     [2][][2]int64
	compressed bool
}

// split cuts the bytes at the frames.
func (r *recorder) split(p []byte, h Hand) (cuts []piece, err error) {
	if len(p) == 0 {
		return nil, &ShortError{Frame: 1, Need: 2, Missing: "everything"}
	}
	for at := 0; at < len(p); {
		f, err := ParseHeader(p[at:])
		if short, ok := err.(*ShortError); ok {
			short.Frame, short.At = len(cuts)+1, at
			return nil, short
		}
		if len(cuts) == maxByHand {
			return nil, fmt.Errorf("more than %d frames: that is a case for a capture file", maxByHand)
		}
		end := len(p)
		if f.Len >= 0 && f.Len < int64(len(p)-at-f.HeaderLen) {
			end = at + f.HeaderLen + int(f.Len)
		}
		r.compressed = r.compressed || f.RSV&4 != 0 && (f.Opcode == ws.OpText || f.Opcode == ws.OpBinary)
		cuts = append(cuts, piece{h.dirOf(f), int64(at), p[at:end]})
		at = end
	}
	return cuts, nil
}

func (h Hand) dirOf(f *ws.Frame) ws.Dir {
	switch {
	case h.Known:
		return h.Dir
	case f.Masked:
		return ws.C2S
	}
	return ws.S2C
}

// place is where in the bytes given the byte at an offset of a direction stands.
func (r *recorder) place(d ws.Dir, off int64) int64 {
	at := off
	for _, s := range r.starts[d] {
		if s[0] <= off {
			at = s[1] + off - s[0]
		}
	}
	return at
}

// Frame is ws.Sink.
func (r *recorder) Frame(f *ws.Frame) {
	g := *f
	g.Offset = r.place(g.Dir, g.Offset)
	r.frames = append(r.frames, g)
}

// Message is ws.Sink.
func (r *recorder) Message(m *ws.Message) { r.messages = append(r.messages, *m) }

// Amend is ws.Sink; there are no retransmissions here.
func (r *recorder) Amend(int, ws.State) {}

// Finding is ws.Sink.
func (r *recorder) Finding(x *ws.Finding) {
	y := *x
	if y.Offset >= 0 {
		y.Offset = r.place(y.Dir, y.Offset)
	}
	r.findings = append(r.findings, y)
}

// exchanges puts together what belongs to each message.
func (r *recorder) exchanges(c Context) []Exchange {
	list := make([]Exchange, len(r.messages))
	for i := range r.messages {
		m := &r.messages[i]
		t := Exchange{Context: c, Message: m, Findings: r.findings, ByHand: true}
		for _, f := range r.frames {
			if f.Message == m.N {
				t.Frames = append(t.Frames, f)
			}
		}
		t.Between = between(r.frames, t.Frames)
		list[i] = t
	}
	sortExchanges(list)
	return list
}
