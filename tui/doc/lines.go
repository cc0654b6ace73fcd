package doc

import (
	"bytes"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

// longest is how many cells a row of plainRows has at most.
const longest = 4096

// Lines are the first limit bytes of a message as rows of inert text, for comparing: text and JSON line by line,
// however long the lines are, all else in hex.
func Lines(th *draw.Theme, m *ws.Message, limit int) (out []string) {
	p := m.Reason()
	more := len(p) - limit
	p = p[:min(len(p), limit)]
	var b Body = newHex(p, 44, th, nil)
	if Textual(m) {
		p = bytes.ReplaceAll(p, []byte{'\r', '\n'}, []byte{'\n'})
		b = newText(p, m.Holes, 1<<30, th, nil, func() bool { return false })
	}
	for i := range b.Len() {
		l := th.Line(longest)
		b.Draw(i, l)
		out = append(out, l.Text())
	}
	if more > 0 {
		out = append(out, "... "+show.CountGrouped(int64(more), "byte")+" more, not compared")
	}
	return out
}
