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
	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// controlMode says how control frames are listed.
type controlMode uint8

const (
	controlShown controlMode = iota
	controlDimmed
	controlHidden
)

// controlNames are the names of the modes.
var controlNames = [...]string{"shown", "dimmed", "hidden"}

// clockNames are the names of the clocks.
var clockNames = [...]string{"since the first", "since the line above", "of day"}

// messagesPane lists messages or frames.
type messagesPane struct {
	list     draw.List
	clock    Clock
	controls controlMode
	// raw says that payloads are shown also where it is known what a message says.
	raw bool
	// marked are the messages selected for comparing, by index in the Trace, the older first.
	marked []int
	// timeFrom and timeTo are the cells of the head of the times.
	timeFrom, timeTo int
}

// mark selects or unselects message i.
func (p *messagesPane) mark(i int) {
	p.marked = toggled(p.marked, i)
	p.marked = p.marked[max(len(p.marked)-2, 0):] // of three the oldest is unselected
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

const (
	// minMicro and minDated are how many cells a list has at least whose times of day have microseconds, and dates.
	minMicro = 76
	minDated = 110
)

// minWire is how many cells a list has at least that has columns for the length on the wire and the frames.
const minWire = 90

// listView is what a list is drawn with.
type listView struct {
	th     *draw.Theme
	filter *rows.Filter
	find   draw.Finder
	zero   int64 // the time that others are shown relative to
	dated  bool  // what is captured is not all of one day
	apart  bool  // they are shown relative to their session's start
	w      int
	empty  []string // why there are no sessions, empty if there are
	idle   string   // what is said where there are no rows
	past   string   // what is said of messages that are no longer kept
	focus  bool
}

func (v *listView) dir(d ws.Dir) draw.Style {
	if d == ws.C2S {
		return v.th.Sent
	}
	return v.th.Received
}

// View draws the pane in h rows.
func (p *messagesPane) View(v *listView, s *rows.Store, h int) []string {
	p.list.Resize(h - 1)
	rows := []string{p.head(v)}
	from, to := p.list.Visible()
	cells := v.filter.Cells(s, from, to)
	for i := range cells {
		rows = append(rows, p.row(v, &cells[i], from+i == p.list.Cursor))
	}
	switch {
	case len(v.empty) > 0:
		rows = append(rows, emptyRows(v.th, v.empty, v.w)...)
	case len(cells) == 0:
		rows = append(rows, v.th.Line(v.w).Put(v.th.Dim, "   "+v.idle).String())
	}
	return draw.Fit(rows, v.w, h)
}

func (p *messagesPane) head(v *listView) string {
	l := v.th.Line(v.w)
	draw.Head(l, v.th, v.focus)
	l.Put(v.th.Plain, " ")
	p.lead(v, l, "#", "time", "")
	l.Col(v.th.Weak, 6, "kind")
	if v.filter.Frames {
		l.Col(v.th.Weak, -7, "bytes")
		return l.Put(v.th.Weak, frameTitle).Put(v.th.Warn, v.past).String()
	}
	l.Col(v.th.Weak, -6, "bytes")
	if v.w >= minWire {
		l.Col(v.th.Weak, -6, "wire")
		l.Col(v.th.Weak, -3, "fr")
	}
	return l.Put(v.th.Weak, "payload").Put(v.th.Warn, v.past).String()
}

const frameTitle = "FIN RSV head mask      offset  message"

// lead draws the columns that all rows begin with.
func (p *messagesPane) lead(v *listView, l *draw.Line, id, at, dir string) {
	st := v.th.Weak
	if dir != "" {
		st = v.th.Plain
	}
	wide := 6
	if v.filter.Session == 0 {
		wide = 9
	}
	if v.w < 56 {
		wide -= 1
	}
	l.Col(st, -wide, id)
	if v.w >= 56 {
		if dir != "" {
			st = v.th.Dim
		}
		from := l.Used()
		if l.Col(st, -p.timeWidth(v), at); dir == "" {
			p.timeFrom, p.timeTo = from, l.Used()
		}
	}
	dst := v.th.Sent
	switch dir {
	case "":
		dst = v.th.Weak
		dir = " "
	case "←":
		dst = v.th.Received
	}
	l.Col(dst, 1, dir)
}

func (p *messagesPane) row(v *listView, c *rows.Cell, here bool) string {
	l := v.th.Line(v.w)
	draw.Cursor(l, v.th, here, v.focus)
	if c.Kind == rows.OfMessage && p.isMarked(c.Index) {
		draw.Selected(l, v.th)
	}
	switch c.Kind {
	case rows.Dropped:
		l.Put(v.th.Dim, " no longer kept")
	case rows.OfMark:
		p.drawMark(v, l, c)
	case rows.OfFrame:
		p.drawFrame(v, l, c)
	default:
		p.drawMessage(v, l, c)
	}
	return l.String()
}

// id is the number of a row: N within a session, else SESSION:N.
func (p *messagesPane) id(v *listView, session *decode.Session, n int) string {
	if v.filter.Session == 0 {
		return strconv.Itoa(session.N) + ":" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// timeWidth is how many cells the column of times has: of day it shows microseconds where there is room, and the date
// where the rows are not all of one day.
func (p *messagesPane) timeWidth(v *listView) int {
	switch {
	case p.clock != OfDay || v.w < minMicro:
		return 11
	case v.dated && v.w >= minDated:
		return len("2006-01-02 15:04:05.000000")
	}
	return len("15:04:05.000000")
}

func (p *messagesPane) time(v *listView, c *rows.Cell) string {
	at := c.Time()
	switch {
	case at == 0:
		return ""
	case p.clock == OfDay:
		return clockText(at, p.timeWidth(v), v.dated)
	case p.clock == SinceAbove && !c.HasBefore:
		return ""
	case p.clock == SinceAbove:
		return secondsText(at-c.Before, true)
	}
	zero := v.zero
	if s := c.Session; v.apart && s.HasStarted {
		zero = int64(s.Started)
	}
	return secondsText(at-zero, false)
}

// clockText is a time of day in w cells, with its date where that is wanted and there is room for both or for one.
func clockText(at int64, w int, dated bool) string {
	t := time.Unix(0, at)
	switch {
	case w >= len("2006-01-02 15:04:05.000000"):
		return t.Format("2006-01-02 15:04:05.000000")
	case dated && w >= len("01-02 15:04:05"):
		return t.Format("01-02 15:04:05")
	case dated:
		return t.Format("01-02 15:04")
	case w >= len("15:04:05.000000"):
		return t.Format("15:04:05.000000")
	}
	return t.Format("15:04:05.00")
}

// secondsText is a number of nanoseconds in seconds, in 11 cells: with as many decimals as fit, 5 at most.
func secondsText(d int64, sign bool) string {
	form := "%.*f"
	if sign {
		form = "%+.*f"
	}
	for decimals := 5; decimals > 0; decimals-- {
		if s := fmt.Sprintf(form, decimals, float64(d)/1e9); len(s) <= 11 {
			return s
		}
	}
	return fmt.Sprintf(form, 0, float64(d)/1e9)
}

// drawMark draws an event of a session: opened, refused, ended.
func (p *messagesPane) drawMark(v *listView, l *draw.Line, c *rows.Cell) {
	s := c.Session
	id := ""
	if v.filter.Session == 0 {
		id = strconv.Itoa(s.N)
	}
	p.lead(v, l, id, p.time(v, c), "●")
	switch c.Mark.Event {
	case rows.Opened:
		l.Put(v.th.Good, "opened ").Put(v.th.Dim, show.Inert(draw.Clip(s.Method+" "+export.Address(s), 500)))
		l.Put(v.th.Dim, "  "+number(s.Status)+"  "+show.Inert(s.Subprotocol)+"  "+show.Inert(s.Extensions))
	case rows.Refused:
		l.Put(v.th.Bad, "refused "+number(s.Status)+" ").Put(v.th.Dim, show.Inert(draw.Clip(s.Method+" "+export.Address(s), 500)))
	case rows.Found:
		l.Put(v.th.Warn, fmt.Sprintf("found without its handshake (%.2f) ", s.Confidence)).Put(v.th.Dim, s.Client.String()+" → "+s.Server.String())
	case rows.Ended:
		st := v.th.Good
		if s.Close == nil {
			st = v.th.Bad
		}
		l.Put(st, "ended ").Put(v.th.Dim, doc.EndWords(s))
	}
}

func (p *messagesPane) dimmed(v *listView, op ws.Opcode) draw.Style {
	if p.controls == controlDimmed && op.Control() {
		return v.th.Dim
	}
	return v.th.Plain
}

func (p *messagesPane) drawFrame(v *listView, l *draw.Line, c *rows.Cell) {
	f := &c.Frame
	p.lead(v, l, p.id(v, c.Session, f.N), p.time(v, c), draw.Arrow(f.Dir))
	l.Col(v.dir(f.Dir), 6, export.KindName(f.Opcode))
	l.Col(v.th.Plain, -7, show.Short(f.Len))
	mask := "-"
	if f.Masked {
		mask = hex.EncodeToString(f.MaskKey[:])
	}
	fin := 0
	if f.Fin {
		fin = 1
	}
	st := p.dimmed(v, f.Opcode)
	l.Put(st, fmt.Sprintf("%3d %03b %4d %-8s %8d  %7d", fin, f.RSV, f.HeaderLen, mask, f.Offset, f.Message))
	if f.State != ws.Exact {
		l.Put(v.th.Bad, "  ["+f.State.String()+"]")
	}
	for _, r := range f.Findings {
		l.Put(v.th.Bad, "  !"+r.ID)
	}
}

func (p *messagesPane) drawMessage(v *listView, l *draw.Line, c *rows.Cell) {
	m := &c.Message
	st := p.dimmed(v, m.Opcode)
	p.lead(v, l, p.id(v, c.Session, m.N), p.time(v, c), draw.Arrow(m.Dir))
	l.Col(v.dir(m.Dir), 6, export.KindName(m.Opcode))
	size := "?"
	if m.Len >= 0 {
		size = show.Short(m.Len)
	}
	l.Col(st, -6, size)
	if v.w >= minWire {
		p.wire(v, l, m)
	}
	if v.w < minWire {
		p.wireBrief(v, l, m)
	}
	for _, r := range m.Findings {
		l.Put(v.th.Bad, "!"+r.ID+" ")
	}
	if d := export.Doubt(m); d != "" {
		l.Put(v.th.Bad, "["+d+"] ")
	}
	p.preview(v, l, c, st)
}

// wire draws the length on the wire where it differs, and the number of frames where there are several.
func (p *messagesPane) wire(v *listView, l *draw.Line, m *ws.Message) {
	wire, frames := "", ""
	if m.Compressed {
		wire = "z" + show.Short(m.WireLen)
	}
	if m.Frames > 1 {
		frames = show.Short(int64(m.Frames))
	}
	l.Col(v.th.Dim, -6, wire)
	l.Col(v.th.Dim, -3, frames)
}

// wireBrief says the same where there is no room for columns.
func (p *messagesPane) wireBrief(v *listView, l *draw.Line, m *ws.Message) {
	if m.Compressed {
		l.Put(v.th.Dim, "z"+show.Short(m.WireLen)+" ")
	}
	if m.Frames > 1 {
		l.Put(v.th.Dim, show.Short(int64(m.Frames))+"fr ")
	}
}
