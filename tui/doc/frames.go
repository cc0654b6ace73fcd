package doc

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/explain"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// frameRow is a row of framesDoc: a frame, or a part of the one that is open.
type frameRow struct {
	frame int
	part  int // partLine, partBytes, partBits, else partField + number
	// says is what stands in it of a field's meaning, which more go on with.
	says string
	more bool
}

const (
	partLine = iota
	partBytes
	partBits
	partField
)

// Frames lists the frames of a message; the open one is taken apart.
type Frames struct {
	th      *draw.Theme
	w       int
	frames  []ws.Frame
	context explain.Context
	total   int
	open    int // -1 for none
	rows    []frameRow
	fields  []explain.Field
	// named and valued are how wide the names and values of fields are.
	named, valued int
	// Cursor is the row that is selected: its bytes are lit.
	Cursor int
	// wire are the first bytes of each frame's payload as they were sent, where they are known.
	wire [][]byte
}

func newFramesDoc(th *draw.Theme, w int, s *decode.Session, m *ws.Message, frames []ws.Frame, payload []byte, open int) *Frames {
	d := &Frames{th: th, w: w, frames: frames, context: explain.ContextOf(s), total: m.Frames, open: open}
	d.context.Compressed = m.Compressed
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

func (d *Frames) layout() {
	d.rows, d.fields = d.rows[:0], nil
	for i := range d.frames {
		d.rows = append(d.rows, frameRow{frame: i, part: partLine})
		if i != d.open {
			continue
		}
		d.fields = d.context.Header(&d.frames[i])
		d.named, d.valued = 0, 0
		d.rows = append(d.rows, frameRow{frame: i, part: partBytes}, frameRow{frame: i, part: partBits})
		for k := range d.fields {
			d.named, d.valued = max(d.named, draw.Width(d.fields[k].Name)), max(d.valued, draw.Width(d.fields[k].Value))
		}
		for k := range d.fields {
			d.wrap(i, k)
		}
	}
}

// indent is where meanings begin: after the values, or where that leaves too little, on rows of their own.
func (d *Frames) indent() int {
	if at := d.named + d.valued + 4; d.w-at >= 24 {
		return at
	}
	return 4
}

// wrap adds the rows of field k of frame i.
func (d *Frames) wrap(i, k int) {
	rest := d.fields[k].Meaning
	for first := true; first || rest != ""; first = false {
		r := frameRow{frame: i, part: partField + k, more: !first}
		if d.indent() > 4 || r.more {
			r.says, rest = draw.Split(rest, max(d.w-d.indent(), 8), false)
		}
		d.rows = append(d.rows, r)
	}
}

// Toggle implements Folder.
func (d *Frames) Toggle(i int) bool {
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

// Len implements Body.
func (d *Frames) Len() int {
	if d.total > len(d.frames) {
		return len(d.rows) + 1
	}
	return len(d.rows)
}

// Lit is the field that the cursor is at, nil for none.
func (d *Frames) Lit() *explain.Field {
	if d.Cursor >= 0 && d.Cursor < len(d.rows) {
		if k := d.rows[d.Cursor].part - partField; k >= 0 && k < len(d.fields) {
			return &d.fields[k]
		}
	}
	return nil
}

// Draw implements Body.
func (d *Frames) Draw(i int, l *draw.Line) {
	if i >= len(d.rows) {
		what := "f lists all frames"
		if len(d.frames) < rows.MaxFrames {
			what = "no longer kept"
		}
		l.Put(d.th.Dim, fmt.Sprintf("... %s more: %s", show.Thousands(int64(d.total-len(d.frames))), what))
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
		d.drawField(l, &r)
	}
}

func (d *Frames) drawFrame(l *draw.Line, i int, f *ws.Frame) {
	sign := "▸ "
	if i == d.open {
		sign = "▾ "
	}
	l.Put(d.th.Plain, sign).Put(d.th.Bold, fmt.Sprintf("frame %d ", f.N)).Put(d.th.Plain, export.KindName(f.Opcode))
	l.Put(d.th.Plain, fmt.Sprintf("  %s", show.CountGrouped(f.Len, "byte")))
	if f.State != ws.Exact {
		l.Put(d.th.Bad, "  "+f.State.String())
	}
	for _, rule := range f.Findings {
		l.Put(d.th.Bad, "  !"+rule.ID)
	}
	l.Put(d.th.Dim, fmt.Sprintf("  packet %d, stream byte %d", f.Last.Packet, f.Offset))
}

func (d *Frames) drawBytes(l *draw.Line, i int, f *ws.Frame) {
	lit := d.Lit()
	l.Put(d.th.Plain, "  ")
	for k, c := range explain.HeaderBytes(f) {
		st := d.th.Plain
		if lit != nil && int64(k) >= lit.FirstByte() && int64(k) < lit.EndByte() {
			st = d.th.Hit
		}
		l.Put(st, fmt.Sprintf("%02x", c)).Put(d.th.Plain, " ")
	}
	if p := d.wire[i]; len(p) > 0 {
		l.Put(d.th.Dim, fmt.Sprintf("| % x", p))
		if f.Len > int64(len(p)) {
			l.Put(d.th.Dim, " …")
		}
	}
}

// drawBits draws the first two bytes bit by bit.
func (d *Frames) drawBits(l *draw.Line, f *ws.Frame) {
	lit := d.Lit()
	h := explain.HeaderBytes(f)
	l.Put(d.th.Plain, "  ")
	for b := range 2 {
		for bit := 7; bit >= 0; bit-- {
			st := d.th.Plain
			if at := int64(8*b + 7 - bit); lit != nil && lit.From <= at && at < lit.To {
				st = d.th.Hit
			}
			l.Put(st, string(rune('0'+h[b]>>bit&1)))
			if strings.ContainsRune([]string{"74", "7"}[b], rune('0'+bit)) {
				l.Put(d.th.Plain, " ")
			}
		}
		l.Put(d.th.Plain, " ")
	}
	l.Put(d.th.Dim, "FIN RSV opcode  MASK length")
}

func (d *Frames) drawField(l *draw.Line, r *frameRow) {
	f := &d.fields[r.part-partField]
	if r.more {
		l.Put(d.th.Plain, strings.Repeat(" ", d.indent())+r.says)
		return
	}
	l.Put(d.th.Key, "  "+draw.PadRight(f.Name, d.named)+" ").Put(d.th.Bold, draw.PadRight(f.Value, d.valued)+" ")
	for _, rule := range f.Broken {
		l.Put(d.th.Bad, "!"+rule.ID+" ")
	}
	l.Put(d.th.Plain, r.says)
}

// BytesRow is the row of the header's bytes above row i, which is a field's.
func (d *Frames) BytesRow(i int) int {
	for i > 0 && d.rows[i].part != partBytes {
		i--
	}
	return i
}
