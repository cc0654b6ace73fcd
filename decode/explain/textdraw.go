package explain

import (
	"fmt"
	"strings"
)

// leastWide is how many columns the last column of a table needs to stand beside the others.
const leastWide = 26

// table writes columns; the last is wrapped, or stands below the others if there is no room.
func (p *page) table(t *Table) {
	widths := make([]int, len(t.Columns))
	for c, name := range t.Columns {
		widths[c] = width(name)
		for _, r := range t.Rows {
			widths[c] = max(widths[c], width(fmt.Sprint(r[c])))
		}
	}
	last, left := len(widths)-1, 2
	for _, w := range widths[:last] {
		left += w + 2
	}
	limit := min(p.Width, maxProse+20)
	below := left+min(widths[last], leastWide) > limit
	if below && left > limit {
		p.records(t)
		return
	}
	head := make([]any, len(t.Columns))
	for c, name := range t.Columns {
		head[c] = name
	}
	p.row(quiet, head, widths, left, limit, below)
	for _, r := range t.Rows {
		p.row(plain, r, widths, left, limit, below)
	}
}

// row writes one row of a table whose last column starts at left.
func (p *page) row(s style, cells []any, widths []int, left, limit int, below bool) {
	last := len(cells) - 1
	text := "  "
	for c, v := range cells[:last] {
		text += pad(fmt.Sprint(v), widths[c]) + "  "
	}
	if strings.Contains(fmt.Sprint(cells[last]), "  !") {
		s = bad
	}
	if below {
		p.line(s, strings.TrimRight(text, " "))
		if fmt.Sprint(cells[last]) == "" {
			return
		}
		left, text = 6, strings.Repeat(" ", 6)
	}
	for _, l := range wrap(fmt.Sprint(cells[last]), limit-left) {
		p.line(s, strings.TrimRight(text+l, " "))
		text = strings.Repeat(" ", left)
	}
}

// records writes each cell of a table on a line of its own.
func (p *page) records(t *Table) {
	wide := 0
	for _, name := range t.Columns {
		wide = max(wide, width(name))
	}
	for i, r := range t.Rows {
		if i > 0 {
			p.newline()
		}
		for c, v := range r {
			text := "  " + pad(t.Columns[c], wide) + "  "
			for _, l := range wrap(fmt.Sprint(v), p.Width-wide-4) {
				p.line(plain, strings.TrimRight(text+l, " "))
				text = strings.Repeat(" ", wide+4)
			}
		}
	}
}

// strip draws frames as boxes side by side, in as many rows as they need.
func (p *page) strip(s *Strip) {
	for from := 0; from < len(s.Cells); {
		to, used := from, 3
		for to < len(s.Cells) && (to == from || used+s.Cells[to].width()+1 <= p.Width) {
			used += s.Cells[to].width() + 1
			to++
		}
		p.stripRow(s.Cells[from:to])
		from = to
	}
}

func (c *Cell) width() int {
	n := 0
	for _, l := range c.Lines {
		n = max(n, min(width(l), 40))
	}
	return n + 2
}

func (p *page) stripRow(cells []Cell) {
	height := 0
	for i := range cells {
		height = max(height, len(cells[i].Lines))
	}
	p.stripEdge(cells, false)
	for n := range height {
		p.dst = append(p.dst, "  "...)
		p.paint(quiet, p.sign(signVertical))
		for i := range cells {
			c, text, s := &cells[i], "", plain
			if n < len(c.Lines) {
				text = c.Lines[n]
			}
			if c.Other {
				s = quiet
			}
			p.paint(s, pad(" "+cut(text, c.width()-2), c.width()))
			p.paint(quiet, p.sign(signVertical))
		}
		p.newline()
	}
	p.stripEdge(cells, true)
}

// stripEdge draws the line above or below a row of the strip.
func (p *page) stripEdge(cells []Cell, below bool) {
	p.dst = append(p.dst, "  "...)
	p.begin(quiet)
	for i := range cells {
		p.dst = append(p.dst, p.corner(below, !below, i > 0, true)...)
		p.dst = append(p.dst, strings.Repeat(p.sign(signHorizontal), cells[i].width())...)
	}
	p.dst = append(p.dst, p.corner(below, !below, true, false)...)
	p.end(quiet)
	p.newline()
}

// ladder draws two lines, the client's and the server's, with arrows between them.
func (p *page) ladder(l *Ladder) {
	times := 0
	for _, s := range l.Steps {
		times = max(times, width(s.Time))
	}
	span := min(p.Width-times-12, 56)
	lead := strings.Repeat(" ", times+2)
	p.line(strong, lead+pad("client", span-2)+"server")
	for _, s := range l.Steps {
		p.rung(&s, times, span)
	}
}

// rung draws one step: its words over its arrow.
func (p *page) rung(s *Step, times, span int) {
	bar := p.sign(signVertical)
	lines := wrap(s.Text, span-2)
	for i, text := range lines {
		at := ""
		if i == 0 {
			at = s.Time
		}
		p.paint(quiet, "  "+pad(at, times)+"  "+bar)
		p.paint(plain, centre(text, span))
		p.line(quiet, bar)
	}
	if s.Dir == "" {
		return
	}
	shaft := strings.Repeat(p.sign(signHorizontal), span-1)
	arrow := shaft + p.sign(signRight)
	if s.Dir == "s2c" {
		arrow = p.sign(signLeft) + shaft
	}
	p.dst = append(p.dst, strings.Repeat(" ", times+4)...)
	p.paint(quiet, bar)
	p.paint(plain, arrow)
	p.line(quiet, bar)
}

// pointers writes the bytes, and below them what is wrong where.
func (p *page) pointers(x *Pointers) {
	shown := (p.Width - 6) / 3
	for i := range x.List {
		q := &x.List[i]
		if q.Byte >= 0 && len(q.wire) > 0 {
			p.pointAt(q.wire, q.Byte, shown)
		}
		p.paragraph(bad, q.headline(), 4)
		for _, s := range []string{q.Text + q.place(), q.Detail} {
			if s != "" {
				p.paragraph(plain, s, 6)
			}
		}
	}
}

// pointAt writes bytes with a mark below one of them.
func (p *page) pointAt(bytes []byte, at int64, shown int) {
	from := int64(0)
	lead := "    "
	if at >= int64(shown)-1 {
		from, lead = at-3, "... "
	}
	end := min(from+int64(shown), int64(len(bytes)))
	if from >= end {
		return
	}
	p.line(plain, lead+spaced(bytes[from:end]))
	p.line(bad, strings.Repeat(" ", len(lead)+3*int(at-from))+"^^")
}

// headline says which rule is broken, and where.
func (q *Pointer) headline() string {
	s := q.Rule + " (" + q.Level + ")"
	if q.several && q.Frame > 0 {
		s += fmt.Sprintf(" in frame %d", q.Frame)
	}
	switch {
	case q.Byte >= 0 && q.Field != "":
		s += fmt.Sprintf(": byte %d, %s", q.Byte, q.Field)
	case q.Byte >= 0:
		s += fmt.Sprintf(": byte %d", q.Byte)
	}
	return s
}

// place is where the rule stands.
func (q *Pointer) place() string {
	if q.RFC == "" {
		return ""
	}
	return " (" + q.RFC + " section " + q.Section + ")"
}
