package tui

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/ws"
)

// maxFrames is how many frames of one message are listed.
const maxFrames = 5000

// field is a part of a frame header (RFC 6455 section 5.2).
type field struct {
	name, value, says string
	// from, to are the bytes [from,to) that it lies in; bit and bits its place in the first of them, where it is not whole bytes.
	from, to, bit, bits int
}

// header is the header of f, byte by byte.
func header(f *ws.Frame) []byte {
	h := []byte{f.RSV<<4 | byte(f.Opcode)&0xf, 0}
	if f.Fin {
		h[0] |= 0x80
	}
	fixed := f.HeaderLen
	if f.Masked {
		h[1] |= 0x80
		fixed -= 4
	}
	switch fixed {
	case 4:
		h[1] |= 126
		h = append(h, byte(f.Len>>8), byte(f.Len))
	case 10:
		h[1] |= 127
		for s := 56; s >= 0; s -= 8 {
			h = append(h, byte(uint64(f.Len)>>s))
		}
	default:
		h[1] |= byte(f.Len) & 0x7f
	}
	if f.Masked {
		h = append(h, f.MaskKey[:]...)
	}
	return h
}

func bitWord(v bool, yes, no string) (string, string) {
	if v {
		return "1", yes
	}
	return "0", no
}

// fieldsOf takes a frame header apart.
func fieldsOf(f *ws.Frame, compressed bool) []field {
	h := header(f)
	fin, finSays := bitWord(f.Fin, "last frame of its message", "more frames of this message follow")
	mask, maskSays := bitWord(f.Masked, "payload is masked", "payload is not masked")
	out := []field{{"FIN", fin, finSays, 0, 1, 7, 1}}
	for i := range 3 {
		v, says := bitWord(f.RSV&(4>>i) != 0, "set", "")
		if says != "" && i == 0 && compressed {
			says = "compressed (permessage-deflate, RFC 7692 section 6)"
		}
		out = append(out, field{fmt.Sprintf("RSV%d", i+1), v, says, 0, 1, 6 - i, 1})
	}
	out = append(out, field{"opcode", fmt.Sprintf("0x%x", uint8(f.Opcode)), opcodeWords(f.Opcode), 0, 1, 3, 4},
		field{"MASK", mask, maskSays, 1, 2, 7, 1})
	short, end := h[1]&0x7f, 2
	switch short {
	case 126:
		end = 4
		out = append(out, field{"length", "126", "the length stands in the next 2 bytes", 1, 2, 6, 7},
			field{"extended", thousands(f.Len), "payload length in bytes (16 bits)", 2, 4, 0, 0})
	case 127:
		end = 10
		out = append(out, field{"length", "127", "the length stands in the next 8 bytes", 1, 2, 6, 7},
			field{"extended", thousands(f.Len), "payload length in bytes (64 bits)", 2, 10, 0, 0})
	default:
		out = append(out, field{"length", thousands(f.Len), "payload length in bytes", 1, 2, 6, 7})
	}
	if f.Masked {
		out = append(out, field{"key", fmt.Sprintf("%x", f.MaskKey), "masking key: byte i of the payload is XORed with its byte i mod 4", end, end + 4, 0, 0})
	}
	return out
}

func opcodeWords(op ws.Opcode) string {
	switch {
	case op == ws.OpContinuation:
		return "continuation of the message before"
	case op.Reserved():
		return "reserved"
	case op.Control():
		return op.String() + " (control frame)"
	}
	return op.String()
}

// frameRow is a row of framesDoc: a frame, or a part of the one that is open.
type frameRow struct {
	frame int
	part  int // partLine, partBytes, partBits, else partField + number
}

const (
	partLine = iota
	partBytes
	partBits
	partField
)

// framesDoc lists the frames of a message; the open one is taken apart.
type framesDoc struct {
	th         *theme
	frames     []ws.Frame
	compressed bool
	total      int
	open       int // -1 for none
	rows       []frameRow
	fields     []field
	// cursor is the row that is selected: its bytes are lit.
	cursor int
	// wire are the first bytes of each frame's payload as they were sent, where they are known.
	wire [][]byte
}

func newFramesDoc(th *theme, m *ws.Message, frames []ws.Frame, payload []byte, open int) *framesDoc {
	d := &framesDoc{th: th, frames: frames, compressed: m.Compressed, total: m.Frames, open: open}
	d.wire = wireBytes(m, frames, payload)
	d.layout()
	return d
}

