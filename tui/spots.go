package tui

import (
	tea "charm.land/bubbletea/v2"
)

// spot is a place on the screen where a click does what a key does.
type spot struct {
	y, from, to int
	key         string
}

// spotAt notes that a click on cells [from,to) of row y does what a key does.
func (m *model) spotAt(y, from, to int, key string) {
	m.spots = append(m.spots, spot{y, from, to, key})
}

// clickSpot does what the key of a place does; ok is false where there is none.
func (m *model) clickSpot(x, y int) (cmd tea.Cmd, ok bool) {
	for _, s := range m.spots {
		if y != s.y || x < s.from || x >= s.to {
			continue
		}
		b, _ := lookup(m.keys, "", s.key, m.place())
		if b == nil {
			return nil, false
		}
		m.touched, m.noteText = true, ""
		return tea.Batch(b.do(m, s.key), m.build()), true
	}
	return nil, false
}
