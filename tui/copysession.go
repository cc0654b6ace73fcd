package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/rows"
)

// listedHere is the session that the cursor of the list is at; ok is false where it is at none.
func (m *model) listedHere() (i rows.Listed, ok bool) {
	n := m.sess.selected(m.store)
	if n == 0 || m.store.Session(n) == nil {
		return i, false
	}
	return m.store.ListedAs([]int32{int32(n)})[0], true
}

// copyVerdict copies in a sentence how the session ended; at the row of all, how all fared.
func (m *model) copyVerdict(string) tea.Cmd {
	i, ok := m.listedHere()
	if !ok {
		c := &m.count
		return m.clipboard("the counts", fmt.Sprintf("%s: %s hurt, %s open, %s closed well", show.CountGrouped(int64(c.Listed), "session"),
			show.Thousands(int64(c.Health[rows.Hurt])), show.Thousands(int64(c.Health[rows.Underway])), show.Thousands(int64(c.Health[rows.Well]))))
	}
	text := i.Fate.Text
	if v := i.Fate.Verdict; v != nil {
		text = v.Text()
	}
	return m.clipboard("the verdict", fmt.Sprintf("session %d, %s to %s, %s: %s", i.N, clientOf(&i), i.Server, urlOf(&i), show.Inert(text)))
}

// copySession copies the session as a line of JSON.
func (m *model) copySession(string) tea.Cmd {
	i, ok := m.listedHere()
	if !ok {
		m.warn("this row is for several sessions")
		return nil
	}
	j := export.JSON{FileOf: m.opt.FileOf}
	return m.clipboard("the session", strings.TrimSuffix(string(j.Session(nil, i.Session)), "\n"))
}

// copyListing copies the command that lists the session.
func (m *model) copyListing(string) tea.Cmd {
	command, ok := strings.CutPrefix(m.opt.Command, "wspeek explain ")
	i, here := m.listedHere()
	if !ok || !here {
		m.warn("there is no command for this row")
		return nil
	}
	return m.clipboard("the command", fmt.Sprintf("wspeek messages %s --session %d", show.Inert(command), i.N))
}
