package tui

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// lanesPane shows the lives of the sessions of the list on one axis of time.
type lanesPane struct {
	off bool
	// numbers are the sessions whose lanes are shown, or being made; shown are the lanes, nil until they are made.
	numbers []int32
	shown   *rows.Lanes
	book    *rows.LaneBook
	making  bool
	// at is the column of the axis's cursor, -1 for none.
	at int
}

// lanesMsg brings lanes.
type lanesMsg struct {
	numbers []int32
	lanes   *rows.Lanes
}

const (
	// signCells is how many cells the sign of an end has, leastAxis how many the axis has at least.
	signCells = 6
	leastAxis = 12
	// minLanes is how many rows lanes have at least, with their head; leastVerdict is how many are left below them.
	minLanes     = 3
	leastVerdict = 7
)

// labelCells is how many cells the names of lanes have.
func labelCells(w int) int {
	switch {
	case w < 60:
		return 8
	case w < 110:
		return 15
	}
	return 22
}

// axisCells is how many columns the axis has on a pane of w cells.
func axisCells(w int) int { return w - 3 - labelCells(w) - signCells }

// laneRows is how many rows the lanes have below a list of listed rows, if there are room rows for them; 0 for none.
func (m *model) laneRows(listed, room int) int {
	n := min(listed-1, room)
	if m.lives.off || n < minLanes || m.sess.list.N < 2 || axisCells(m.w) < leastAxis {
		return 0
	}
	return n
}

// stackSessions divides h rows among the list of sessions, the lanes and the verdict.
func (m *model) stackSessions(h int) (list, lanes, verdict int) {
	verdict = max(leastVerdict, h/4)
	rest := h - verdict
	list = min(m.sess.list.N+1, rest*11/20)
	if lanes = m.laneRows(list, rest-list); lanes == 0 {
		list = max(h/2, min(h-10, m.sess.list.N+1))
		return list, 0, h - list
	}
	list = min(m.sess.list.N+1, rest-lanes)
	return list, lanes, h - list - lanes
}

// lanesHit is where the lanes are on the screen.
func (m *model) lanesHit() (at, list hit, ok bool) {
	if m.focus != paneSessions {
		return at, list, false
	}
	for _, p := range m.layout(0, m.bodyHeight()) {
		switch p.pane {
		case paneLanes:
			at, ok = p, true
		case paneSessions:
			list = p
		}
	}
	return at, list, ok
}

// laneNumbers are the sessions on the screen that have lanes: at most n of them, with that of the cursor.
func (m *model) laneNumbers(n int) (out []int32) {
	p := &m.sess
	from, to := p.list.Visible()
	cursor := 0
	for k := from; k < to; k++ {
		if x := p.numberAt(m.store, k); x > 0 {
			if k <= p.list.Cursor {
				cursor = len(out)
			}
			out = append(out, int32(x))
		}
	}
	if len(out) <= n {
		return out
	}
	first := max(0, min(cursor-n/2, len(out)-n))
	return out[first : first+n]
}

// makeLanes is the command that makes the lanes of the sessions on the screen, nil where they are there or being made.
func (m *model) makeLanes() tea.Cmd {
	at, list, ok := m.lanesHit()
	if !ok || m.lives.making {
		return nil
	}
	p := &m.lives
	m.sess.list.Resize(list.h - 1)
	numbers, columns := m.laneNumbers(at.h-1), axisCells(at.w)
	if x := p.shown; x != nil && slices.Equal(numbers, p.numbers) && x.Columns == columns && x.Version == m.store.LanesVersion() {
		return nil
	}
	if p.book == nil {
		p.book = &rows.LaneBook{}
	}
	p.making = true
	s, book := m.store, p.book
	return m.background(func() tea.Msg { return lanesMsg{numbers, book.Make(s, numbers, columns)} })
}

// lanesMade takes in lanes.
func (m *model) lanesMade(msg lanesMsg) tea.Cmd {
	p := &m.lives
	p.making, p.numbers, p.shown = false, msg.numbers, msg.lanes
	p.at = min(p.at, msg.lanes.Columns-1)
	return m.makeLanes()
}

func (m *model) toggleLanes(string) tea.Cmd {
	m.lives.off = !m.lives.off
	switch {
	case m.lives.off:
		m.note("lanes are hidden; T shows them")
	case m.h < minStack:
		m.note("there is no room for lanes on this screen")
	default:
		m.note("a lane a session: bars are messages, · is silence, ? a ping without a pong; < and > move along the axis")
	}
	return nil
}

// moveAxis makes what a key does that moves the cursor of the axis.
func moveAxis(d int) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		p := &m.lives
		lane := m.laneAt()
		if lane == nil {
			m.note("no session with a lane is selected")
			return nil
		}
		switch {
		case p.at < 0 && d > 0:
			p.at = lane.First
		case p.at < 0:
			p.at = lane.Last
		default:
			p.at = max(0, min(p.at+d, p.shown.Columns-1))
		}
		m.noteAxis(lane)
		return nil
	}
}

// laneAt is the lane of the session that the cursor is at, nil if there is none.
func (m *model) laneAt() *rows.Lane {
	if m.lives.shown == nil {
		return nil
	}
	n := m.sess.selected(m.store)
	for k := range m.lives.shown.Lanes {
		if l := &m.lives.shown.Lanes[k]; l.N == n {
			return l
		}
	}
	return nil
}

