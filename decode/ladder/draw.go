package ladder

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Style is how a Span looks.
type Style uint8

// The styles. None carries a meaning that the text does not.
const (
	Plain Style = iota
	Quiet
	Strong
	Sent
	Received
	Alarm
)

var sgr = [...]string{"", "\x1b[2m", "\x1b[1m", "\x1b[36m", "\x1b[33m", "\x1b[31m"}

// Span is a run of text in one style.
type Span struct {
	Style Style
	Text  string
}

// Draw draws rows. Its zero value draws 80 columns without colour.
type Draw struct {
	// Width is the number of columns, from MinWidth to MaxWidth; 0 means 80.
	Width int
	// ASCII draws without box characters. Text from the wire stays as it is.
	ASCII bool
	Color bool
	// NoTime leaves the times out, for narrow panes. Width may go down to MinBare then.
	NoTime bool
	// First is the time that rows are counted from.
	First capture.Time
}

// The bounds of Draw.Width.
const (
	MinWidth = 60
	MaxWidth = 200
	// MinBare is the least width without times.
	MinBare = 24
)

type signs struct{ bar, shaft, dotted, right, left, gap, more, micro string }

var (
	boxes = signs{"│", "─", "╌", "▶", "◀", "·", "…", "µ"}
	ascii = signs{"|", "-", ".", ">", "<", ".", "...", "u"}
)

func (d *Draw) signs() *signs {
	if d.ASCII {
		return &ascii
	}
	return &boxes
}

func (d *Draw) width() int {
	if d.Width == 0 {
		return 80
	}
	if d.NoTime {
		return min(max(d.Width, MinBare), MaxWidth)
	}
	return min(max(d.Width, MinWidth), MaxWidth)
}

// columns are the widths of the time, of the time since the row before, and of what is between the two lines.
func (d *Draw) columns() (at, since, inner int) {
	at, since = 11, 11
	switch {
	case d.NoTime:
		return 0, 0, d.width() - 3
	case d.width() < 80:
		at, since = 9, 10
	}
	return at, since, d.width() - at - since - 3
}

// Title is one line that says which session it is, cut to the width.
func (d *Draw) Title(s *decode.Session) []Span {
	host := s.Host
	if host == "" {
		host = "?"
	}
	text := fmt.Sprintf("session %d  %s", s.N, show.Inert(s.Scheme+"://"+host+s.Path))
	note := ""
	if s.Confidence > 0 {
		note = "  (the handshake was not captured)"
	}
	return []Span{{Strong, ansi.Truncate(text, d.width()-len(note), d.signs().more)}, {Quiet, note}}
}

// Head is what is above the rows: what the two lines are. It is two lines.
func (d *Draw) Head(s *decode.Session) [2][]Span {
	return [2][]Span{d.ends("client", "server", Strong), d.ends(s.Client.String(), s.Server.String(), Quiet)}
}

// ends writes one text over each line.
func (d *Draw) ends(left, right string, st Style) []Span {
	at, since, inner := d.columns()
	room := inner + 2
	left, right = ansi.Truncate(left, room/2-1, d.signs().more), ansi.Truncate(right, room/2-1, d.signs().more)
	fill := room - ansi.StringWidth(left) - ansi.StringWidth(right)
	return []Span{{Plain, strings.Repeat(" ", at+since+1)}, {st, left}, {Plain, strings.Repeat(" ", fill)}, {st, right}}
}

// Row is the line of a row. Text that does not fit is cut.
func (d *Draw) Row(r *Row) []Span {
	at, since, inner := d.columns()
	g := d.signs()
	if r.Kind == Gap {
		dots := strings.Repeat(g.gap, 3)
		text := dots + " " + d.words(r.Text) + " " + dots
		return []Span{{Plain, strings.Repeat(" ", at+since+1)}, {Quiet, g.bar + centre(text, inner) + g.bar}}
	}
	out := []Span{{Quiet, d.lead(r, at, since) + " " + g.bar}}
	if r.Kind == Remark {
		return append(out, Span{Quiet, centre(ansi.Truncate(r.Text, inner, g.more), inner)}, Span{Quiet, g.bar})
	}
	return append(d.arrow(out, r, inner), Span{Quiet, g.bar})
}

// lead is what is before the client's line: the times.
func (d *Draw) lead(r *Row, at, since int) string {
	if d.NoTime {
		return ""
	}
	delta := ""
	if r.Since != 0 {
		delta = "+" + d.words(show.Duration(r.Since))
	}
	delta = strings.Repeat(" ", max(since-ansi.StringWidth(delta), 0)) + delta
	return fmt.Sprintf("%*s", at, d.time(r.At.Time-d.First, at)) + delta
}

// words replaces the one sign of ours that is not ASCII.
func (d *Draw) words(s string) string {
	if d.ASCII {
		return strings.ReplaceAll(s, "µ", ascii.micro)
	}
	return s
}

func (d *Draw) time(t capture.Time, width int) string {
	digits := 6
	if width < 11 {
		digits = 3
	}
	return fmt.Sprintf("%.*f", digits, float64(t)/1e9)
}

func centre(s string, width int) string {
	room := max(width-ansi.StringWidth(s), 0)
	return strings.Repeat(" ", room/2) + s + strings.Repeat(" ", room-room/2)
}

// arrow draws the arrow of a row with its text in it.
func (d *Draw) arrow(out []Span, r *Row, inner int) []Span {
	g, st := d.signs(), Sent
	if r.Dir == ws.S2C {
		st = Received
	}
	shaft := g.shaft
	if r.Kind == TCP {
		shaft, st = g.dotted, Quiet
	}
	label := d.label(r, inner-8)
	used := 0
	for _, s := range label {
		used += ansi.StringWidth(s.Text)
	}
	rest := inner - 1 - 2 - used - 2 // the head, two of shaft before the label, blanks around it
	before, behind := strings.Repeat(shaft, 2)+" ", " "+strings.Repeat(shaft, max(rest, 0))
	if r.Dir == ws.C2S {
		out = append(append(append(out, Span{st, before}), label...), Span{st, behind + g.right})
	} else {
		out = append(append(append(out, Span{st, g.left + before}), label...), Span{st, behind})
	}
	return out
}

// label is what is in an arrow, in at most room columns.
func (d *Draw) label(r *Row, room int) []Span {
	g := d.signs()
	head := ""
	switch {
	case r.Frame > 0:
		head = fmt.Sprintf("%d.%d ", r.Message, r.Frame)
	case r.Message > 0:
		head = fmt.Sprintf("%d ", r.Message)
	}
	st := [...]Style{Handshake: Strong, Data: Plain, Control: Quiet, Close: Strong, TCP: Quiet}[r.Kind]
	if r.Bad {
		st = Alarm
	}
	text := ansi.Truncate(head+d.words(r.Text), room, g.more)
	out := []Span{{st, text}}
	room -= ansi.StringWidth(text) + 2
	if r.Preview != "" && room > 4 {
		out = append(out, Span{Plain, "  " + ansi.Truncate(r.Preview, room, g.more)})
	}
	return out
}

// Append appends a line of spans as text.
func (d *Draw) Append(dst []byte, spans []Span) []byte {
	for _, s := range spans {
		if code := sgr[s.Style]; d.Color && code != "" {
			dst = append(append(append(dst, code...), s.Text...), "\x1b[0m"...)
		} else {
			dst = append(dst, s.Text...)
		}
	}
	return append(dst, '\n')
}
