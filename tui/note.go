package tui

import (
	"strings"

	"github.com/wspeek/wspeek/tui/draw"
)

// longNote are the two last rows where a note needs both, nil where one is enough.
func (m *model) longNote() []string {
	sign := ""
	if m.noteIsWarning {
		sign = " ✗ "
	}
	room := m.w - draw.Width(sign)
	if draw.Width(m.noteText) <= room {
		return nil
	}
	at := strings.LastIndexByte(draw.Cut(m.noteText, room), ' ')
	if at <= 0 {
		return nil
	}
	first, second := m.th.Line(m.w), m.th.Line(m.w)
	first.Put(m.th.Bad, sign).Put(m.th.Bold, m.noteText[:at])
	second.To(draw.Width(sign)).Put(m.th.Bold, m.noteText[at+1:])
	return []string{first.String(), second.String()}
}
