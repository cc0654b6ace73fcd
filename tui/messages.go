package tui

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// clockNames are the names of the clocks.
var clockNames = [...]string{"since the first", "since the line above", "of day"}

// messagesPane lists messages or frames.
type messagesPane struct {
	list     list
	clock    Clock
	controls controlMode
	// marked are the messages selected for comparing, by index in the Trace, the older first.
	marked []int
}

// Key moves in the list, and says whether it knew the action.
func (p *messagesPane) Key(a action) bool { return moveList(&p.list, a) }

// mark selects or unselects message i.
func (p *messagesPane) mark(i int) {
	p.marked = toggled(p.marked, i)
	p.marked = p.marked[max(len(p.marked)-2, 0):] // of three the oldest is given up
}

// toggled is what is selected when i is selected or unselected.
func toggled(marked []int, i int) []int {
	for k, m := range marked {
		if m == i {
			return append(marked[:k:k], marked[k+1:]...)
		}
	}
	return append(marked, i)
}

func (p *messagesPane) isMarked(i int) bool {
	for _, m := range p.marked {
		if m == i {
			return true
		}
	}
	return false
}

// minWire is how many cells a list has at least that has columns for the length on the wire and the frames.
const minWire = 90

// listView is what a list is drawn with.
type listView struct {
	th    *theme
	lens  *lens
	find  finder
	zero  int64 // the time that others are shown relative to
	apart bool  // they are shown relative to their session's begin
	w     int
	idle  string // what is said where there are no rows
	past  string // what is said of messages that are no longer kept
	focus bool
}

func (v *listView) dir(d ws.Dir) style {
	if d == ws.C2S {
		return v.th.sent
	}
	return v.th.got
}

// View draws the pane in h rows.
func (p *messagesPane) View(v *listView, s *store, h int) []string {
	p.list.resize(h - 1)
	rows := []string{p.head(v)}
	from, to := p.list.visible()
	cells := v.lens.cells(s, from, to)
	for i := range cells {
		rows = append(rows, p.row(v, &cells[i], from+i == p.list.cursor))
	}
	if len(cells) == 0 {
		rows = append(rows, newLine(v.w).put(v.th.dim, "   "+v.idle).String())
	}
	return fit(rows, v.w, h)
}

func (p *messagesPane) head(v *listView) string {
	l := newLine(v.w)
	head(l, v.th, v.focus)
	l.put(v.th.plain, " ")
	p.lead(v, l, "#", "time", "")
	l.col(v.th.weak, 6, "kind")
	if v.lens.frames {
		l.col(v.th.weak, -7, "bytes")
		return l.put(v.th.weak, frameTitle).put(v.th.warn, v.past).String()
	}
	l.col(v.th.weak, -6, "bytes")
	if v.w >= minWire {
		l.col(v.th.weak, -6, "wire")
		l.col(v.th.weak, -3, "fr")
	}
	return l.put(v.th.weak, "payload").put(v.th.warn, v.past).String()
}

const frameTitle = "FIN RSV head mask      offset  message"

// lead draws the columns that all rows begin with.
func (p *messagesPane) lead(v *listView, l *line, id, at, dir string) {
	st := v.th.weak
	if dir != "" {
		st = v.th.plain
	}
	wide := 6
	if v.lens.session == 0 {
		wide = 9
	}
	if v.w < 56 {
		wide -= 1
	}
	l.col(st, -wide, id)
	if v.w >= 56 {
		if dir != "" {
			st = v.th.dim
		}
		l.col(st, -11, at)
	}
	dst := v.th.sent
	switch dir {
	case "":
		dst = v.th.weak
		dir = " "
	case "←":
		dst = v.th.got
	}
	l.col(dst, 1, dir)
}

func (p *messagesPane) row(v *listView, c *cell, here bool) string {
	l := newLine(v.w)
	cursor(l, v.th, here, v.focus)
	if c.kind == entryMessage && p.isMarked(c.i) {
		l.b, l.w = l.b[:0], 0
		l.put(v.th.mark, "* ")
	}
	switch c.kind {
	case entryGone:
		l.put(v.th.dim, " no longer kept")
	case entryMark:
		p.drawMark(v, l, c)
	case entryFrame:
		p.drawFrame(v, l, c)
	default:
		p.drawMessage(v, l, c)
	}
	return l.String()
}

