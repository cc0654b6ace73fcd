package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// tableJob makes a table of sessions in the background.
type tableJob struct {
	look rows.SessionLook
	// rest is how long to wait first, so that sessions that change all the time do not take all of the time; took is
	// how long it took.
	rest, took time.Duration
	// cursor is where the cursor was when it was asked for.
	cursor int
	table  *rows.SessionTable
}

// tableMsg brings what a tableJob has made.
type tableMsg struct{ job *tableJob }

func (j *tableJob) run(s *rows.Store, fileOf func(int) string) {
	time.Sleep(j.rest)
	start := time.Now()
	j.table = rows.NewSessionTable(s, j.look, fileOf)
	j.took = time.Since(start)
}

// makeTable is the command that makes the list of sessions, nil where it is the right one already or is being made.
func (m *model) makeTable() tea.Cmd {
	p := &m.sess
	if p.look == (rows.SessionLook{}) {
		m.tabling = nil
		return nil
	}
	if m.tabling != nil && m.tabling.look == p.look {
		return nil
	}
	j := &tableJob{look: p.look, cursor: p.list.Cursor}
	if p.table != nil && p.table.Look == p.look {
		if p.table.Version == m.store.SessionsVersion(p.look) {
			return nil
		}
		j.rest = min(5*m.tableTook, maxTableRest)
	}
	m.tabling = j
	s, fileOf := m.store, m.opt.FileOf
	return m.background(func() tea.Msg {
		j.run(s, fileOf)
		return tableMsg{j}
	})
}

// maxTableRest is how long a list of sessions that is out of date rests at most.
const maxTableRest = time.Second

// tableMade takes in a list of sessions.
func (m *model) tableMade(j *tableJob) tea.Cmd {
	if j != m.tabling {
		return nil
	}
	m.tabling, m.tableTook = nil, j.took
	old, moved := m.sess.table, m.sess.list.Cursor-j.cursor
	top := old == nil || old.Look != j.look
	if m.sess.adopt(m.store, j.table, top); top && moved != 0 { // keys that were pressed meanwhile
		m.sess.list.Move(moved)
	}
	return tea.Batch(m.makeTable(), m.sessionsMoved())
}

// sessionsMoved takes in that the cursor of the list of sessions may be at another one.
func (m *model) sessionsMoved() tea.Cmd {
	if m.focus == paneSessions {
		m.spec.Session = m.sess.selected(m.store)
	}
	return tea.Batch(m.refilter(), m.build())
}

// look lists other sessions, or in another order.
func (m *model) look(l rows.SessionLook) tea.Cmd {
	m.focus = paneSessions
	m.remember(narrowingOf(m.spec, m.sess.look), narrowingOf(m.spec, l))
	if m.sess.look = l; l == (rows.SessionLook{}) {
		m.tabling = nil
		m.sess.adopt(m.store, nil, false)
		m.sess.grow(m.store, m.count.Listed)
		return m.sessionsMoved()
	}
	return m.makeTable()
}

// sortBy sorts the sessions by a column, or the other way round if they are sorted by it.
func (m *model) sortBy(k rows.SessionKey) tea.Cmd {
	l := m.sess.look
	l.Reverse = l.Key == k && !l.Reverse
	l.Key = k
	m.note(sortWords(l) + "; O reverses, o takes the next column")
	return m.look(l)
}

// sortWords says how a list is sorted.
func sortWords(l rows.SessionLook) string {
	how := [2]string{"first to last", "last to first"}
	switch {
	case l.Key.LargestFirst():
		how = [2]string{"largest first", "smallest first"}
	case l.Key == rows.ByVerdict:
		how = [2]string{"hurt first", "hurt last"}
	case l.Key == rows.ByStart || l.Key == rows.ByEnd:
		how = [2]string{"earliest first", "latest first"}
	}
	if l.Reverse {
		how[0] = how[1]
	}
	return "sessions by " + l.Key.String() + ", " + how[0]
}

// nextSort sorts the sessions by the next column that is shown.
func (m *model) nextSort(string) tea.Cmd {
	heads := m.sess.heads
	if len(heads) == 0 {
		return nil
	}
	next := heads[0].key
	for k, h := range heads {
		if h.key == m.sess.look.Key {
			next = heads[(k+1)%len(heads)].key
		}
	}
	l := m.sess.look
	l.Key, l.Reverse = next, false
	m.note(sortWords(l) + "; O reverses, o takes the next column")
	return m.look(l)
}

// reverseSort turns the order round.
func (m *model) reverseSort(string) tea.Cmd {
	l := m.sess.look
	l.Reverse = !l.Reverse
	m.note(sortWords(l))
	return m.look(l)
}

// toggleHurt lists only the sessions that did not end well, or all.
func (m *model) toggleHurt(string) tea.Cmd {
	l := m.sess.look
	if l.HurtOnly = !l.HurtOnly; l.HurtOnly {
		m.note("only sessions that were cut off, refused, broke a rule, or are not wholly known; z lists all")
	} else {
		m.note("all sessions are listed")
	}
	return m.look(l)
}

