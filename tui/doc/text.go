package doc

import (
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

// textLine is a line of a payload as it is laid out: bytes [start,end), indented by depth.
type textLine struct {
	start, end int32
	depth      uint16
	// shut is the line with the bracket that closes the one that this line ends with; 0 where it opens none.
	shut int32
	// hole is how many bytes are missing before this line; the line is then about them alone.
	hole int64
}

// textRow is a part of a line that fits into the width.
type textRow struct {
	line, from, to int32
	quoted         bool // starts within a string of JSON
}

// Text is a payload shown as text, or as JSON where it is that.
type Text struct {
	p      []byte
	json   bool
	lines  []textLine
	rows   []textRow
	folded map[int32]bool
	width  int
	th     *draw.Theme
	find   draw.Finder
}

// newText lays p out in rows of width cells. GiveUp is called now and then; once it returns true,
// the layout ends, incomplete.
func newText(p []byte, holes []ws.Hole, width int, th *draw.Theme, find draw.Finder, giveUp func() bool) *Text {
	t := &Text{p: p, width: max(width, 8), th: th, find: find, folded: map[int32]bool{}}
	if len(holes) == 0 {
		t.json, t.lines = jsonLines(p)
	}
	if !t.json {
		t.lines = plainLines(p, holes)
	}
	t.layout(giveUp)
	return t
}

// plainLines are the lines of p as its line feeds divide it, and one for each hole.
func plainLines(p []byte, holes []ws.Hole) []textLine {
	var out []textLine
	start, lost := 0, int64(0)
	for i := 0; i <= len(p); i++ {
		for len(holes) > 0 && holes[0].At-lost <= int64(i) {
			if start < i {
				out = append(out, textLine{start: int32(start), end: int32(i)})
			}
			out = append(out, textLine{start: int32(i), end: int32(i), hole: holes[0].N})
			lost, start, holes = lost+holes[0].N, i, holes[1:]
		}
		if i < len(p) && p[i] == '\n' {
			out = append(out, textLine{start: int32(start), end: int32(i)})
			start = i + 1
		}
	}
	if start < len(p) || len(out) == 0 && len(p) > 0 {
		out = append(out, textLine{start: int32(start), end: int32(len(p))})
	}
	return out
}

// layout makes the rows again.
func (t *Text) layout(giveUp func() bool) {
	t.rows = t.rows[:0]
	for k := 0; k < len(t.lines); k++ {
		if k%4096 == 4095 && giveUp() {
			return
		}
		t.wrap(int32(k), giveUp)
		if t.folded[int32(k)] {
			k = int(t.lines[k].shut)
		}
	}
}

// indent is how far a line is moved to the right; deep nesting does not push text off the row.
func (t *Text) indent(l *textLine) int { return min(2*int(l.depth), t.width/2) }

// wrap adds the rows of line k.
func (t *Text) wrap(k int32, giveUp func() bool) {
	l := &t.lines[k]
	room := t.width - t.indent(l)
	w := walker{json: t.json}
	row := textRow{line: k, from: l.start, to: l.end}
	used := 0
	for i := int(l.start); i < int(l.end); {
		n, cells := w.next(t.p[i:l.end])
		if used+cells > room && used > 0 {
			row.to = int32(i)
			t.rows = append(t.rows, row)
			if len(t.rows)%65536 == 0 && giveUp() {
				return
			}
			row = textRow{line: k, from: int32(i), to: l.end, quoted: w.was}
			used = 0
		}
		used += cells
		i += n
	}
	t.rows = append(t.rows, row)
}

// walker steps through a payload character by character and says how many cells each takes when drawn inert.
type walker struct {
	json           bool
	quoted, escape bool
	was            bool // quoted before this step
	marks          int
}

func (w *walker) next(p []byte) (n, cells int) {
	w.was = w.quoted
	c := p[0]
	if c >= utf8.RuneSelf {
		return w.rune(p)
	}
	w.marks = 0
	if w.json {
		if !w.quote(c) {
			return 1, bareCells(c)
		}
	}
	switch {
	case c >= 0x20 && c < 0x7f:
		return 1, 1
	case c == '\n', c == '\r', c == '\t':
		return 1, 2
	}
	return 1, 4
}

// quote follows the strings of JSON, and reports whether c belongs to one.
func (w *walker) quote(c byte) bool {
	switch {
	case !w.quoted:
		w.quoted = c == '"'
		return w.quoted
	case w.escape:
		w.escape = false
	case c == '\\':
		w.escape = true
	case c == '"':
		w.quoted = false
	}
	return true
}

// bareCells are the cells of a character of JSON outside of strings: blanks are left out, a colon is followed by one.
func bareCells(c byte) int {
	switch c {
	case ' ', '\t', '\r', '\n':
		return 0
	case ':':
		return 2
	}
	return 1
}

func (w *walker) rune(p []byte) (n, cells int) {
	r, n := utf8.DecodeRune(p)
	switch {
	case r == utf8.RuneError && n == 1:
		return 1, 4
	case show.Hidden(r):
		return n, max(10, 4*n)
	case unicode.Is(unicode.M, r):
		if w.marks++; w.marks > 3 {
			return n, 10
		}
		return n, 1
	}
	w.marks = 0
	return n, ansi.StringWidth(string(p[:n]))
}

// Len is how many rows there are.
func (t *Text) Len() int { return len(t.rows) }

// Draw draws row i.
func (t *Text) Draw(i int, l *draw.Line) {
	r := t.rows[i]
	k := &t.lines[r.line]
	l.Skip(t.indent(k))
	if k.hole > 0 {
		l.Put(t.th.Bad, "[ "+show.CountGrouped(k.hole, "byte")+" missing here ]")
		return
	}
	t.drawBytes(l, r)
	if t.folded[r.line] {
		t.drawFolded(l, r.line)
	}
}

func (t *Text) drawFolded(l *draw.Line, k int32) {
	shut := &t.lines[t.lines[k].shut]
	l.Put(t.th.Dim, " … "+show.CountGrouped(int64(t.lines[k].shut-k-1), "line")+" … ")
	l.Wire(t.th.Plain, t.p[shut.start:shut.end])
}

// maxFolded is how long a payload is at most that is laid out again while the user waits.
const maxFolded = 8 << 20

// Toggle folds or unfolds the line of row i, and reports whether it can be folded.
func (t *Text) Toggle(i int) bool {
	if i < 0 || i >= len(t.rows) {
		return false
	}
	k := t.rows[i].line
	if t.lines[k].shut == 0 || len(t.p) > maxFolded {
		return false
	}
	if t.folded[k] {
		delete(t.folded, k)
	} else {
		t.folded[k] = true
	}
	t.layout(func() bool { return false })
	return true
}

// Seek is the first row after (before) row i with a match, -1 for none.
func (t *Text) Seek(i, step int) int {
	if t.find == nil {
		return -1
	}
	for k := i + step; k >= 0 && k < len(t.rows); k += step {
		r := t.rows[k]
		if at, n := t.find(t.p[r.from:min(int(r.to)+hitMargin, len(t.p))]); at >= 0 && n > 0 && at < int(r.to-r.from) {
			return k
		}
	}
	return -1
}

// FoldAll folds everything within the outermost brackets, or unfolds all.
func (t *Text) FoldAll() {
	if len(t.p) > maxFolded {
		return
	}
	if len(t.folded) > 0 {
		clear(t.folded)
	} else {
		for k := range t.lines {
			if t.lines[k].shut > 0 && t.lines[k].depth == 1 {
				t.folded[int32(k)] = true
			}
		}
	}
	t.layout(func() bool { return false })
}
