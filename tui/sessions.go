package tui

import (
	"slices"

	"github.com/wspeek/wspeek/decode/show"
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
	// look says which sessions are listed, and how. Table is the list, nil as long as all are in the order of their
	// numbers; rows are its rows, with the sessions of those groups whose names are open.
	look  rows.SessionLook
	table *rows.SessionTable
	rows  []rows.SessionRow
	open  map[string]bool
	// heads are where the columns were drawn last.
	heads []columnHead
}

// columnHead is the head of a column of the list: from which cell to which, and what a click sorts by.
type columnHead struct {
	from, to int
	key      rows.SessionKey
}

// numberAt is the number of the session in a row of the list, 0 if the row is of several.
func (p *sessionsPane) numberAt(s *rows.Store, row int) int {
	switch {
	case row == 0:
		return 0
	case p.table == nil:
		return s.SessionAt(row - 1)
	case row > len(p.rows):
		return 0
	}
	return int(p.rows[row-1].N)
}

// rowOf is the row of a session, -1 if it is not listed.
func (p *sessionsPane) rowOf(s *rows.Store, session int) int {
	if p.table == nil {
		return s.PositionOf(session) + 1
	}
	for k := range p.rows {
		if int(p.rows[k].N) == session {
			return k + 1
		}
	}
	return -1
}

// group is the group whose head the cursor is at, nil if it is at none.
func (p *sessionsPane) group() *rows.SessionGroup {
	k := p.list.Cursor - 1
	if p.table == nil || k < 0 || k >= len(p.rows) || p.rows[k].N > 0 {
		return nil
	}
	return &p.table.Groups[p.rows[k].Group]
}

// selected is the number of the session that the cursor is at, 0 for all.
func (p *sessionsPane) selected(s *rows.Store) int {
	if p.atRow != p.list.Cursor {
		p.atRow = p.list.Cursor
		p.at = p.numberAt(s, p.atRow)
	}
	return p.at
}

// choose lets the cursor stand on a session, 0 for all. One that is not listed is chosen all the same.
func (p *sessionsPane) choose(s *rows.Store, session int) {
	row := 0
	if session > 0 {
		row = max(p.rowOf(s, session), 0)
	}
	p.list.Set(row)
	p.at, p.atRow = session, p.list.Cursor
}

