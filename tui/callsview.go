package tui

import (
	"fmt"
	"strconv"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/tui/draw"
)

const (
	// maxNameRows is how many names are shown at most above the calls.
	maxNameRows = 12
	// minCallPreviews is how many cells a row of a call has at least that shows the payloads.
	minCallPreviews = 70
	// nameCells is how wide names are at most.
	nameCells = 28
)

// View draws the pane.
func (p *callsPane) View(w, h int) []string {
	rows := []string{p.title(w)}
	if p.data == nil {
		return draw.Fit(append(rows, p.th.Line(w).Put(p.th.Dim, "   "+p.progress()).String()), w, h)
	}
	if len(p.data.All) == 0 || p.data.Total == nil {
		rows = append(rows, p.th.Line(w).Put(p.th.Dim, "   no requests with replies").String())
		return draw.Fit(rows, w, h)
	}
	tall := min(p.names.N, max(h/3, 2), maxNameRows)
	rows = append(rows, p.nameRows(w, tall)...)
	turn := p.turnRows(w, (h-len(rows))/2)
	rows = append(rows, p.callRows(w, h-len(rows)-len(turn))...)
	return draw.Fit(append(rows, turn...), w, h)
}

func (p *callsPane) progress() string {
	if p.reading == nil || p.total == 0 {
		return "..."
	}
	return fmt.Sprintf("pairing requests and replies ... %d%%", percent(p.reading.Load(), int64(p.total)))
}

// title says whose calls they are, how many, and which are shown.
func (p *callsPane) title(w int) string {
	l := p.th.Line(w)
	whose := "all sessions"
	if p.look.Session > 0 {
		whose = "session " + strconv.Itoa(p.look.Session)
	}
	l.Put(p.th.Title, " calls of "+whose+" ").Put(p.th.Plain, " ")
	if p.data == nil || p.data.Total == nil {
		return l.String()
	}
	t := p.data.Total
	l.Put(p.th.Bold, show.CountGrouped(t.Count, "call"))
	for _, x := range []struct {
		n    int64
		what string
	}{{t.Errors, show.CountGrouped(t.Errors, "error")}, {t.Unanswered, show.Thousands(t.Unanswered) + " unanswered"},
		{t.Cancelled, show.Thousands(t.Cancelled) + " cancelled"}} {
		if x.n > 0 {
			l.Put(p.th.Bad, ", "+x.what)
		}
	}
	return l.Put(p.th.Dim, "  "+show.Inert(p.data.Words())).String()
}

// nameRows draws the names, tall rows of them, below their head.
func (p *callsPane) nameRows(w, tall int) []string {
	p.names.Resize(tall)
	lo, hi := calls.Buckets, 0
	for i, n := range p.data.Bars[0] {
		if n > 0 {
			lo, hi = min(lo, i), max(hi, i)
		}
	}
	l := p.th.Line(w)
	draw.Head(l, p.th, p.onNames)
	p.nameColumns(l, func(at int) (string, draw.Style) { return nameHeads[at], p.th.Weak }, w)
	if lo <= hi {
		l.Put(p.th.Weak, calls.Range(lo, hi))
	}
	rows := []string{l.String()}
	from, to := p.names.Visible()
	for i := from; i < to; i++ {
		l := p.th.Line(w)
		draw.Cursor(l, p.th, i == p.names.Cursor, p.onNames)
		s, name := p.data.Total, "all names"
		if i > 0 {
			s = p.data.Each[i-1]
			name = orNoName(s.Name)
		}
		p.nameColumns(l, func(at int) (string, draw.Style) { return p.nameCell(s, name, at) }, w)
		if lo <= hi {
			p.histogram(l, &p.data.Bars[i], lo, hi, i == p.names.Cursor)
		}
		rows = append(rows, l.String())
	}
	return rows
}

var nameHeads = [...]string{"name", "calls", "error", "open", "p50", "p95", "p99", "max"}

// nameColumns draws the columns of a name: those for which there is room.
func (p *callsPane) nameColumns(l *draw.Line, cell func(at int) (string, draw.Style), w int) {
	for at, n := range [...]int{min(nameCells, w/4), -6, -5, -5, -7, -7, -7, -7} {
		if at >= 4 && at != 5 && at != 7 && w < 76 {
			continue
		}
		s, st := cell(at)
		l.Col(st, n, s)
	}
	l.Put(p.th.Plain, " ")
}

func (p *callsPane) nameCell(s *calls.Summary, name string, at int) (string, draw.Style) {
	switch at {
	case 0:
		return show.Inert(draw.Clip(name, 4*nameCells)), p.th.Plain
	case 1:
		return show.Short(s.Count), p.th.Plain
	case 2:
		return show.Short(s.Errors), draw.Pick(s.Errors > 0, p.th.Bad, p.th.Dim)
	case 3:
		return show.Short(s.Unanswered), draw.Pick(s.Unanswered > 0, p.th.Bad, p.th.Dim)
	}
	if s.Took.Len() == 0 {
		return "-", p.th.Dim
	}
	return callTime(int64(s.Took.Percentile([...]int{4: 50, 5: 95, 6: 99, 7: 100}[at]))), p.th.Plain
}

