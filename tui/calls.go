package tui

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
)

// callsPane shows requests with their replies: names with a histogram above, calls below. It covers the panes.
type callsPane struct {
	th    *draw.Theme
	store *rows.Store
	look  calls.Look
	// data is what is shown, nil until it is made.
	data *calls.List
	// names is the list of names, whose first row is for all of them; list that of calls. onNames says which has the keys.
	names, list draw.List
	onNames     bool
	// reading is how far the first reading is, of how many messages.
	reading *atomic.Int64
	total   int
}

// callsJob reads on and makes a list, in the background.
type callsJob struct {
	book *calls.Book
	look calls.Look
	done bool
	// read is how many messages were read, for the screen.
	read atomic.Int64
	list *calls.List
	// session and message, unless they are 0, are where the cursor is to go from: to the message's partner.
	session, message, partner int
}

// callsMsg brings what a callsJob has made.
type callsMsg struct{ job *callsJob }

func (j *callsJob) run(s *rows.Store) {
	s.Read(func(t *trace.Trace) (more bool) {
		more = j.book.Read(t)
		j.read.Store(int64(j.book.Messages()))
		return more
	})
	j.book.Settle(j.done)
	if j.message > 0 {
		j.partner = j.book.Partner(j.session, j.message)
		return
	}
	j.list = j.book.List(j.look)
}

// openCalls shows the calls of the session that is looked at, or of all.
func (m *model) openCalls(string) tea.Cmd {
	session := m.spec.Session
	if m.focus == paneSessions {
		session = m.sess.selected(m.store)
	}
	p := &callsPane{th: m.th, store: m.store, look: calls.Look{Session: session, Name: -1, Bucket: -1}, total: m.count.Messages}
	p.names.Resize(3)
	p.list.Resize(10) // until it is drawn
	m.cmp, m.under = p, nil
	return m.makeCalls()
}

// startCalls is the command of a job, nil if one is under way.
func (m *model) startCalls(j *callsJob) tea.Cmd {
	if m.pairing != nil {
		return nil
	}
	if m.book == nil {
		m.book = calls.NewBook()
	}
	j.book, j.done = m.book, m.count.Done
	m.pairing = j
	if p, ok := m.cmp.(*callsPane); ok {
		p.reading = &j.read
	}
	s := m.store
	return m.background(func() tea.Msg {
		j.run(s)
		return callsMsg{j}
	})
}

// makeCalls is the command that makes the list of calls, nil where it is the right one already or is being made.
func (m *model) makeCalls() tea.Cmd {
	p, ok := m.cmp.(*callsPane)
	if !ok || p.data != nil && p.data.Look == p.look && p.data.Done == m.count.Done && p.data.Messages >= m.count.Messages {
		return nil
	}
	return m.startCalls(&callsJob{look: p.look})
}

// callsMade takes in what a job has made.
func (m *model) callsMade(j *callsJob) tea.Cmd {
	if j != m.pairing {
		return nil
	}
	m.pairing = nil
	if j.message > 0 {
		return tea.Batch(m.jumped(j), m.build())
	}
	if p, ok := m.cmp.(*callsPane); ok && p.look == j.look {
		p.take(j.list)
	}
	return m.build()
}

// take shows a new list; the cursor stays at its row.
func (p *callsPane) take(l *calls.List) {
	if p.data == nil || p.data.Look != l.Look {
		p.list.Cursor, p.list.Top = 0, 0
	}
	p.data = l
	p.names.Grow(len(l.Each) + 1)
	p.list.Grow(len(l.Shown))
}

func (p *callsPane) place() place { return inCalls }

// rows is the list that keys move in.
func (p *callsPane) rows() *draw.List {
	if p.onNames {
		return &p.names
	}
	return &p.list
}

// nextDifference is of comparisons; calls have none.
func (p *callsPane) nextDifference(int) {}

// summary is that of the name that is chosen, or of all names; nil if there is no call.
func (p *callsPane) summary() *calls.Summary {
	switch {
	case p.data == nil || p.names.Cursor > len(p.data.Each):
		return nil
	case p.names.Cursor == 0:
		return p.data.Total
	}
	return p.data.Each[p.names.Cursor-1]
}

// callsMoved lets the calls be those of the name that the cursor is at.
func (m *model) callsMoved() tea.Cmd {
	p, ok := m.cmp.(*callsPane)
	if !ok || !p.onNames || p.data == nil {
		return nil
	}
	name := -1
	if s := p.summary(); s != nil && p.names.Cursor > 0 {
		name = p.data.IndexOf(s)
	}
	if name != p.look.Name {
		p.look.Name, p.look.Bucket = name, -1
	}
	return m.makeCalls()
}

