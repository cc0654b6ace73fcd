package tui

import (
	"slices"

	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// sessionsPane lists the sessions; its first row stands for all of them.
type sessionsPane struct {
	list draw.List
	// at is the number of the session that the cursor is at, 0 for all, if the cursor is at row atRow.
	at, atRow int
	// number and client are how many cells the widest number and client took so far: columns do not grow narrower when one scrolls.
	number, client int
	// marked are the numbers of the sessions selected, to compare two or to write their packets, in that order.
	marked []int
}

// selected is the number of the session that the cursor is at, 0 for all.
func (p *sessionsPane) selected(s *rows.Store) int {
	if p.atRow != p.list.Cursor {
		p.atRow = p.list.Cursor
		if p.at = 0; p.atRow > 0 {
			p.at = s.SessionAt(p.atRow - 1)
		}
	}
	return p.at
}

// choose lets the cursor stand on a session, 0 for all.
func (p *sessionsPane) choose(s *rows.Store, session int) {
	row := 0
	if session > 0 {
		row = s.PositionOf(session) + 1
	}
	p.list.Set(row)
	p.at, p.atRow = session, p.list.Cursor
}

// grow reports that n sessions are kept now. The cursor stays at its session, as long as that is there.
func (p *sessionsPane) grow(s *rows.Store, n int) {
	if at := p.selected(s); at > 0 {
		row := s.PositionOf(at) + 1
		p.list.Top = max(0, p.list.Top+row-p.list.Cursor)
		p.list.Cursor, p.atRow = row, row
	}
	p.list.Grow(n + 1)
	if p.at > 0 && s.Session(p.at) == nil {
		p.atRow = -1
	}
}

// View draws the pane in w cells and h rows. Empty says why there are no sessions, if that is known; fileOf may be nil.
func (p *sessionsPane) View(th *draw.Theme, s *rows.Store, empty []string, fileOf func(int) string, w, h int, focused bool) []string {
	p.list.Resize(h - 1)
	from, to := p.list.Visible()
	infos := s.Listed(max(from-1, 0), to-1)
	p.measure(infos)
	t := p.table(w, fileOf)
	t.names(infos)
	l := th.Line(w)
	draw.Head(l, th, focused)
	l.Put(th.Plain, " ")
	for _, c := range t.cols {
		l.Col(th.Weak, c.width, c.title)
	}
	rows := []string{l.String()}
	if from == 0 {
		infos = slices.Insert(infos, 0, all)
	}
	for i := range infos {
		rows = append(rows, p.row(th, &infos[i], t, w, from+i == p.list.Cursor, focused))
	}
	if len(empty) > 0 {
		rows = append(rows, emptyRows(th, empty, w)...)
	}
	return draw.Fit(rows, w, h)
}

// all is the row of all sessions together.
var all rows.Listed

// emptyRows are sentences in the place of rows.
func emptyRows(th *draw.Theme, sentences []string, w int) (out []string) {
	r := draw.NewRich(w - 4)
	for _, s := range sentences {
		r.Add(2, th.Warn.Of(s))
	}
	out = append(out, th.Line(w).String())
	for i := range r.Len() {
		l := th.Line(w).Skip(3)
		r.Draw(i, l)
		out = append(out, l.String())
	}
	return out
}

func (p *sessionsPane) row(th *draw.Theme, i *rows.Listed, t *sessionTable, w int, here, focused bool) string {
	l := th.Line(w)
	draw.Cursor(l, th, here, focused)
	if i.Session == nil {
		return l.Put(th.Bold, "   * all sessions together").String()
	}
	if slices.Contains(p.marked, i.N) {
		draw.Selected(l, th)
	}
	for _, c := range t.cols {
		l.Col(c.styleOf(th, i), c.width, c.text(t, i))
	}
	return l.String()
}
