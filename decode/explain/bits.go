package explain

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/show"
)

// box is the part of a field that is in one row of the diagram.
type box struct {
	field *Field
	// from and to are columns, in bits.
	from, to int
	// lines are the words of the box from top to bottom, bits the last line.
	lines []string
	bits  string
}

// diagramRow is one row of boxes; first is the bit that it starts with.
type diagramRow struct {
	first int
	boxes []box
	// width is how many bits the boxes cover.
	width int
}

// rows cuts the fields into rows of perRow bits, as RFC 6455 section 5.2 draws them.
func (b *Bits) rows(perRow int) []diagramRow {
	var rows []diagramRow
	total := int64(len(b.Bytes)) * 8
	for i := range b.Fields {
		f := &b.Fields[i]
		for from := f.From; from < min(f.To, total); {
			col := int(from) % perRow
			if col == 0 {
				rows = append(rows, diagramRow{first: int(from)})
			}
			to := min(f.To, total, from+int64(perRow-col))
			r := &rows[len(rows)-1]
			r.boxes = append(r.boxes, b.box(f, int(from), int(to), col))
			r.width = col + int(to-from)
			from = to
		}
	}
	return rows
}

// box is the box for the bits [from,to) of f.
func (b *Bits) box(f *Field, from, to, col int) box {
	x := box{field: f, from: col, to: col + to - from}
	var bits strings.Builder
	for i := from; i < to; i++ {
		bits.WriteByte('0' + b.Bytes[i/8]>>(7-i%8)&1)
	}
	x.bits = bits.String()
	switch {
	case to-from == 1:
		x.lines = strings.Split(f.Name, "")
	case f.From < int64(from):
		x.lines = []string{f.Name + " (cont.)", b.hex(from, to)}
	case f.To-f.From > 7:
		x.lines = []string{f.Name, b.hex(from, to)}
		if f.Name == nameExtended {
			x.lines[1] += decimal(f, from, to)
		}
	default:
		x.lines = []string{f.Name, f.short(), f.Value}
	}
	return x
}

// decimal is the value of a length that is in one box.
func decimal(f *Field, from, to int) string {
	if int64(to-from) < f.To-f.From {
		return ""
	}
	return " = " + f.Value
}

// short is a word for the value.
func (f *Field) short() string {
	if f.Name != nameOpcode {
		return ""
	}
	word, _, _ := strings.Cut(f.Meaning, ":")
	word, _, _ = strings.Cut(word, " ")
	if len(word) > 7 {
		return strings.TrimRight(word[:4], " ") + "."
	}
	return word
}

// hex are the bytes of whole bits.
func (b *Bits) hex(from, to int) string { return spaced(b.Bytes[from/8 : to/8]) }

func spaced(p []byte) string { return fmt.Sprintf("% x", p) }

// height is how many lines of words the boxes of a row need.
func (r *diagramRow) height() int {
	n := 0
	for _, x := range r.boxes {
		n = max(n, len(x.lines))
	}
	return n
}

// edge reports whether a box starts or ends at a column.
func (r *diagramRow) edge(col int) bool {
	if r == nil {
		return false
	}
	if col == 0 || col == r.width {
		return true
	}
	for i := range r.boxes {
		if r.boxes[i].from == col {
			return true
		}
	}
	return false
}

// at is the field at a column, nil if there is none.
func (r *diagramRow) at(col int) *Field {
	if r == nil {
		return nil
	}
	for i := range r.boxes {
		if x := &r.boxes[i]; col >= x.from && col < x.to {
			return x.field
		}
	}
	return nil
}

// gutter is the space left of the diagram, for the number of the first byte of each row.
const gutter = 4

// diagram draws the boxes.
func (p *page) diagram(b *Bits) {
	perRow := 32
	if p.Width < gutter+2*perRow+1 {
		perRow = 16
	}
	rows := b.rows(perRow)
	p.ruler(perRow)
	var above *diagramRow
	for i := range rows {
		r := &rows[i]
		p.border(above, r, perRow)
		for n := range r.height() {
			p.words(r, n)
		}
		p.bitLine(r)
		above = r
	}
	p.border(above, nil, perRow)
	if b.More > 0 {
		p.line(quiet, strings.Repeat(" ", gutter)+p.sign(signVertical2)+" and "+show.CountGrouped(b.More, "byte")+" more")
	}
}

// ruler numbers the bits as the RFC does.
func (p *page) ruler(perRow int) {
	tens, ones := strings.Builder{}, strings.Builder{}
	for i := range perRow {
		t := " "
		if i%10 == 0 {
			t = strconv.Itoa(i / 10)
		}
		tens.WriteString(" " + t)
		ones.WriteString(" " + strconv.Itoa(i%10))
	}
	pad := strings.Repeat(" ", gutter)
	p.line(quiet, strings.TrimRight(pad+tens.String(), " "))
	p.line(quiet, pad+ones.String())
}

// border draws the line between two rows; either may be nil.
func (p *page) border(above, below *diagramRow, perRow int) {
	p.dst = append(p.dst, strings.Repeat(" ", gutter)...)
	p.begin(quiet)
	for col := 0; col <= perRow; col++ {
		up, down := above.edge(col), below.edge(col)
		left := col > 0 && (above.at(col-1) != nil || below.at(col-1) != nil)
		right := col < perRow && (above.at(col) != nil || below.at(col) != nil)
		line := p.sign(signHorizontal)
		if f := above.at(col); f != nil && f == below.at(col) {
			line = p.sign(signDashed)
		}
		if up || down {
			p.dst = append(p.dst, p.corner(up, down, left, right)...)
		} else {
			p.dst = append(p.dst, line...)
		}
		if !right {
			break
		}
		p.dst = append(p.dst, line...)
	}
	p.end(quiet)
	p.newline()
}

// words draws line n of the words in a row of boxes.
func (p *page) words(r *diagramRow, n int) {
	p.dst = append(p.dst, strings.Repeat(" ", gutter)...)
	p.paint(quiet, p.sign(signVertical))
	for i := range r.boxes {
		x := &r.boxes[i]
		s := ""
		if n < len(x.lines) {
			s = x.lines[n]
		}
		p.paint(x.style(plain), centre(s, 2*(x.to-x.from)-1))
		p.paint(quiet, p.sign(signVertical))
	}
	p.newline()
}

func (x *box) style(s style) style {
	if len(x.field.Broken) > 0 {
		return bad
	}
	return s
}

// bitLine draws the bits of a row, the number of its first byte before them.
func (p *page) bitLine(r *diagramRow) {
	p.paint(quiet, fmt.Sprintf("%*d ", gutter-1, r.first/8))
	p.paint(quiet, p.sign(signVertical))
	for i := range r.boxes {
		x := &r.boxes[i]
		p.paint(x.style(strong), strings.Join(strings.Split(x.bits, ""), " "))
		p.paint(quiet, p.sign(signVertical))
	}
	p.newline()
}

// centre puts s, cut if need be, into the middle of n columns.
func centre(s string, n int) string {
	s = cut(s, n)
	left := (n - width(s)) / 2
	return strings.Repeat(" ", left) + s + strings.Repeat(" ", n-width(s)-left)
}
