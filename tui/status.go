package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/draw"
)

func address(s *decode.Session) string { return export.Address(s) }

// bottomLines are the last rows: the sparkline, the account or a note, and the keys or a prompt.
func (m *model) bottomLines() []string {
	var rows []string
	if m.h >= minSparks {
		rows = append(rows, m.sparkLine())
	}
	if m.prompt != nil {
		hint, row, _ := m.prompt.View(m.th, m.w)
		return append(rows, hint, row)
	}
	if note := m.longNote(); note != nil {
		return append(rows, note...)
	}
	return append(rows, m.accountLine(), m.footer())
}

// sparkLine shows how many messages there were over time.
func (m *model) sparkLine() string {
	_, d := m.store.Timeline(1)
	span := show.ShortDuration(d)
	counts, _ := m.store.Timeline(max(m.w-len(span)-2, 1))
	return m.th.Line(m.w).Put(m.th.Sent, draw.Spark(counts)).Put(m.th.Dim, " "+span).String()
}

// accountLine says what was read and whether it is complete, or a note.
func (m *model) accountLine() string {
	l := m.th.Line(m.w)
	if m.noteText != "" {
		st := m.th.Bold
		if m.noteIsWarning {
			l.Put(m.th.Bad, " ✗ ")
		}
		return l.Put(st, m.noteText).String()
	}
	if !drawAccount(m.th, l, m.accountParts()) {
		return l.String()
	}
	if m.h < minSparks && l.Left() > 12 {
		counts, _ := m.store.Timeline(l.Left() - 2)
		l.Put(m.th.Plain, "  ").Put(m.th.Sent, draw.Spark(counts))
	}
	return l.String()
}

// accountParts are the parts of the account line, what must be seen first.
func (m *model) accountParts() []draw.Seg {
	a, th := &m.count.Account, m.th
	parts := []draw.Seg{m.completeness(), th.Plain.Of(show.Thousands(m.progress.Packets) + " pkts")}
	room := m.w - draw.Width(parts[0].Text) - draw.Width(" · ") - draw.Width(parts[1].Text)
	parts = append(parts, losses(th, &m.progress, a, m.opt.Live, room)...)
	parts = append(parts, draw.Pick(m.count.Findings > 0, th.Warn, th.Dim).Of(show.CountGrouped(int64(m.count.Findings), "finding")),
		th.Plain.Of(m.placeText()))
	if text := m.pastText(); text != "" {
		parts = append(parts, th.Warn.Of(text))
	}
	if m.progress.Trouble != "" {
		parts = append(parts, th.Bad.Of(show.Inert(m.progress.Trouble)))
	}
	if len(a.Encrypted) > 0 {
		parts = append(parts, th.Warn.Of(encrypted(a)))
	}
	if m.count.Trouble != "" {
		parts = append(parts, th.Bad.Of(show.Inert(m.count.Trouble)))
	}
	if len(a.Why) > 0 {
		parts = append(parts, th.Bad.Of(show.Inert(strings.Join(a.Why, "; "))))
	}
	return parts
}

// pastText says how much was dropped.
func (m *model) pastText() string {
	c := &m.count
	if c.PastMessages == 0 && c.PastSessions == 0 {
		return ""
	}
	text := show.Thousands(c.PastMessages) + " older not kept"
	if c.PastSessions > 0 {
		text += " (" + show.CountGrouped(c.PastSessions, "session") + ")"
	}
	return text
}

// completeness reports whether all of the capture is known.
func (m *model) completeness() draw.Seg {
	switch {
	case m.count.Trouble != "" || len(m.count.Account.Why) > 0:
		return m.th.Bad.Of("INCOMPLETE")
	case !m.count.Done:
		return m.th.Dim.Of("so far")
	}
	return m.th.Good.Of("complete")
}

// placeText says which row one is at, and whether the list follows.
func (m *model) placeText() string {
	l := m.listOf(paneMessages)
	n := l.N
	if m.focus == paneSessions {
		return show.CountGrouped(int64(m.count.Sessions), "session")
	}
	s := fmt.Sprintf("%s/%s", show.Thousands(int64(min(l.Cursor+1, n))), show.Thousands(int64(n)))
	if l.Follow {
		s += " following"
	}
	return s
}

// footerKeys are the keys of the footer; at the sessions those that are for it alone come first.
func (m *model) footerKeys(at place) (out []*binding) {
	for i := range m.keys {
		if b := &m.keys[i]; b.short != "" && b.in&at != 0 {
			out = append(out, b)
		}
	}
	if at == inSessions {
		slices.SortStableFunc(out, func(a, b *binding) int { return cmp.Compare(rankAtSessions(a), rankAtSessions(b)) })
	}
	return out
}

// rankAtSessions orders the keys of the footer at the sessions: Enter, those for it alone, the others.
func rankAtSessions(b *binding) int {
	switch {
	case b.short == "open":
		return 0
	case b.in == inSessions:
		return 1
	}
	return 2
}

// footer are the keys of the place where one is.
func (m *model) footer() string {
	l := m.th.Line(m.w)
	at := m.place()
	for _, b := range m.footerKeys(at) {
		short := b.short
		if short == "back" && m.place() == inSessions && !m.narrowed() {
			short = "quit"
		}
		if l.Left() < draw.Width(b.written())+len(short)+10 {
			break
		}
		from := l.Used()
		l.Put(m.th.Bold, " "+b.written()).Put(m.th.Dim, " "+short+" ")
		m.spotAt(m.h-1, from, l.Used(), b.keys[0])
	}
	m.spotAt(m.h-1, m.w-7, m.w, "?")
	l.To(m.w-7).Put(m.th.Bold, " ?").Put(m.th.Dim, " help")
	return l.String()
}