// nextGroup groups the sessions by the next thing that they may share.
func (m *model) nextGroup(string) tea.Cmd {
	l := m.sess.look
	l.Group = (l.Group + 1) % rows.Groupings
	m.noteGroups(l.Group)
	return m.look(l)
}

func (m *model) noteGroups(g rows.Grouping) {
	if g == rows.Ungrouped {
		m.note("sessions are not grouped")
		return
	}
	m.note("grouped by " + g.String() + "; Enter opens a group, g takes the next grouping")
}

// askSessionFilter asks for a filter of the list of sessions.
func (m *model) askSessionFilter(string) tea.Cmd {
	text := ""
	if q := m.sess.look.Query; q != nil {
		text = q.Text
	}
	return m.open(promptSessions, text)
}

// filterSessions lists the sessions that pass, all if q is nil.
func (m *model) filterSessions(q *rows.Query) tea.Cmd {
	l := m.sess.look
	l.Query = q
	return m.look(l)
}

// sortCommand is :sort COLUMN.
func (m *model) sortCommand(arg string) (tea.Cmd, error) {
	k, ok := rows.SessionKeyNamed(arg)
	if !ok {
		return nil, fmt.Errorf("there is no column %q; there are %s", arg, strings.Join(sortNames(), ", "))
	}
	return m.sortBy(k), nil
}

func sortNames() (out []string) {
	for k := range rows.SessionKeys {
		out = append(out, k.String())
	}
	return out
}

func groupNames() (out []string) {
	for g := range rows.Groupings {
		out = append(out, g.String())
	}
	return out
}

// groupCommand is :group WHAT.
func (m *model) groupCommand(arg string) (tea.Cmd, error) {
	for g := range rows.Groupings {
		if g.String() == arg {
			l := m.sess.look
			l.Group = g
			m.noteGroups(g)
			return m.look(l), nil
		}
	}
	return nil, fmt.Errorf("%q: want one of %s", arg, strings.Join(groupNames(), ", "))
}

// narrowed reports whether sessions are left out or grouped.
func (m *model) narrowed() bool { return m.sess.look.Narrow() || m.sess.look.Group != rows.Ungrouped }

// widen lists all sessions again, in the same order.
func (m *model) widen() tea.Cmd {
	m.note("all sessions are listed")
	return m.look(rows.SessionLook{Key: m.sess.look.Key, Reverse: m.sess.look.Reverse})
}

// openAlone opens the only session of a file, unless somebody has pressed a key: with one session the list says little. If
// another one comes after all, the list is shown again.
func (m *model) openAlone() {
	switch {
	case m.touched:
	case m.alone && m.count.Sessions > 1:
		m.alone, m.focus, m.spec.Session = false, paneSessions, 0
		m.sess.choose(m.store, 0)
	case !m.alone && m.count.Sessions == 1 && m.count.Messages > 0 && (m.count.Done || m.now().Sub(m.began) > soonAlone):
		m.alone, m.focus, m.spec.Session = true, paneMessages, 1
		m.sess.grow(m.store, m.count.Listed)
		m.sess.choose(m.store, 1)
		m.note("the only session; Esc shows the list of sessions")
	}
}

// soonAlone is after how much reading the only session is opened while there may be another one.
const soonAlone = time.Second

// triageLine is the line above the list of sessions: how they fared, how the list is sorted and filtered.
func (m *model) triageLine() string {
	l := m.th.Line(m.w)
	c, th := &m.count, m.th
	l.Put(th.Bold, " "+show.CountGrouped(int64(c.Listed), "session")+" ")
	hurt := show.Thousands(int64(c.Health[rows.Hurt])) + " hurt"
	m.spotAt(1, l.Used(), l.Used()+len(hurt)+2, "z")
	if m.sess.look.HurtOnly {
		l.Put(th.Title, "["+hurt+"]")
	} else {
		l.Put(draw.Pick(c.Health[rows.Hurt] > 0, th.Bad, th.Dim), " "+hurt+" ")
	}
	if m.w >= 60 || !m.narrowed() {
		l.Put(th.Plain, " "+show.Thousands(int64(c.Health[rows.Underway]))+" open")
		l.Put(th.Plain, "  "+show.Thousands(int64(c.Health[rows.Well]))+[2]string{" well", " closed well"}[min(m.w/60, 1)]+" ")
	}
	from := l.Used()
	m.drawLook(l)
	m.spotAt(1, from, l.Used(), "/")
	return l.String()
}

// drawLook draws how the sessions are filtered, grouped and sorted, as far as they are.
func (m *model) drawLook(l *draw.Line) {
	look, th := m.sess.look, m.th
	if t := m.sess.table; look.Narrow() && t != nil && t.Look == look {
		l.Put(th.Bold, " "+show.Thousands(int64(t.Len()))+" listed")
	}
	if look.Query != nil {
		l.Put(th.Bold, " / ").Wire(th.Good, []byte(look.Query.Text))
	}
	if look.Group != rows.Ungrouped {
		l.Put(th.Bold, "  by "+look.Group.String())
	}
	if look.Key != rows.ByNumber || look.Reverse {
		sign := "↑"
		if look.Key.LargestFirst() != look.Reverse {
			sign = "↓"
		}
		l.Put(th.Bold, "  sort "+look.Key.String()+" "+sign)
	}
}
