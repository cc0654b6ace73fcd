package tui

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/wspeek/wspeek/decode/show"
)

// line draws one row of at most max cells. What does not fit is cut, with an ellipsis.
type line struct {
	b      []byte
	w, max int
	// base is in force under all that is drawn (the selected row).
	base style
	full bool
	buf  []byte
	// tail is the last character drawn.
	tail rune
}

func newLine(max int) *line { return &line{max: max, b: make([]byte, 0, 2*max+32)} }

// left is how many cells are free.
func (l *line) left() int { return l.max - l.w }

// put draws s, which is inert.
func (l *line) put(st style, s string) *line {
	if s == "" || l.full || l.max <= 0 {
		return l
	}
	s = l.apart(s)
	n := width(s)
	if n > l.left() {
		s = cut(s, l.left())
		n = width(s)
		l.full = true
	}
	l.raw(st, s)
	l.w += n
	return l
}

// apart spells out the first character of s where it would join the one before it: a terminal
// gives both together other cells than each alone.
func (l *line) apart(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r < 0x300 || l.tail == 0 || width(string(l.tail)+s[:n]) == width(string(l.tail))+width(s[:n]) {
		return s
	}
	return fmt.Sprintf("<U+%04X>", r) + s[n:]
}

func (l *line) raw(st style, s string) {
	l.tail, _ = utf8.DecodeLastRuneInString(s)
	if st.open == "" && l.base.open == "" {
		l.b = append(l.b, s...)
		return
	}
	l.b = append(append(l.b, l.base.open...), st.open...)
	l.b = append(append(l.b, s...), reset...)
}

// wire draws s, which came from the wire: as much of it as fits.
func (l *line) wire(st style, s []byte) *line {
	if limit := 16*l.left() + 64; len(s) > limit {
		s = s[:limit]
	}
	l.buf = show.AppendInert(l.buf[:0], s)
	return l.put(st, string(l.buf))
}

// lit draws s like wire, with what matches find in another style.
func (l *line) lit(st, hit style, s []byte, find finder) *line {
	if limit := 16*l.left() + 64; len(s) > limit {
		s = s[:limit]
	}
	for find != nil && len(s) > 0 && !l.full {
		at, n := find(s)
		if at < 0 || n == 0 {
			break
		}
		l.wire(st, s[:at]).wire(hit, s[at:at+n])
		s = s[at+n:]
	}
	return l.wire(st, s)
}

// to fills with blanks up to column n.
func (l *line) to(n int) *line {
	n = min(n, l.max)
	if n > l.w {
		l.raw(style{}, strings.Repeat(" ", n-l.w))
		l.w = n
	}
	return l
}

// col draws s in a column of n cells, at its right end where n is negative, followed by a blank.
func (l *line) col(st style, n int, s string) *line {
	right := n < 0
	n = max(n, -n)
	end := min(l.w+n, l.max)
	if width(s) > n {
		s = cut(s, n)
	}
	if right {
		l.to(end - width(s))
	}
	if l.left() < width(s) {
		s = cut(s, l.left())
	}
	l.put(st, s)
	return l.to(end).to(end + 1)
}

// String is the row, filled with blanks to its width.
func (l *line) String() string {
	l.full = false
	return string(l.to(l.max).b)
}

// width is the number of cells of s, which holds no controls.
func width(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// cut is the begin of s in n cells, with an ellipsis as the last of them.
func cut(s string, n int) string {
	if n <= 0 {
		return ""
	}
	return ansi.Truncate(s, n, "…")
}

// finder finds the first match in s: where, and how long; at -1 where there is none.
type finder func(s []byte) (at, n int)

// words makes a finder of words; nil for none.
func words(ws [][]byte) finder {
	if len(ws) == 0 {
		return nil
	}
	return func(s []byte) (int, int) {
		best, n := -1, 0
		for _, w := range ws {
			if at := bytes.Index(s, w); at >= 0 && (best < 0 || at < best) {
				best, n = at, len(w)
			}
		}
		return best, n
	}
}

// fit makes rows of exactly w cells and h lines of what a pane has drawn.
func fit(rows []string, w, h int) []string {
	if len(rows) > h {
		rows = rows[:h]
	}
	for len(rows) < h {
		rows = append(rows, strings.Repeat(" ", w))
	}
	return rows
}
