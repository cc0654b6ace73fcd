package tui

import (
	"sync/atomic"
	"time"

	"github.com/wspeek/wspeek/tui/draw"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/decode/show"
)

// pane is one of the three panes.
type pane uint8

const (
	paneSessions pane = iota
	paneMessages
	paneDetail
)

// model is the one Bubble Tea model. It belongs to the goroutine that runs the program; commands are given copies.
type model struct {
	opt   Options
	store *store
	th    *draw.Theme
	w, h  int

	focus              pane
	maximised, stacked bool
	sess               sessionsPane
	msgs               messagesPane
	lad                ladderPane
	det                detailPane
	// cmp covers the panes, under is what it was opened from.
	cmp, under overlay
	// diffing is the comparison of sessions that is being made, nil for none.
	diffing *diffJob
	help    *helpPane
	prompt  *prompt
	history [len(promptSigns)]history

	spec spec
	lens *lens
	// scanning says that a command looks through messages for the lens.
	scanning bool
	// anchor is the message (frame) that the cursor is to come back to, -1 for none.
	anchor int
	// wanted is a session to go to as soon as it is there, 0 for none.
	wanted  int
	search  *query
	hunt    *hunt
	version int
	// writing gives up what is being written to a file, nil where nothing is.
	writing func()
	// written are the files that were made.
	written map[string]bool
	// wrote says that a file was done after the last key.
	wrote bool
	// leaving says that q was pressed once to end a capture.
	leaving bool

	paused   bool
	frozen   int // rows shown while paused
	first    string
	note     string
	noteBad  bool
	noted    time.Time
	count    counts
	progress Progress
	began    time.Time
	quitting bool
	crash    error
	hits     []hit
	// now is the clock, which tests replace.
	now func() time.Time
}

// noteStays is how long a note stays in a live run.
const noteStays = 15 * time.Second

// refreshMsg tells that the store has changed.
type refreshMsg struct{}

// scannedMsg tells that a lens has caught up.
type scannedMsg struct{ lens *lens }

// builtMsg brings a document.
type builtMsg struct{ doc *document }

// huntedMsg brings what a hunt has found.
type huntedMsg struct {
	hunt *hunt
	at   int
}

// wroteMsg tells what became of a file.
type wroteMsg struct {
	name, text string
	err        error
}

// crashMsg tells that a goroutine of ours has panicked.
type crashMsg struct{ err error }

func newModel(opt Options) (*model, error) {
	m := &model{opt: opt, store: newStore(&opt), th: draw.NewTheme(true), written: map[string]bool{}, w: 80, h: 24, anchor: -1, now: time.Now}
	q, err := compile(opt.Filter)
	if err != nil {
		return nil, err
	}
	m.spec.query = q
	m.history[promptFilter].add(opt.Filter)
	m.lens = newLens(m.spec)
	m.msgs.list.Follow = opt.Live
	if opt.Live {
		m.focus = paneMessages
	}
	m.msgs.clock = opt.Clock
	if m.wanted = opt.Session; m.wanted > 0 {
		m.focus = paneMessages
		m.spec.session = m.wanted
		m.lens = newLens(m.spec)
		m.store.pinned = m.wanted
	}
	m.began = m.now()
	m.say(opt.Note)
	return m, nil
}

// Init is tea.Model.
func (m *model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.wait())
}

// wait is the command that tells when the store has changed, and not more often than refreshEvery.
func (m *model) wait() tea.Cmd {
	changed := m.store.changed
	return m.store.beside(func() tea.Msg {
		<-changed
		time.Sleep(refreshEvery)
		return refreshMsg{}
	})
}

// refresh takes in the newest counters, and lets the lens catch up.
func (m *model) refresh() tea.Cmd {
	m.count = m.store.counts()
	m.advance(m.opt.Feed.Progress())
	m.sess.grow(m.store, m.count.listed)
	if m.wanted > 0 && m.count.sessions >= m.wanted {
		m.sess.choose(m.store, m.wanted)
		m.wanted = 0
	}
	m.trim()
	if !m.scanning && m.lens.stale(m.store) {
		m.lens = newLens(m.spec)
	}
	m.growList()
	if !m.det.isEntry() || m.det.subject().entry.kind == entryMark {
		m.version++ // a session's snapshot may be newer
	}
	return tea.Batch(m.scan(), m.build())
}

// advance takes in how far the feed is, and says what has gone wrong or is well again. A note that nobody has answered does
// not hide the account for ever while a capture goes on.
func (m *model) advance(p Progress) {
	before := m.progress.Trouble
	switch m.progress = p; {
	case p.Trouble == before:
	case p.Trouble != "":
		m.complain(p.Trouble)
	default:
		m.say("no longer: " + before)
	}
	if m.opt.Live && m.note != "" && m.now().Sub(m.noted) > noteStays && m.writing == nil {
		m.note = ""
	}
}

