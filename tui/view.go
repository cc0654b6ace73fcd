package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
)

// hit is where a pane lies on the screen, for the mouse. y is its first row, that of its head.
type hit struct {
	pane       pane
	x, y, w, h int
}

const (
	minSide   = 100 // cells from which list and detail stand side by side
	minThree  = 150 // cells from which the sessions stay beside them
	minStack  = 18  // rows from which list and detail stand one above the other
	minChips  = 16  // rows from which there is a line of chips
	minSparks = 28  // rows from which the sparkline has a line of its own
)

// View is tea.Model.
func (m *model) View() tea.View {
	v := tea.NewView(m.screen())
	v.AltScreen = true
	v.MouseMode = tea.MouseModeCellMotion
	v.WindowTitle = "wspeek"
	if m.prompt != nil && m.h > 0 {
		_, _, x := m.prompt.View(m.th, m.w)
		v.Cursor = tea.NewCursor(x, m.h-1)
	}
	return v
}

// screen is what View shows, as text.
func (m *model) screen() (s string) {
	if m.crash != nil || m.quitting || m.w < 1 || m.h < 1 {
		return ""
	}
	defer func() {
		if r := recover(); r != nil {
			m.crash = crashed(r)
			m.crashed(m.crash)
		}
	}()
	if m.w < 16 || m.h < 4 {
		return strings.Join(draw.Fit([]string{m.th.Line(m.w).Put(m.th.Plain, "too small").String()}, m.w, m.h), "\n")
	}
	m.spots = m.spots[:0]
	rows := []string{m.titleLine()}
	switch {
	case m.h >= minChips && m.focus == paneSessions:
		rows = append(rows, m.triageLine())
	case m.h >= minChips:
		rows = append(rows, m.chipLine())
	}
	bottom := m.bottomLines()
	body := m.h - len(rows) - len(bottom)
	rows = append(rows, m.body(len(rows), body)...)
	return strings.Join(append(rows, bottom...), "\n")
}

// body draws the panes in h rows, beginning at row y.
func (m *model) body(y, h int) []string {
	switch {
	case m.help != nil:
		return m.help.View(m.th, m.w, h)
	case m.cmp != nil:
		return m.cmp.View(m.w, h)
	}
	m.hits = m.layout(y, h)
	out := make([]*draw.Line, h)
	for i := range out {
		out[i] = m.th.Line(m.w)
	}
	for _, p := range m.hits {
		for i, row := range m.pane(p) {
			l := out[p.y-y+i]
			if p.x > l.Used() {
				l.Put(m.th.Dim, "│")
			}
			l.Drawn(row, p.w)
		}
	}
	rows := make([]string, h)
	for i, l := range out {
		rows[i] = l.String()
	}
	return rows
}

// layout says where the panes lie: side by side where there is room, one above the other, or one alone. Panes of a row come from left
// to right.
func (m *model) layout(y, h int) []hit {
	alone := []hit{{m.focus, 0, y, m.w, h}}
	switch {
	case m.maximised:
		return alone
	case m.w >= minThree && h >= minStack && !m.stacked:
		left := m.w * 56 / 100
		top := max(5, min(h/3, m.sess.list.N+1))
		if len(doc.WhyEmpty(&m.count)) > 0 {
			top = h / 2
		}
		lanes := 0
		if m.focus == paneSessions {
			lanes = m.laneRows(top, (h-top)/2)
		}
		out := []hit{{paneSessions, 0, y, left, top}}
		if lanes > 0 {
			out = append(out, hit{paneLanes, 0, y + top, left, lanes})
			top += lanes
		}
		return append(out, hit{paneMessages, 0, y + top, left, h - top}, hit{paneDetail, left + 1, y, m.w - left - 1, h})
	case m.focus == paneSessions:
		if h < minStack {
			return alone
		}
		list, lanes, verdict := m.stackSessions(h)
		if lanes == 0 {
			return []hit{{paneSessions, 0, y, m.w, list}, {paneDetail, 0, y + list, m.w, verdict}}
		}
		return []hit{{paneSessions, 0, y, m.w, list}, {paneLanes, 0, y + list, m.w, lanes}, {paneDetail, 0, y + list + lanes, m.w, verdict}}
	case m.w >= minSide && h >= 8 && !m.stacked:
		left := m.w * 56 / 100
		return []hit{{paneMessages, 0, y, left, h}, {paneDetail, left + 1, y, m.w - left - 1, h}}
	case h >= minStack && m.w >= 40:
		top := h * 55 / 100
		return []hit{{paneMessages, 0, y, m.w, top}, {paneDetail, 0, y + top, m.w, h - top}}
	}
	return alone
}

