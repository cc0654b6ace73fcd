package tui

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// sessionColumn is a column of the list; right-aligned where width is negative. It is shown from min cells on: the less
// important it is, the later.
type sessionColumn struct {
	title      string
	width, min int
	key        rows.SessionKey
	text       func(*sessionTable, *rows.Listed) string
	style      func(*draw.Theme, *rows.Listed) draw.Style
}

// The columns whose width depends on what is shown.
const (
	colNumber = iota
	colClient
	colName
	colEnd
)

// sessionColumns are all columns. The name and the end share what the others leave.
var sessionColumns = []sessionColumn{
	colNumber: {"#", -4, 56, rows.ByNumber, func(_ *sessionTable, i *rows.Listed) string { return strconv.Itoa(i.N) }, nil},
	colClient: {"client", 0, 0, rows.ByClient, func(t *sessionTable, i *rows.Listed) string { return cutMiddle(clientOf(i), t.client) }, nil},
	colName:   {"name", 0, 60, rows.ByName, func(t *sessionTable, i *rows.Listed) string { return t.cut(urlOf(i)) }, nil},
	colEnd:    {"who ended it, and why", 0, 0, rows.ByVerdict, func(_ *sessionTable, i *rows.Listed) string { return show.Inert(draw.Clip(i.Fate.Text, 400)) }, styleOfEnd},
	{"life", -7, 80, rows.ByLife, func(_ *sessionTable, i *rows.Listed) string { return lifeText(i) }, nil},
	{"→ msgs", -6, 72, rows.BySent, func(_ *sessionTable, i *rows.Listed) string { return show.Short(i.Messages[ws.C2S]) }, sent},
	{"← msgs", -6, 72, rows.ByReceived, func(_ *sessionTable, i *rows.Listed) string { return show.Short(i.Messages[ws.S2C]) }, received},
	{"finds", -5, 96, rows.ByFindings, func(_ *sessionTable, i *rows.Listed) string { return number(i.Findings) }, bad},
	{"file", 14, 104, rows.ByFile, func(t *sessionTable, i *rows.Listed) string { return cutMiddle(t.file(i), 14) }, nil},
	{"→ bytes", -7, 118, rows.ByBytesSent, func(_ *sessionTable, i *rows.Listed) string { return show.Short(i.Bytes[ws.C2S]) }, sent},
	{"← bytes", -7, 118, rows.ByBytesReceived, func(_ *sessionTable, i *rows.Listed) string { return show.Short(i.Bytes[ws.S2C]) }, received},
	{"code", 4, 136, rows.ByStatus, func(_ *sessionTable, i *rows.Listed) string { return number(i.Status) }, nil},
	{"certainty", 10, 150, rows.ByCertainty, func(_ *sessionTable, i *rows.Listed) string { return certaintyOf(i) }, bad},
	{"subprotocol", 14, 172, rows.BySubprotocol, func(_ *sessionTable, i *rows.Listed) string { return show.Inert(i.Subprotocol) }, nil},
	{"extensions", 18, 190, rows.ByExtensions, func(_ *sessionTable, i *rows.Listed) string { return show.Inert(i.Extensions) }, nil},
}

func sent(th *draw.Theme, _ *rows.Listed) draw.Style     { return th.Sent }
func received(th *draw.Theme, _ *rows.Listed) draw.Style { return th.Received }
func bad(th *draw.Theme, _ *rows.Listed) draw.Style      { return th.Bad }

func styleOfEnd(th *draw.Theme, i *rows.Listed) draw.Style {
	switch i.Fate.Health {
	case rows.Hurt:
		return th.Bad
	case rows.Underway:
		return th.Dim
	}
	return th.Plain
}

func (c *sessionColumn) styleOf(th *draw.Theme, i *rows.Listed) draw.Style {
	if c.style == nil {
		return th.Plain
	}
	return c.style(th, i)
}

// sessionTable is what is shown of the columns on a screen.
type sessionTable struct {
	cols []sessionColumn
	// client and name are the widths of these columns, name 0 where it is not shown.
	client, name int
	// told is where names begin to say which session it is: what is before is the same for all that are shown. host is
	// where their paths begin, if they have one host.
	told, host int
	fileOf     func(packet int) string
}

// How many cells columns have that share what others leave, where there is little room or much.
const (
	leastEnd, mostEnd = 22, 46
	leastName         = 8
	// leastClient is an address like "10.1.0.77:51234".
	leastClient = 15
)

// measure takes in what is shown.
func (p *sessionsPane) measure(infos []rows.Listed) {
	for i := range infos {
		if infos[i].Session == nil {
			continue
		}
		p.number = max(p.number, len(strconv.Itoa(infos[i].N)))
		p.client = max(p.client, draw.Width(clientOf(&infos[i])))
	}
}

// columns chooses the columns that fit into w cells and lays them out.
func (p *sessionsPane) columns(w int, fileOf func(int) string) *sessionTable {
	t := &sessionTable{fileOf: fileOf}
	rest := w - 3
	for k, c := range sessionColumns {
		if c.min > w || c.title == "file" && fileOf == nil {
			continue
		}
		switch k {
		case colNumber:
			c.width = -max(p.number, 2)
		case colName:
			t.name = leastName
		}
		rest -= 1 + max(c.width, -c.width)
		t.cols = append(t.cols, c)
	}
	t.share(rest, p.client, w/5+4)
	return t
}

// share gives rest cells to the client, which wants so many and gets at most a share of them, the name and the end.
func (t *sessionTable) share(rest, client, most int) {
	t.client = min(client, max(leastClient, min(most, rest-leastEnd-t.name)))
	rest -= t.client
	end := rest
	if t.name > 0 {
		end = max(min(rest*3/5, mostEnd), min(leastEnd, rest-leastName))
		t.name = rest - end
	}
	for k := range t.cols {
		switch c := &t.cols[k]; c.title {
		case sessionColumns[colClient].title:
			c.width = t.client
		case sessionColumns[colName].title:
			c.width = t.name
		case sessionColumns[colEnd].title:
			c.width = max(end, 1)
		}
	}
}

// number is n, or nothing where it is 0.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// clientOf is the client, inert.
func clientOf(i *rows.Listed) string { return show.Inert(i.From()) }

func lifeText(i *rows.Listed) string {
	if d, ok := i.Life(); ok && d > 0 {
		return show.ShortDuration(d)
	}
	return ""
}

func certaintyOf(i *rows.Listed) string {
	switch {
	case i.Confidence > 0:
		return fmt.Sprintf("guess %.2f", i.Confidence)
	case i.Missing > 0:
		return "gaps"
	}
	return ""
}

// file is the name of the file that a session began in.
func (t *sessionTable) file(i *rows.Listed) string {
	if t.fileOf == nil {
		return ""
	}
	return show.Inert(filepath.Base(t.fileOf(i.First)))
}
