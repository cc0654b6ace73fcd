package microscope

import (
	"bytes"
	"math/bits"

	"github.com/wspeek/wspeek/decode/flate"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	// tail is what RFC 7692 section 7.2.2 puts back.
	tail = "\x00\x00\xff\xff"
	// roomFor is memory for a window and some output.
	roomFor = 72 << 10
	// maxText is how much of a message is looked through for fields, longestLook the longest message that is looked at.
	maxText     = 1 << 20
	longestLook = 64 << 20
)

// Session looks at the messages of a session. The zero value assumes context takeover.
type Session struct {
	// Deflate is what was agreed on; nil if that is not known.
	Deflate *ws.Deflate
	dirs    [2]*direction
}

// Message looks at the next message of its direction, which has its Wire. It returns what it saw, good until the next call; nil
// for a message that is not compressed.
func (s *Session) Message(m *ws.Message) *Measure {
	if !m.Compressed {
		return nil
	}
	d := s.dirs[m.Dir]
	if d == nil {
		d = &direction{}
		d.win.Move(make([]byte, roomFor), false)
		s.dirs[m.Dir] = d
	}
	if s.Deflate != nil && s.Deflate.NoTakeover[m.Dir] {
		d.win.Forget()
	}
	d.m = Measure{}
	known := m.State != ws.Undecodable && m.State != ws.Partial && m.Wire != nil && m.Len <= longestLook
	if !known || !d.look(m.Wire) {
		d.win.Forget()
		d.m = Measure{Unread: 1}
	}
	return &d.m
}

// direction is a flate.Sink for one direction.
type direction struct {
	dec flate.Decoder
	win flate.Buffer
	m   Measure
	in  []byte
	// text is the output, cost what each byte of it takes, in 64ths of a bit; a literal's is marked.
	text []byte
	cost []uint16
	walk walk
	// stored says that the block under way is.
	stored bool
}

// isLiteral marks the cost of a byte that is spelled out. 15 bits in 64ths are less.
const isLiteral = 1 << 15

// look measures a message, and reports whether all of it could be decoded.
func (d *direction) look(wire []byte) bool {
	d.m = Measure{Messages: 1, Wire: int64(len(wire))}
	d.text, d.cost = d.text[:0], d.cost[:0]
	d.in = append(d.in[:0], wire...)
	if !bytes.HasSuffix(wire, []byte(tail)) { // some senders leave it there
		d.in = append(d.in, tail...)
	}
	d.dec.Sink = d
	d.dec.Reset()
	d.win.Begin()
	for in := d.in; ; {
		n, s := d.dec.Decode(&d.win, in, roomFor)
		in = in[max(n, 0):]
		switch s {
		case flate.Full:
			d.win.Slide(false)
			d.win.Begin()
		case flate.Final:
			if len(in) <= len(tail)+1 { // section 7.2.3.4
				return d.fields()
			}
			d.dec.Restart()
		case flate.Failed:
			return false
		default:
			return d.fields()
		}
	}
}

// fields looks for JSON in the output.
func (d *direction) fields() bool {
	if int64(len(d.text)) == d.m.Len {
		d.walk.message(&d.m, d.text, d.cost)
	}
	return true
}

// Block is flate.Sink.
func (d *direction) Block(b flate.Block) { d.stored = b.Kind == flate.Stored }

// Codes is flate.Sink.
func (d *direction) Codes(int, int, int64) {}

// EndBlock is flate.Sink.
func (d *direction) EndBlock(int64) {}

// Symbol is flate.Sink.
func (d *direction) Symbol(s flate.Symbol) {
	n, took := int64(s.Length), s.End-s.Bit
	each := uint16(took * part / max(n, 1))
	switch {
	case s.Distance > 0:
		d.copied(s, n, took)
	case d.stored:
		d.m.Stored += n
		each |= isLiteral
	default:
		d.m.Literals++
		d.m.LiteralBits += took
		each |= isLiteral
	}
	d.m.Len += n
	if len(d.text)+len(s.Out) > maxText {
		return
	}
	d.text = append(d.text, s.Out...)
	for range s.Out {
		d.cost = append(d.cost, each)
	}
}

// copied counts a copy.
func (d *direction) copied(s flate.Symbol, n, took int64) {
	m := &d.m
	m.Copies++
	m.Copied += n
	m.CopyBits += took
	m.Farthest = max(m.Farthest, s.Distance)
	i := max(0, bits.Len(uint(s.Distance-1))-minWindow)
	m.Within[min(i, len(m.Within)-1)].add(Reach{1, n, took})
	if before := min(n, int64(s.Distance)-m.Len); before > 0 {
		r := Reach{1, before, 0}
		if before == n {
			r.Bits = took
		}
		m.Earlier.add(r)
	}
}
