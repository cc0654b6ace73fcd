package tui

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// paneActions are what keys do in any of the panes.
var paneActions = map[action]func(*model, string) tea.Cmd{
	actNextPane:    func(m *model, _ string) tea.Cmd { m.focus = (m.focus + 1) % 3; return m.entered() },
	actPrevPane:    func(m *model, _ string) tea.Cmd { m.focus = (m.focus + 2) % 3; return m.entered() },
	actMaximise:    func(m *model, _ string) tea.Cmd { m.maximised = !m.maximised; return nil },
	actTurn:        func(m *model, _ string) tea.Cmd { m.stacked = !m.stacked; return nil },
	actNextMessage: func(m *model, _ string) tea.Cmd { return m.step(1) },
	actPrevMessage: func(m *model, _ string) tea.Cmd { return m.step(-1) },
	actView: func(m *model, _ string) tea.Cmd {
		m.det.view = (m.det.view + 1) % view(len(viewNames))
		return nil
	},
	actFoldAll:     func(m *model, _ string) tea.Cmd { m.foldAll(); return nil },
	actFrames:      (*model).toggleFrames,
	actLadder:      (*model).turnLadder,
	actSessions:    func(m *model, _ string) tea.Cmd { m.focus = paneSessions; return nil },
	actTime:        (*model).turnClock,
	actFilter:      (*model).askFilter,
	actSearch:      (*model).askSearch,
	actNext:        func(m *model, _ string) tea.Cmd { return m.next(1) },
	actPrev:        func(m *model, _ string) tea.Cmd { return m.next(-1) },
	actChip:        (*model).takeChip,
	actBeats:       (*model).toggleBeats,
	actControls:    (*model).turnControls,
	actSelect:      (*model).selectMessage,
	actCompare:     (*model).compare,
	actCopy:        (*model).copyPayload,
	actCopyRow:     (*model).copyRow,
	actCopyExplain: (*model).copyExplain,
	actSave:        (*model).askSave,
	actExport: func(m *model, _ string) tea.Cmd {
		return m.open(promptExport, m.free("wspeek-export.ndjson"))
	},
	actPause:   (*model).pause,
	actCommand: func(m *model, _ string) tea.Cmd { return m.open(promptCommand, "") },
}

// entered is called when another pane is gone to.
func (m *model) entered() tea.Cmd {
	if m.focus != paneSessions && m.lens.session != m.sess.selected(m.store) {
		m.spec.session = m.sess.selected(m.store)
		return m.relens()
	}
	return nil
}

// step goes to the next row of the list, from whatever pane.
func (m *model) step(d int) tea.Cmd {
	m.anchor = -1
	m.focus = max(m.focus, paneMessages)
	m.msgs.list.Move(d)
	return nil
}

func (m *model) foldAll() {
	if m.det.doc == nil {
		return
	}
	s, ok := m.det.doc.body.(*stacked)
	if !ok {
		return
	}
	if t, ok := s.body.(*text); ok {
		t.foldAll()
		m.det.list.Grow(m.det.doc.Len())
	}
}

// toggleFrames lists frames or messages; the cursor comes to stand on the same.
func (m *model) toggleFrames(string) tea.Cmd {
	c, ok := m.current()
	m.spec.frames = !m.spec.frames
	m.focus = max(m.focus, paneMessages)
	if !m.msgs.list.Follow && ok && c.kind != entryMark {
		m.anchor = m.across(&c)
	}
	if m.spec.frames {
		m.say("single frames are listed; f lists messages again")
	} else {
		m.say("messages are listed")
	}
	return m.relens()
}

// across is the first frame of a message, or the message of a frame; -1 where it is not there.
func (m *model) across(c *cell) int {
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	t := m.store.trace
	if c.kind == entryFrame {
		return t.Index(c.session.N, c.f.Message)
	}
	fs := t.MessageFrames(c.session.N, c.m.N, 1)
	if len(fs) == 0 {
		return -1
	}
	return t.FrameIndex(c.session.N, fs[0].N)
}

func (m *model) turnClock(string) tea.Cmd {
	m.msgs.clock = (m.msgs.clock + 1) % Clock(len(clockNames))
	m.say("time " + clockNames[m.msgs.clock])
	return nil
}

func (m *model) askFilter(string) tea.Cmd {
	text := ""
	if m.spec.query != nil {
		text = m.spec.query.text
	}
	return m.open(promptFilter, text)
}

func (m *model) askSearch(string) tea.Cmd { return m.open(promptSearch, "") }

func (m *model) takeChip(key string) tea.Cmd {
	m.spec.chip = chip(key[0] - '1')
	m.focus = max(m.focus, paneMessages)
	return m.relens()
}

func (m *model) toggleBeats(string) tea.Cmd {
	m.spec.quiet = !m.spec.quiet
	m.focus = max(m.focus, paneMessages)
	if m.spec.quiet {
		m.say("heartbeats are hidden; b shows them again")
	} else {
		m.say("heartbeats are shown")
	}
	return m.relens()
}

func (m *model) turnControls(string) tea.Cmd {
	m.msgs.controls = (m.msgs.controls + 1) % controlMode(len(controlNames))
	m.spec.control = m.msgs.controls == controlHidden
	m.say("control frames (ping, pong) are " + controlNames[m.msgs.controls])
	return m.relens()
}

func (m *model) selectMessage(string) tea.Cmd {
	if m.focus == paneSessions {
		m.selectSession()
		m.spec.session = m.sess.selected(m.store)
		return m.relens()
	}
	i, _, ok := m.currentMessage()
	if !ok {
		m.complain("this row is no message")
		return nil
	}
	m.msgs.mark(i)
	if m.msgs.list.Move(1); len(m.msgs.marked) == 2 {
		m.say("two selected: = compares them")
	} else {
		m.say(fmt.Sprintf("%d selected; Space selects another, = compares", len(m.msgs.marked)))
	}
	return nil
}

