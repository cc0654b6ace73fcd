package tui

import (
	"time"

	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/show"
)

// pane is one of the panes.
type pane uint8

const (
	paneSessions pane = iota
	paneMessages
	paneDetail
	// paneLanes is below the list of sessions; it never has the focus.
	paneLanes
)

// model is the one Bubble Tea model. It belongs to the goroutine that runs the program; commands are given copies.
type model struct {
	opt   Options
	store *rows.Store
	th    *draw.Theme
	w, h  int

	focus              pane
	maximised, stacked bool
	sess               sessionsPane
	msgs               messagesPane
	lad                ladderPane
	det                detailPane
	lives              lanesPane
	// cmp covers the panes, under is what it was opened from.
	cmp, under overlay
	// diffing is the comparison of sessions that is being made, nil for none.
	diffing *diffJob
	// book has the calls, nil until they are asked for; pairing is the job that reads on in it, nil for none.
	book    *calls.Book
	pairing *callsJob
	// tabling is the list of sessions that is being made, nil for none; tableTook is how long the last one took.
	tabling   *tableJob
	tableTook time.Duration
	// alone says that the only session was opened because it is the only one, touched that a key was pressed.
	alone, touched bool
	help           *helpPane
	prompt         *prompt
	history        [len(promptSigns)]history

	spec   rows.Spec
	filter *rows.Filter
	// filtering says that a command looks through messages for the filter.
	filtering bool
	// anchor is the message (frame) that the cursor is to come back to, -1 for none.
	anchor int
	// wanted is a session to go to as soon as it is there, 0 for none.
	wanted int
	search *rows.Query
	// searching is the search that goes on in the background, nil for none; lastSearch is the last one, as long as the
	// rows are those that it has looked at.
	searching, lastSearch *rows.Search
	// seeking is the direction in which a match is looked for as soon as the payload is laid out, 0 for none.
	seeking int
	version int
	// writing cancels what is being written to a file, nil if nothing is.
	writing func()
	// written are the files that were made.
	written map[string]bool
	// wrote says that a file was done after the last key.
	wrote bool
	// leaving says that q was pressed once to end a capture, sure that this was so at the key before this one.
	leaving, sure bool
	// keys is the table of keys.
	keys []binding

	paused        bool
	frozen        int // rows shown while paused
	first         string
	noteText      string
	noteIsWarning bool
	noted         time.Time
	count         rows.Counts
	progress      Progress
	began         time.Time
	quitting      bool
	crash         error
	// crashed is called in any goroutine when one has panicked; Run sets it.
	crashed func(error)
	hits    []hit
	// spots are where a click does what a key does.
	spots []spot
	// undo are what was filtered before, the oldest first; undoing says that it is being gone back to.
	undo    []narrowing
	undoing bool
	// canWrite reports whether files can be made in a folder; tests replace it.
	canWrite func(dir string) bool
	// sleep lets the renderer sleep when nothing happens; nil in tests.
	sleep *sleeper
	// now is the clock, which tests replace.
	now func() time.Time
}

// refreshEvery is how often the screen learns at most that something has changed.
const refreshEvery = 40 * time.Millisecond

// noteStays is how long a note stays in a live run.
const noteStays = 15 * time.Second

// refreshMsg reports that the store has changed.
type refreshMsg struct{}

// scannedMsg reports that a filter has caught up.
type scannedMsg struct{ filter *rows.Filter }

// builtMsg brings a document.
type builtMsg struct{ doc *doc.Document }

// wroteMsg reports what became of a file.
type wroteMsg struct {
	name, text string
	err        error
}

// crashMsg reports that a goroutine of ours has panicked.
type crashMsg struct{ err error }

