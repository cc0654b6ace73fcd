package tui

import (
	"sync/atomic"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ladder"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/trace"
)

// ladderMode reports whether the messages are drawn as a ladder.
type ladderMode uint8

const (
	ladderOff ladderMode = iota
	ladderOn
	ladderTCP // with what TCP did
)

const (
	// maxLadder is how many messages a ladder shows.
	maxLadder = 100_000
	// maxLadderRest is how long a ladder is left as it is at most while messages come.
	maxLadderRest = 2 * time.Second
)

// ladderLook says which ladder it is.
type ladderLook struct {
	session     int
	frames, tcp bool
}

// ladderKey says which rows a ladder has: equal ones have the same.
type ladderKey struct {
	ladderLook
	info *decode.Session
	// first is the first message that is kept.
	count, amended, first int
}

// ladderPane shows a session as two lines with its messages as arrows, in the place of the list of messages.
type ladderPane struct {
	mode ladderMode
	list draw.List
	key  ladderKey
	rows []ladder.Row
	err  error
	took time.Duration
	// want is the ladder that is being made, nil for none.
	want *ladderJob
	// seen is the row of the list of messages that the ladder has gone to.
	seen int
}

// ladderJob makes the rows of a ladder in the background.
type ladderJob struct {
	key  ladderKey
	rest time.Duration
	stop atomic.Bool
	rows []ladder.Row
	err  error
	took time.Duration
}

// ladderMsg brings a ladder.
type ladderMsg struct{ job *ladderJob }

// run makes the rows.
func (j *ladderJob) run(s *rows.Store) {
	time.Sleep(j.rest)
	began := time.Now()
	s.ReadPausing(func(t *trace.Trace, pause func()) {
		n := 0
		opt := ladder.Options{Frames: j.key.frames, TCP: j.key.tcp, Messages: maxLadder, Pause: func() bool {
			if n++; n%16 == 0 {
				pause()
			}
			return !j.stop.Load()
		}}
		j.rows, j.err = ladder.Rows(t, j.key.session, opt)
	})
	j.took = time.Since(began)
}

// laddering reports whether the ladder is in the place of the list. It shows one session, never all.
func (m *model) laddering() bool { return m.lad.mode != ladderOff && m.spec.Session != 0 }

// turnLadder goes from the list to the ladder, to that with TCP, and back.
func (m *model) turnLadder(string) tea.Cmd {
	switch {
	case !m.laddering():
		if !m.toOneSession() {
			m.warn("a ladder shows one session; go to a row of one first")
			return nil
		}
		m.lad = ladderPane{mode: ladderOn, list: draw.List{Height: m.msgs.list.Height, Follow: m.msgs.list.Follow}, seen: -1}
		m.note("ladder: all messages, filtered or not; L adds TCP, f frames, Esc back to the list")
	case m.lad.mode == ladderOn:
		m.lad.mode = ladderTCP
		m.note("the ladder shows TCP too; L lists messages again")
	default:
		m.leaveLadder()
	}
	m.focus = max(m.focus, paneMessages)
	return m.refilter()
}

// toOneSession chooses the session of the row that is looked at where all are shown.
func (m *model) toOneSession() bool {
	if m.spec.Session != 0 {
		return true
	}
	c, ok := m.current()
	if !ok {
		return false
	}
	m.anchor = c.Index
	m.spec.Session = c.Session.N
	m.sess.choose(m.store, c.Session.N)
	return true
}

func (m *model) leaveLadder() {
	if m.lad.want != nil {
		m.lad.want.stop.Store(true)
	}
	m.lad = ladderPane{}
	m.note("messages are listed")
}

// makeLadder is the command that makes the ladder, nil where it is the right one already.
func (m *model) makeLadder() tea.Cmd {
	if !m.laddering() {
		return nil
	}
	m.keepStep()
	p, s, key := &m.lad, m.store, m.ladderKey()
	if p.want != nil && p.want.key.ladderLook == key.ladderLook || p.want == nil && p.key == key {
		return nil // a newer version of what is under way is asked for when it has come
	}
	if p.want != nil {
		p.want.stop.Store(true)
	}
	p.want = &ladderJob{key: key}
	if p.key.ladderLook == key.ladderLook {
		p.want.rest = min(3*p.took, maxLadderRest)
	}
	j := p.want
	return m.background(func() tea.Msg {
		j.run(s)
		return ladderMsg{j}
	})
}

func (m *model) ladderKey() ladderKey {
	n := m.spec.Session
	k := ladderKey{ladderLook: ladderLook{n, m.spec.Frames, m.lad.mode == ladderTCP}}
	m.store.Look(func(t *trace.Trace) {
		k.info, k.count, k.amended, k.first = t.Session(n), t.MessageCount(n), t.Amended(), t.FirstKept(n)
	})
	return k
}

