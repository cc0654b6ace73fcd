package tui

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
)

// style is how text looks: what stands before it; reset stands behind.
type style struct{ open string }

const reset = "\x1b[m"

// theme is how everything looks. It uses the sixteen colours that every terminal has, as its user
// chose them; no meaning hangs on colour alone.
type theme struct {
	plain, dim, bold, title, sent, got, bad, good, warn, hit, sel, weak, key, str, num, word, mark style
}

// newTheme makes the theme for a dark or a light background.
func newTheme(dark bool) *theme {
	pick := lipgloss.LightDark(dark)
	yellow := pick(lipgloss.Magenta, lipgloss.Yellow)
	cyan := pick(lipgloss.Blue, lipgloss.Cyan)
	fg := func(c color.Color) lipgloss.Style { return lipgloss.NewStyle().Foreground(c) }
	plain := lipgloss.NewStyle()
	return &theme{
		dim: styleOf(plain.Faint(true)), bold: styleOf(plain.Bold(true)), title: styleOf(plain.Bold(true).Reverse(true)),
		sent: styleOf(fg(cyan)), got: styleOf(fg(yellow)), bad: styleOf(fg(lipgloss.Red).Bold(true)),
		good: styleOf(fg(lipgloss.Green)), warn: styleOf(fg(yellow).Bold(true)),
		hit: styleOf(plain.Foreground(lipgloss.Black).Background(lipgloss.Yellow).Underline(true)),
		sel: styleOf(plain.Reverse(true)), weak: styleOf(plain.Underline(true)),
		key: styleOf(fg(cyan)), str: styleOf(fg(lipgloss.Green)), num: styleOf(fg(yellow)), word: styleOf(fg(yellow).Bold(true)),
		mark: styleOf(fg(lipgloss.Green).Bold(true)),
	}
}

// styleOf takes what lipgloss writes before a text.
func styleOf(s lipgloss.Style) style {
	open, _, _ := strings.Cut(s.Render("x"), "x")
	return style{open}
}

// pick is yes where v holds, else no.
func pick(v bool, yes, no style) style {
	if v {
		return yes
	}
	return no
}