// detailWidth is how wide documents are laid out, 0 where there is no detail pane on the screen.
func (m *model) detailWidth() int {
	for _, p := range m.layout(0, m.bodyHeight()) {
		if p.pane == paneDetail {
			return max(p.w-2, 8)
		}
	}
	return 0
}

func (m *model) bodyHeight() int {
	h := m.h - 3
	if m.h >= minChips {
		h--
	}
	if m.h >= minSparks {
		h--
	}
	return h
}

// pane draws one pane.
func (m *model) pane(p hit) []string {
	focused := p.pane == m.focus && m.prompt == nil
	switch p.pane {
	case paneSessions:
		return m.sess.View(m.th, m.store, doc.WhyEmpty(&m.count), m.opt.FileOf, p.w, p.h, focused)
	case paneDetail:
		return m.det.View(m.th, p.w, p.h, focused)
	case paneLanes:
		return m.lanesView(p.w, p.h)
	}
	if m.laddering() {
		return m.lad.View(m.th, m.store.Session(m.spec.Session), m.store.Zero(m.spec.Session), m.ladderMark, p.w, p.h, focused)
	}
	v := &listView{th: m.th, filter: m.filter, find: m.finder(), zero: m.zero(), dated: m.dated(), apart: m.opt.Apart, w: p.w, idle: m.idle(), empty: doc.WhyEmpty(&m.count), past: m.pastOf(m.spec.Session), focus: focused}
	return m.msgs.View(v, m.store, p.h)
}

// dated reports whether what is captured is not all of one day.
func (m *model) dated() bool {
	first, last := m.store.Times()
	return time.Unix(0, int64(first)).Format(time.DateOnly) != time.Unix(0, int64(last)).Format(time.DateOnly)
}

// idle says why the list is empty.
func (m *model) idle() string {
	if m.filtering || !m.count.Done && m.count.Messages == 0 {
		return "..."
	}
	if hints := m.hidden(); m.count.Messages > 0 && len(hints) > 0 {
		return "no rows match; " + strings.Join(hints, ", ")
	}
	return "no messages"
}

// hidden says with which keys what is hidden comes back.
func (m *model) hidden() (hints []string) {
	if m.spec.Chip != rows.All {
		hints = append(hints, "press 1 to show all")
	}
	if m.spec.Query != nil {
		hints = append(hints, "/ edits the filter")
	}
	if m.spec.NoHeartbeats {
		hints = append(hints, "b shows heartbeats")
	}
	if m.spec.NoControl {
		hints = append(hints, "c shows control frames")
	}
	return hints
}

// encrypted says how many connections are encrypted.
func encrypted(a *decode.Account) string {
	n := 0
	for _, k := range a.Encrypted {
		n += k
	}
	return show.CountGrouped(int64(n), "TLS connection") + " not decoded"
}

// titleLine is the first row: where one is, and how far reading has come.
func (m *model) titleLine() string {
	l := m.th.Line(m.w)
	right, st := m.progressText(), m.th.Dim
	if lost := m.coveredLoss(); lost != "" {
		right, st = strings.TrimSpace(right+" "+lost), m.th.Bad
	}
	l.Put(m.th.Title, " wspeek ").Put(m.th.Plain, " ")
	room := l.Left() - draw.Width(right) - 1
	t := m.th.Line(max(room, 0))
	if m.h < minChips {
		m.drawSpec(t)
	}
	t.Wire(m.th.Bold, []byte(m.opt.Title))
	if m.focus != paneSessions || m.w >= minThree {
		t.Put(m.th.Plain, " › ")
		if s := m.store.Session(m.spec.Session); s != nil {
			t.Put(m.th.Plain, fmt.Sprintf("session %d ", s.N)).Wire(m.th.Dim, []byte(draw.Clip(address(s), 500)))
		} else {
			t.Put(m.th.Plain, "all sessions")
		}
	}
	l.Drawn(t.DrawnSoFar())
	return l.To(m.w-draw.Width(right)).Put(st, right).String()
}