// noteAxis says what is at the cursor of the axis.
func (m *model) noteAxis(l *rows.Lane) {
	p := &m.lives
	at := p.shown.TimeOf(p.at)
	if k := p.at; k < len(l.Counts) {
		m.note(fmt.Sprintf("at %s: %s of session %d; Enter opens it there", m.axisTime(at), show.CountGrouped(int64(l.Counts[k]), "message"), l.N))
	}
}

// axisTime is a time of the axis in words.
func (m *model) axisTime(at capture.Time) string {
	if m.msgs.clock == OfDay && !m.opt.Apart {
		return time.Unix(0, int64(at)).Format("15:04:05")
	}
	if !m.opt.Apart {
		first, _ := m.store.Times()
		at -= first
	}
	switch {
	case at == 0:
		return "0s"
	case at < 0:
		return "-" + show.ShortDuration(-at)
	}
	return show.ShortDuration(at)
}

// openAtAxis lets the list of messages begin where the cursor of the axis is; it reports whether there is one.
func (m *model) openAtAxis(session int) {
	lane := m.laneAt()
	if m.lives.at < 0 || lane == nil || lane.N != session {
		return
	}
	if i := m.store.FirstAt(session, m.lives.shown.TimeOf(m.lives.at)+lane.Start); i >= 0 {
		m.anchor = i
		m.msgs.list.Follow = false
	}
}

// lanesView draws the lanes in w cells and h rows.
func (m *model) lanesView(w, h int) []string {
	p := &m.lives
	out := []string{m.axisLine(w)}
	if p.shown == nil || p.shown.Columns != axisCells(w) {
		return draw.Fit(out, w, h)
	}
	labels := laneLabels(m.store.ListedAs(p.numbers), labelCells(w))
	selected := m.sess.selected(m.store)
	for k := range p.shown.Lanes {
		l := &p.shown.Lanes[k]
		if len(out) < h && k < len(labels) {
			out = append(out, m.laneLine(l, labels[k], w, l.N == selected))
		}
	}
	return draw.Fit(out, w, h)
}

// laneLabels are names of sessions in w cells: what tells them apart in their URLs, or else the clients.
func laneLabels(infos []rows.Listed, w int) (out []string) {
	t := &sessionTable{name: w}
	t.names(infos)
	seen := map[string]bool{}
	for i := range infos {
		s := t.cut(urlOf(&infos[i]))
		out, seen[s] = append(out, s), true
	}
	if len(seen) < len(infos) {
		for i := range infos {
			out[i] = cutMiddle(clientOf(&infos[i]), w)
		}
	}
	return out
}

// laneLine draws a lane.
func (m *model) laneLine(l *rows.Lane, label string, w int, here bool) string {
	th := m.th
	line := th.Line(w)
	line.Put(th.Bold, [2]string{"  ", "▷ "}[bit(here)]).Col(draw.Pick(here, th.Bold, th.Plain), labelCells(w), label)
	top := uint32(1)
	for _, n := range l.Counts {
		top = max(top, n)
	}
	sign := th.Plain
	if l.Health == rows.Hurt {
		sign = th.Bad
	}
	start, at := line.Used(), m.lives.at
	for k := range l.Last + 1 {
		s, st := laneCell(th, l, k, top)
		if k == at {
			if st = th.Hit; s == " " || s == "·" {
				s = "│"
			}
		}
		line.Put(st, s)
	}
	if line.Put(sign, l.Sign); at > l.Last && line.Used() <= start+at {
		line.To(start+at).Put(th.Hit, "│")
	}
	return line.String()
}

// laneCell is column k of a lane: nothing outside its life, a bar for messages, a question mark for a ping without a pong.
func laneCell(th *draw.Theme, l *rows.Lane, k int, top uint32) (string, draw.Style) {
	switch {
	case k < l.First || k > l.Last:
		return " ", th.Plain
	case slices.Contains(l.Pings, k):
		return "?", th.Bad
	case l.Counts[k] > 0:
		return draw.Bar(l.Counts[k], top), th.Sent
	case k == l.First:
		return "├", th.Dim
	}
	return "·", th.Dim
}

func bit(v bool) int {
	if v {
		return 1
	}
	return 0
}

// axisSteps are the distances that marks of an axis may have.
var axisSteps = []time.Duration{time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond,
	50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second,
	10 * time.Second, 20 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute,
	30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// axisStep is the distance of the marks of an axis that covers span, of which at most n have room.
func axisStep(span capture.Time, n int) capture.Time {
	for _, s := range axisSteps {
		if span/capture.Time(s) < capture.Time(n) {
			return capture.Time(s)
		}
	}
	return span/capture.Time(max(n, 1)) + 1
}

// axisLine draws the axis: where which time is.
func (m *model) axisLine(w int) string {
	th, x := m.th, m.lives.shown
	l := th.Line(w)
	l.Put(th.Weak, "  lives").To(3 + labelCells(w))
	start := l.Used()
	if x == nil || x.Columns != axisCells(w) {
		return l.String()
	}
	first := x.From
	if !m.opt.Apart {
		first, _ = m.store.Times()
	}
	step := axisStep(x.To-x.From, x.Columns/12)
	for at := first; at < x.To; at += step {
		k := start + x.Column(at)
		text := m.axisTime(at)
		if k < l.Used() || k+draw.Width(text) > w {
			continue
		}
		for l.Used() < k {
			l.Put(th.Dim, "─")
		}
		l.Put(th.Weak, text)
	}
	for l.Used() < start+x.Columns {
		l.Put(th.Dim, "─")
	}
	return l.String()
}