// trim rids the list of what was forgotten, unless rows are being gone through by number.
func (m *model) trim() {
	if m.hunt != nil || m.writing != nil {
		return
	}
	if m.lens.trim(m.store, &m.msgs.list.Cursor, &m.msgs.list.Top, &m.frozen) {
		m.lad.seen = -1
	}
}

// growList takes in how many rows the lens has.
func (m *model) growList() {
	rows, _, _ := m.lens.state(m.store)
	if m.paused {
		rows = min(rows, m.frozen)
	}
	m.msgs.list.Grow(rows)
	if m.anchor < 0 {
		return
	}
	at, ready := m.lens.find(m.store, m.anchor)
	if m.msgs.list.Set(min(at, rows-1)); ready {
		m.anchor = -1
	}
}

// scan is the command that lets the lens catch up, nil where there is nothing to do.
func (m *model) scan() tea.Cmd {
	if m.scanning || !m.lens.behind(m.store) {
		return nil
	}
	m.scanning = true
	v, s := m.lens, m.store
	return m.store.beside(func() tea.Msg {
		v.scan(s)
		return scannedMsg{v}
	})
}

// relens shows what a changed spec lets through; the cursor stays at the message that it stands on.
func (m *model) relens() tea.Cmd {
	if m.spec == m.lens.spec {
		return nil
	}
	if !m.msgs.list.Follow && m.anchor < 0 && m.lens.frames == m.spec.frames && m.lens.session == m.spec.session {
		if c, ok := m.lens.entryAt(m.store, m.msgs.list.Cursor); ok {
			m.anchor = c.i
		}
	}
	m.lens.stop.Store(true)
	m.stopHunt()
	m.lens, m.scanning = newLens(m.spec), false
	m.store.pin(m.spec.session)
	m.paused = false
	m.msgs.list = draw.List{Height: m.msgs.list.Height, Follow: m.msgs.list.Follow}
	m.version++
	return m.scan()
}

func (m *model) stopHunt() {
	if m.hunt != nil {
		m.hunt.stop.Store(true)
		m.hunt = nil
	}
}

// finder is what is lit: the search, else the filter.
func (m *model) finder() draw.Finder {
	if m.search != nil {
		return m.search.find
	}
	if m.spec.query != nil {
		return m.spec.query.find
	}
	return nil
}

func (d *detailPane) isEntry() bool { return d.doc != nil && d.doc.request.isEntry }

func (d *detailPane) subject() subject {
	if d.doc == nil {
		return subject{}
	}
	return d.doc.request.subject
}

// subject is what the detail pane is to show.
func (m *model) subject() subject {
	if m.focus == paneSessions {
		return subject{session: m.sess.selected(m.store)}
	}
	c, ok := m.current()
	if !ok && c.kind != entryGone {
		return subject{session: m.spec.session}
	}
	return subject{entry: c.entry, isEntry: true}
}

// current is the row that the cursor of the list stands on.
func (m *model) current() (cell, bool) {
	if m.laddering() {
		return m.lad.current(m.store)
	}
	return m.lens.entryAt(m.store, m.msgs.list.Cursor)
}

// currentMessage is the index and copy of the message that the cursor stands on.
func (m *model) currentMessage() (i int, c cell, ok bool) {
	c, ok = m.current()
	switch {
	case !ok || c.kind == entryMark:
		return 0, c, false
	case c.kind == entryMessage:
		return c.i, c, true
	}
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	i = m.store.trace.Index(c.session.N, c.f.Message)
	if i >= 0 {
		m.store.trace.MessageInto(i, &c.m)
	}
	return i, c, i >= 0
}

// build is the command that makes what the panes need and do not have.
func (m *model) build() tea.Cmd { return tea.Batch(m.climb(), m.document()) }

// document is the command that makes the document of the detail pane, nil where it is the right one already.
func (m *model) document() tea.Cmd {
	w := m.detailWidth()
	if w == 0 {
		return nil
	}
	q := &request{subject: m.subject(), view: m.det.view, w: w, th: m.th, find: m.finder(), version: m.version, stop: new(atomic.Bool)}
	if m.det.doc != nil && q.same(m.det.doc.request) {
		m.det.want = nil
		return nil
	}
	if m.det.want != nil && q.like(m.det.want) {
		return nil // under way; a newer version is asked for when it has come
	}
	if m.det.want != nil {
		m.det.want.stop.Store(true)
	}
	m.det.want = q
	s := m.store
	return m.store.beside(func() tea.Msg { return builtMsg{q.answer(s)} })
}

// say puts a note on the status line.
func (m *model) say(s string) { m.note, m.noteBad, m.noted = show.Inert(s), false, m.now() }

// complain puts an error there.
func (m *model) complain(s string) { m.note, m.noteBad, m.noted = show.Inert(s), true, m.now() }

// answer says what became of a piece of work.
func (m *model) answer(text string, err error) {
	if err != nil {
		m.complain(err.Error())
		return
	}
	m.say(text)
}
