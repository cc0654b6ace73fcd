package tui

import (
	"fmt"
	"sync/atomic"

	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// maxDiffed is how many bytes of payload of each session are compared.
const maxDiffed = 256 << 20

// overlay is a comparison or the calls: it covers the panes.
type overlay interface {
	View(w, h int) []string
	// rows is the list that keys move in.
	rows() *draw.List
	// nextDifference goes to the next difference, or the one before if step is -1.
	nextDifference(step int)
	place() place
}

// diffJob compares two sessions in the background.
type diffJob struct {
	store    *rows.Store
	th       *draw.Theme
	sessions [2]int
	stop     atomic.Bool
	// note says what could not be compared, once it is done.
	note string
}

// diffedMsg brings what became of a diffJob.
type diffedMsg struct {
	job  *diffJob
	pane *diffPane
	err  error
}

// selectSession selects the session that the cursor is at, or does so no longer.
func (m *model) selectSession(string) tea.Cmd {
	n := m.sess.selected(m.store)
	if n == 0 {
		m.warn("this row is for all sessions together")
		return nil
	}
	m.sess.marked = toggled(m.sess.marked, n)
	m.sess.list.Move(1)
	switch n := len(m.sess.marked); {
	case n == 2:
		m.note("two sessions selected: = compares them, w writes their packets")
	case n > 2:
		m.note(fmt.Sprintf("%d sessions selected: w writes their packets", n))
	default:
		m.note(fmt.Sprintf("%d selected; Space selects another session, = compares, w writes packets", n))
	}
	m.spec.Session = m.sess.selected(m.store)
	return m.refilter()
}

// compareSessions is the command that compares the two selected sessions, or the selected one with this one.
func (m *model) compareSessions(string) tea.Cmd {
	two := append([]int(nil), m.sess.marked...)
	if n := m.sess.selected(m.store); len(two) == 1 && n != 0 && n != two[0] {
		two = append(two, n)
	}
	if len(two) < 2 {
		m.warn("Space selects the two sessions to compare")
		return nil
	}
	if len(two) > 2 {
		m.warn(fmt.Sprintf("%d sessions are selected, two can be compared: Space unselects", len(two)))
		return nil
	}
	m.stopDiff()
	j := &diffJob{store: m.store, th: m.th, sessions: [2]int{two[0], two[1]}}
	m.diffing = j
	return m.background(func() tea.Msg {
		p, err := j.run()
		return diffedMsg{j, p, err}
	})
}

func (m *model) stopDiff() {
	if m.diffing != nil {
		m.diffing.stop.Store(true)
		m.diffing = nil
	}
}

// showDiff takes in a comparison of sessions, unless it was cancelled.
func (m *model) showDiff(msg diffedMsg) {
	if msg.job != m.diffing {
		return
	}
	m.diffing = nil
	if msg.err != nil {
		m.warn(msg.err.Error())
		return
	}
	m.cmp, m.under = msg.pane, nil
	if msg.job.note != "" {
		m.warn(msg.job.note)
	}
}

// showComparison takes in a comparison of messages; what it was opened from comes back when it is left.
func (m *model) showComparison(p *comparePane) {
	if _, again := m.cmp.(*comparePane); !again {
		m.under = m.cmp
	}
	m.cmp = p
}

// uncover leaves a comparison.
func (m *model) uncover(string) tea.Cmd {
	m.cmp, m.under = m.under, nil
	return nil
}

// openPair is the command that compares the two messages of a row.
func (m *model) openPair(string) tea.Cmd {
	d, ok := m.cmp.(*diffPane)
	if !ok {
		return nil
	}
	a, b, ok := d.messages()
	if !ok {
		m.warn("this row does not have two messages to compare")
		return nil
	}
	var i, k int
	m.store.Look(func(t *trace.Trace) { i, k = t.Index(d.c.A.Info.N, a.N), t.Index(d.c.B.Info.N, b.N) })
	s, th := m.store, m.th
	return m.background(func() tea.Msg { return comparedMsg{newCompare(th, s, i, k)} })
}

// run makes the comparison; both are nil where it was cancelled.
func (j *diffJob) run() (*diffPane, error) {
	var sides [2]*diff.Side
	for k, n := range j.sessions {
		s, err := j.side(n)
		if err != nil || j.stop.Load() {
			return nil, err
		}
		sides[k] = s
	}
	return newDiffPane(j.th, diff.Compare(sides[0], sides[1], &diff.Options{})), nil
}

// side is what diff.FromTrace makes, but lets others have their turn between messages.
func (j *diffJob) side(n int) (*diff.Side, error) {
	s := &diff.Side{Info: j.store.Session(n), Control: true}
	if s.Info == nil {
		return nil, fmt.Errorf("session %d is no longer kept", n)
	}
	var err error
	k, size := 1, 0
	j.store.Read(func(t *trace.Trace) (more bool) {
		if first := t.FirstKept(n); k < first {
			k = first
			j.note = fmt.Sprintf("the start of session %d is not compared: it is no longer kept", n)
		}
		if j.stop.Load() || k > t.MessageCount(n) {
			return false
		}
		var m ws.Message
		if m, err = numberedMessage(t, n, k); m.N > 0 {
			s.Messages = append(s.Messages, m)
		}
		if size += len(m.Payload); size > maxDiffed {
			err = fmt.Errorf("session %d carries more than %d MB: compare with wspeek diff", n, maxDiffed>>20)
		}
		k++
		return err == nil
	})
	return s, err
}

// numberedMessage is message k of a session with its payload; its number is 0 if it is not there.
func numberedMessage(t *trace.Trace, session, k int) (m ws.Message, err error) {
	if i := t.Index(session, k); i >= 0 {
		t.MessageInto(i, &m)
		m.Payload, err = t.Payload(i)
	}
	return m, err
}

// diffPane shows two sessions side by side, or one above the other. Its rows are the differences of the opening
// handshake, the pairs of messages, and the differences of the end.
type diffPane struct {
	th   *draw.Theme
	c    *diff.Comparison
	list draw.List
}

func newDiffPane(th *draw.Theme, c *diff.Comparison) *diffPane {
	p := &diffPane{th: th, c: c}
	p.list.Resize(10) // until it is drawn
	p.list.Grow(len(c.Handshake) + len(c.Pairs) + len(c.Ending))
	if at := p.next(-1); at > 0 {
		p.list.Set(at)
	}
	return p
}

func (p *diffPane) place() place { return inDiff }

func (p *diffPane) rows() *draw.List { return &p.list }

func (p *diffPane) nextDifference(step int) {
	at := p.previous(p.list.Cursor)
	if step > 0 {
		at = p.next(p.list.Cursor)
	}
	if at >= 0 {
		p.list.Set(at)
	}
}

// next is the first row after row i that differs, -1 for none.
func (p *diffPane) next(i int) int {
	from := len(p.c.Handshake)
	if i+1 < from {
		return i + 1
	}
	if at := p.c.Next(max(i-from, -1)); at >= 0 {
		return from + at
	}
	if at := max(i+1, from+len(p.c.Pairs)); at < p.list.N {
		return at
	}
	return -1
}

// previous is the last row before row i that differs, -1 for none.
func (p *diffPane) previous(i int) int {
	from := len(p.c.Handshake)
	end := from + len(p.c.Pairs)
	if i > end {
		return i - 1
	}
	if at := p.c.Previous(min(i, end) - from); i > from && at >= 0 {
		return from + at
	}
	return min(i, from) - 1
}

// pair is the pair of row i; where there is none, it is the change of the handshake or end.
func (p *diffPane) pair(i int) (*diff.Pair, *diff.Change) {
	from := len(p.c.Handshake)
	end := from + len(p.c.Pairs)
	switch {
	case i < from:
		return nil, &p.c.Handshake[i]
	case i < end:
		return &p.c.Pairs[i-from], nil
	}
	return nil, &p.c.Ending[i-end]
}

// sides are the messages of a pair, nil where one has none.
func (p *diffPane) sides(r *diff.Pair) (a, b *ws.Message) {
	if r.A >= 0 {
		a = &p.c.A.Messages[r.A]
	}
	if r.B >= 0 {
		b = &p.c.B.Messages[r.B]
	}
	return a, b
}

// messages are the two messages of the row that the cursor is at.
func (p *diffPane) messages() (a, b *ws.Message, ok bool) {
	if p.list.Cursor >= p.list.N {
		return nil, nil, false
	}
	if r, _ := p.pair(p.list.Cursor); r != nil {
		a, b = p.sides(r)
	}
	return a, b, a != nil && b != nil
}