// ladderMade takes in a ladder.
func (m *model) ladderMade(j *ladderJob) tea.Cmd {
	p := &m.lad
	if j != p.want {
		return nil
	}
	if p.key.ladderLook != j.key.ladderLook {
		p.seen = -1
	}
	p.rows, p.err, p.key, p.took, p.want = j.rows, j.err, j.key, j.took, nil
	p.list.Grow(len(p.rows))
	return m.build()
}

// ladderMoved lets the list stand on the message that the ladder stands on.
func (m *model) ladderMoved() {
	m.anchor = -1
	if c, ok := m.current(); ok {
		if at, _ := m.filter.Find(m.store, c.Index); at < m.msgs.list.N {
			m.msgs.list.Set(at)
		}
	}
	m.msgs.list.Follow = m.lad.list.Follow
	m.lad.seen = m.msgs.list.Cursor
}

// keepStep lets the ladder go to the message of the list where something else than the ladder has moved that.
func (m *model) keepStep() {
	p := &m.lad
	if len(p.rows) == 0 || m.anchor >= 0 || p.seen == m.msgs.list.Cursor {
		return
	}
	p.seen = m.msgs.list.Cursor
	if p.list.Follow && m.msgs.list.Follow {
		return
	}
	if c, ok := m.filter.At(m.store, p.seen); ok {
		p.list.Set(p.rowOf(&c))
	}
}

// rowOf is the row of what c shows, or where it would stand.
func (p *ladderPane) rowOf(c *rows.Cell) int {
	message, frame := c.Message.N, 0
	switch {
	case c.Kind == rows.OfFrame:
		message, frame = c.Frame.Message, c.Frame.N
	case c.Kind == rows.OfMark && c.Mark.Event != rows.Ended:
		return 0
	case c.Kind == rows.OfMark:
		return len(p.rows) - 1
	}
	for i := range p.rows {
		if r := &p.rows[i]; r.Message == message && (r.Frame == frame || r.Frame == 0 || frame == 0) {
			return i
		}
	}
	return p.list.Cursor
}

// current is the message or frame that the ladder stands on.
func (p *ladderPane) current(s *rows.Store) (c rows.Cell, ok bool) {
	if p.list.Cursor >= len(p.rows) {
		return c, false
	}
	r := &p.rows[p.list.Cursor]
	return s.Numbered(p.key.session, r.Message, r.Frame)
}

// ladderMark reports whether the message of a row is selected.
func (m *model) ladderMark(r *ladder.Row) bool {
	if len(m.msgs.marked) == 0 || r.Message == 0 {
		return false
	}
	i := -1
	m.store.Look(func(t *trace.Trace) { i = t.Index(m.lad.key.session, r.Message) })
	return m.msgs.isMarked(i)
}

// ladderStyle is how a span of a ladder is drawn.
func ladderStyle(th *draw.Theme, s ladder.Style) draw.Style {
	return [...]draw.Style{ladder.Plain: th.Plain, ladder.Quiet: th.Dim, ladder.Strong: th.Bold, ladder.Sent: th.Sent,
		ladder.Received: th.Received, ladder.Alarm: th.Bad}[s]
}

// View draws the pane in w cells and h rows.
func (p *ladderPane) View(th *draw.Theme, info *decode.Session, zero capture.Time, selected func(*ladder.Row) bool, w, h int, focused bool) []string {
	p.list.Resize(h - 1)
	d := ladder.Draw{Width: w - 3, NoTime: w-3 < ladder.MinWidth, First: zero}
	l := th.Line(w)
	draw.Head(l, th, focused)
	l.Put(th.Plain, " ")
	if info != nil {
		drawSpans(l, th, d.Head(info)[0])
	}
	rows := []string{l.String()}
	from, to := p.list.Visible()
	for i := from; i < min(to, len(p.rows)); i++ {
		l := th.Line(w)
		if draw.Cursor(l, th, i == p.list.Cursor, focused); selected(&p.rows[i]) {
			draw.Selected(l, th)
		}
		rows = append(rows, drawSpans(l, th, d.Row(&p.rows[i])).String())
	}
	switch {
	case p.err != nil:
		rows = append(rows, th.Line(w).Put(th.Bad, "   "+show.Inert(p.err.Error())).String())
	case len(p.rows) == 0:
		rows = append(rows, th.Line(w).Put(th.Dim, "   ...").String())
	}
	return draw.Fit(rows, w, h)
}

// drawSpans draws a line of a ladder.
func drawSpans(l *draw.Line, th *draw.Theme, spans []ladder.Span) *draw.Line {
	for _, s := range spans {
		l.Put(ladderStyle(th, s.Style), s.Text)
	}
	return l
}