// progressText says how far reading has come, and when it may end.
func (m *model) progressText() string {
	switch p := m.progress; {
	case m.paused:
		return "PAUSED"
	case m.diffing != nil:
		return "comparing, Esc cancels"
	case m.searching != nil:
		return fmt.Sprintf("searching %d%%, Esc cancels", percent(m.searching.Progress()))
	case m.writing != nil:
		return "writing, Esc cancels"
	case m.filtering && m.spec.Query != nil:
		_, done, of := m.filter.Progress(m.store)
		return fmt.Sprintf("filtering %d%%, Esc cancels", percent(int64(done), int64(of)))
	case m.count.Done:
		if m.opt.Live {
			return "ended"
		}
		return ""
	case m.opt.Live:
		return "live"
	case p.Total > 0:
		return fmt.Sprintf("reading %d%%%s", percent(p.Done, p.Total), m.estimate(p))
	}
	return "reading ..."
}

func percent(n, of int64) int64 {
	if of <= 0 {
		return 0
	}
	return min(100*n/of, 100)
}

// estimate says how long reading will take yet, once there is something to go by.
func (m *model) estimate(p Progress) string {
	gone := m.now().Sub(m.began).Seconds()
	if gone < 2 || p.Done <= 0 {
		return ""
	}
	return fmt.Sprintf(", %.0f s left", gone*float64(p.Total-p.Done)/float64(p.Done))
}

// drawSpec draws what is filtered and searched, where there is no line of chips.
func (m *model) drawSpec(l *draw.Line) {
	if m.focus == paneSessions {
		if m.sess.look.HurtOnly {
			l.Put(m.th.Bold, "[hurt]")
		}
		if m.drawLook(l); l.Used() > 0 {
			l.Put(m.th.Plain, " · ")
		}
		return
	}
	if m.spec.Chip != rows.All {
		l.Put(m.th.Bold, "["+m.spec.Chip.String()+"] ")
	}
	m.drawFilters(l)
	if m.spec.Query != nil || m.search != nil {
		l.Put(m.th.Plain, " · ")
	}
}

// drawFilters draws what is hidden besides the chips, the filter and the search.
func (m *model) drawFilters(l *draw.Line) {
	if m.spec.NoHeartbeats {
		l.Put(m.th.Bold, "no beats ")
	}
	if m.spec.NoControl {
		l.Put(m.th.Bold, "no control ")
	}
	if m.spec.Query != nil {
		l.Put(m.th.Bold, "/ ").Wire(m.th.Good, []byte(m.spec.Query.Text))
	}
	if m.search != nil {
		l.Put(m.th.Bold, " & ").Wire(m.th.Good, []byte(m.search.Text))
	}
}

// chipLine shows the quick filters, the filter and the search.
func (m *model) chipLine() string {
	l := m.th.Line(m.w)
	l.Put(m.th.Plain, " ")
	for c := rows.All; c <= rows.Findings; c++ {
		name := c.String()
		s := fmt.Sprintf("%d %s", c+1, name)
		if m.w < 76 {
			s = fmt.Sprintf("%d%s", c+1, name[:min(3, len(name))])
		}
		m.spotAt(1, l.Used(), l.Used()+len(s)+2, s[:1])
		if c == m.spec.Chip {
			l.Put(m.th.Title, "["+s+"]")
		} else {
			l.Put(m.th.Dim, " "+s+" ")
		}
	}
	from := l.Used()
	m.drawFilters(l.Put(m.th.Plain, " "))
	m.spotAt(1, from, l.Used(), "/")
	return l.String()
}
