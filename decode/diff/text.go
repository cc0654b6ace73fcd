package diff

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Text appends comparisons for people. The zero value writes lines of 100 columns without colour, and no rows around those
// that differ.
type Text struct {
	// Width is that of the lines in columns; 0 means 100, less than 0 cuts nothing.
	Width int
	Color bool
	// SideBySide puts A to the left and B to the right.
	SideBySide bool
	// Context is how many rows that are the same are shown around those that differ; less than 0 shows all.
	Context int
	// NoPayload shows neither payloads nor values.
	NoPayload bool
}

type color string

const (
	red    color = "\x1b[31m"
	green  color = "\x1b[32m"
	yellow color = "\x1b[33m"
	cyan   color = "\x1b[36m"
	dim    color = "\x1b[2m"
	bold   color = "\x1b[1m"
)

// marks are the first column of a row, by State.
var marks = [...]struct {
	sign  string
	color color
	words string
}{
	Same: {" ", "", "same"}, Changed: {"~", yellow, "changed"}, OnlyA: {"-", red, "only in A"}, OnlyB: {"+", green, "only in B"},
	Moved: {">", cyan, "moved"}, Unclear: {"?", yellow, "cannot tell"},
}

func (t *Text) paint(c color, s string) string {
	if !t.Color || c == "" || s == "" {
		return s
	}
	return string(c) + s + "\x1b[0m"
}

func (t *Text) width() int {
	switch {
	case t.Width == 0:
		return 100
	case t.Width < 0:
		return 1 << 30
	}
	return max(t.Width, 40)
}

// line appends a line, cut to the width. s is inert but for colours.
func (t *Text) line(dst []byte, s string) []byte {
	s = strings.TrimRight(s, " ")
	if len(s) > t.width() {
		s = ansi.Truncate(s, t.width(), "…")
	}
	return append(append(dst, s...), '\n')
}

// Head appends what A and B stand for.
func (t *Text) Head(dst []byte, a, b string) []byte {
	dst = t.line(dst, t.paint(red, "A")+"  "+show.Inert(a))
	return t.line(dst, t.paint(green, "B")+"  "+show.Inert(b))
}

// Comparison appends the summary line of a pair of sessions, and what differs.
func (t *Text) Comparison(dst []byte, c *Comparison) []byte {
	dst = t.Summary(dst, c)
	if c.A == nil || c.B == nil {
		return dst
	}
	dst = t.section(dst, "handshake", c.Handshake)
	dst = t.rows(dst, c)
	dst = t.section(dst, "end", c.Ending)
	dst = t.ignored(dst, c)
	for _, n := range c.Notes {
		dst = t.wrap(dst, "  note: ", show.Inert(n))
	}
	return dst
}

// Summary appends the summary line of a pair of sessions alone, in two where one is too short.
func (t *Text) Summary(dst []byte, c *Comparison) []byte {
	s := c.A
	if s == nil {
		s = c.B
	}
	path := show.Inert(s.Info.Path)
	if path == "" {
		path = "(path not captured)"
	}
	word, tally := t.verdict(c)
	head := t.paint(bold, "session "+number(c.A)+" ~ "+number(c.B))
	room := t.width() - ansi.StringWidth(head+word+tally) - 6
	if ansi.StringWidth(path) <= room {
		return t.line(dst, head+"  "+path+"  "+word+": "+tally)
	}
	room = t.width() - ansi.StringWidth(head+word) - 5
	dst = t.line(dst, head+"  "+ansi.Truncate(path, max(room, 8), "…")+"  "+word+":")
	for l := range strings.SplitSeq(ansi.Wordwrap(tally, t.width()-2, ""), "\n") {
		dst = t.line(dst, "  "+strings.TrimLeft(l, " "))
	}
	return dst
}

func number(s *Side) string {
	if s == nil {
		return "none"
	}
	return fmt.Sprint(s.Info.N)
}

// verdict is the result in a word, and in numbers.
func (t *Text) verdict(c *Comparison) (word, tally string) {
	switch {
	case c.B == nil:
		return t.paint(red, "only in A"), show.Count(c.Counts[OnlyA], "message")
	case c.A == nil:
		return t.paint(green, "only in B"), show.Count(c.Counts[OnlyB], "message")
	case c.Different():
		word = t.paint(red, "differs")
	case c.Uncertain():
		word = t.paint(yellow, "cannot tell")
	default:
		word = t.paint(green, "no difference")
	}
	return word, strings.Join(t.tally(c), ", ")
}

func (t *Text) tally(c *Comparison) (parts []string) {
	if n := len(c.Handshake); n > 0 {
		parts = append(parts, fmt.Sprintf("handshake (%d)", n))
	}
	for _, s := range []State{Changed, OnlyA, OnlyB, Moved, Unclear, Same} {
		if n := c.Counts[s]; n > 0 || s == Same {
			words := fmt.Sprintf("%d %s", n, marks[s].words)
			parts = append(parts, t.paint(marks[s].color, words))
		}
	}
	if len(c.Ending) > 0 {
		parts = append(parts, "end")
	}
	return parts
}

func (t *Text) section(dst []byte, title string, changes []Change) []byte {
	if len(changes) == 0 {
		return dst
	}
	dst = t.line(dst, "  "+title)
	for i := range changes {
		dst = t.change(dst, &changes[i])
	}
	return dst
}