// turnCalls gives the keys to the names, or to the calls.
func (m *model) turnCalls(string) tea.Cmd {
	if p, ok := m.cmp.(*callsPane); ok {
		p.onNames = !p.onNames
	}
	return nil
}

// orderCalls orders the calls in the next way.
func (m *model) orderCalls(string) tea.Cmd {
	p, ok := m.cmp.(*callsPane)
	if !ok {
		return nil
	}
	p.look.Order = (p.look.Order + 1) % calls.Orders
	m.note("calls: " + p.look.Order.String())
	return m.makeCalls()
}

// nextBucket makes what a key does that chooses the next column of the histogram that is not empty, or the one before; beyond
// the last one, calls of any time are shown.
func nextBucket(step int) func(*model, string) tea.Cmd {
	return func(m *model, _ string) tea.Cmd {
		p, ok := m.cmp.(*callsPane)
		if !ok || p.summary() == nil {
			return nil
		}
		h := &p.data.Bars[p.names.Cursor]
		at := p.look.Bucket
		if at < 0 && step < 0 {
			at = calls.Buckets
		}
		for at += step; at >= 0 && at < calls.Buckets && h[at] == 0; {
			at += step
		}
		if at < 0 || at >= calls.Buckets {
			at = -1
		}
		if p.look.Bucket = at; at < 0 {
			m.note("calls of any time")
		} else {
			m.note("calls that took " + calls.Range(at, at))
		}
		return m.makeCalls()
	}
}

// current is the call that the cursor is at, nil for none.
func (p *callsPane) current() *calls.Row {
	if p.data == nil || p.list.Cursor >= len(p.data.Shown) {
		return nil
	}
	return &p.data.All[p.data.Shown[p.list.Cursor]]
}

// openCall is the command that shows request and reply side by side; on the names it goes to the calls.
func (m *model) openCall(string) tea.Cmd {
	p, ok := m.cmp.(*callsPane)
	if !ok {
		return nil
	}
	r := p.current()
	switch {
	case p.onNames:
		p.onNames = false
		return nil
	case r == nil:
		return nil
	case r.Reply == 0:
		m.warn("this request has no reply; r shows it among the messages")
		return nil
	}
	var a, b int
	m.store.Look(func(t *trace.Trace) {
		a, b = t.Index(int(r.Session), int(r.Request)), t.Index(int(r.Session), int(r.Reply))
	})
	s, th := m.store, m.th
	return m.background(func() tea.Msg { return comparedMsg{newCompare(th, s, a, b)} })
}

// showCall leaves the calls for the request of one, in the list of messages.
func (m *model) showCall(string) tea.Cmd {
	p, ok := m.cmp.(*callsPane)
	if !ok || p.current() == nil {
		return nil
	}
	r := p.current()
	m.cmp, m.under = nil, nil
	m.note("the request; r goes to its reply and back, C to the calls")
	return m.goTo(int(r.Session), int(r.Request))
}

// jump is the command that goes from a request to its reply in the list, or back.
func (m *model) jump(string) tea.Cmd {
	_, c, ok := m.currentMessage()
	if !ok {
		m.warn("this row is not a message")
		return nil
	}
	if m.pairing != nil {
		m.note("requests and replies are being paired; press r again")
		return nil
	}
	return m.startCalls(&callsJob{session: c.Session.N, message: c.Message.N})
}

// jumped goes to the partner that was found.
func (m *model) jumped(j *callsJob) tea.Cmd {
	if j.partner == 0 {
		m.warn(fmt.Sprintf("message %d:%d is neither a request with a reply nor a reply", j.session, j.message))
		return nil
	}
	return m.goTo(j.session, j.partner)
}

// goTo goes to message n of a session in the list, which shows that session or all.
func (m *model) goTo(session, n int) tea.Cmd {
	i := -1
	m.store.Look(func(t *trace.Trace) { i = t.Index(session, n) })
	if i < 0 {
		m.warn(fmt.Sprintf("message %d:%d is no longer kept", session, n))
		return nil
	}
	if m.focus = max(m.focus, paneMessages); m.spec.Session != 0 && m.spec.Session != session {
		m.spec.Session = session
		m.sess.choose(m.store, session)
	}
	m.spec.Frames, m.msgs.list.Follow = false, false
	cmd := m.refilter()
	m.anchor = i
	m.growList()
	if c, ok := m.current(); m.anchor < 0 && (!ok || c.Index != i) {
		m.warn(fmt.Sprintf("message %d:%d is not in the list: %s", session, n, strings.Join(m.hidden(), ", ")))
	}
	return cmd
}
