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

// toggleFrames lists frames or messages; the cursor comes to stand on the same.
func (m *model) toggleFrames(string) tea.Cmd {
	c, ok := m.current()
	m.spec.Frames = !m.spec.Frames
	m.focus = max(m.focus, paneMessages)
	if !m.msgs.list.Follow && ok && c.Kind != rows.OfMark {
		m.anchor = m.store.FrameOrMessage(&c)
	}
	if m.spec.Frames {
		m.note("single frames are listed; f lists messages again")
	} else {
		m.note("messages are listed")
	}
	return m.refilter()
}

func (m *model) turnClock(string) tea.Cmd {
	m.msgs.clock = (m.msgs.clock + 1) % Clock(len(clockNames))
	m.note("time " + clockNames[m.msgs.clock])
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
	return m.refilter()
}

func (m *model) toggleBeats(string) tea.Cmd {
	m.spec.NoHeartbeats = !m.spec.NoHeartbeats
	m.focus = max(m.focus, paneMessages)
	if m.spec.NoHeartbeats {
		m.note("heartbeats are hidden; b shows them again")
	} else {
		m.note("heartbeats are shown")
	}
	return m.refilter()
}

func (m *model) turnSaid(string) tea.Cmd {
	m.msgs.raw = !m.msgs.raw
	if m.msgs.raw {
		m.note("payloads as they are; a shows what they say")
	} else {
		m.note("what messages say, where that is known")
	}
	return nil
}

func (m *model) turnControls(string) tea.Cmd {
	m.msgs.controls = (m.msgs.controls + 1) % controlMode(len(controlNames))
	m.spec.NoControl = m.msgs.controls == controlHidden
	m.note("control frames (ping, pong) are " + controlNames[m.msgs.controls])
	return m.refilter()
}

func (m *model) selectMessage(string) tea.Cmd {
	i, _, ok := m.currentMessage()
	if !ok {
		m.warn("this row is not a message")
		return nil
	}
	m.msgs.mark(i)
	if m.msgs.list.Move(1); len(m.msgs.marked) == 2 {
		m.note("two selected; = compares them")
	} else {
		m.note(fmt.Sprintf("%d selected; Space selects another, = compares", len(m.msgs.marked)))
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
	m.note("copied " + what + " (" + show.CountGrouped(int64(len(s)), "byte") + "), if the terminal allows it")
	return tea.SetClipboard(s)
}

func (m *model) tooLong(what string) tea.Cmd {
	m.warn(fmt.Sprintf("%s is too long for the terminal's clipboard (at most %s bytes); w saves it to a file", what, show.Thousands(maxCopy)))
	return nil
}

func (m *model) copyPayload(string) tea.Cmd {
	i, c, ok := m.currentMessage()
	if !ok {
		m.warn("this row has no payload")
		return nil
	}
	p, n, err := m.store.Prefix(i, maxCopy+16)
	if err != nil || n == 0 {
		m.noteOrWarn("no payload", err)
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
		m.warn("this row is not a message")
		return nil
	}
	if i, _, ok := m.currentMessage(); ok {
		if _, n, _ := m.store.Prefix(i, 0); n > maxCopy {
			return m.tooLong("the row")
		}
	}
	b, err := m.exporter().line(nil, c.Entry)
	if err != nil {
		m.warn(err.Error())
		return nil
	}
	return m.clipboard("the row", strings.TrimSuffix(string(b), "\n"))
}

func (m *model) copyExplain(string) tea.Cmd {
	_, c, ok := m.currentMessage()
	if !ok || m.opt.Command == "" {
		m.warn("there is no command for this row")
		return nil
	}
	return m.clipboard("the command", fmt.Sprintf("%s -m %d:%d", show.Inert(m.opt.Command), c.Session.N, c.Message.N))
}

// askSave asks for the name of a file for the payload. The one proposed has nothing of the traffic in it but numbers.
func (m *model) askSave(string) tea.Cmd {
	_, c, ok := m.currentMessage()
	if !ok {
		m.warn("this row has no payload")
		return nil
	}
	ext := "bin"
	if doc.Textual(&c.Message) {
		ext = "txt"
	}
	return m.openProposal(promptSave, "", fmt.Sprintf("wspeek-%d-%d.%s", c.Session.N, c.Message.N, ext), "")
}

func (m *model) askExport(string) tea.Cmd {
	return m.openProposal(promptExport, "", "wspeek-export.ndjson", "")
}

func (m *model) askCommand(string) tea.Cmd { return m.open(promptCommand, "") }

// save is the command that writes the payload.
func (m *model) save(name string, over bool) tea.Cmd {
	i, _, ok := m.currentMessage()
	switch {
	case !ok:
		m.warn("this row has no payload")
		return nil
	case m.writing != nil:
		m.warn(errWriting.Error())
		return nil
	}
	s := m.store
	return m.background(func() tea.Msg {
		text, err := savePayload(s, i, name, over)
		return wroteMsg{name, text, err}
	})
}

func (m *model) exporter() *exporter {
	x := &exporter{store: m.store, filter: m.filter, refs: map[int]*decode.SessionRef{}, stop: new(atomic.Bool)}
	x.json.FileOf = m.opt.FileOf
	return x
}

// export is the command that writes what is listed.
func (m *model) export(name string, over bool) tea.Cmd {
	ending := filepath.Ext(name)
	switch {
	case m.writing != nil:
		m.warn(errWriting.Error())
		return nil
	case slices.Contains([]string{".har", ".csv", ".md", ".pcap", ".pcapng", ".gz"}, ending):
		m.warn("JSON lines are written here; wspeek export writes " + ending)
		return nil
	}
	x, n := m.exporter(), m.msgs.list.N
	m.writing = func() { x.stop.Store(true) }
	m.note("writing ... Esc cancels")
	return m.background(func() tea.Msg {
		text, err := x.write(name, n, over)
		return wroteMsg{name, text, err}
	})
}

// pausedWords says what goes on while the list is paused.
func (m *model) pausedWords() string {
	switch {
	case m.count.Done:
		return "the list is paused; p resumes"
	case m.opt.Live:
		return "the list is paused, capturing goes on; p resumes"
	}
	return "the list is paused, reading goes on; p resumes"
}

// pause pauses the list, or resumes it.
func (m *model) pause(string) tea.Cmd {
	if m.paused = !m.paused; m.paused {
		m.frozen = m.msgs.list.N
		m.msgs.list.Follow = false
		m.note(m.pausedWords())
		return nil
	}
	stayed := m.msgs.list.Cursor >= m.frozen-1
	m.growList()
	m.note("the list is no longer paused")
	if m.opt.Live && !m.count.Done && stayed {
		m.msgs.list.Last()
	}
	return nil
}
