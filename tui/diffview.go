package tui

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
)

const (
	// minHalves is how many cells a comparison of sessions has at least that shows them side by side.
	minHalves = 70
	// minSaid is from how many rows on what differs is said in words below.
	minSaid = 14
	// maxLooked is how far into a payload a difference is looked for, to be marked in its row.
	maxLooked = 64 << 10
)

// diffSigns are how rows are marked, by diff.State; wspeek diff has the same.
var diffSigns = [...]struct{ sign, words string }{
	diff.Same: {" ", "the same"}, diff.Changed: {"~", "changed"}, diff.OnlyA: {"-", "only in A"}, diff.OnlyB: {"+", "only in B"},
	diff.Moved: {">", "moved"}, diff.Unclear: {"?", "cannot tell"},
}

func (p *diffPane) style(s diff.State) draw.Style {
	return [...]draw.Style{diff.Same: p.th.Dim, diff.Changed: p.th.Warn, diff.OnlyA: p.th.Bad, diff.OnlyB: p.th.Good,
		diff.Moved: p.th.Sent, diff.Unclear: p.th.Warn}[s]
}

// View draws the pane.
func (p *diffPane) View(w, h int) []string {
	said := 0
	if h >= minSaid {
		said = min(h/4, 10)
	}
	rows := []string{p.title(w)}
	if w >= minHalves {
		rows = append(rows, p.sideBySide(w, h-1-said)...)
	} else {
		rows = append(rows, p.stacked(w, h-1-said)...)
	}
	if said > 0 {
		rows = append(draw.Fit(rows, w, h-said), p.explained(w, said)...)
	}
	return draw.Fit(rows, w, h)
}

// title says in numbers what differs.
func (p *diffPane) title(w int) string {
	l := p.th.Line(w)
	l.Put(p.th.Title, fmt.Sprintf(" sessions %d ~ %d ", p.c.A.Info.N, p.c.B.Info.N)).Put(p.th.Plain, " ")
	switch {
	case p.c.Different():
		l.Put(p.th.Bad, "differ: ")
	case p.c.Uncertain():
		l.Put(p.th.Warn, "cannot tell: ")
	default:
		l.Put(p.th.Good, "no difference: ")
	}
	var parts []string
	if n := len(p.c.Handshake); n > 0 {
		parts = append(parts, fmt.Sprintf("handshake (%d)", n))
	}
	for _, s := range []diff.State{diff.Changed, diff.OnlyA, diff.OnlyB, diff.Moved, diff.Unclear, diff.Same} {
		if n := p.c.Counts[s]; n > 0 {
			parts = append(parts, show.Thousands(int64(n))+" "+diffSigns[s].words)
		}
	}
	if len(p.c.Ending) > 0 {
		parts = append(parts, "end")
	}
	return l.Put(p.th.Plain, strings.Join(parts, ", ")).String()
}

// name is what is above a side.
func (p *diffPane) name(letter string, s *diff.Side) string {
	return fmt.Sprintf("%s  session %d  %s", letter, s.Info.N, show.Inert(draw.Clip(address(s.Info), 500)))
}

// sideBySide draws both sides in h rows, A to the left.
func (p *diffPane) sideBySide(w, h int) []string {
	p.list.Resize(h - 1)
	half := (w - 3) / 2
	l := p.th.Line(w)
	l.Put(p.th.Weak, draw.Cut(p.name("A", p.c.A), half)).To(half+3).Put(p.th.Weak, p.name("B", p.c.B))
	rows := []string{l.String()}
	from, to := p.list.Visible()
	for i := from; i < to; i++ {
		l := p.th.Line(w)
		l.Join(p.half(i, 0, half))
		sign, st := p.sign(i)
		if l.Base = p.base(i); p.list.Cursor == i && sign == " " {
			sign = "▶"
		}
		l.Put(st, " "+sign+" ")
		l.Join(p.half(i, 1, l.Left()))
		rows = append(rows, l.String())
	}
	return draw.Fit(rows, w, h)
}

// stacked draws both sides in h rows, A above B: the same rows of each.
func (p *diffPane) stacked(w, h int) []string {
	each := max((h-2)/2, 1)
	p.list.Resize(each)
	var rows []string
	for k, s := range []*diff.Side{p.c.A, p.c.B} {
		rows = append(rows, p.th.Line(w).Put(p.th.Weak, p.name(string(rune('A'+k)), s)).String())
		from, to := p.list.Visible()
		var part []string
		for i := from; i < to; i++ {
			l := p.th.Line(w)
			l.Base = p.base(i)
			sign, st := p.sign(i)
			l.Put(st, sign+" ").Join(p.half(i, k, w-2))
			part = append(part, l.String())
		}
		rows = append(rows, draw.Fit(part, w, each)...)
	}
	return rows
}