// rows appends the rows that differ, and what is around them.
func (t *Text) rows(dst []byte, c *Comparison) []byte {
	last, next, gap, any := -1, c.Next(-1), 0, false
	for k := range c.Pairs {
		if k == next {
			last, next = k, c.Next(k)
		}
		if t.Context >= 0 && (last < 0 || k-last > t.Context) && (next < 0 || next-k > t.Context) {
			gap++
			continue
		}
		dst = t.row(t.left(dst, gap), c, &c.Pairs[k])
		gap, any = 0, true
	}
	if any {
		dst = t.left(dst, gap)
	}
	return dst
}

func (t *Text) left(dst []byte, n int) []byte {
	if n <= 0 {
		return dst
	}
	return t.line(dst, t.paint(dim, fmt.Sprintf("  ... %s the same", show.Count(n, "message"))))
}

func (t *Text) row(dst []byte, c *Comparison, p *Pair) []byte {
	if t.SideBySide {
		dst = t.sideBySide(dst, c, p)
	} else {
		dst = t.unified(dst, c, p)
	}
	for _, s := range []string{place(c, p), p.Why, p.Doubt} {
		if s != "" {
			dst = t.line(dst, "      "+t.paint(marks[Unclear].color, show.Inert(s)))
		}
	}
	for i := range p.Changes {
		dst = t.change(dst, &p.Changes[i])
	}
	if p.More > 0 {
		dst = t.line(dst, "      "+show.Count(p.More, "more change"))
	}
	return dst
}

// place says where a message moved to.
func place(c *Comparison, p *Pair) string {
	if !p.Moved {
		return ""
	}
	return fmt.Sprintf("moved: message %d of A is message %d of B", c.A.Messages[p.A].N, c.B.Messages[p.B].N)
}

// sign is the mark of a row: same with a doubt is marked too.
func sign(p *Pair) string {
	if p.State == Same && p.Doubt != "" {
		return "!"
	}
	return marks[p.State].sign
}

func (t *Text) unified(dst []byte, c *Comparison, p *Pair) []byte {
	a, b := c.A.message(p.A), c.B.message(p.B)
	m := a
	if m == nil {
		m = b
	}
	s := fmt.Sprintf("%s %5s %5s %s", sign(p), n(a), n(b), t.preview(m, t.width()-14, 0))
	return t.line(dst, t.paint(marks[p.State].color, cutTo(s, t.width())))
}

func (t *Text) sideBySide(dst []byte, c *Comparison, p *Pair) []byte {
	a, b := c.A.message(p.A), c.B.message(p.B)
	cell := (min(t.width(), 400) - 3) / 2
	from := 0
	if a != nil && b != nil && p.State == Changed {
		from = max(0, common(a.Reason(), b.Reason())-cell/4)
	}
	left, right := t.cell(a, cell, from), t.cell(b, cell, from)
	left += strings.Repeat(" ", max(cell-ansi.StringWidth(left), 0))
	return t.line(dst, t.paint(leftColor(p), left)+" "+t.paint(marks[p.State].color, sign(p))+" "+t.paint(rightColor(p), right))
}

// leftColor and rightColor mark, of what changed, A red and B green.
func leftColor(p *Pair) color {
	if p.State == Changed {
		return red
	}
	return marks[p.State].color
}

func rightColor(p *Pair) color {
	if p.State == Changed {
		return green
	}
	return marks[p.State].color
}

func (t *Text) cell(m *ws.Message, width, from int) string {
	if m == nil {
		return ""
	}
	return cutTo(fmt.Sprintf("%5s %s", n(m), t.preview(m, width-6, from)), width)
}

func n(m *ws.Message) string {
	if m == nil {
		return ""
	}
	return fmt.Sprint(m.N)
}

func cutTo(s string, width int) string {
	if len(s) <= width {
		return s
	}
	return ansi.Truncate(s, width, "…")
}

// narrow is the width in columns below which lengths are left out of previews.
const narrow = 48

// preview is direction, kind, length and the start of a message, or what follows byte from.
func (t *Text) preview(m *ws.Message, width, from int) string {
	arrow := "→"
	if m.Dir == ws.S2C {
		arrow = "←"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %-6s ", arrow, m.Opcode)
	switch {
	case width < narrow:
	case m.Len >= 0:
		fmt.Fprintf(&b, "%6d  ", m.Len)
	default:
		b.WriteString("     ?  ")
	}
	if m.Opcode == ws.OpClose {
		b.WriteString(closeCode(m.CloseCode) + " ")
	}
	if !t.NoPayload {
		b.WriteString(excerpt(m, from, max(width, 16)))
	}
	return strings.TrimRight(b.String(), " ")
}

// excerpt is inert: text as it is, all else in hex.
func excerpt(m *ws.Message, from, limit int) string {
	p := m.Reason()
	from = min(from, len(p))
	for m.ValidUTF8 && from > 0 && from < len(p) && p[from]&0xc0 == 0x80 {
		from--
	}
	lead := ""
	if from > 0 {
		lead = "…"
	}
	p = p[from:]
	if limit < len(p)/4 {
		p = p[:limit*4] // enough for the width, however many bytes a character has
	}
	if m.ValidUTF8 && m.State != ws.Undecodable {
		return lead + string(show.AppendInert(nil, p))
	}
	return lead + hexBytes(p)
}
