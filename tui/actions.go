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

	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/rows"

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
		m.det.view = (m.det.view + 1) % doc.Views
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
	if m.focus != paneSessions && m.lens.Session != m.sess.selected(m.store) {
		m.spec.Session = m.sess.selected(m.store)
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
	if f, ok := m.det.doc.Body.(doc.AllFolder); ok {
		f.FoldAll()
		m.det.list.Grow(m.det.doc.Len())
	}
}

// toggleFrames lists frames or messages; the cursor comes to stand on the same.
func (m *model) toggleFrames(string) tea.Cmd {
	c, ok := m.current()
	m.spec.Frames = !m.spec.Frames
	m.focus = max(m.focus, paneMessages)
	if !m.msgs.list.Follow && ok && c.Kind != rows.OfMark {
		m.anchor = m.store.FrameOrMessage(&c)
	}
	if m.spec.Frames {
		m.say("single frames are listed; f lists messages again")
	} else {
		m.say("messages are listed")
	}
	return m.relens()
}

func (m *model) turnClock(string) tea.Cmd {
	m.msgs.clock = (m.msgs.clock + 1) % Clock(len(clockNames))
	m.say("time " + clockNames[m.msgs.clock])
	return nil
}

func (m *model) askFilter(string) tea.Cmd {
	text := ""
	if m.spec.Query != nil {
		text = m.spec.Query.Text
	}
	return m.open(promptFilter, text)
}

func (m *model) askSearch(string) tea.Cmd { return m.open(promptSearch, "") }

func (m *model) takeChip(key string) tea.Cmd {
	m.spec.Chip = rows.Chip(key[0] - '1')
	m.focus = max(m.focus, paneMessages)
	return m.relens()
}

func (m *model) toggleBeats(string) tea.Cmd {
	m.spec.NoHeartbeats = !m.spec.NoHeartbeats
	m.focus = max(m.focus, paneMessages)
	if m.spec.NoHeartbeats {
		m.say("heartbeats are hidden; b shows them again")
	} else {
		m.say("heartbeats are shown")
	}
	return m.relens()
}

func (m *model) turnControls(string) tea.Cmd {
	m.msgs.controls = (m.msgs.controls + 1) % controlMode(len(controlNames))
	m.spec.NoControl = m.msgs.controls == controlHidden
	m.say("control frames (ping, pong) are " + controlNames[m.msgs.controls])
	return m.relens()
}

func (m *model) selectMessage(string) tea.Cmd {
	if m.focus == paneSessions {
		m.selectSession()
		m.spec.Session = m.sess.selected(m.store)
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
		return m.tooLong(what)
	}
	m.say("copied " + what + " (" + show.CountGrouped(int64(len(s)), "byte") + "), if the terminal allows it")
	return tea.SetClipboard(s)
}

func (m *model) tooLong(what string) tea.Cmd {
	m.complain(fmt.Sprintf("%s is longer than terminals copy (%s bytes); w writes it to a file", what, show.Thousands(maxCopy)))
	return nil
}

func (m *model) copyPayload(string) tea.Cmd {
	i, c, ok := m.currentMessage()
	if !ok {
		m.complain("this row has no payload")
		return nil
	}
	p, n, err := m.store.Prefix(i, maxCopy+16)
	if err != nil || n == 0 {
		m.answer("no payload", err)
		return nil
	}
	c.Message.Payload = p
	if s := clipText(c.Message.Reason(), &c.Message); s != "" {
		return m.clipboard("the payload", s)
	}
	return m.clipboard("the payload in hex", hex.EncodeToString(c.Message.Reason()))
}

// clipText is a text payload with its line breaks, all else made inert; empty where it is not text.
func clipText(p []byte, m *ws.Message) string {
	if !doc.Textual(m) || !utf8.Valid(p) && len(p) <= maxCopy {
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
	if !ok || c.Kind == rows.OfMark {
		m.complain("this row is no message")
		return nil
	}
	if i, _, ok := m.currentMessage(); ok {
		if _, n, _ := m.store.Prefix(i, 0); n > maxCopy {
			return m.tooLong("the row")
		}
	}
	b, err := m.exporter().line(nil, c.Entry)
	if err != nil {
		m.complain(err.Error())
		return nil
	}
	return m.clipboard("the row", strings.TrimSuffix(string(b), "\n"))
}

func (m *model) copyExplain(string) tea.Cmd {
	_, c, ok := m.currentMessage()
	if !ok || m.opt.Command == "" {
		m.complain("there is no command for this row")
		return nil
	}
	return m.clipboard("the command", fmt.Sprintf("%s -m %d:%d", show.Inert(m.opt.Command), c.Session.N, c.Message.N))
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
	if doc.Textual(&c.Message) {
		ext = "txt"
	}
	return m.open(promptSave, m.free(fmt.Sprintf("wspeek-%d-%d.%s", c.Session.N, c.Message.N, ext)))
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
	return m.background(func() tea.Msg {
		text, err := savePayload(s, i, name, over)
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
	return m.background(func() tea.Msg {
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
