package tui

import "strings"

// longNote are the two last rows where a note needs both, nil where one is enough.
func (m *model) longNote() []string {
	sign := ""
	if m.noteBad {
		sign = " ✗ "
	}
	room := m.w - width(sign)
	if width(m.note) <= room {
		return nil
	}
	at := strings.LastIndexByte(cut(m.note, room), ' ')
	if at <= 0 {
		return nil
	}
	first, second := newLine(m.w), newLine(m.w)
	first.put(m.th.bad, sign).put(m.th.bold, m.note[:at])
	second.to(width(sign)).put(m.th.bold, m.note[at+1:])
	return []string{first.String(), second.String()}
}