// grow reports that n sessions are kept now. The cursor stays at its session, as long as that is there.
func (p *sessionsPane) grow(s *rows.Store, n int) {
	if p.table != nil {
		p.list.Grow(len(p.rows) + 1)
		return
	}
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

// adopt shows a table, nil for all sessions by number. The cursor stays at its session or group, unless it is to go to the top.
func (p *sessionsPane) adopt(s *rows.Store, t *rows.SessionTable, top bool) {
	at, group := p.selected(s), ""
	if g := p.group(); g != nil {
		group = g.Name
	}
	if p.table, p.rows = t, nil; t != nil {
		p.rows = t.Rows(func(name string) bool { return p.open[name] })
		p.list.Grow(len(p.rows) + 1)
	}
	switch row := p.rowOf(s, at); {
	case top:
		p.list.Top = 0
		p.list.Set(min(1, p.list.N-1))
	case at > 0 && row > 0:
		p.list.Top = max(0, p.list.Top+row-p.list.Cursor)
		p.list.Cursor = row
	case at > 0 && p.list.Cursor == 0:
		return // a session that is not listed was chosen
	case group != "":
		p.toGroup(group)
	}
	p.atRow = -1
}

// toGroup lets the cursor stand on the head of a group.
func (p *sessionsPane) toGroup(name string) {
	for k := range p.rows {
		if p.rows[k].N == 0 && p.table.Groups[p.rows[k].Group].Name == name {
			p.list.Cursor = k + 1
		}
	}
}

// fold opens or closes the group that the cursor is at.
func (p *sessionsPane) fold(s *rows.Store, g *rows.SessionGroup) {
	if p.open == nil {
		p.open = map[string]bool{}
	}
	p.open[g.Name] = !p.open[g.Name]
	p.adopt(s, p.table, false)
}

// shown are the sessions in rows [from,to) of the list; where a row is of several there is none.
func (p *sessionsPane) shown(s *rows.Store, from, to int) (out []rows.Listed) {
	if p.table == nil {
		if out = s.Listed(max(from-1, 0), to-1); from == 0 {
			out = slices.Insert(out, 0, all)
		}
		return out
	}
	var numbers []int32
	for k := from; k < to; k++ {
		if n := p.numberAt(s, k); n > 0 {
			numbers = append(numbers, int32(n))
		}
	}
	listed := s.ListedAs(numbers)
	for k := from; k < to; k++ {
		if p.numberAt(s, k) == 0 {
			out = append(out, all)
			continue
		}
		out, listed = append(out, listed[0]), listed[1:]
	}
	return out
}

// View draws the pane in w cells and h rows. Empty says why there are no sessions, if that is known; fileOf may be nil.
func (p *sessionsPane) View(th *draw.Theme, s *rows.Store, empty []string, fileOf func(int) string, w, h int, focused bool) []string {
	p.list.Resize(h - 1)
	from, to := p.list.Visible()
	infos := p.shown(s, from, to)
	p.measure(infos)
	t := p.columns(w, fileOf)
	t.names(infos)
	rows := []string{p.head(th, t, w, focused)}
	for i := range infos {
		rows = append(rows, p.row(th, &infos[i], t, w, from+i, focused))
	}
	switch {
	case len(empty) > 0:
		rows = append(rows, emptyRows(th, empty, w)...)
	case p.table != nil && len(p.rows) == 0:
		rows = append(rows, th.Line(w).Put(th.Dim, "   no session is listed: Esc lists all").String())
	}
	return draw.Fit(rows, w, h)
}

// head draws the titles of the columns; that of the column that the list is sorted by stands out.
func (p *sessionsPane) head(th *draw.Theme, t *sessionTable, w int, focused bool) string {
	l := th.Line(w)
	draw.Head(l, th, focused)
	l.Put(th.Plain, " ")
	p.heads = p.heads[:0]
	for _, c := range t.cols {
		from := l.Used()
		l.Col(draw.Pick(c.key == p.look.Key && p.table != nil, th.Title, th.Weak), c.width, c.title)
		p.heads = append(p.heads, columnHead{from, l.Used(), c.key})
	}
	return l.String()
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

func (p *sessionsPane) row(th *draw.Theme, i *rows.Listed, t *sessionTable, w, row int, focused bool) string {
	l := th.Line(w)
	draw.Cursor(l, th, row == p.list.Cursor, focused)
	switch {
	case i.Session == nil && row == 0:
		return l.Put(th.Bold, "   * all sessions together").String()
	case i.Session == nil:
		return p.groupRow(th, l, row)
	}
	if slices.Contains(p.marked, i.N) {
		draw.Selected(l, th)
	}
	for _, c := range t.cols {
		l.Col(c.styleOf(th, i), c.width, c.text(t, i))
	}
	return l.String()
}

// groupRow draws the head of a group: what its sessions share, and how they fared.
func (p *sessionsPane) groupRow(th *draw.Theme, l *draw.Line, row int) string {
	g := &p.table.Groups[p.rows[row-1].Group]
	counts := healthWords(th, len(g.Sessions), g.Health)
	wide := 0
	for _, s := range counts {
		wide += draw.Width(s.Text)
	}
	name := show.Inert(g.Name)
	if name == "" {
		name = "(not known)"
	}
	sign := "▸ "
	if p.open[g.Name] {
		sign = "▾ "
	}
	l.Put(th.Bold, sign).Put(th.Bold, cutMiddle(name, max(l.Left()-wide-2, min(l.Left()*3/5, 24)))).Skip(2)
	for _, s := range counts {
		l.Put(s.Style, s.Text)
	}
	return l.String()
}

// healthWords says of how many sessions how many fared how.
func healthWords(th *draw.Theme, n int, health [3]int) (out []draw.Seg) {
	out = append(out, th.Plain.Of(show.CountGrouped(int64(n), "session")))
	for h, word := range [...]string{rows.Hurt: " hurt", rows.Underway: " open", rows.Well: " closed well"} {
		if k := health[h]; k > 0 {
			out = append(out, th.Plain.Of("  "), draw.Pick(h == int(rows.Hurt), th.Bad, th.Dim).Of(show.Thousands(int64(k))+word))
		}
	}
	return out
}
