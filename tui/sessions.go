package tui

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// sessionsPane lists the sessions; its first row stands for all of them.
type sessionsPane struct {
	list draw.List
	// at is the number of the session that the cursor is at, 0 for all, if the cursor is at row atRow.
	at, atRow int
	// marked are the numbers of the sessions selected, to compare two or to write their packets, in that order.
	marked []int
}

// selected is the number of the session that the cursor is at, 0 for all.
func (p *sessionsPane) selected(s *rows.Store) int {
	if p.atRow != p.list.Cursor {
		p.atRow = p.list.Cursor
		if p.at = 0; p.atRow > 0 {
			p.at = s.SessionAt(p.atRow - 1)
		}
	}
	return p.at
}

// choose lets the cursor stand on a session, 0 for all.
func (p *sessionsPane) choose(s *rows.Store, session int) {
	row := 0
	if session > 0 {
		row = s.PositionOf(session) + 1
	}
	p.list.Set(row)
	p.at, p.atRow = session, p.list.Cursor
}

// grow reports that n sessions are kept now. The cursor stays at its session, as long as that is there.
func (p *sessionsPane) grow(s *rows.Store, n int) {
	if at := p.selected(s); at > 0 {
		row := s.PositionOf(at) + 1
		p.list.Top = max(0, p.list.Top+row-p.list.Cursor)
		p.list.Cursor, p.atRow = row, row
	}
	p.list.Grow(n + 1)
	if p.at > 0 && s.Session(p.at) == nil {
		p.atRow = -1
	}
}

// sessionColumn is a column of the list; right-aligned where width is negative. It is shown from min cells on, so that
// the address has 30 where there are 76.
type sessionColumn struct {
	title      string
	width, min int
	text       func(*decode.Session) string
}

// sessionColumns are the columns; the address takes what they leave.
var sessionColumns = []sessionColumn{
	{"#", -4, 0, func(s *decode.Session) string { return strconv.Itoa(s.N) }},
	{"state", 10, 122, func(s *decode.Session) string { return s.State.String() }},
	{"", 0, 0, nil}, // the address
	{"code", 4, 96, func(s *decode.Session) string { return number(s.Status) }},
	{"subprotocol", 14, 148, func(s *decode.Session) string { return show.Inert(s.Subprotocol) }},
	{"extensions", 18, 168, func(s *decode.Session) string { return show.Inert(s.Extensions) }},
	{"→ msgs", -6, 32, func(s *decode.Session) string { return show.Short(s.Messages[ws.C2S]) }},
	{"← msgs", -6, 32, func(s *decode.Session) string { return show.Short(s.Messages[ws.S2C]) }},
	{"→ bytes", -7, 112, func(s *decode.Session) string { return show.Short(s.Bytes[ws.C2S]) }},
	{"← bytes", -7, 112, func(s *decode.Session) string { return show.Short(s.Bytes[ws.S2C]) }},
	{"time", -7, 90, doc.Duration},
	{"end", 22, 76, endBrief},
	{"finds", -5, 90, func(s *decode.Session) string { return number(s.Findings) }},
	{"certainty", 10, 132, func(s *decode.Session) string {
		switch {
		case s.Confidence > 0:
			return fmt.Sprintf("guess %.2f", s.Confidence)
		case s.Missing > 0:
			return "gaps"
		}
		return ""
	}},
}

// number is n, or nothing where it is 0.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// closeArrow is the direction of the first Close frame; both if it cannot be told.
func closeArrow(c *decode.Close) string {
	if !c.HasBy {
		return draw.Arrow(ws.S2C) + draw.Arrow(ws.C2S)
	}
	return draw.Arrow(c.By)
}

// endBrief says in a few cells how a session ended, and by whom.
func endBrief(s *decode.Session) string {
	switch {
	case s.State == decode.Refused:
		return "refused: " + strconv.Itoa(s.Status)
	case s.Close != nil && s.Close.Code < 0:
		return closeArrow(s.Close) + " close, no code"
	case s.Close != nil:
		return closeArrow(s.Close) + " " + strconv.Itoa(s.Close.Code) + " " + ws.CloseName(s.Close.Code)
	case s.End == decode.EndNone || s.End == decode.EndCapture:
		return "still open"
	case s.HasEndBy:
		return draw.Arrow(s.EndBy) + " " + s.End.String() + ", no close"
	}
	return s.End.String()
}

// columnsIn are the columns that fit into w cells, and what they leave for the address.
func columnsIn(w int) (cols []sessionColumn, address int) {
	address = w - 3
	for _, c := range sessionColumns {
		if c.min > w {
			continue
		}
		cols = append(cols, c)
		if c.text != nil {
			address -= max(c.width, -c.width) + 1
		}
	}
	return cols, max(address, 6)
}

// View draws the pane in w cells and h rows. Empty says why there are no sessions, if that is known.
func (p *sessionsPane) View(th *draw.Theme, s *rows.Store, empty []string, w, h int, focused bool) []string {
	p.list.Resize(h - 1)
	cols, address := columnsIn(w)
	l := th.Line(w)
	draw.Head(l, th, focused)
	l.Put(th.Plain, " ")
	for _, c := range cols {
		if c.text == nil {
			l.Col(th.Weak, address, "address")
		} else {
			l.Col(th.Weak, c.width, c.title)
		}
	}
	rows := []string{l.String()}
	from, to := p.list.Visible()
	infos := s.Sessions(max(from-1, 0), to-1)
	if from == 0 {
		infos = slices.Insert(infos, 0, nil) // all sessions together
	}
	for i, info := range infos {
		rows = append(rows, p.row(th, s, info, cols, address, w, from+i == p.list.Cursor, focused))
	}
	if len(empty) > 0 {
		rows = append(rows, emptyRows(th, empty, w)...)
	}
	return draw.Fit(rows, w, h)
}

// emptyRows are sentences in the place of rows.
func emptyRows(th *draw.Theme, sentences []string, w int) (out []string) {
	r := draw.NewRich(w - 4)
	for _, s := range sentences {
		r.Add(2, th.Warn.Of(s))
	}
	out = append(out, th.Line(w).String())
	for i := range r.Len() {
		l := th.Line(w).Skip(3)
		r.Draw(i, l)
		out = append(out, l.String())
	}
	return out
}

func (p *sessionsPane) row(th *draw.Theme, s *rows.Store, i *decode.Session, cols []sessionColumn, address, w int, here, focused bool) string {
	l := th.Line(w)
	draw.Cursor(l, th, here, focused)
	if i == nil {
		return l.Put(th.Bold, "   * all sessions together").String()
	}
	if slices.Contains(p.marked, i.N) {
		draw.Selected(l, th)
	}
	for _, c := range cols {
		switch {
		case c.text == nil:
			l.Col(th.Plain, address, show.Inert(draw.Clip(export.Address(i), 4*address)))
		case c.title == "state" && i.State == decode.Refused, c.title == "finds", c.title == "certainty":
			l.Col(th.Bad, c.width, c.text(i))
		case c.title == "→ msgs", c.title == "→ bytes":
			l.Col(th.Sent, c.width, c.text(i))
		case c.title == "← msgs", c.title == "← bytes":
			l.Col(th.Received, c.width, c.text(i))
		default:
			l.Col(th.Plain, c.width, c.text(i))
		}
	}
	return l.String()
}
