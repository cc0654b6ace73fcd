package explain

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Text draws Documents for a terminal. The zero value draws 80 columns with Unicode boxes and no colour.
type Text struct {
	// Width is how many columns there are; 80 where 0. Less than MinWidth is taken for MinWidth.
	Width int
	Color bool
	// ASCII draws boxes and arrows with ASCII signs.
	ASCII bool
}

// MinWidth is the smallest width that is drawn for.
const MinWidth = 60

// maxProse is how wide paragraphs become at most: longer lines are hard to read.
const maxProse = 100

type style uint8

const (
	plain style = iota
	strong
	quiet
	bad
	title
)

var styles = [...]string{plain: "", strong: "\x1b[1m", quiet: "\x1b[2m", bad: "\x1b[31m", title: "\x1b[1;36m"}

// sign is a drawing sign.
type sign uint8

const (
	signHorizontal sign = iota
	signVertical
	signVertical2
	signDashed
	signRight
	signLeft
)

var signs = [...][2]string{
	signHorizontal: {"─", "-"}, signVertical: {"│", "|"}, signVertical2: {"┊", ":"}, signDashed: {"╌", " "},
	signRight: {"▶", ">"}, signLeft: {"◀", "<"},
}

// corners are the joints of lines, by the bits up 8, down 4, left 2, right 1.
var corners = [16]string{" ", " ", " ", "─", " ", "┌", "┐", "┬", " ", "└", "┘", "┴", "│", "├", "┤", "┼"}

// page is a text under way.
type page struct {
	Text
	dst []byte
}

// Append appends d as text.
func (t Text) Append(dst []byte, d *Document) []byte {
	if t.Width == 0 {
		t.Width = 80
	}
	t.Width = max(t.Width, MinWidth)
	p := &page{t, dst}
	p.paragraph(title, d.Title, 0)
	for i := range d.Parts {
		p.part(&d.Parts[i])
	}
	return p.dst
}

func (p *page) part(x *Part) {
	p.newline()
	if x.Title != "" {
		p.paragraph(strong, x.Title, 0)
	}
	for _, s := range x.Text {
		p.paragraph(plain, s, 2)
	}
	if x.Data != nil && len(x.Text) > 0 {
		p.newline()
	}
	p.data(x.Data)
	if x.Data != nil && len(x.After) > 0 {
		p.newline()
	}
	for _, s := range x.After {
		p.paragraph(plain, s, 2)
	}
}

func (p *page) data(data any) {
	switch v := data.(type) {
	case *Bits:
		p.diagram(v)
		p.newline()
		p.table(fieldTable(v.Fields))
	case *Table:
		p.table(v)
	case *Strip:
		p.strip(v)
	case *Ladder:
		p.ladder(v)
	case *Pointers:
		p.pointers(v)
	}
}

func (p *page) sign(s sign) string {
	if p.ASCII {
		return signs[s][1]
	}
	return signs[s][0]
}

func (p *page) corner(up, down, left, right bool) string {
	i := 0
	for n, on := range []bool{right, left, down, up} {
		if on {
			i |= 1 << n
		}
	}
	switch c := corners[i]; {
	case !p.ASCII:
		return c
	case c == "─":
		return "-"
	case c == "│":
		return "|"
	case c == " ":
		return " "
	}
	return "+"
}

func (p *page) newline() { p.dst = append(p.dst, '\n') }

func (p *page) begin(s style) {
	if p.Color {
		p.dst = append(p.dst, styles[s]...)
	}
}

func (p *page) end(s style) {
	if p.Color && s != plain {
		p.dst = append(p.dst, "\x1b[0m"...)
	}
}

func (p *page) paint(s style, text string) {
	if text == "" {
		return
	}
	p.begin(s)
	p.dst = append(p.dst, text...)
	p.end(s)
}

func (p *page) line(s style, text string) {
	p.paint(s, text)
	p.newline()
}

// paragraph writes text in lines, indented.
func (p *page) paragraph(s style, text string, indent int) {
	for _, l := range wrap(text, min(p.Width, maxProse)-indent) {
		p.dst = append(p.dst, strings.Repeat(" ", indent)...)
		p.line(s, l)
	}
}

// width is how many columns s takes.
func width(s string) int { return ansi.StringWidth(s) }

// wrap breaks s at blanks into lines of at most n columns; words that are longer are broken anywhere.
func wrap(s string, n int) []string {
	var lines []string
	line := ""
	for _, w := range strings.Split(s, " ") {
		switch {
		case line == "":
			line = w
		case width(line)+1+width(w) <= n:
			line += " " + w
		default:
			lines = append(lines, line)
			line = w
		}
		for width(line) > n {
			head := firstColumns(line, n)
			lines = append(lines, head)
			line = line[len(head):]
		}
	}
	return append(lines, line)
}

// firstColumns is the start of s that takes at most n columns, but at least one character.
func firstColumns(s string, n int) string {
	for i := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		if i > 0 && width(s[:i+size]) > n {
			return s[:i]
		}
	}
	return s
}

// cut shortens s to n columns.
func cut(s string, n int) string {
	switch {
	case width(s) <= n:
		return s
	case n < 8:
		return firstColumns(s, n)
	}
	return firstColumns(s, n-3) + "..."
}

// pad fills s up to n columns.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-width(s), 0)) }

// fieldTable is the list of fields in words.
func fieldTable(fields []Field) *Table {
	t := &Table{Columns: []string{"bits", "field", "value", "section", "meaning"}}
	for i := range fields {
		f := &fields[i]
		t.Rows = append(t.Rows, []any{f.bitRange(), f.Name, f.Value, f.source(), f.Meaning + f.marks()})
	}
	return t
}

// bitRange is "0", or "9-15".
func (f *Field) bitRange() string {
	switch {
	case f.To-f.From <= 1:
		return fmt.Sprint(f.From)
	case f.To >= 1e9:
		return fmt.Sprintf("%d-...", f.From)
	}
	return fmt.Sprintf("%d-%d", f.From, f.To-1)
}

// source is where the field is defined; RFC 6455 goes without saying.
func (f *Field) source() string {
	if f.RFC == rfc6455 {
		return f.Section
	}
	return strings.TrimPrefix(f.RFC, "RFC ") + ": " + f.Section
}

// marks names the rules that are broken.
func (f *Field) marks() string {
	s := ""
	for _, r := range f.Broken {
		s += "  !" + r.ID
	}
	return s
}
