package draw

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// maxTyped is how many characters a line may have.
const maxTyped = 4096

// Edit is a line of text that a person types and edits. (bubbles/textinput would bring in a package that runs other
// programs for the clipboard.)
type Edit struct {
	text []rune
	// at is how many characters are before the cursor.
	at int
}

// String is the whole line.
func (e *Edit) String() string { return string(e.text) }

// Set replaces the line and moves the cursor to its end.
func (e *Edit) Set(s string) {
	e.text = []rune(s)
	e.at = len(e.text)
}

// SetHalves replaces the line, with the cursor between before and after.
func (e *Edit) SetHalves(before, after string) {
	e.Set(before + after)
	e.at = len([]rune(before))
}

// Halves are the text before and after the cursor.
func (e *Edit) Halves() (before, after string) {
	return string(e.text[:e.at]), string(e.text[e.at:])
}

// Insert puts s before the cursor; line breaks become blanks. What exceeds maxTyped is dropped.
func (e *Edit) Insert(s string) {
	s = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ", "\t", " ").Replace(s)
	r := []rune(s)
	r = r[:min(len(r), max(maxTyped-len(e.text), 0))]
	e.text = append(e.text[:e.at:e.at], append(r, e.text[e.at:]...)...)
	e.at += len(r)
}

// remove deletes characters [from,to).
func (e *Edit) remove(from, to int) {
	from, to = max(from, 0), min(to, len(e.text))
	if from < to {
		e.text = append(e.text[:from:from], e.text[to:]...)
		e.at = from
	}
}

// word is where the word before the cursor starts.
func (e *Edit) word() int {
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
func (e *Edit) Key(msg tea.KeyPressMsg) {
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
		e.Insert(msg.Text)
	}
}
