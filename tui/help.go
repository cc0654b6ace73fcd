package tui

import "strings"

// helpPane shows the keys.
type helpPane struct {
	list list
	rows *rich
}

func (m *model) toggleHelp() {
	if m.help != nil {
		m.help = nil
		return
	}
	m.help = &helpPane{}
}

// Key scrolls.
func (p *helpPane) Key(a action) {
	switch a {
	case actDown:
		p.list.scroll(1)
	case actUp:
		p.list.scroll(-1)
	default:
		moveList(&p.list, a)
		p.list.top = min(p.list.cursor, max(0, p.list.n-p.list.height))
	}
}

// minTwo is how many cells the help is wide at least in two columns.
const minTwo = 110

// View draws the help, made from the table of keys.
func (p *helpPane) View(th *theme, w, h int) []string {
	cols := 1
	if w >= minTwo {
		cols = 2
	}
	if p.rows == nil || p.rows.width != w/cols {
		p.rows = helpText(th, w/cols)
	}
	tall := (p.rows.len() + cols - 1) / cols
	p.list.resize(h - 1)
	p.list.grow(tall)
	var out []string
	from, to := p.list.visible()
	for i := from; i < to; i++ {
		l := newLine(w)
		p.rows.draw(i, l)
		if k := tall + i; cols == 2 && k < p.rows.len() {
			p.rows.draw(k, l.to(w/2))
		}
		out = append(out, l.String())
	}
	out = fit(out, w, h-1)
	l := newLine(w)
	if to < p.list.n {
		l.put(th.dim, "  ↓ more: j k ^f ^b")
	}
	return append(out, l.String())
}

// helpText is the whole help.
func helpText(th *theme, w int) *rich {
	r := newRich(w)
	for _, g := range groups {
		r.heading(th, g.title)
		for i := range bindings {
			b := &bindings[i]
			if b.group != g.name || b.help == "" {
				continue
			}
			r.add(11, seg{th.key, "  " + padRight(b.written(), 8) + " "}, seg{th.plain, b.help})
		}
	}
	r.heading(th, "Command line")
	for _, c := range lineCommands() {
		r.add(11, seg{th.key, "  :" + padRight(strings.TrimSpace(c.name+" "+c.args), 27) + " "}, seg{th.plain, c.help})
	}
	r.heading(th, "Signs")
	for _, s := range signs {
		r.add(11, seg{th.key, "  " + padRight(s[0], 8) + " "}, seg{th.plain, s[1]})
	}
	r.heading(th, "Filter")
	for _, s := range filterHelp {
		r.add(2, seg{th.plain, "  " + s})
	}
	return r
}

// signs are what stands in the lists.
var signs = [][2]string{
	{"→ ←", "sent by the client, sent by the server"},
	{"●", "a session opened, was refused, or ended"},
	{"z310", "compressed to 310 bytes on the wire"},
	{"fr", "number of frames, where there are several"},
	{"!RULE", "a rule that is broken: see the detail"},
	{"[...]", "how far it may be believed: conflict, partial, guessed, undecodable"},
	{"*", "selected"},
	{"mouse", "wheel scrolls, a click selects, a second one opens; Shift lets the terminal select text"},
}

// filterHelp are examples of filters.
var filterHelp = []string{
	`error                          the word anywhere in the whole payload`,
	`websocket.opcode == 1 && websocket.payload contains "error"`,
	`ws.dir == c2s && ws.len > 1000 || tcp.stream in {1, 3}`,
	`ws.json.method == "subscribe"   a field of a JSON payload`,
	`ws.gap > 5                     more than 5 seconds after the message before`,
}