func newModel(opt Options) (*model, error) {
	m := &model{opt: opt, keys: bindings(), store: rows.New(rows.Limits{Budget: opt.Budget, History: opt.History, Sessions: opt.Sessions, Apart: opt.Apart}), crashed: func(error) {}, written: map[string]bool{}, w: 80, h: 24, anchor: -1, now: time.Now}
	m.setTheme(true)
	m.lives.at, m.canWrite = -1, writable
	q, err := rows.Compile(opt.Filter)
	if err != nil {
		return nil, err
	}
	m.spec.Query = q
	m.history[promptFilter].add(opt.Filter)
	m.filter = rows.NewFilter(m.spec)
	m.msgs.list.Follow = opt.Live
	if opt.Live {
		m.focus = paneMessages
	}
	m.touched = opt.Live || opt.Session > 0 || opt.Filter != ""
	m.msgs.clock = opt.Clock
	if m.wanted = opt.Session; m.wanted > 0 {
		m.focus = paneMessages
		m.spec.Session = m.wanted
		m.filter = rows.NewFilter(m.spec)
		m.store.Pin(m.wanted)
	}
	m.began = m.now()
	m.note(opt.Note)
	return m, nil
}

// setTheme takes the theme for a dark or a light background.
func (m *model) setTheme(dark bool) {
	m.th = draw.NewTheme(dark)
	m.th.ASCII = m.opt.ASCII
}

// Init is tea.Model.
func (m *model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, m.wait())
}

// wait is the command that tells when the store has changed, and not more often than refreshEvery.
func (m *model) wait() tea.Cmd {
	s := m.store
	return m.background(func() tea.Msg {
		s.Wait(refreshEvery)
		return refreshMsg{}
	})
}

// refresh takes in the newest counters, and lets the filter catch up.
func (m *model) refresh() tea.Cmd {
	m.count = m.store.Counts()
	m.advance(m.opt.Feed.Progress())
	m.sess.grow(m.store, m.count.Listed)
	if m.wanted > 0 && m.count.Sessions >= m.wanted {
		m.sess.choose(m.store, m.wanted)
		m.wanted = 0
	}
	m.openAlone()
	m.trim()
	if !m.filtering && m.filter.Stale(m.store) {
		m.filter, m.lastSearch = rows.NewFilter(m.spec), nil
	}
	m.growList()
	m.stopFollowing()
	if !m.det.isEntry() || m.det.subject().Entry.Kind == rows.OfMark {
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
		m.warn(p.Trouble)
	default:
		m.note("resolved: " + before)
	}
	if m.opt.Live && m.noteText != "" && m.now().Sub(m.noted) > noteStays && m.writing == nil {
		m.noteText = ""
	}
}

// trim takes in that rows were dropped, or changed since sessions have ended, unless rows are being gone through by
// number.
func (m *model) trim() {
	if m.searching != nil || m.writing != nil {
		return
	}
	trimmed := m.filter.Trim(m.store, &m.msgs.list.Cursor, &m.msgs.list.Top, &m.frozen)
	if adopted := m.filter.Adopt(m.store, &m.msgs.list.Cursor, &m.msgs.list.Top, &m.frozen); trimmed || adopted {
		m.lad.seen, m.lastSearch = -1, nil
	}
}

// growList takes in how many rows the filter has.
func (m *model) growList() {
	rows, _, _ := m.filter.Progress(m.store)
	if m.paused {
		rows = min(rows, m.frozen)
	}
	m.msgs.list.Grow(rows)
	if m.anchor < 0 {
		return
	}
	at, ready := m.filter.Find(m.store, m.anchor)
	if m.msgs.list.Set(min(at, rows-1)); ready {
		m.anchor = -1
	}
}

// scan is the command that lets the filter catch up, nil if there is nothing to do.
func (m *model) scan() tea.Cmd {
	if m.filtering || !m.filter.Behind(m.store) {
		return nil
	}
	m.filtering = true
	v, s := m.filter, m.store
	return m.background(func() tea.Msg {
		v.Scan(s)
		return scannedMsg{v}
	})
}