// id is the number of a row: N within a session, else SESSION:N.
func (p *messagesPane) id(v *listView, session *decode.Session, n int) string {
	if v.lens.session == 0 {
		return strconv.Itoa(session.N) + ":" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func (p *messagesPane) time(v *listView, c *cell) string {
	at := c.time()
	switch {
	case at == 0:
		return ""
	case p.clock == OfDay:
		return time.Unix(0, at).Format("15:04:05.00")
	case p.clock == SinceAbove && !c.hasBefore:
		return ""
	case p.clock == SinceAbove:
		return fmt.Sprintf("%+.5f", float64(at-c.before)/1e9)
	}
	zero := v.zero
	if s := c.session; v.apart && s.HasStarted {
		zero = int64(s.Started)
	}
	return fmt.Sprintf("%.5f", float64(at-zero)/1e9)
}

// drawMark draws an event of a session: opened, refused, ended.
func (p *messagesPane) drawMark(v *listView, l *line, c *cell) {
	s := c.session
	id := ""
	if v.lens.session == 0 {
		id = strconv.Itoa(s.N)
	}
	p.lead(v, l, id, p.time(v, c), "●")
	switch c.mark.kind {
	case markOpened:
		l.put(v.th.good, "opened ").put(v.th.dim, show.Inert(clip(s.Method+" "+export.Address(s), 500)))
		l.put(v.th.dim, "  "+number(s.Status)+"  "+show.Inert(s.Subprotocol)+"  "+show.Inert(s.Extensions))
	case markRefused:
		l.put(v.th.bad, "refused "+number(s.Status)+" ").put(v.th.dim, show.Inert(clip(s.Method+" "+export.Address(s), 500)))
	case markFound:
		l.put(v.th.warn, fmt.Sprintf("found without its handshake (%.2f) ", s.Confidence)).put(v.th.dim, s.Client.String()+" → "+s.Server.String())
	case markEnded:
		st := v.th.good
		if s.Close == nil {
			st = v.th.bad
		}
		l.put(st, "ended ").put(v.th.dim, endWords(s))
	}
}

func (p *messagesPane) dimmed(v *listView, op ws.Opcode) style {
	if p.controls == controlDimmed && op.Control() {
		return v.th.dim
	}
	return v.th.plain
}

func (p *messagesPane) drawFrame(v *listView, l *line, c *cell) {
	f := &c.f
	p.lead(v, l, p.id(v, c.session, f.N), p.time(v, c), arrow(f.Dir))
	l.col(v.dir(f.Dir), 6, export.KindName(f.Opcode))
	l.col(v.th.plain, -7, show.Short(f.Len))
	mask := "-"
	if f.Masked {
		mask = hex.EncodeToString(f.MaskKey[:])
	}
	fin := 0
	if f.Fin {
		fin = 1
	}
	st := p.dimmed(v, f.Opcode)
	l.put(st, fmt.Sprintf("%3d %03b %4d %-8s %8d  %7d", fin, f.RSV, f.HeaderLen, mask, f.Offset, f.Message))
	if f.State != ws.Exact {
		l.put(v.th.bad, "  ["+f.State.String()+"]")
	}
	for _, r := range f.Findings {
		l.put(v.th.bad, "  !"+r.ID)
	}
}

func (p *messagesPane) drawMessage(v *listView, l *line, c *cell) {
	m := &c.m
	st := p.dimmed(v, m.Opcode)
	p.lead(v, l, p.id(v, c.session, m.N), p.time(v, c), arrow(m.Dir))
	l.col(v.dir(m.Dir), 6, export.KindName(m.Opcode))
	size := "?"
	if m.Len >= 0 {
		size = show.Short(m.Len)
	}
	l.col(st, -6, size)
	if v.w >= minWire {
		p.wire(v, l, m)
	}
	if v.w < minWire {
		p.wireBrief(v, l, m)
	}
	for _, r := range m.Findings {
		l.put(v.th.bad, "!"+r.ID+" ")
	}
	if d := export.Doubt(m); d != "" {
		l.put(v.th.bad, "["+d+"] ")
	}
	p.preview(v, l, c, st)
}

// wire draws the length on the wire where it differs, and the number of frames where there are several.
func (p *messagesPane) wire(v *listView, l *line, m *ws.Message) {
	wire, frames := "", ""
	if m.Compressed {
		wire = "z" + show.Short(m.WireLen)
	}
	if m.Frames > 1 {
		frames = show.Short(int64(m.Frames))
	}
	l.col(v.th.dim, -6, wire)
	l.col(v.th.dim, -3, frames)
}

// wireBrief says the same where there is no room for columns.
func (p *messagesPane) wireBrief(v *listView, l *line, m *ws.Message) {
	if m.Compressed {
		l.put(v.th.dim, "z"+show.Short(m.WireLen)+" ")
	}
	if m.Frames > 1 {
		l.put(v.th.dim, show.Short(int64(m.Frames))+"fr ")
	}
}

func (p *messagesPane) preview(v *listView, l *line, c *cell, st style) {
	m := &c.m
	data := c.preview
	if m.Opcode == ws.OpClose && m.State != ws.Undecodable {
		if m.CloseCode >= 0 {
			l.put(v.th.bold, strconv.Itoa(m.CloseCode)+" "+ws.CloseName(m.CloseCode)+" ")
		} else {
			l.put(v.th.dim, "no code")
		}
		data = data[min(2, len(data)):]
	}
	if !textual(m) {
		p.hexPreview(v, l, data, st)
		return
	}
	l.lit(st, v.th.hit, data, v.find)
}

// hexPreview shows the first bytes, and what of them can be read.
func (p *messagesPane) hexPreview(v *listView, l *line, data []byte, st style) {
	n := min(len(data), 8, max(l.left()/4, 1))
	l.put(v.th.dim, fmt.Sprintf("% x", data[:n]))
	if len(data) == 0 {
		return
	}
	if len(data) > n {
		l.put(v.th.dim, " …")
	}
	l.put(v.th.plain, "  ")
	shown := make([]byte, 0, len(data))
	for _, b := range data[:min(len(data), l.left()+64)] {
		if b < 0x20 || b > 0x7e {
			b = '.'
		}
		shown = append(shown, b)
	}
	l.lit(st, v.th.hit, shown, v.find)
}