func (p *diffPane) base(i int) draw.Style {
	if i == p.list.Cursor {
		return p.th.Cursor
	}
	return draw.Style{}
}

// sign is the mark of row i, and how it looks.
func (p *diffPane) sign(i int) (string, draw.Style) {
	r, _ := p.pair(i)
	switch {
	case r == nil:
		return diffSigns[diff.Changed].sign, p.style(diff.Changed)
	case r.State == diff.Same && r.Doubt != "":
		return "!", p.style(diff.Unclear)
	}
	return diffSigns[r.State].sign, p.style(r.State)
}

// half draws side k of row i in w cells.
func (p *diffPane) half(i, k, w int) *draw.Line {
	l := p.th.Line(w)
	l.Base = p.base(i)
	r, x := p.pair(i)
	if r == nil {
		v, in := x.A, x.InA
		if k == 1 {
			v, in = x.B, x.InB
		}
		if l.Put(p.th.Key, draw.Cut(show.Inert(draw.Clip(x.Path, 500)), w/2)+" "); in {
			return l.Wire(p.th.Hit, []byte(v))
		}
		return l.Put(p.th.Dim, "(nothing)")
	}
	two := [2]*ws.Message{}
	two[0], two[1] = p.sides(r)
	if m := two[k]; m != nil {
		p.message(l, r, m, two[1-k], k)
	}
	return l
}

// message draws m, whose partner is o, nil for none.
func (p *diffPane) message(l *draw.Line, r *diff.Pair, m, o *ws.Message, k int) {
	st, dst := p.th.Plain, p.th.Sent
	if r.State == diff.Same {
		st = p.th.Dim
	}
	if m.Dir == ws.S2C {
		dst = p.th.Received
	}
	l.Col(st, -5, strconv.Itoa(m.N))
	l.Put(dst, draw.Arrow(m.Dir)+" ").Col(dst, 6, export.KindName(m.Opcode))
	if l.Max >= 48 {
		l.Col(p.th.Dim, -6, show.Short(m.Len))
	}
	if m.Opcode == ws.OpClose && m.CloseCode >= 0 {
		code := st
		if o != nil && o.CloseCode != m.CloseCode {
			code = p.th.Hit
		}
		l.Put(code, strconv.Itoa(m.CloseCode)).Put(st, " ")
	}
	var lit [][2]int
	from := 0
	if o != nil && r.State == diff.Changed {
		lit = marksIn(m.Reason(), o.Reason(), r.Changes, k)
		if len(lit) > 0 {
			from = max(0, lit[0][0]-max(l.Left(), 0)/3)
		}
	}
	p.excerpt(l, st, m, from, lit)
}

// excerpt draws the payload of m from byte from on, with the ranges of lit marked.
func (p *diffPane) excerpt(l *draw.Line, st draw.Style, m *ws.Message, from int, lit [][2]int) {
	data := m.Reason()
	data = data[:min(len(data), from+16*max(l.Left(), 0)+64)]
	put := func(st draw.Style, from, to int) {
		if from, to = min(from, len(data)), min(to, len(data)); from >= to {
			return
		}
		if doc.Textual(m) {
			l.Wire(st, data[from:to])
			return
		}
		to = min(to, from+l.Left()/2+1)
		l.Put(st, fmt.Sprintf("% x", data[from:to])).Put(p.th.Plain, " ")
	}
	for doc.Textual(m) && from > 0 && from < len(data) && data[from]&0xc0 == 0x80 {
		from--
	}
	if from > 0 {
		l.Put(p.th.Dim, "…")
	}
	for _, r := range lit {
		put(st, from, r[0])
		put(p.th.Hit, max(from, r[0]), r[1])
		from = max(from, r[1])
	}
	put(st, from, len(data))
}

