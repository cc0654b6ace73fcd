package draw

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
)

// Style is how text looks. The zero value is plain.
type Style struct{ open string }

// reset is written after text that has a style.
const reset = "\x1b[m"

// Of is text in this style. The text must be inert.
func (s Style) Of(text string) Seg { return Seg{s, text} }

// Pick is yes if v holds, else no.
func Pick(v bool, yes, no Style) Style {
	if v {
		return yes
	}
	return no
}

// Theme says how everything looks. It uses the sixteen colours that every terminal has, as its user
// chose them. Colour is never the only sign.
type Theme struct {
	Plain, Dim, Bold Style
	// Title is for names of what is open or chosen.
	Title Style
	// Sent and Received are the two directions.
	Sent, Received Style
	// Bad, Warn and Good judge.
	Bad, Warn, Good Style
	// Hit is for matches and for bytes that are pointed out.
	Hit Style
	// Cursor is the base of the row of the cursor, Weak that of its row in a pane without focus, and of headings.
	Cursor, Weak Style
	// Key, String, Number and Word are parts of JSON; Key is for names in general too.
	Key, String, Number, Word Style
	// Mark is for what is selected.
	Mark Style
	// ASCII draws every sign, and text from the wire, with the characters of ASCII alone.
	ASCII bool
}

// NewTheme is the theme for a dark or a light background.
func NewTheme(dark bool) *Theme {
	pick := lipgloss.LightDark(dark)
	yellow := pick(lipgloss.Magenta, lipgloss.Yellow)
	cyan := pick(lipgloss.Blue, lipgloss.Cyan)
	fg := func(c color.Color) lipgloss.Style { return lipgloss.NewStyle().Foreground(c) }
	plain := lipgloss.NewStyle()
	return &Theme{
		Dim: styleOf(plain.Faint(true)), Bold: styleOf(plain.Bold(true)), Title: styleOf(plain.Bold(true).Reverse(true)),
		Sent: styleOf(fg(cyan)), Received: styleOf(fg(yellow)), Bad: styleOf(fg(lipgloss.Red).Bold(true)),
		Good: styleOf(fg(lipgloss.Green)), Warn: styleOf(fg(yellow).Bold(true)),
		Hit:    styleOf(plain.Foreground(lipgloss.Black).Background(lipgloss.Yellow).Underline(true)),
		Cursor: styleOf(plain.Reverse(true)), Weak: styleOf(plain.Underline(true)),
		Key: styleOf(fg(cyan)), String: styleOf(fg(lipgloss.Green)), Number: styleOf(fg(yellow)), Word: styleOf(fg(yellow).Bold(true)),
		Mark: styleOf(fg(lipgloss.Green).Bold(true)),
	}
}

// styleOf takes what lipgloss writes before a text.
func styleOf(s lipgloss.Style) Style {
	open, _, _ := strings.Cut(s.Render("x"), "x")
	return Style{open}
}
