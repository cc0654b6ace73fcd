package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/tui/rows"
)

// narrowing is what leaves out rows: filters of messages, and of sessions.
type narrowing struct {
	chip                rows.Chip
	noBeats, noControl  bool
	query, sessionQuery *rows.Query
	hurtOnly            bool
	group               rows.Grouping
}

// maxUndo is how many filters are remembered for u.
const maxUndo = 100

// narrowingOf is that of a spec and a look.
func narrowingOf(s rows.Spec, l rows.SessionLook) narrowing {
	return narrowing{s.Chip, s.NoHeartbeats, s.NoControl, s.Query, l.Query, l.HurtOnly, l.Group}
}

// remember keeps what was filtered before, if now is not the same.
func (m *model) remember(before, now narrowing) {
	if m.undoing || before == now {
		return
	}
	if m.undo = append(m.undo, before); len(m.undo) > maxUndo {
		m.undo = m.undo[1:]
	}
}

// undoFilter filters as before the last change.
func (m *model) undoFilter(string) tea.Cmd {
	if len(m.undo) == 0 {
		m.note("no filter to undo")
		return nil
	}
	n := m.undo[len(m.undo)-1]
	m.undo = m.undo[:len(m.undo)-1]
	m.undoing = true
	defer func() { m.undoing = false }()
	m.spec.Chip, m.spec.NoHeartbeats, m.spec.NoControl, m.spec.Query = n.chip, n.noBeats, n.noControl, n.query
	switch {
	case n.noControl:
		m.msgs.controls = controlHidden
	case m.msgs.controls == controlHidden:
		m.msgs.controls = controlShown
	}
	focus, l := m.focus, m.sess.look
	l.Query, l.HurtOnly, l.Group = n.sessionQuery, n.hurtOnly, n.group
	var cmd tea.Cmd
	if l != m.sess.look {
		cmd = m.look(l)
		m.focus = focus
	}
	m.note("filters as they were before")
	return tea.Batch(cmd, m.refilter())
}
