package draw

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/wspeek/wspeek/decode/show"
)

// Line draws one row of at most Max cells. What does not fit is cut, with an ellipsis.
type Line struct {
	// Max is the width of the row in cells.
	Max int
	// Base lies under the style of all that is drawn: that of the row of the cursor.
	Base  Style
	b     []byte
	w     int
	full  bool
	ascii bool
	buf   []byte
	// tail is the last character drawn.
	tail rune
}

// Line is an empty row of max cells.
func (th *Theme) Line(max int) *Line {
	return &Line{Max: max, ascii: th.ASCII, b: make([]byte, 0, 2*max+32)}
}

// Used is how many cells are drawn.
func (l *Line) Used() int { return l.w }

// Left is how many cells are free.
func (l *Line) Left() int { return l.Max - l.w }

// Put draws s, which must be inert: text of ours, or made so by show.Inert.
func (l *Line) Put(st Style, s string) *Line {
	if s == "" || l.full || l.Max <= 0 {
		return l
	}
	if l.ascii {
		s = ascii(s)
	}
	s = l.apart(s)
	n := Width(s)
	if n > l.Left() {
		s = Cut(s, l.Left())
		if l.ascii {
			s = ascii(s)
		}
		n = Width(s)
		l.full = true
	}
	l.raw(st, s)
	l.w += n
	return l
}

// apart spells out the first character of s where it would join the one before it: a terminal
// gives both together other cells than each alone.
func (l *Line) apart(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r < 0x300 || l.tail == 0 || Width(string(l.tail)+s[:n]) == Width(string(l.tail))+Width(s[:n]) {
		return s
	}
	return fmt.Sprintf("<U+%04X>", r) + s[n:]
}

func (l *Line) raw(st Style, s string) {
	l.tail, _ = utf8.DecodeLastRuneInString(s)
	if st.open == "" && l.Base.open == "" {
		l.b = append(l.b, s...)
		return
	}
	l.b = append(append(l.b, l.Base.open...), st.open...)
	l.b = append(append(l.b, s...), reset...)
}

// Wire draws s, which came from the wire: as much of it as fits.
func (l *Line) Wire(st Style, s []byte) *Line {
	if limit := 16*l.Left() + 64; len(s) > limit {
		s = s[:limit]
	}
	l.buf = show.AppendInert(l.buf[:0], s)
	if l.ascii {
		return l.Put(st, questions(string(l.buf)))
	}
	return l.Put(st, string(l.buf))
}

// Lit draws s like wire, with what matches find in another style.
func (l *Line) Lit(st, hit Style, s []byte, find Finder) *Line {
	if limit := 16*l.Left() + 64; len(s) > limit {
		s = s[:limit]
	}
	for find != nil && len(s) > 0 && !l.full {
		at, n := find(s)
		if at < 0 || n == 0 {
			break
		}
		l.Wire(st, s[:at]).Wire(hit, s[at:at+n])
		s = s[at+n:]
	}
	return l.Wire(st, s)
}

// To fills with blanks up to column n.
func (l *Line) To(n int) *Line {
	n = min(n, l.Max)
	if n > l.w {
		l.raw(Style{}, strings.Repeat(" ", n-l.w))
		l.w = n
	}
	return l
}

// Col draws s in a column of n cells, at its right end where n is negative, followed by a blank.
func (l *Line) Col(st Style, n int, s string) *Line {
	right := n < 0
	n = max(n, -n)
	end := min(l.w+n, l.Max)
	if Width(s) > n {
		s = Cut(s, n)
	}
	if right {
		l.To(end - Width(s))
	}
	if l.Left() < Width(s) {
		s = Cut(s, l.Left())
	}
	l.Put(st, s)
	return l.To(end).To(end + 1)
}

// String is the row, filled with blanks to its width.
func (l *Line) String() string {
	l.full = false
	return string(l.To(l.Max).b)
}

// Width is the number of cells of s, which must hold no control characters.
func Width(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// Cut is the start of s in n cells, with an ellipsis as the last of them where s is longer.
func Cut(s string, n int) string {
	if n <= 0 {
		return ""
	}
	return ansi.Truncate(s, n, "…")
}

// Finder finds the first match in s: where, and how many bytes long; at is -1 if there is none.
type Finder func(s []byte) (at, n int)

// Words is a Finder of any of ws; nil if there are none.
func Words(ws [][]byte) Finder {
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

// Fit is rows cut or filled to h rows; rows of w blanks are added.
func Fit(rows []string, w, h int) []string {
	if len(rows) > h {
		rows = rows[:h]
	}
	for len(rows) < h {
		rows = append(rows, strings.Repeat(" ", w))
	}
	return rows
}

// Clip is the first n bytes of s.
func Clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// PlainText is a row that a Line has drawn without its styles.
func PlainText(s string) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(s, 0x1b)
		if at < 0 {
			return b.String() + s
		}
		b.WriteString(s[:at])
		_, s, _ = strings.Cut(s[at:], "m")
	}
}

// Join appends a line to another, filled with blanks to its width.
func (l *Line) Join(o *Line) *Line { return l.Drawn(o.String(), o.Max) }

// Drawn appends a row that another line has drawn, of w cells.
func (l *Line) Drawn(row string, w int) *Line {
	l.b = append(l.b, row...)
	l.w += w
	return l
}

// DrawnSoFar is what is drawn without the blanks that would fill it, and how many cells that takes.
func (l *Line) DrawnSoFar() (row string, w int) { return string(l.b), l.w }

// Text is what is drawn so far, without styles.
func (l *Line) Text() string { return PlainText(string(l.b)) }

// Skip leaves n cells blank.
func (l *Line) Skip(n int) *Line { return l.To(l.w + n) }
