package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// maxTyped is how many characters a line may have.
const maxTyped = 4096

// edit is a line that is typed. (bubbles/textinput would bring a package that runs other programs for the clipboard.)
type edit struct {
	text []rune
	// at is where the cursor stands, in characters.
	at int
}

func (e *edit) String() string { return string(e.text) }

// set replaces the line; the cursor stands at its end.
func (e *edit) set(s string) {
	e.text = []rune(s)
	e.at = len(e.text)
}

// halves are what stands before and behind the cursor.
func (e *edit) halves() (before, after string) {
	return string(e.text[:e.at]), string(e.text[e.at:])
}

// insert puts s before the cursor; line ends become blanks.
func (e *edit) insert(s string) {
	s = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s)
	r := []rune(s)
	r = r[:min(len(r), max(maxTyped-len(e.text), 0))]
	e.text = append(e.text[:e.at:e.at], append(r, e.text[e.at:]...)...)
	e.at += len(r)
}

// remove takes characters from..to away.
func (e *edit) remove(from, to int) {
	from, to = max(from, 0), min(to, len(e.text))
	if from < to {
		e.text = append(e.text[:from:from], e.text[to:]...)
		e.at = from
	}
}

// word is where the word before the cursor begins.
func (e *edit) word() int {
	i := e.at
	for i > 0 && e.text[i-1] == ' ' {
		i--
	}
	for i > 0 && e.text[i-1] != ' ' {
		i--
	}
	return i
}

// Key edits as shells do.
func (e *edit) Key(msg tea.KeyPressMsg) {
	switch msg.String() {
	case "left", "ctrl+b":
		e.at = max(e.at-1, 0)
	case "right", "ctrl+f":
		e.at = min(e.at+1, len(e.text))
	case "home", "ctrl+a":
		e.at = 0
	case "end", "ctrl+e":
		e.at = len(e.text)
	case "backspace", "ctrl+h":
		e.remove(e.at-1, e.at)
	case "delete", "ctrl+d":
		e.remove(e.at, e.at+1)
	case "ctrl+w", "alt+backspace":
		e.remove(e.word(), e.at)
	case "ctrl+u":
		e.remove(0, e.at)
	case "ctrl+k":
		e.remove(e.at, len(e.text))
	default:
		e.insert(msg.Text)
	}
}
