package tui

import (
	"strings"

	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/decode/show"
)

// promptKind is what a prompt asks for.
type promptKind uint8

const (
	promptFilter promptKind = iota
	promptSearch
	promptCommand
	promptSave
	promptExport
	promptSessions
)

var promptSigns = [...]string{promptFilter: "filter /", promptSearch: "search &", promptCommand: ":", promptSave: "write payload to: ", promptExport: "write JSON lines to: ", promptSessions: "sessions /"}

// history are the lines given to one kind of prompt, the oldest first.
type history struct{ lines []string }

func (h *history) add(s string) {
	if s == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == s {
		return
	}
	h.lines = append(h.lines, s)
}

// prompt is the line at the bottom in which something is typed.
type prompt struct {
	kind  promptKind
	input draw.Edit
	hist  *history
	// at is the line of the history that is shown, len(lines) for none; draft is what had been typed before.
	at    int
	draft string
	// words are what completion inserts after head, one after the other; tried counts the Tab keys.
	words []string
	head  string
	tried int
	// query is what was typed, compiled; err is why it cannot be.
	query *rows.Query
	err   error
	// about is said of what is proposed, empty for nothing.
	about string
}

func newPrompt(kind promptKind, text string, hist *history) *prompt {
	p := &prompt{kind: kind, hist: hist, at: len(hist.lines)}
	p.input.Set(text)
	p.check()
	return p
}

// Paste puts in what was pasted.
func (p *prompt) Paste(s string) {
	p.input.Insert(s)
	p.tried = 0
	p.check()
}

// Key edits; done says that the line was given, gone that it was cancelled.
func (p *prompt) Key(key tea.KeyPressMsg) (done, gone bool) {
	name := key.String()
	if name != "tab" && name != "shift+tab" {
		p.tried = 0
	}
	switch name {
	case "esc", "ctrl+c":
		return false, true
	case "enter":
		return p.err == nil, false
	case "tab":
		p.complete()
	case "up", "ctrl+p":
		p.recall(-1)
	case "down", "ctrl+n":
		p.recall(1)
	case "backspace":
		if p.input.String() == "" {
			return false, true
		}
		p.input.Key(key)
	default:
		p.input.Key(key)
	}
	p.check()
	return false, false
}

// check compiles what is in the line.
func (p *prompt) check() {
	switch p.kind {
	case promptFilter, promptSearch:
		p.query, p.err = rows.Compile(p.input.String())
	case promptSessions:
		p.query, p.err = rows.CompileSessions(p.input.String())
	}
}

// recall goes through the history.
func (p *prompt) recall(step int) {
	k := p.at + step
	if k < 0 || k > len(p.hist.lines) {
		return
	}
	if p.at == len(p.hist.lines) {
		p.draft = p.input.String()
	}
	p.at = k
	if k == len(p.hist.lines) {
		p.input.Set(p.draft)
	} else {
		p.input.Set(p.hist.lines[k])
	}
}

// candidates are the words that may stand at the cursor, and the byte from which they replace what stands there.
func (p *prompt) candidates() (from int, out []string) {
	text := p.before()
	switch p.kind {
	case promptFilter, promptSearch:
		if strings.TrimSpace(text) == "" {
			return 0, nil
		}
		return rows.Completions(text, len(text))
	case promptSessions:
		if strings.TrimSpace(text) == "" {
			return 0, nil
		}
		return rows.SessionCompletions(text, len(text))
	case promptCommand:
		return commandCandidates(text)
	}
	return 0, nil
}

// complete puts the next word that fits in the place of what was begun.
func (p *prompt) complete() {
	if p.tried == 0 {
		from, cs := p.candidates()
		p.head, p.words = p.before()[:from], cs
	}
	if len(p.words) == 0 {
		return
	}
	tail := p.after()
	s := p.head + p.words[p.tried%len(p.words)]
	p.input.SetHalves(s, tail)
	p.tried++
}

func (p *prompt) before() string { s, _ := p.input.Halves(); return s }

func (p *prompt) after() string { _, s := p.input.Halves(); return s }

// View draws the line and, above it, what is to be said about it; x is the column of the cursor.
func (p *prompt) View(th *draw.Theme, w int) (hint, row string, x int) {
	l := th.Line(w)
	l.Put(th.Bold, promptSigns[p.kind])
	before := p.before()
	after := p.after()
	st := th.Plain
	if p.err != nil {
		st = th.Bad
	}
	shown := show.Inert(before)
	for room := max(l.Left()-2, 1); draw.Width(shown) > room; {
		_, n := firstRune(shown)
		shown = shown[n:]
	}
	l.Put(st, shown)
	x = min(l.Used(), w-1)
	l.Put(st, show.Inert(after))
	return p.hint(th, w), l.String(), x
}

func firstRune(s string) (rune, int) {
	for i, r := range s {
		if i > 0 {
			return 0, i
		}
		_ = r
	}
	return 0, len(s)
}

func (p *prompt) hint(th *draw.Theme, w int) string {
	l := th.Line(w)
	cs := p.words
	if p.tried == 0 {
		_, cs = p.candidates()
	}
	filters := p.kind == promptFilter || p.kind == promptSearch || p.kind == promptSessions
	switch {
	case p.about != "":
		l.Put(th.Warn, show.Inert(p.about))
	case p.kind == promptSessions && strings.TrimSpace(p.input.String()) == "":
		l.Put(th.Dim, "words of the list or of headers, or ws.path contains \"chat\" && ws.duration > 5; empty lists all")
	case p.err != nil && len(cs) > 0:
		return l.Put(th.Bad, "✗").Put(th.Dim, tabs(cs, 4)).Put(th.Plain, "  "+show.Inert(p.err.Error())).String()
	case p.err != nil:
		return l.Put(th.Bad, "✗ ").Put(th.Plain, show.Inert(p.err.Error())).String()
	case filters && strings.TrimSpace(p.input.String()) == "":
		l.Put(th.Dim, "words, or websocket.opcode == 1 && ws.len > 100; empty shows all; ↑ history")
	case filters:
		l.Put(th.Good, "✓ Enter ")
	case p.kind == promptCommand:
		l.Put(th.Dim, commandHint(p.input.String()))
	default:
		l.Put(th.Dim, "Enter writes a new file that only you can read (0600); Esc cancels")
	}
	return l.Put(th.Dim, tabs(cs, 40)).String()
}

// tabs names the first few words that Tab puts in.
func tabs(words []string, most int) string {
	if len(words) == 0 {
		return ""
	}
	return "  Tab: " + show.Inert(strings.Join(words[:min(len(words), most)], "  "))
}