// marksIn are the ranges of a that differ from b: the values of changes where they are found, else all from the first
// difference to the last. k says which side a is.
func marksIn(a, b []byte, changes []diff.Change, k int) [][2]int {
	a, b = a[:min(len(a), maxLooked)], b[:min(len(b), maxLooked)]
	lo := 0
	for lo < len(a) && lo < len(b) && a[lo] == b[lo] {
		lo++
	}
	end := 0
	for end < len(a)-lo && end < len(b)-lo && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	hi := len(a) - end
	var out [][2]int
	for i := range changes {
		v := changes[i].A
		if k == 1 {
			v = changes[i].B
		}
		if at := valueIn(a, lo, hi, changes[i].Path, v); at >= 0 {
			out = append(out, [2]int{at, at + len(v)})
		}
	}
	if len(out) == 0 && lo < hi {
		return [][2]int{wholeRunes(a, lo, hi)}
	}
	slices.SortFunc(out, func(x, y [2]int) int { return x[0] - y[0] })
	return out
}

// wholeRunes widens a range until it cuts no character in two.
func wholeRunes(p []byte, lo, hi int) [2]int {
	for lo > 0 && p[lo]&0xc0 == 0x80 {
		lo--
	}
	for hi < len(p) && p[hi]&0xc0 == 0x80 {
		hi++
	}
	return [2]int{lo, hi}
}

// valueIn is where v, the value at path, stands in what differs of p, [lo,hi); -1 where that is not found.
func valueIn(p []byte, lo, hi int, path, v string) int {
	if v == "" {
		return -1
	}
	key := path[strings.LastIndexByte(path, '.')+1:]
	for _, before := range []string{`"` + key + `":`, `"` + key + `": `, ""} {
		from := max(0, lo-len(v)-len(before))
		at := bytes.Index(p[from:min(len(p), hi+len(v))], []byte(before+v))
		if at < 0 {
			continue
		}
		if at += from + len(before); at < hi && at+len(v) > lo || lo == hi {
			return at
		}
	}
	return -1
}

// explained says in h rows what differs in the row that the cursor is at.
func (p *diffPane) explained(w, h int) []string {
	rows := []string{p.th.Line(w).Put(p.th.Weak, strings.Repeat(" ", w)).String()}
	if p.list.N > 0 {
		rows = append(rows, p.rowWords(w, h-2)...)
	}
	if len(p.c.Ignored) == 0 {
		return draw.Fit(rows, w, h)
	}
	l := p.th.Line(w).Put(p.th.Dim, " ignored:")
	for i, u := range p.c.Ignored {
		l.Put(p.th.Dim, pickText(i > 0, ",")+" "+show.Inert(u.Name)+" ("+show.Thousands(int64(u.Count))+")")
	}
	return append(draw.Fit(rows, w, h-1), l.String())
}

func pickText(v bool, s string) string {
	if v {
		return s
	}
	return ""
}

// rowWords are at most h rows about the row that the cursor is at.
func (p *diffPane) rowWords(w, h int) (rows []string) {
	r, x := p.pair(p.list.Cursor)
	if r == nil {
		return []string{p.change(w, x)}
	}
	sign, st := p.sign(p.list.Cursor)
	l := p.th.Line(w).Put(st, " "+sign+" "+diffSigns[r.State].words)
	if a, b := p.sides(r); a != nil && b != nil {
		l.Put(p.th.Plain, fmt.Sprintf("  message %d of A, %d of B", a.N, b.N))
	}
	if r.Moved && r.State != diff.Moved {
		l.Put(p.th.Warn, ", moved")
	}
	for _, s := range []string{r.Why, r.Doubt} {
		if s != "" {
			l.Put(p.th.Warn, "  "+show.Inert(s))
		}
	}
	rows = append(rows, l.String())
	for i := range r.Changes {
		if left := len(r.Changes) - i + r.More; len(rows) == h-1 && left > 1 {
			return append(rows, p.th.Line(w).Put(p.th.Dim, "   ... "+show.Thousands(int64(left))+" more").String())
		}
		rows = append(rows, p.change(w, &r.Changes[i]))
	}
	return rows
}

// change is a row that says what a change is.
func (p *diffPane) change(w int, x *diff.Change) string {
	l := p.th.Line(w).Put(p.th.Key, "   "+draw.Cut(show.Inert(draw.Clip(x.Path, 500)), w/3)+"  ")
	room := max((l.Left()-5)/2, 4)
	for k, v := range []struct {
		s  string
		in bool
	}{{x.A, x.InA}, {x.B, x.InB}} {
		if k == 1 {
			l.Put(p.th.Bold, " ≠ ")
		}
		if !v.in {
			l.Put(p.th.Dim, "(nothing)")
			continue
		}
		l.Put(p.th.Plain, draw.Cut(show.Inert(draw.Clip(v.s, 4*room+16)), room))
	}
	return l.String()
}
