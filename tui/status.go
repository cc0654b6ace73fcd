package tui

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
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

const sparks = "▁▂▃▄▅▆▇█"

// sparkLine shows how many messages there were over time.
func (m *model) sparkLine() string {
	m.store.mu.Lock()
	span := seconds(m.store.times.width * timelineSpan(m.store.times.used))
	bars := spark(m.store.times.columns(max(m.w-len(span)-2, 1)))
	m.store.mu.Unlock()
	l := newLine(m.w)
	return l.put(m.th.sent, bars).put(m.th.dim, " "+span).String()
}

// spark draws counts as bars; none is a blank, and any is seen.
func spark(counts []uint32) string {
	top := uint32(1)
	for _, c := range counts {
		top = max(top, c)
	}
	var b strings.Builder
	bars := []rune(sparks)
	for _, c := range counts {
		if c == 0 {
			b.WriteByte(' ')
			continue
		}
		b.WriteRune(bars[uint64(c)*uint64(len(bars)-1)/uint64(top)])
	}
	return b.String()
}

// accountLine says what was read and whether it is complete, or a note.
func (m *model) accountLine() string {
	l := newLine(m.w)
	if m.note != "" {
		st := m.th.bold
		if m.noteBad {
			l.put(m.th.bad, " ✗ ")
		}
		return l.put(st, m.note).String()
	}
	for _, part := range m.accountParts() {
		if l.w > 0 {
			l.put(m.th.dim, " · ")
		}
		l.put(part.st, part.s)
	}
	if m.h < minSparks && l.left() > 12 {
		m.store.mu.Lock()
		bars := spark(m.store.times.columns(l.left() - 2))
		m.store.mu.Unlock()
		l.put(m.th.plain, "  ").put(m.th.sent, bars)
	}
	return l.String()
}

// accountParts are the parts of the account line, what must be seen first.
func (m *model) accountParts() []seg {
	a, th := &m.count.account, m.th
	parts := []seg{m.completeness(), {th.plain, show.Thousands(m.progress.Packets) + " pkts"}}
	room := m.w - width(parts[0].s) - width(" · ") - width(parts[1].s)
	parts = append(parts, losses(th, &m.progress, a, room)...)
	parts = append(parts, seg{pick(m.count.findings > 0, th.warn, th.dim), show.CountGrouped(int64(m.count.findings), "finding")},
		seg{th.plain, m.placeText()})
	if text := m.pastText(); text != "" {
		parts = append(parts, seg{th.warn, text})
	}
	if m.progress.Trouble != "" {
		parts = append(parts, seg{th.bad, show.Inert(m.progress.Trouble)})
	}
	if len(a.Encrypted) > 0 {
		parts = append(parts, seg{th.warn, encrypted(a)})
	}
	if m.count.trouble != "" {
		parts = append(parts, seg{th.bad, show.Inert(m.count.trouble)})
	}
	if len(a.Why) > 0 {
		parts = append(parts, seg{th.bad, show.Inert(strings.Join(a.Why, "; "))})
	}
	return parts
}

// pastText says how much was forgotten.
func (m *model) pastText() string {
	c := &m.count
	if c.pastMessages == 0 && c.pastSessions == 0 {
		return ""
	}
	text := show.Thousands(c.pastMessages) + " older not kept"
	if c.pastSessions > 0 {
		text += " (" + show.CountGrouped(c.pastSessions, "session") + ")"
	}
	return text
}

// completeness says whether all of the capture is known.
func (m *model) completeness() seg {
	switch {
	case m.count.trouble != "" || len(m.count.account.Why) > 0:
		return seg{m.th.bad, "INCOMPLETE"}
	case !m.count.done:
		return seg{m.th.dim, "so far"}
	}
	return seg{m.th.good, "complete"}
}

func pick(v bool, yes, no style) style {
	if v {
		return yes
	}
	return no
}

// placeText says which row one is at, and whether the list follows.
func (m *model) placeText() string {
	l := m.listOf(paneMessages)
	n := l.n
	if m.focus == paneSessions {
		return show.CountGrouped(int64(m.count.sessions), "session")
	}
	s := fmt.Sprintf("%s/%s", show.Thousands(int64(min(l.cursor+1, n))), show.Thousands(int64(n)))
	if l.follow {
		s += " following"
	}
	return s
}

// footer are the keys of the place where one is.
func (m *model) footer() string {
	l := newLine(m.w)
	at := m.place()
	for i := range bindings {
		b := &bindings[i]
		if b.short == "" || b.in&at == 0 || b.act == actHelp {
			continue
		}
		if l.left() < width(b.written())+len(b.short)+10 {
			break
		}
		l.put(m.th.bold, " "+b.written()).put(m.th.dim, " "+b.short+" ")
	}
	l.to(m.w-7).put(m.th.bold, " ?").put(m.th.dim, " help")
	return l.String()
}