// wireBytes are the first payload bytes of each frame as they were sent.
func wireBytes(m *ws.Message, frames []ws.Frame, payload []byte) [][]byte {
	out := make([][]byte, len(frames))
	if m.Compressed || m.State == ws.Partial || m.State == ws.Undecodable {
		return out
	}
	at := int64(0)
	for i := range frames {
		f := &frames[i]
		end := at + f.Len
		if f.Len < 0 || end > int64(len(payload)) {
			break
		}
		p := append([]byte(nil), payload[at:min(end, at+16)]...)
		for k := range p {
			if f.Masked {
				p[k] ^= f.MaskKey[k%4]
			}
		}
		out[i], at = p, end
	}
	return out
}

func (d *framesDoc) layout() {
	d.rows, d.fields = d.rows[:0], nil
	for i := range d.frames {
		d.rows = append(d.rows, frameRow{i, partLine})
		if i != d.open {
			continue
		}
		d.fields = fieldsOf(&d.frames[i], d.compressed)
		d.rows = append(d.rows, frameRow{i, partBytes}, frameRow{i, partBits})
		for k := range d.fields {
			d.rows = append(d.rows, frameRow{i, partField + k})
		}
	}
}

func (d *framesDoc) toggle(i int) bool {
	if i < 0 || i >= len(d.rows) {
		return false
	}
	f := d.rows[i].frame
	if d.open == f {
		f = -1
	}
	d.open = f
	d.layout()
	return true
}

func (d *framesDoc) len() int {
	if d.total > len(d.frames) {
		return len(d.rows) + 1
	}
	return len(d.rows)
}

// lit is the field that the cursor stands on, nil for none.
func (d *framesDoc) lit() *field {
	if d.cursor >= 0 && d.cursor < len(d.rows) {
		if k := d.rows[d.cursor].part - partField; k >= 0 && k < len(d.fields) {
			return &d.fields[k]
		}
	}
	return nil
}

func (d *framesDoc) draw(i int, l *line) {
	if i >= len(d.rows) {
		l.put(d.th.dim, fmt.Sprintf("... %s more: f lists all frames", thousands(int64(d.total-len(d.frames)))))
		return
	}
	r := d.rows[i]
	f := &d.frames[r.frame]
	switch r.part {
	case partLine:
		d.drawFrame(l, r.frame, f)
	case partBytes:
		d.drawBytes(l, r.frame, f)
	case partBits:
		d.drawBits(l, f)
	default:
		d.drawField(l, &d.fields[r.part-partField])
	}
}

func (d *framesDoc) drawFrame(l *line, i int, f *ws.Frame) {
	sign := "▸ "
	if i == d.open {
		sign = "▾ "
	}
	l.put(d.th.plain, sign).put(d.th.bold, fmt.Sprintf("frame %d ", f.N)).put(d.th.plain, export.KindName(f.Opcode))
	l.put(d.th.plain, fmt.Sprintf("  %s", plural(f.Len, "byte")))
	if f.State != ws.Exact {
		l.put(d.th.bad, "  "+f.State.String())
	}
	for _, rule := range f.Findings {
		l.put(d.th.bad, "  !"+rule.ID)
	}
	l.put(d.th.dim, fmt.Sprintf("  packet %d, stream byte %d", f.Last.Packet, f.Offset))
}

func (d *framesDoc) drawBytes(l *line, i int, f *ws.Frame) {
	lit := d.lit()
	l.put(d.th.plain, "  ")
	for k, c := range header(f) {
		st := d.th.plain
		if lit != nil && k >= lit.from && k < lit.to {
			st = d.th.hit
		}
		l.put(st, fmt.Sprintf("%02x", c)).put(d.th.plain, " ")
	}
	if p := d.wire[i]; len(p) > 0 {
		l.put(d.th.dim, fmt.Sprintf("| % x", p))
		if f.Len > int64(len(p)) {
			l.put(d.th.dim, " …")
		}
	}
}

// drawBits draws the first two bytes bit by bit.
func (d *framesDoc) drawBits(l *line, f *ws.Frame) {
	lit := d.lit()
	h := header(f)
	l.put(d.th.plain, "  ")
	for b := range 2 {
		for bit := 7; bit >= 0; bit-- {
			st := d.th.plain
			if lit != nil && lit.bits > 0 && lit.from == b && bit <= lit.bit && bit > lit.bit-lit.bits {
				st = d.th.hit
			}
			l.put(st, string(rune('0'+h[b]>>bit&1)))
			if strings.ContainsRune([]string{"74", "7"}[b], rune('0'+bit)) {
				l.put(d.th.plain, " ")
			}
		}
		l.put(d.th.plain, " ")
	}
	l.put(d.th.dim, "FIN RSV opcode  MASK length")
}

func (d *framesDoc) drawField(l *line, f *field) {
	l.put(d.th.key, "  "+padRight(f.name, 9)).put(d.th.bold, padRight(f.value, 9)+" ").put(d.th.plain, f.says)
}
