package tui

import (
	"fmt"

	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
)

const (
	// maxCompared is how many bytes of each message are compared.
	maxCompared = 4 << 20
	// maxLines bounds the table by which lines are aligned; beyond it they are set side by side as they come.
	maxLines = 2000
)

// pair is a row of the comparison: a line of each side, -1 for none.
type pair struct {
	a, b int
	same bool
}

// comparePane shows two messages side by side.
type comparePane struct {
	th     *draw.Theme
	titles [2]string
	lines  [2][]string // inert
	pairs  []pair
	list   draw.List
	differ int
}

// comparedMsg brings a comparison.
type comparedMsg struct{ pane *comparePane }

// compareMessages is the command that compares the two selected messages, or this one with the one before from the
// same side of the session.
func (m *model) compareMessages(string) tea.Cmd {
	a, b := -1, -1
	if len(m.msgs.marked) == 2 {
		a, b = m.msgs.marked[0], m.msgs.marked[1]
	} else {
		i, c, ok := m.currentMessage()
		if !ok {
			m.warn("this row is not a message; Space selects two to compare")
			return nil
		}
		if b = i; len(m.msgs.marked) == 1 && m.msgs.marked[0] != i {
			a = m.msgs.marked[0]
		} else {
			a = m.store.Before(c.Session.N, &c.Message)
		}
	}
	if a < 0 {
		m.warn("there is no message before it; Space selects two to compare")
		return nil
	}
	s, th := m.store, m.th
	return m.background(func() tea.Msg { return comparedMsg{newCompare(th, s, a, b)} })
}

func newCompare(th *draw.Theme, s *rows.Store, a, b int) *comparePane {
	p := &comparePane{th: th}
	for k, i := range [2]int{a, b} {
		info, m := s.Message(i)
		if m == nil {
			p.lines[k] = []string{rows.ErrDropped.Error()}
			continue
		}
		data, err := s.Payload(i)
		p.titles[k] = fmt.Sprintf("%d:%d %s %s, %s", info.N, m.N, draw.Arrow(m.Dir), export.KindName(m.Opcode), doc.SizeWords(m))
		if err != nil {
			p.lines[k] = []string{err.Error()}
			continue
		}
		m.Payload = data
		p.lines[k] = doc.Lines(th, m, maxCompared)
	}
	p.align()
	p.list.Grow(len(p.pairs))
	return p
}

// align finds which lines are the same: equal ends first, then the longest common run of lines between.
func (p *comparePane) align() {
	a, b := p.lines[0], p.lines[1]
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		p.pairs = append(p.pairs, pair{from, from, true})
		from++
	}
	na, nb := len(a), len(b)
	for na > from && nb > from && a[na-1] == b[nb-1] {
		na, nb = na-1, nb-1
	}
	if na-from > maxLines || nb-from > maxLines {
		p.unaligned(from, na, nb)
	} else {
		p.longest(from, na, nb)
	}
	for k := 0; na+k < len(a); k++ {
		p.pairs = append(p.pairs, pair{na + k, nb + k, true})
	}
}

func (p *comparePane) unaligned(from, na, nb int) {
	for k := from; k < na || k < nb; k++ {
		r := pair{a: k, b: k}
		if k >= na {
			r.a = -1
		}
		if k >= nb {
			r.b = -1
		}
		p.add(r)
	}
}

func (p *comparePane) add(r pair) {
	r.same = r.a >= 0 && r.b >= 0 && p.lines[0][r.a] == p.lines[1][r.b]
	if !r.same {
		p.differ++
	}
	p.pairs = append(p.pairs, r)
}

// longest aligns lines from..na with from..nb by their longest common subsequence.
func (p *comparePane) longest(from, na, nb int) {
	a, b := p.lines[0][from:na], p.lines[1][from:nb]
	best := make([][]int32, len(a)+1)
	for i := range best {
		best[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if a[i] == b[k] {
				best[i][k] = best[i+1][k+1] + 1
			} else {
				best[i][k] = max(best[i+1][k], best[i][k+1])
			}
		}
	}
	var lone [2][]int
	i, k := 0, 0
	for i < len(a) || k < len(b) {
		switch {
		case i < len(a) && k < len(b) && a[i] == b[k]:
			p.flush(&lone)
			p.add(pair{a: from + i, b: from + k})
			i, k = i+1, k+1
		case k == len(b) || i < len(a) && best[i+1][k] >= best[i][k+1]:
			lone[0] = append(lone[0], from+i)
			i++
		default:
			lone[1] = append(lone[1], from+k)
			k++
		}
	}
	p.flush(&lone)
}

// flush sets lines that have no equal beside each other.
func (p *comparePane) flush(lone *[2][]int) {
	for n := 0; n < len(lone[0]) || n < len(lone[1]); n++ {
		r := pair{a: -1, b: -1}
		if n < len(lone[0]) {
			r.a = lone[0][n]
		}
		if n < len(lone[1]) {
			r.b = lone[1][n]
		}
		p.add(r)
	}
	*lone = [2][]int{}
}

func (p *comparePane) place() place { return inCompare }

func (p *comparePane) rows() *draw.List { return &p.list }

// nextDifference goes to the next difference, or the one before if step is -1.
func (p *comparePane) nextDifference(step int) {
	for k := p.list.Cursor + step; k >= 0 && k < len(p.pairs); k += step {
		if !p.pairs[k].same {
			p.list.Set(k)
			return
		}
	}
}

// View draws the pane.
func (p *comparePane) View(w, h int) []string {
	p.list.Resize(h - 2)
	l := p.th.Line(w)
	l.Put(p.th.Title, fmt.Sprintf(" compare: %s ", show.CountGrouped(int64(p.differ), "different line"))).Put(p.th.Dim, "  n N next, previous difference; Esc back")
	rows := []string{l.String()}
	half := (w - 3) / 2
	rows = append(rows, p.two(w, half, p.titles[0], p.titles[1], " ", p.th.Weak, false))
	from, to := p.list.Visible()
	for i := from; i < to; i++ {
		r := p.pairs[i]
		sign, st := " ", p.th.Dim
		switch {
		case r.same:
		case r.a < 0:
			sign, st = "+", p.th.Good
		case r.b < 0:
			sign, st = "-", p.th.Bad
		default:
			sign, st = "≠", p.th.Warn
		}
		rows = append(rows, p.two(w, half, p.text(0, r.a), p.text(1, r.b), sign, st, i == p.list.Cursor))
	}
	return draw.Fit(rows, w, h)
}

func (p *comparePane) text(k, i int) string {
	if i < 0 {
		return ""
	}
	return p.lines[k][i]
}

func (p *comparePane) two(w, half int, a, b, sign string, st draw.Style, here bool) string {
	l := p.th.Line(w)
	if here {
		l.Base = p.th.Cursor
	}
	return l.Put(st, draw.Cut(a, half)).To(half).Put(p.th.Bold, " "+sign+" ").Put(st, b).String()
}
