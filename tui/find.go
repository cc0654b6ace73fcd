package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/rows"
)

// foundMsg brings the row that a search has found, -1 for none.
type foundMsg struct {
	search  *rows.Search
	at      int
	wrapped bool
	step    int
}

// countedMsg reports that a search has counted its matches; note is what was noted before.
type countedMsg struct {
	search *rows.Search
	at     int
	note   string
}

// startSearch searches for a query, nil to search for nothing: in the detail first in the payload, else among the rows.
func (m *model) startSearch(q *rows.Query) tea.Cmd {
	m.search = q
	m.version++
	if m.focus == paneDetail && q != nil {
		m.seeking = 1 // as soon as the payload is laid out with the matches of this search
		return nil
	}
	m.focus = max(m.focus, paneMessages)
	if q == nil {
		return nil
	}
	return m.next(1)
}

// next goes to the next match (step is 1) or the one before (-1): in the payload if the detail has the focus and there
// is one, else among the rows of the list.
func (m *model) next(step int) tea.Cmd {
	if m.focus == paneDetail && m.seek(m.det.list.Cursor, step) {
		return nil
	}
	return m.nextRow(step)
}

// sought is what n looks for: the search, else the filter; nil if there is neither.
func (m *model) sought() *rows.Query {
	if m.search != nil {
		return m.search
	}
	return m.spec.Query
}

// nextRow goes to the next row that matches.
func (m *model) nextRow(step int) tea.Cmd {
	q := m.sought()
	if q == nil {
		m.note("no search yet; & searches, / filters")
		return nil
	}
	m.stopSearching()
	at := m.msgs.list.Cursor
	if m.lastSearch == nil || m.lastSearch.Query != q {
		m.lastSearch = rows.NewSearch(m.store, m.filter, q, at)
	}
	if m.msgs.list.N == 0 {
		at = -1
	}
	h := m.lastSearch
	m.searching = h
	return m.background(func() tea.Msg {
		found, wrapped := h.Find(at, step)
		return foundMsg{h, found, wrapped, step}
	})
}

// stopSearching cancels the search in the background. What it has found so far is of use no more.
func (m *model) stopSearching() {
	if m.searching != nil {
		m.searching.Cancel()
		m.searching, m.lastSearch = nil, nil
	}
}

// found goes to the row that a search has found, and lets it count its matches.
func (m *model) found(msg foundMsg) tea.Cmd {
	if msg.search != m.searching {
		return nil
	}
	m.searching = nil
	if msg.at < 0 {
		m.note("no match")
		return m.refresh()
	}
	same := m.msgs.list.Cursor == msg.at
	m.msgs.list.Grow(max(m.msgs.list.N, msg.at+1))
	m.msgs.list.Set(msg.at)
	if m.focus == paneDetail {
		if m.seeking = msg.step; same {
			return tea.Batch(m.seekWhenBuilt(), m.countMatches(msg))
		}
	}
	return tea.Batch(m.countMatches(msg), m.build())
}

// countMatches notes which match it is, as soon as all are counted.
func (m *model) countMatches(msg foundMsg) tea.Cmd {
	h := msg.search
	if m.noteMatch(h, msg.at, msg.wrapped) {
		return nil
	}
	m.searching = h
	note := m.noteText
	return m.background(func() tea.Msg {
		h.Count()
		return countedMsg{h, msg.at, note}
	})
}

// noteMatch notes which match a row is, and reports whether the number of matches is known.
func (m *model) noteMatch(h *rows.Search, at int, wrapped bool) bool {
	k, n, ok := h.Place(at)
	text := "match"
	if ok {
		text = fmt.Sprintf("match %s of %s", show.Thousands(int64(k)), show.Thousands(int64(n)))
	}
	if wrapped {
		text += ", past the end of the list"
	}
	m.note(text)
	return ok
}

// counted notes which match it is, unless something else was noted meanwhile.
func (m *model) counted(msg countedMsg) tea.Cmd {
	if msg.search != m.searching {
		return nil
	}
	m.searching = nil
	if k, n, ok := msg.search.Place(msg.at); ok && m.noteText == msg.note {
		m.note(fmt.Sprintf("match %s of %s", show.Thousands(int64(k)), show.Thousands(int64(n))) + msg.note[len("match"):])
	}
	return m.refresh()
}

// seekWhenBuilt goes to a match in a payload that was not laid out yet when a search was started.
func (m *model) seekWhenBuilt() tea.Cmd {
	step := m.seeking
	if step == 0 || m.det.want != nil || m.det.doc == nil {
		return nil
	}
	m.seeking = 0
	from := -1
	if step < 0 {
		from = m.det.doc.Len()
	}
	if m.focus != paneDetail || m.seek(from, step) || m.lastSearch != nil && m.lastSearch.Query == m.sought() {
		return nil
	}
	return m.nextRow(step)
}

// maxCounted is how many rows of a payload with a match are counted.
const maxCounted = 10_000

// seek goes to the next match within the document after row from, before it if step is -1.
func (m *model) seek(from, step int) bool {
	if m.det.doc == nil {
		return false
	}
	k, ok := m.det.doc.Body.(doc.Seeker)
	if !ok {
		return false
	}
	at := k.Seek(from, step)
	if at < 0 {
		return false
	}
	m.det.list.Set(at)
	place, n := 0, 0
	for i := k.Seek(-1, 1); i >= 0 && n < maxCounted; i = k.Seek(i, 1) {
		if n++; i <= at {
			place = n
		}
	}
	m.note(fmt.Sprintf("row %d of %d with a match in this payload", place, n))
	return true
}