// refilter shows the rows of a changed spec; the cursor stays at its message if that is one of them.
func (m *model) refilter() tea.Cmd {
	if m.spec == m.filter.Spec {
		return nil
	}
	if !m.msgs.list.Follow && m.anchor < 0 && m.filter.Frames == m.spec.Frames && m.filter.Session == m.spec.Session {
		if c, ok := m.filter.At(m.store, m.msgs.list.Cursor); ok {
			m.anchor = c.Index
		}
	}
	m.remember(narrowingOf(m.filter.Spec, m.sess.look), narrowingOf(m.spec, m.sess.look))
	m.filter.Cancel()
	m.stopSearching()
	m.filter, m.filtering, m.lastSearch = rows.NewFilter(m.spec), false, nil
	m.store.Pin(m.spec.Session)
	m.paused = false
	m.msgs.list = draw.List{Height: m.msgs.list.Height, Follow: m.msgs.list.Follow}
	m.version++
	return m.scan()
}

// finder is what is lit: the search, else the filter.
func (m *model) finder() draw.Finder {
	if m.search != nil {
		return m.search.Find
	}
	if m.spec.Query != nil {
		return m.spec.Query.Find
	}
	return nil
}

func (d *detailPane) isEntry() bool { return d.doc != nil && d.doc.Request.IsEntry }

func (d *detailPane) subject() doc.Subject {
	if d.doc == nil {
		return doc.Subject{}
	}
	return d.doc.Request.Subject
}

// subject is what the detail pane is to show.
func (m *model) subject() doc.Subject {
	if m.focus == paneSessions {
		return doc.Subject{Session: m.sess.selected(m.store)}
	}
	c, ok := m.current()
	if !ok && c.Kind != rows.Dropped {
		return doc.Subject{Session: m.spec.Session}
	}
	return doc.Subject{Entry: c.Entry, IsEntry: true}
}

// current is the row that the cursor of the list stands on.
func (m *model) current() (rows.Cell, bool) {
	if m.laddering() {
		return m.lad.current(m.store)
	}
	return m.filter.At(m.store, m.msgs.list.Cursor)
}

// currentMessage is the index and copy of the message that the cursor is at.
func (m *model) currentMessage() (i int, c rows.Cell, ok bool) {
	c, ok = m.current()
	switch {
	case !ok || c.Kind == rows.OfMark:
		return 0, c, false
	case c.Kind == rows.OfMessage:
		return c.Index, c, true
	}
	if i, x, whole := m.store.MessageOf(&c); whole {
		c.Message = x
		return i, c, true
	}
	return -1, c, false
}

// build is the command that makes what the panes need and do not have.
func (m *model) build() tea.Cmd {
	return tea.Batch(m.makeTable(), m.makeLanes(), m.makeLadder(), m.makeCalls(), m.document())
}

// document is the command that makes the document of the detail pane, nil where it is the right one already.
func (m *model) document() tea.Cmd {
	w := m.detailWidth()
	if w == 0 {
		return nil
	}
	q := &doc.Request{Subject: m.subject(), View: m.det.view, Width: w, Theme: m.th, Find: m.finder(), Version: m.version}
	if m.det.doc != nil && q.Same(m.det.doc.Request) {
		m.det.want = nil
		return nil
	}
	if m.det.want != nil && q.Like(m.det.want) {
		return nil // under way; a newer version is asked for when it has come
	}
	if m.det.want != nil {
		m.det.want.Cancel()
	}
	m.det.want = q
	s := m.store
	return m.background(func() tea.Msg { return builtMsg{q.Answer(s)} })
}

// pastOf says which messages of a session are no longer kept, empty if there is none.
func (m *model) pastOf(session int) string {
	first, count := m.store.Kept(session)
	switch {
	case first == 1:
		return ""
	case first > count:
		return "  no message is kept any more"
	}
	return "  kept from message " + show.Thousands(int64(first)) + " on"
}

// note puts a note on the status line.
func (m *model) note(s string) { m.noteText, m.noteIsWarning, m.noted = show.Inert(s), false, m.now() }

// warn puts an error there.
func (m *model) warn(s string) { m.noteText, m.noteIsWarning, m.noted = show.Inert(s), true, m.now() }

// noteOrWarn says what became of a piece of work.
func (m *model) noteOrWarn(text string, err error) {
	if err != nil {
		m.warn(err.Error())
		return
	}
	m.note(text)
}
