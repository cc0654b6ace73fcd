package tui

import (
	"fmt"

	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/decode/show"
)

// Update is tea.Model.
func (m *model) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	defer m.caught(&next, &cmd)
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		return m, m.build()
	case tea.BackgroundColorMsg:
		m.th = draw.NewTheme(msg.IsDark())
		return m, m.build()
	case tea.KeyPressMsg:
		return m, m.key(msg)
	case tea.PasteMsg:
		if m.prompt != nil {
			m.prompt.Paste(msg.Content)
		}
	case tea.MouseClickMsg:
		return m, m.click(msg.Mouse())
	case tea.MouseWheelMsg:
		return m, m.wheel(msg.Mouse())
	default:
		return m, m.told(msg)
	}
	return m, nil
}

// told takes in what commands bring.
func (m *model) told(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case refreshMsg:
		return tea.Batch(m.refresh(), m.wait())
	case scannedMsg:
		if msg.lens == m.lens {
			m.scanning = false
		}
		return m.refresh()
	case builtMsg:
		m.det.show(msg.doc)
		return m.build()
	case ladderMsg:
		return m.climbed(msg.job)
	case huntedMsg:
		return m.found(msg)
	case comparedMsg:
		m.covered(msg.pane)
	case diffedMsg:
		m.diffed(msg)
	case wroteMsg:
		m.wrote, m.writing = m.writing != nil, nil
		if msg.err == nil {
			m.written[msg.name] = true
		}
		m.answer(msg.text, msg.err)
	case crashMsg:
		m.crash = msg.err
		return tea.Quit
	}
	return nil
}

// place is where keys are pressed now.
func (m *model) place() place {
	switch {
	case m.help != nil:
		return inHelp
	case m.cmp != nil:
		return m.cmp.place()
	}
	return [...]place{inSessions, inMessages, inDetail}[m.focus]
}

func (m *model) key(msg tea.KeyPressMsg) tea.Cmd {
	if m.prompt != nil {
		return m.promptKey(msg)
	}
	a, pending := lookup(m.first, msg.String(), m.place())
	if m.first != "" && a == actNone {
		a, pending = lookup("", msg.String(), m.place())
	}
	if m.first = ""; pending {
		m.first = msg.String()
	}
	if a == actNone {
		return nil
	}
	late := m.wrote && msg.String() == "esc"
	if m.wrote = false; late {
		return nil // it was to give up what has been written meanwhile: what became of that stays
	}
	m.note = ""
	if a != actBack {
		m.leaving = false
	}
	return m.act(a, msg.String())
}

// act does what a key stands for.
func (m *model) act(a action, key string) tea.Cmd {
	switch a {
	case actQuit:
		m.quitting = true
		return tea.Quit
	case actSuspend:
		return tea.Suspend
	case actHelp:
		m.toggleHelp()
		return nil
	case actBack:
		return m.back(key)
	}
	switch {
	case m.help != nil:
		m.help.Key(a)
		return nil
	case m.cmp != nil:
		return m.overlayAct(a)
	}
	return m.paneAct(a, key)
}

// paneAct does what a key stands for in the panes.
func (m *model) paneAct(a action, key string) tea.Cmd {
	if do := paneActions[a]; do != nil {
		return tea.Batch(do(m, key), m.build())
	}
	switch m.focus {
	case paneSessions:
		return m.sessionsAct(a)
	case paneMessages:
		return m.messagesAct(a)
	}
	m.det.Key(a)
	return m.build()
}

func (m *model) sessionsAct(a action) tea.Cmd {
	switch a {
	case actOpen, actRight:
		m.focus = paneMessages
	case actLeft:
		return nil
	default:
		m.sess.Key(a)
	}
	m.spec.Session = m.sess.selected(m.store)
	return tea.Batch(m.relens(), m.build())
}

func (m *model) messagesAct(a action) tea.Cmd {
	switch a {
	case actOpen, actRight:
		if _, ok := m.current(); ok || m.laddering() {
			m.focus = paneDetail
		}
	case actLeft:
		return m.back("left")
	default:
		if m.laddering() {
			m.ladderAct(a)
			break
		}
		if m.msgs.Key(a); a != actNone {
			m.anchor = -1
		}
	}
	return m.build()
}