// maxCopy is how much is copied: terminals take 100,000 bytes of base64 at most.
const maxCopy = 74_000

// clipboard copies s, which goes through the terminal (OSC 52).
func (m *model) clipboard(what, s string) tea.Cmd {
	if len(s) > maxCopy {
		m.complain(fmt.Sprintf("%s is longer than terminals copy (%s bytes); w writes it to a file", what, show.Thousands(maxCopy)))
		return nil
	}
	m.say("copied " + what + " (" + show.CountGrouped(int64(len(s)), "byte") + "), if the terminal allows it")
	return tea.SetClipboard(s)
}

func (m *model) copyPayload(string) tea.Cmd {
	i, c, ok := m.currentMessage()
	if !ok {
		m.complain("this row has no payload")
		return nil
	}
	m.store.mu.Lock()
	n := m.store.trace.PayloadLen(i)
	p, err := m.store.trace.Prefix(i, maxCopy+16)
	m.store.mu.Unlock()
	if err != nil || n == 0 {
		m.answer("no payload", err)
		return nil
	}
	c.m.Payload = p
	if s := clipText(c.m.Reason(), &c.m); s != "" {
		return m.clipboard("the payload", s)
	}
	return m.clipboard("the payload in hex", hex.EncodeToString(c.m.Reason()))
}

// clipText is a text payload with its line breaks, all else made inert; empty where it is not text.
func clipText(p []byte, m *ws.Message) string {
	if !textual(m) || !utf8.Valid(p) && len(p) <= maxCopy {
		return ""
	}
	var b strings.Builder
	for i, l := range bytes.Split(p, []byte{'\n'}) {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.Write(show.AppendInert(nil, bytes.TrimSuffix(l, []byte{'\r'})))
	}
	return b.String()
}

func (m *model) copyRow(string) tea.Cmd {
	c, ok := m.current()
	if !ok || c.kind == entryMark {
		m.complain("this row is no message")
		return nil
	}
	if i, _, ok := m.currentMessage(); ok && m.payloadLen(i) > maxCopy {
		return m.clipboard("the row", strings.Repeat("x", maxCopy+1))
	}
	b, err := m.exporter().line(nil, c.entry)
	if err != nil {
		m.complain(err.Error())
		return nil
	}
	return m.clipboard("the row", strings.TrimSuffix(string(b), "\n"))
}

func (m *model) payloadLen(i int) int {
	m.store.mu.Lock()
	defer m.store.mu.Unlock()
	return m.store.trace.PayloadLen(i)
}

func (m *model) copyExplain(string) tea.Cmd {
	_, c, ok := m.currentMessage()
	if !ok || m.opt.Command == "" {
		m.complain("there is no command for this row")
		return nil
	}
	return m.clipboard("the command", fmt.Sprintf("%s -m %d:%d", show.Inert(m.opt.Command), c.session.N, c.m.N))
}

// askSave asks for a name: at the sessions for packets, else for a payload. The one proposed has nothing of the traffic in it but numbers.
func (m *model) askSave(string) tea.Cmd {
	if m.focus == paneSessions {
		return m.askPackets()
	}
	_, c, ok := m.currentMessage()
	if !ok {
		m.complain("this row has no payload")
		return nil
	}
	ext := "bin"
	if textual(&c.m) {
		ext = "txt"
	}
	return m.open(promptSave, m.free(fmt.Sprintf("wspeek-%d-%d.%s", c.session.N, c.m.N, ext)))
}

// save is the command that writes the payload.
func (m *model) save(name string, over bool) tea.Cmd {
	i, _, ok := m.currentMessage()
	switch {
	case !ok:
		m.complain("this row has no payload")
		return nil
	case m.writing != nil:
		m.complain(errWriting.Error())
		return nil
	}
	s := m.store
	return m.store.beside(func() tea.Msg {
		text, err := s.save(i, name, over)
		return wroteMsg{name, text, err}
	})
}

func (m *model) exporter() *exporter {
	x := &exporter{store: m.store, lens: m.lens, refs: map[int]*decode.SessionRef{}, stop: new(atomic.Bool)}
	x.json.FileOf = m.opt.FileOf
	return x
}

// export is the command that writes what is listed.
func (m *model) export(name string, over bool) tea.Cmd {
	ending := filepath.Ext(name)
	switch {
	case m.writing != nil:
		m.complain(errWriting.Error())
		return nil
	case slices.Contains([]string{".har", ".csv", ".md", ".pcap", ".pcapng", ".gz"}, ending):
		m.complain("JSON lines are written here; wspeek export writes " + ending)
		return nil
	}
	x, n := m.exporter(), m.msgs.list.N
	m.writing = func() { x.stop.Store(true) }
	m.say("writing ... Esc gives up")
	return m.store.beside(func() tea.Msg {
		text, err := x.write(name, n, over)
		return wroteMsg{name, text, err}
	})
}

// pause holds the list still, or lets it go on.
func (m *model) pause(string) tea.Cmd {
	if m.paused = !m.paused; m.paused {
		m.frozen = m.msgs.list.N
		m.msgs.list.Follow = false
		m.say("the list stands still; reading goes on; p resumes")
		return nil
	}
	stayed := m.msgs.list.Cursor >= m.frozen-1
	m.growList()
	m.say("the list goes on")
	if m.opt.Live && stayed {
		m.msgs.list.Last()
	}
	return nil
}
