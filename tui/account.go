package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/draw"
)

// wholeAccount is the key that shows all that the account line has no room for.
const wholeAccount = "! all"

// drawAccount draws the parts of the account, what must be seen first; it reports whether all have room. What has none is
// cut between words, with the key that shows all where there is room.
func drawAccount(th *draw.Theme, l *draw.Line, parts []draw.Seg) (whole bool) {
	const sep = " · "
	for i, part := range parts {
		at := ""
		if i > 0 {
			at = sep
		}
		room := l.Left() - draw.Width(at)
		if draw.Width(part.Text) <= room {
			l.Put(th.Dim, at).Put(part.Style, part.Text)
			continue
		}
		if cut := wordsIn(part.Text, room-2); cut != "" {
			l.Put(th.Dim, at).Put(part.Style, cut)
		}
		if l.Left() >= 2 {
			l.Put(part.Style, " …")
		}
		if l.Left() >= draw.Width(sep+wholeAccount) {
			l.Put(th.Dim, sep).Put(th.Bold, wholeAccount)
		}
		return false
	}
	return true
}

// wordsIn are the first words of s that fit into w cells.
func wordsIn(s string, w int) string {
	if draw.Width(s) <= w {
		return s
	}
	if w < 2 {
		return ""
	}
	cut := draw.Cut(s, w)
	at := strings.LastIndexByte(cut, ' ')
	if at < 0 {
		return ""
	}
	return strings.TrimRight(cut[:at], " ,;(")
}

// showAccount shows the whole account.
func (m *model) showAccount(string) tea.Cmd {
	parts := m.accountParts()
	m.help = &helpPane{text: func(th *draw.Theme, w int) *draw.Rich {
		r := draw.NewRich(w)
		r.Heading(th, "What was read, and what is missing")
		for _, p := range parts {
			for _, why := range strings.Split(p.Text, "; ") {
				r.Add(4, th.Plain.Of("  "), p.Style.Of(why))
			}
		}
		r.Blank()
		r.Add(2, th.Dim.Of("  "+show.CountGrouped(m.progress.Packets, "packet")+" read; Esc back"))
		return r
	}}
	return nil
}