// histogram draws the columns of a name; the chosen one is lit.
func (p *callsPane) histogram(l *draw.Line, h *[calls.Buckets]int64, lo, hi int, here bool) {
	for i, r := range []rune(calls.Bars(h, lo, hi, p.th.ASCII)) {
		l.Put(draw.Pick(here && lo+i == p.look.Bucket, p.th.Hit, p.th.Plain), string(r))
	}
}

// callRows draws the calls in h rows.
func (p *callsPane) callRows(w, h int) []string {
	if h < 1 {
		return nil
	}
	p.list.Resize(h - 1)
	l := p.th.Line(w)
	draw.Head(l, p.th, !p.onNames)
	l.Col(p.th.Weak, -9, "request").Put(p.th.Weak, "  ").Col(p.th.Weak, -7, "reply").Col(p.th.Weak, -8, "took").Put(p.th.Weak, "name")
	if w >= minCallPreviews {
		l.To(p.previewsFrom(w)).Put(p.th.Weak, "request and reply")
	}
	rows := []string{l.String()}
	from, to := p.list.Visible()
	for i := from; i < to; i++ {
		l := p.th.Line(w)
		draw.Cursor(l, p.th, i == p.list.Cursor, !p.onNames)
		p.call(l, &p.data.All[p.data.Shown[i]], w)
		rows = append(rows, l.String())
	}
	if p.list.N == 0 {
		rows = append(rows, p.th.Line(w).Put(p.th.Dim, "   no call is like that").String())
	}
	return draw.Fit(rows, w, h)
}

// previewsFrom is the column at which payloads begin.
func (p *callsPane) previewsFrom(w int) int { return 32 + min(nameCells, w/4) }

// call draws a row.
func (p *callsPane) call(l *draw.Line, r *calls.Row, w int) {
	dir := p.th.Sent
	if r.Dir != 0 {
		dir = p.th.Received
	}
	l.Col(p.th.Plain, -9, fmt.Sprintf("%d:%d", r.Session, r.Request)).Put(dir, draw.Arrow(r.Dir)+" ")
	reply, took := "-", "-"
	if r.Reply > 0 {
		reply = strconv.Itoa(int(r.Reply))
	}
	if r.HasTook {
		took = callTime(int64(r.Took))
	}
	l.Col(p.th.Plain, -7, reply).Col(p.th.Bold, -8, took)
	room := max(p.previewsFrom(w)-l.Used()-1, 1)
	if w < minCallPreviews {
		room = l.Left()
	}
	room = min(room, l.Left())
	cell := p.th.Line(room)
	if r.State != calls.Answered {
		cell.Put(p.th.Bad, r.State.String()+" ")
	}
	cell.Wire(p.th.Plain, []byte(draw.Clip(orNoName(p.data.Names[r.Name].Name), 500)))
	if r.Items > 0 {
		cell.Put(p.th.Dim, fmt.Sprintf(" %d items", r.Items))
	}
	if room > 0 {
		l.Join(cell)
	}
	switch {
	case w < minCallPreviews:
	case r.Turn != nil:
		l.Put(p.th.Plain, " ")
		cell := p.th.Line(l.Left())
		l.Join(cell.Put(p.th.Plain, turnWords(r)).Put(p.th.Plain, "  ").Wire(p.th.Dim, r.Turn.Text[:min(len(r.Turn.Text), 4*w)]))
	default:
		p.previews(l.Put(p.th.Plain, " "), r)
	}
}

// previews draws the start of both payloads, each in half of what is left.
func (p *callsPane) previews(l *draw.Line, r *calls.Row) {
	half := (l.Left() - 3) / 2
	for k, n := range [2]int32{r.Request, r.Reply} {
		cell := p.th.Line(half)
		if n > 0 {
			cell.Wire(p.th.Dim, p.payload(r.Session, n, half))
		}
		if l.Join(cell); k == 0 {
			l.Put(p.th.Dim, " │ ")
		}
	}
}

// payload is the start of the payload of message n.
func (p *callsPane) payload(session, n int32, cells int) (out []byte) {
	p.store.Look(func(t *trace.Trace) {
		if i := t.Index(int(session), int(n)); i >= 0 {
			out, _ = t.Prefix(i, min(t.PayloadLen(i), 4*cells+16)) // nil if it is no longer kept
		}
	})
	return out
}

// callTime is a time in 7 cells.
func callTime(d int64) string {
	if d < 1e6 {
		return fmt.Sprintf("%.0fµs", float64(d)/1e3)
	}
	if d < 1e7 {
		return fmt.Sprintf("%.2fms", float64(d)/1e6)
	}
	if d >= 1e9 && d < 1e10 {
		return fmt.Sprintf("%.2fs", float64(d)/1e9)
	}
	return show.ShortDuration(capture.Time(d))
}

func orNoName(name string) string {
	if name == "" {
		return "(no name)"
	}
	return name
}
