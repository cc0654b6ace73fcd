package tui

import (
	tea "charm.land/bubbletea/v2"
)

// Update is tea.Model.
func (m *model) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	defer m.caught(&next, &cmd)
	if m.sleep != nil {
		m.sleep.saw(msg)
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
		return m, m.build()
	case tea.BackgroundColorMsg:
		m.setTheme(msg.IsDark())
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
		return m, m.handleMsg(msg)
	}
	return m, nil
}

// handleMsg takes in what commands bring.
func (m *model) handleMsg(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case refreshMsg:
		return tea.Batch(m.refresh(), m.wait())
	case scannedMsg:
		if msg.filter == m.filter {
			m.filtering = false
		}
		return m.refresh()
	case builtMsg:
		m.det.show(msg.doc)
		return tea.Batch(m.seekWhenBuilt(), m.build())
	case ladderMsg:
		return m.ladderMade(msg.job)
	case foundMsg:
		return m.found(msg)
	case countedMsg:
		return m.counted(msg)
	case tableMsg:
		return m.tableMade(msg.job)
	case lanesMsg:
		return m.lanesMade(msg)
	case callsMsg:
		return m.callsMade(msg.job)
	case comparedMsg:
		m.showComparison(msg.pane)
	case diffedMsg:
		m.showDiff(msg)
	case wroteMsg:
		m.wrote, m.writing = m.writing != nil, nil
		if msg.err == nil {
			m.written[msg.name] = true
		}
		m.noteOrWarn(msg.text, m.elsewhere(msg.err))
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
	b, pending := lookup(m.keys, m.first, msg.String(), m.place())
	if m.first != "" && b == nil {
		b, pending = lookup(m.keys, "", msg.String(), m.place())
	}
	m.touched = true
	if m.first = ""; pending {
		m.first = msg.String()
	}
	if b == nil {
		return nil
	}
	late := m.wrote && msg.String() == "esc"
	if m.wrote = false; late {
		return nil // it was to cancel what has been written meanwhile: the note about that stays
	}
	m.noteText = ""
	m.sure, m.leaving = m.leaving, false
	return tea.Batch(b.do(m, msg.String()), m.build())
}

// back leaves what is open, from the innermost outwards. A capture that goes on is not ended by one key too many: q
// must be pressed twice for that.
func (m *model) back(key string) tea.Cmd {
	switch {
	case m.help != nil:
		m.help = nil
	case m.cmp != nil:
		return m.uncover(key)
	case m.diffing != nil:
		m.stopDiff()
		m.note("comparing cancelled")
	case m.writing != nil:
		m.writing()
	case m.searching != nil:
		m.stopSearching()
		m.note("search cancelled")
	case m.filtering && m.spec.Query != nil:
		m.filter.Cancel()
		m.spec.Query = nil
		m.note("filter cancelled")
		return m.refilter()
	case m.focus == paneDetail:
		m.focus = paneMessages
	case m.focus == paneMessages:
		m.leaveMessages()
	case key == "esc" && m.lives.at >= 0:
		m.lives.at = -1
	case key == "esc" && m.narrowed():
		return m.widen()
	case m.opt.Live && !m.count.Done && (key == "esc" || !m.sure):
		m.askTwice(key)
	default:
		m.quitting = true
		return tea.Quit
	}
	return nil
}

// askTwice says that a capture goes on, and how it is ended.
func (m *model) askTwice(key string) {
	m.leaving = key != "esc"
	m.note("still capturing; press q twice to quit")
	if m.leaving {
		m.note("still capturing; press q again to quit")
	}
}

// leaveMessages leaves the ladder, or the search, or else the pane of messages.
func (m *model) leaveMessages() {
	switch {
	case m.laddering():
		m.leaveLadder()
	case m.search != nil:
		m.search = nil
		m.version++
	default:
		m.focus = paneSessions
	}
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
	return tea.Batch(m.submitPrompt(p, text), m.build())
}

// submitPrompt carries out a line that was typed.
func (m *model) submitPrompt(p *prompt, text string) tea.Cmd {
	switch p.kind {
	case promptFilter:
		m.spec.Query = p.query
		m.focus = max(m.focus, paneMessages)
		return m.refilter()
	case promptSessions:
		return m.filterSessions(p.query)
	case promptSearch:
		return m.startSearch(p.query)
	case promptCommand:
		return m.command(text)
	case promptSave:
		return m.save(text, false)
	case promptExport:
		return m.export(text, false)
	}
	return nil
}

// openProposal opens the prompt with the name of a new file between two texts, in a folder that can be written to.
func (m *model) openProposal(kind promptKind, before, name, after string) tea.Cmd {
	path, why := m.propose(name)
	cmd := m.open(kind, before+path+after)
	m.prompt.about = why
	return cmd
}

// open opens the prompt.
func (m *model) open(kind promptKind, text string) tea.Cmd {
	m.prompt = newPrompt(kind, text, &m.history[kind])
	return nil
}