// back leaves what is open, from the innermost outwards. A capture that goes on is not ended by a key too many: q is
// to be pressed twice for that.
func (m *model) back(key string) tea.Cmd {
	sure := m.leaving
	m.leaving = false
	switch {
	case m.help != nil:
		m.help = nil
	case m.cmp != nil:
		m.uncover()
	case m.diffing != nil:
		m.stopDiff()
		m.say("comparing given up")
	case m.writing != nil:
		m.writing()
	case m.hunt != nil:
		m.stopHunt()
		m.say("search given up")
	case m.scanning && m.spec.Query != nil:
		m.lens.Cancel()
		m.spec.Query = nil
		m.say("filter given up")
		return m.relens()
	case m.focus == paneDetail:
		m.focus = paneMessages
	case m.focus == paneMessages && m.laddering():
		m.leaveLadder()
	case m.focus == paneMessages && m.search != nil:
		m.search = nil
		m.version++
	case m.focus == paneMessages:
		m.focus = paneSessions
	case m.opt.Live && !m.count.Done && (key == "esc" || !sure):
		m.leaving = key != "esc"
		m.say("the capture goes on; q twice ends it")
		if m.leaving {
			m.say("the capture goes on; q again ends it")
		}
	default:
		m.quitting = true
		return tea.Quit
	}
	return m.build()
}

// promptKey edits the line at the bottom, and carries it out.
func (m *model) promptKey(msg tea.KeyPressMsg) tea.Cmd {
	done, gone := m.prompt.Key(msg)
	if !done && !gone {
		return nil
	}
	p := m.prompt
	m.prompt = nil
	if gone {
		return nil
	}
	text := p.input.String()
	m.history[p.kind].add(text)
	return tea.Batch(m.given(p, text), m.build())
}

// given carries out a line that was typed.
func (m *model) given(p *prompt, text string) tea.Cmd {
	switch p.kind {
	case promptFilter:
		m.spec.Query = p.query
		m.focus = max(m.focus, paneMessages)
		return m.relens()
	case promptSearch:
		m.search = p.query
		m.focus = max(m.focus, paneMessages)
		m.version++
		return m.next(1)
	case promptCommand:
		return m.command(text)
	case promptSave:
		return m.save(text, false)
	case promptExport:
		return m.export(text, false)
	}
	return nil
}

// open opens the prompt.
func (m *model) open(kind promptKind, text string) tea.Cmd {
	m.prompt = newPrompt(kind, text, &m.history[kind])
	return nil
}

// next goes to the next match, in the payload where that is looked at, else among the messages.
func (m *model) next(step int) tea.Cmd {
	if m.focus == paneDetail && m.seek(step) {
		return nil
	}
	q := m.search
	if q == nil {
		q = m.spec.Query
	}
	if q == nil {
		m.say("nothing is searched for: & searches, / filters")
		return nil
	}
	m.stopHunt()
	from := m.msgs.list.Cursor
	if m.msgs.list.N == 0 {
		from = -1
	}
	h := rows.NewSearch(m.store, m.lens, q, from, step)
	m.hunt = h
	return m.background(func() tea.Msg { return huntedMsg{h, h.Run(), step} })
}

// seek goes to the next match within the document.
func (m *model) seek(step int) bool {
	s, ok := m.det.doc, m.det.doc != nil
	if !ok {
		return false
	}
	k, ok := s.Body.(doc.Seeker)
	if !ok {
		return false
	}
	at := k.Seek(m.det.list.Cursor, step)
	if at >= 0 {
		m.det.list.Set(at)
	}
	return at >= 0
}

// found goes to what a hunt has found.
func (m *model) found(msg huntedMsg) tea.Cmd {
	if msg.hunt != m.hunt {
		return nil
	}
	m.hunt = nil
	if msg.at < 0 {
		m.say(fmt.Sprintf("no match %s", [...]string{"above", "", "below"}[1+msg.step]))
		return nil
	}
	m.msgs.list.Grow(max(m.msgs.list.N, msg.at+1))
	m.msgs.list.Set(msg.at)
	m.say(fmt.Sprintf("row %s of %s", show.Thousands(int64(msg.at+1)), show.Thousands(int64(m.msgs.list.N))))
	return m.build()
}
