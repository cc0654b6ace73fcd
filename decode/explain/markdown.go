package explain

import (
	"fmt"
	"strings"
)

// markdownWidth is how wide drawings are in Markdown: what fits on a sheet of paper.
const markdownWidth = 80

// Markdown appends d as Markdown (GitHub's, with tables), to be printed or pasted. Nothing in it links, embeds or mentions.
func (d *Document) Markdown(dst []byte, ascii bool) []byte {
	m := &page{Text{Width: markdownWidth, ASCII: ascii}, dst}
	m.line(plain, "# "+markdownText(d.Title))
	for i := range d.Parts {
		m.markdownPart(&d.Parts[i])
	}
	return m.dst
}

func (p *page) markdownPart(x *Part) {
	if x.Title != "" {
		p.newline()
		p.line(plain, "## "+markdownText(x.Title))
	}
	p.markdownParagraphs(x.Text)
	switch v := x.Data.(type) {
	case *Bits:
		p.fence(func() { p.diagram(v) })
		p.markdownTable(fieldTable(v.Fields))
	case *Table:
		p.markdownTable(v)
	case *Strip:
		p.fence(func() { p.strip(v) })
	case *Ladder:
		p.fence(func() { p.ladder(v) })
	case *Pointers:
		p.fence(func() { p.pointers(v) })
	}
	p.markdownParagraphs(x.After)
}

func (p *page) markdownParagraphs(list []string) {
	for _, s := range list {
		p.newline()
		p.line(plain, markdownText(s))
	}
}

// fence puts a drawing into a block of code whose fence is longer than any run of backticks in it.
func (p *page) fence(draw func()) {
	before := p.dst
	p.dst = nil
	draw()
	inside := p.dst
	mark := "```"
	for strings.Contains(string(inside), mark) {
		mark += "`"
	}
	p.dst = append(before, ("\n" + mark + "text\n")...)
	p.dst = append(append(p.dst, inside...), (mark + "\n")...)
}

func (p *page) markdownTable(t *Table) {
	p.newline()
	p.line(plain, "| "+strings.Join(t.Columns, " | ")+" |")
	p.line(plain, strings.Repeat("|---", len(t.Columns))+"|")
	for _, r := range t.Rows {
		cells := make([]string, len(r))
		for i, v := range r {
			cells[i] = markdownText(fmt.Sprint(v))
		}
		p.line(plain, "| "+strings.Join(cells, " | ")+" |")
	}
}

// markdownSigns are written as character references, so that they neither mark up nor mention nor link.
var markdownSigns = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "*", "&#42;", "_", "&#95;", "`", "&#96;", "[", "&#91;",
	"]", "&#93;", "!", "&#33;", "@", "&#64;", "#", "&#35;", "\\", "&#92;", "://", "&#58;//", "~", "&#126;", "$", "&#36;")

func markdownText(s string) string { return markdownSigns.Replace(s) }
