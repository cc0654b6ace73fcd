package tui

import (
	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"

	tea "charm.land/bubbletea/v2"
)

// at is the pane at a place of the screen.
func (m *model) at(x, y int) (hit, bool) {
	for _, p := range m.hits {
		if x >= p.x && x < p.x+p.w && y >= p.y && y < p.y+p.h {
			return p, true
		}
	}
	return hit{}, false
}

// listOf is the list of a pane.
func (m *model) listOf(p pane) *draw.List {
	if p == paneMessages && m.laddering() {
		return &m.lad.list
	}
	return [...]*draw.List{&m.sess.list, &m.msgs.list, &m.det.list, &m.sess.list}[p]
}

// wheel scrolls what is under the mouse.
func (m *model) wheel(e tea.Mouse) tea.Cmd {
	d := 3
	switch e.Button {
	case tea.MouseWheelUp:
		d = -3
	case tea.MouseWheelDown:
	default:
		return nil
	}
	switch {
	case m.help != nil:
		m.help.list.Scroll(d)
	case m.cmp != nil:
		m.cmp.rows().Scroll(d)
		return m.callsMoved()
	default:
		if p, ok := m.at(e.X, e.Y); ok {
			m.listOf(p.pane).Scroll(d)
			return m.moved(p.pane)
		}
	}
	return nil
}

// click goes to the row under the mouse; a click on the row that is looked at opens it.
func (m *model) click(e tea.Mouse) tea.Cmd {
	if e.Button == tea.MouseLeft && m.prompt == nil {
		if cmd, ok := m.clickSpot(e.X, e.Y); ok {
			return cmd
		}
	}
	p, ok := m.at(e.X, e.Y)
	if !ok || e.Button != tea.MouseLeft || m.help != nil || m.cmp != nil || m.prompt != nil {
		return nil
	}
	if p.pane == paneLanes {
		return m.clickLane(e.X-p.x, e.Y-p.y, p.w)
	}
	was := m.focus
	m.focus = p.pane
	if e.Y == p.y {
		return m.clickTop(p, e.X-p.x)
	}
	l := m.listOf(p.pane)
	i := l.Top + e.Y - p.y - 1
	if i >= l.N {
		return m.moved(p.pane)
	}
	again := was == p.pane && l.Cursor == i
	l.Set(i)
	if again {
		return tea.Batch(m.openRow("enter"), m.build())
	}
	return m.moved(p.pane)
}

// clickTop acts on a click at column x of a pane's first row: its tabs or heads.
func (m *model) clickTop(p hit, x int) tea.Cmd {
	switch {
	case p.pane == paneDetail:
		return m.clickTab(x)
	case p.pane == paneSessions:
		return m.clickHead(x)
	case p.pane == paneMessages && !m.laddering() && x >= m.msgs.timeFrom && x < m.msgs.timeTo:
		return m.turnClock("t")
	}
	return m.moved(p.pane)
}

// clickLane goes to the session whose lane is in a row of the lanes, and to the place on the axis.
func (m *model) clickLane(x, row, w int) tea.Cmd {
	p := &m.lives
	if row < 1 || row > len(p.numbers) || p.shown == nil {
		return nil
	}
	m.sess.choose(m.store, int(p.numbers[row-1]))
	if at := x - 3 - labelCells(w); at >= 0 && at < p.shown.Columns {
		if p.at = at; m.laneAt() != nil {
			m.noteAxis(m.laneAt())
		}
	}
	return m.moved(paneSessions)
}

// clickHead sorts the sessions by the column at column x of their head.
func (m *model) clickHead(x int) tea.Cmd {
	for _, h := range m.sess.heads {
		if x >= h.from && x < h.to {
			return m.sortBy(h.key)
		}
	}
	return m.moved(paneSessions)
}

// clickTab chooses the view whose name is at column x of the detail pane's head.
func (m *model) clickTab(x int) tea.Cmd {
	at := 1
	for v := doc.ViewPayload; v < doc.Views; v++ {
		name := v.String()
		if x >= at && x < at+len(name)+2 {
			m.det.view = v
		}
		at += len(name) + 2
	}
	return m.build()
}

// moved takes in that the cursor of a pane was moved by the mouse.
func (m *model) moved(p pane) tea.Cmd {
	switch p {
	case paneSessions, paneLanes:
		m.spec.Session = m.sess.selected(m.store)
		return tea.Batch(m.refilter(), m.build())
	case paneMessages:
		if m.anchor = -1; m.laddering() {
			m.ladderMoved()
		}
	}
	return m.build()
}
