package draw

import (
	"strings"

	"github.com/wspeek/wspeek/decode/show"
)

// Seg is a run of inert text in one style.
type Seg struct {
	Style Style
	Text  string
}

// Rich is a document of our own words, wrapped to a width.
type Rich struct {
	// Width is how many cells a row has.
	Width int
	rows  [][]Seg
}

// NewRich is an empty document, at least 8 cells wide.
func NewRich(width int) *Rich { return &Rich{Width: max(width, 8)} }

// Len is how many rows there are.
func (r *Rich) Len() int { return len(r.rows) }

// Draw draws row i.
func (r *Rich) Draw(i int, l *Line) {
	for _, s := range r.rows[i] {
		l.Put(s.Style, s.Text)
	}
}

// Blank adds an empty row.
func (r *Rich) Blank() { r.rows = append(r.rows, nil) }

// Add adds a line, wrapped; all rows of it but the first are indented by hang cells.
func (r *Rich) Add(hang int, segs ...Seg) {
	row, used := []Seg{}, 0
	hang = min(hang, r.Width/2)
	for _, s := range segs {
		for s.Text != "" {
			room := r.Width - used
			part, rest := Split(s.Text, room, used > hang)
			if part != "" {
				row = append(row, Seg{s.Style, part})
				used += Width(part)
			}
			if s.Text = rest; rest != "" {
				r.rows = append(r.rows, row)
				row, used = []Seg{{Style{}, strings.Repeat(" ", hang)}}, hang
			}
		}
	}
	r.rows = append(r.rows, row)
}

// Split divides s after what fits into room cells, at a blank if there is one. With wait, part may be empty: a word
// that does not fit is left whole for the next row.
func Split(s string, room int, wait bool) (part, rest string) {
	if Width(s) <= room {
		return s, ""
	}
	at, used, blank := 0, 0, -1
	for i, c := range s {
		w := Width(string(c))
		if used+w > room {
			break
		}
		if c == ' ' {
			blank = i
		}
		used += w
		at = i + len(string(c))
	}
	switch {
	case blank > 0:
		return s[:blank], s[blank+1:]
	case wait:
		return "", s
	case at == 0:
		at = len(s)
		for i := range s {
			if i > 0 {
				at = i
				break
			}
		}
	}
	return s[:at], s[at:]
}

// Pair adds a line "name  value", unless value is empty; value may come from the wire.
func (r *Rich) Pair(th *Theme, name, value string) {
	if value != "" {
		r.Add(14, Seg{th.Dim, PadRight(name, 13) + " "}, Seg{th.Plain, show.Inert(value)})
	}
}

// Heading adds a heading, with an empty row before it unless it is the first.
func (r *Rich) Heading(th *Theme, s string) {
	if len(r.rows) > 0 {
		r.Blank()
	}
	r.Add(0, Seg{th.Bold, s})
}

// PadRight fills s with blanks to n cells.
func PadRight(s string, n int) string { return s + strings.Repeat(" ", max(0, n-Width(s))) }
