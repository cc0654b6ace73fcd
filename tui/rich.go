package tui

import (
	"strings"

	"github.com/wspeek/wspeek/decode/show"
)

// seg is a run of inert text in one style.
type seg struct {
	st style
	s  string
}

// richLine is a line made of segs.
type richLine []seg

// rich is a document of lines that we wrote ourselves, wrapped to a width.
type rich struct {
	rows  []richLine
	width int
}

func newRich(width int) *rich { return &rich{width: max(width, 8)} }

func (r *rich) len() int { return len(r.rows) }

func (r *rich) draw(i int, l *line) {
	for _, s := range r.rows[i] {
		l.put(s.st, s.s)
	}
}

// add adds a line, wrapped; further rows are indented by hang cells.
func (r *rich) add(hang int, segs ...seg) {
	row, used := richLine{}, 0
	hang = min(hang, r.width/2)
	for _, s := range segs {
		for s.s != "" {
			room := r.width - used
			part, rest := split(s.s, room, used > hang)
			if part != "" {
				row = append(row, seg{s.st, part})
				used += width(part)
			}
			if s.s = rest; rest != "" {
				r.rows = append(r.rows, row)
				row, used = richLine{{style{}, strings.Repeat(" ", hang)}}, hang
			}
		}
	}
	r.rows = append(r.rows, row)
}

// split takes from s what fits into room cells, at a blank where there is one. With wait it may take nothing.
func split(s string, room int, wait bool) (part, rest string) {
	if width(s) <= room {
		return s, ""
	}
	at, used, blank := 0, 0, -1
	for i, c := range s {
		w := width(string(c))
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

// pair adds a line "name  value"; the value comes from the wire.
func (r *rich) pair(th *theme, name, value string) {
	if value != "" {
		r.add(14, seg{th.dim, padRight(name, 13) + " "}, seg{th.plain, show.Inert(value)})
	}
}

func (r *rich) heading(th *theme, s string) {
	if len(r.rows) > 0 {
		r.rows = append(r.rows, nil)
	}
	r.add(0, seg{th.bold, s})
}

func padRight(s string, n int) string { return s + strings.Repeat(" ", max(0, n-width(s))) }
