package tui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// preview draws what a message says, else the start of its payload.
func (p *messagesPane) preview(v *listView, l *draw.Line, c *rows.Cell, st draw.Style) {
	m := &c.Message
	data := c.Preview
	if m.Opcode == ws.OpClose && m.State != ws.Undecodable {
		if m.CloseCode >= 0 {
			l.Put(v.th.Bold, strconv.Itoa(m.CloseCode)+" "+ws.CloseName(m.CloseCode)+" ")
		} else {
			l.Put(v.th.Dim, "no code")
		}
		data = data[min(2, len(data)):]
	}
	if said := summaries(c.Said); said != "" && !p.raw {
		l.Lit(st, v.th.Hit, []byte(said), v.find)
		return
	}
	if !doc.Textual(m) {
		p.hexPreview(v, l, data, st)
		return
	}
	l.Lit(st, v.th.Hit, m.Marked(data), v.find)
}

// summaries are those of the packets of a message, on one line.
func summaries(said []payload.App) string {
	var b strings.Builder
	for i := range said {
		if s := said[i].Summary; s != "" {
			if b.Len() > 0 {
				b.WriteString(" · ")
			}
			b.WriteString(s)
		}
	}
	return b.String()
}

// hexPreview shows the first bytes, and what of them can be read.
func (p *messagesPane) hexPreview(v *listView, l *draw.Line, data []byte, st draw.Style) {
	n := min(len(data), 8, max(l.Left()/4, 1))
	l.Put(v.th.Dim, fmt.Sprintf("% x", data[:n]))
	if len(data) == 0 {
		return
	}
	if len(data) > n {
		l.Put(v.th.Dim, " …")
	}
	l.Put(v.th.Plain, "  ")
	shown := make([]byte, 0, len(data))
	for _, b := range data[:min(len(data), l.Left()+64)] {
		if b < 0x20 || b > 0x7e {
			b = '.'
		}
		shown = append(shown, b)
	}
	l.Lit(st, v.th.Hit, shown, v.find)
}
