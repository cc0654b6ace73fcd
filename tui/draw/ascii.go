package draw

import (
	"strings"
	"unicode/utf8"
)

// asciiSigns are the signs that we draw ourselves, each with one that every terminal has and that is as wide.
var asciiSigns = strings.NewReplacer(
	"→", ">", "←", "<", "▶", ">", "◀", "<", "▷", "-", "▌", "|", "▎", "|", "│", "|", "─", "-", "╌", "-", "●", "*", "≠", "!",
	"▸", "+", "▾", "-", "✗", "x", "✓", "v", "↓", "v", "↑", "^", "·", "-", "›", ">", "…", "~", "µ", "u", "├", "|",
	"▁", ".", "▂", ":", "▃", "-", "▄", "=", "▅", "+", "▆", "*", "▇", "#", "█", "@",
)

// ascii is s with the signs of ASCII; any other character becomes question marks, as many as it has cells.
func ascii(s string) string { return questions(asciiSigns.Replace(s)) }

// questions replaces all that is not ASCII.
func questions(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Repeat("?", Width(string(r))))
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
