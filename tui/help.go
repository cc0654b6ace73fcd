package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/tui/draw"
)

// helpPane shows the keys.
type helpPane struct {
	list draw.List
	keys []binding
	rows *draw.Rich
	// text makes something else than the help, nil for that.
	text func(th *draw.Theme, w int) *draw.Rich
}

func (m *model) toggleHelp(string) tea.Cmd {
	if m.help != nil {
		m.help = nil
		return nil
	}
	m.help = &helpPane{keys: m.keys}
	return nil
}

// move scrolls: the help has no cursor.
func (p *helpPane) move(move func(*draw.List)) {
	p.list.Cursor = p.list.Top
	move(&p.list)
	p.list.Top = min(p.list.Cursor, max(0, p.list.N-p.list.Height))
}

// minTwo is how many cells the help is wide at least in two columns.
const minTwo = 110

// View draws the help, made from the table of keys.
func (p *helpPane) View(th *draw.Theme, w, h int) []string {
	cols := 1
	if w >= minTwo && p.text == nil {
		cols = 2
	}
	if p.rows == nil || p.rows.Width != w/cols {
		if p.text != nil {
			p.rows = p.text(th, w)
		} else {
			p.rows = helpText(th, p.keys, w/cols)
		}
	}
	tall := (p.rows.Len() + cols - 1) / cols
	p.list.Resize(h - 1)
	p.list.Grow(tall)
	var out []string
	from, to := p.list.Visible()
	for i := from; i < to; i++ {
		l := th.Line(w)
		p.rows.Draw(i, l)
		if k := tall + i; cols == 2 && k < p.rows.Len() {
			p.rows.Draw(k, l.To(w/2))
		}
		out = append(out, l.String())
	}
	out = draw.Fit(out, w, h-1)
	l := th.Line(w)
	if to < p.list.N {
		l.Put(th.Dim, "  ↓ more: j k ^f ^b")
	}
	return append(out, l.String())
}

// helpText is the whole help.
func helpText(th *draw.Theme, keys []binding, w int) *draw.Rich {
	r := draw.NewRich(w)
	for _, g := range groups {
		r.Heading(th, g.title)
		for i := range keys {
			b := &keys[i]
			if b.group != g.name || b.help == "" {
				continue
			}
			r.Add(11, th.Key.Of("  "+draw.PadRight(b.written(), 8)+" "), th.Plain.Of(b.help))
		}
	}
	r.Heading(th, "Command line")
	for _, c := range lineCommands() {
		r.Add(11, th.Key.Of("  :"+draw.PadRight(strings.TrimSpace(c.name+" "+c.args), 27)+" "), th.Plain.Of(c.help))
	}
	r.Heading(th, "Signs")
	for _, s := range signs {
		r.Add(11, th.Key.Of("  "+draw.PadRight(s[0], 8)+" "), th.Plain.Of(s[1]))
	}
	r.Heading(th, "Filter")
	for _, s := range filterHelp {
		r.Add(2, th.Plain.Of("  "+s))
	}
	return r
}

// signs are what stands in the lists.
var signs = [][2]string{
	{"→ ←", "sent by the client, sent by the server"},
	{"●", "a session opened, was refused, or ended"},
	{"z310", "compressed to 310 bytes on the wire"},
	{"fr", "number of frames, if more than one"},
	{"!RULE", "a broken rule: see the detail"},
	{"[...]", "how certain the bytes are: conflict, partial, guessed, undecodable"},
	{"*", "selected"},
	{"mouse", "the wheel scrolls, a click selects, a second one opens; chips, footer and heads of columns take clicks too; with Shift the terminal selects text"},
}

// filterHelp are examples of filters.
var filterHelp = []string{
	`error                          the word anywhere in the whole payload`,
	`websocket.opcode == 1 && websocket.payload contains "error"`,
	`ws.dir == c2s && ws.len > 1000 || tcp.stream in {1, 3}`,
	`ws.json.method == "subscribe"   a field of a JSON payload`,
	`ws.gap > 5                     more than 5 seconds after the previous message`,
}
