package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
)

// moves makes what a key does that moves in the list that has the focus.
func moves(move func(*draw.List)) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd { return m.move(move) }
}

// move moves in the list that has the focus.
func (m *model) move(move func(*draw.List)) tea.Cmd {
	switch {
	case m.help != nil:
		m.help.move(move)
	case m.cmp != nil:
		move(m.cmp.rows())
		return m.callsMoved()
	case m.focus == paneSessions:
		move(&m.sess.list)
		m.spec.Session = m.sess.selected(m.store)
		return m.refilter()
	case m.focus == paneDetail:
		move(&m.det.list)
	case m.laddering():
		move(&m.lad.list)
		m.ladderMoved()
	default:
		move(&m.msgs.list)
		m.anchor = -1
	}
	m.stopFollowing()
	return nil
}

// stopFollowing ends following once no more rows can come: what shows other rows would jump to the last one else.
func (m *model) stopFollowing() {
	if !m.count.Done || m.filtering || m.filter.Behind(m.store) {
		return
	}
	m.sess.list.Follow, m.msgs.list.Follow, m.lad.list.Follow, m.det.list.Follow = false, false, false, false
}

func nothing(*model, string) tea.Cmd { return nil }

// openRow opens what the cursor is at; in the detail it folds.
func (m *model) openRow(string) tea.Cmd {
	switch m.focus {
	case paneSessions:
		if g := m.sess.group(); g != nil {
			m.sess.fold(m.store, g)
			return nil
		}
		m.focus = paneMessages
		m.spec.Session = m.sess.selected(m.store)
		cmd := m.refilter()
		m.openAtAxis(m.spec.Session)
		m.growList()
		return cmd
	case paneMessages:
		if _, ok := m.current(); ok || m.laddering() {
			m.focus = paneDetail
		}
	default:
		m.det.fold()
	}
	return nil
}

// nextPane makes what a key does that goes d panes on.
func nextPane(d pane) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		m.focus = (m.focus + d) % 3
		if m.focus != paneSessions && m.filter.Session != m.sess.selected(m.store) {
			m.spec.Session = m.sess.selected(m.store)
			return m.refilter()
		}
		return nil
	}
}

// toSessions goes to the sessions: to that of the row where one is.
func (m *model) toSessions(string) tea.Cmd {
	if c, ok := m.current(); ok && m.spec.Session == 0 && c.Session.N > 0 {
		m.sess.choose(m.store, c.Session.N)
	}
	m.focus = paneSessions
	return m.sessionsMoved()
}

func (m *model) maximise(string) tea.Cmd {
	m.maximised = !m.maximised
	return nil
}

func (m *model) stack(string) tea.Cmd {
	m.stacked = !m.stacked
	return nil
}

// nextMessage makes what a key does that goes to the next row of the list (d is 1) or the one before (-1), from
// whatever pane.
func nextMessage(d int) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		m.anchor = -1
		m.focus = max(m.focus, paneMessages)
		m.msgs.list.Move(d)
		return nil
	}
}

func (m *model) nextView(string) tea.Cmd {
	m.det.view = (m.det.view + 1) % doc.Views
	return nil
}

func (m *model) previousView(string) tea.Cmd {
	m.det.view = (m.det.view + doc.Views - 1) % doc.Views
	return nil
}

// nextDifference makes what a key does that goes to the next difference (step is 1) or the one before (-1).
func nextDifference(step int) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		m.cmp.nextDifference(step)
		return nil
	}
}

// nextMatch makes what a key does that goes to the next match (step is 1) or the one before (-1).
func nextMatch(step int) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd { return m.next(step) }
}

func (m *model) foldAll(string) tea.Cmd {
	if m.det.doc == nil {
		return nil
	}
	if f, ok := m.det.doc.Body.(doc.AllFolder); ok {
		f.FoldAll()
		m.det.list.Grow(m.det.doc.Len())
	}
	return nil
}

func (m *model) suspend(string) tea.Cmd { return tea.Suspend }

func (m *model) quit(string) tea.Cmd {
	m.quitting = true
	return tea.Quit
}
