package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Text writes reports for people. The zero value writes without colour and does not wrap.
type Text struct {
	Color bool
	// Width is where lines are wrapped; 0 means nowhere.
	Width int
}

const (
	strong = "\x1b[1m"
	quiet  = "\x1b[2m"
	off    = "\x1b[0m"
)

func (t *Text) paint(dst []byte, c, s string) []byte {
	if !t.Color || s == "" {
		return append(dst, s...)
	}
	return append(append(append(dst, c...), s...), off...)
}

// head says which session it is, in what room there is after the first words.
func (t *Text) head(s *decode.Session, before int) string {
	ends := fmt.Sprintf("%s -> %s", s.Client, s.Server)
	if s.Host == "" && s.Path == "" {
		return ends
	}
	url := s.Scheme + "://" + show.Inert(s.Host+s.Path)
	if both := url + "  " + ends; t.Width == 0 || before+ansi.StringWidth(both) <= t.Width {
		return both
	}
	return ansi.Truncate(url, max(t.Width-before, 20), "...")
}

const margin = "         "

// Report appends the lines of a report: the verdict, and what was measured.
func (t *Text) Report(dst []byte, r *Report) []byte {
	s := r.Session
	dst = t.paint(dst, strong, fmt.Sprintf("verdict  session %d", s.N))
	dst = append(t.paint(append(dst, ' ', ' '), quiet, t.head(s, len("verdict  session 1  "))), '\n')
	dst = t.paragraph(dst, "", firstUpper(show.Inert(r.Verdict.Text()))+".")
	for _, l := range r.Measured() {
		dst = t.paragraph(dst, l.Name, show.Inert(l.Text))
	}
	return dst
}

// paragraph appends words in the margin's column, after a name.
func (t *Text) paragraph(dst []byte, name, text string) []byte {
	width := t.Width - len(margin)
	if name != "" {
		name = fmt.Sprintf("%-12s ", name)
	}
	lines := []string{text}
	if t.Width > 0 {
		lines = strings.Split(ansi.Wrap(text, max(width-len(name), 20), ""), "\n")
	}
	for i, l := range lines {
		dst = append(dst, margin...)
		if i > 0 {
			name = strings.Repeat(" ", len(name))
		}
		dst = t.paint(dst, quiet, name)
		dst = append(append(dst, strings.TrimRight(l, " ")...), '\n')
	}
	return dst
}

func firstUpper(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// Line is a measurement in words. Text is not yet inert.
type Line struct{ Name, Text string }

// Measured are the measurements in words, those alone that say something.
func (r *Report) Measured() []Line {
	var out []Line
	add := func(name, text string) {
		if text != "" {
			out = append(out, Line{name, text})
		}
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		add("pings "+arrow(d), r.pingLine(d))
	}
	for i := range r.Beats {
		add("heartbeat "+arrow(r.Beats[i].Dir), r.Beats[i].line())
	}
	if g := r.Longest; g.Length >= second {
		add("silence", fmt.Sprintf("longest %s, from packet %d to %d", show.Duration(g.Length), g.From.Packet, g.To.Packet))
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		add("deflate "+arrow(d), r.deflateLine(d))
		for _, l := range symbolLines(&r.Symbols[d]) {
			add("  "+l.Name, l.Text)
		}
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		if f := &r.Frames[d]; f.Fragmented > 0 {
			add("fragments "+arrow(d), fmt.Sprintf("%d of %s, at most %d frames (message %d)", f.Fragmented, show.Count(f.Data, "message"), f.Most, f.MostIn))
		}
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		add("tcp "+arrow(d), r.tcpLine(d))
	}
	add("in flight", r.flightLine())
	if r.SlowCount > len(r.Slow) {
		add("slow", fmt.Sprintf("%s in all took %s or longer", show.Count(r.SlowCount, "message"), show.Duration(slowFrom)))
	}
	return out
}

func arrow(d ws.Dir) string {
	if d == ws.C2S {
		return "->"
	}
	return "<-"
}

func (r *Report) pingLine(d ws.Dir) string {
	p := &r.Pings[d]
	var parts []string
	if p.Sent > 0 {
		parts = append(parts, fmt.Sprintf("%d sent, %d answered", p.Sent, p.Answered))
	}
	if p.Skipped > 0 {
		parts = append(parts, fmt.Sprintf("%d passed over (a later one was answered)", p.Skipped))
	}
	switch {
	case p.Waiting > 0 && r.unanswered(d):
		parts = append(parts, fmt.Sprintf("%d unanswered (the first in packet %d, %s before the end)", p.Waiting, p.Oldest.At.Packet, show.Duration(p.OldestAge)))
	case p.Waiting > 0:
		parts = append(parts, fmt.Sprintf("%d without a pong that was captured", p.Waiting))
	}
	if p.Measured == 1 {
		parts = append(parts, "round trip "+show.Duration(p.Min))
	} else if p.Measured > 1 {
		parts = append(parts, fmt.Sprintf("round trip %s to %s, mean %s, slowest message %d", show.Duration(p.Min), show.Duration(p.Max), show.Duration(p.Mean()), p.MaxPing))
	}
	if p.Unasked == 1 {
		parts = append(parts, "a pong of its own that answers nothing")
	} else if p.Unasked > 1 {
		parts = append(parts, fmt.Sprintf("%d pongs of its own that answer nothing", p.Unasked))
	}
	return strings.Join(parts, "; ")
}

func (b *Beat) line() string {
	what := b.What
	if b.IsText {
		what = strconv.Quote(what)
	}
	return fmt.Sprintf("%s %d times, every %s (%s to %s)", what, b.Count, show.Duration(b.Mean), show.Duration(b.Min), show.Duration(b.Max))
}

func (r *Report) deflateLine(d ws.Dir) string {
	z := &r.Deflate[d]
	if z.Messages == 0 {
		return ""
	}
	s := fmt.Sprintf("%s, %d bytes as %d (%s)", show.Count(z.Messages, "message"), z.Len, z.Wire, percent(z.Ratio()))
	if z.Len == 0 {
		s = show.Count(z.Messages, "empty message")
	}
	if z.Plain > 0 {
		s += fmt.Sprintf("; %d sent uncompressed", z.Plain)
	}
	if z.Grew > 0 {
		s += fmt.Sprintf("; %d grew, by %s", z.Grew, show.Bytes(z.Lost))
	}
	return s + z.takeover()
}

func (z *Deflate) takeover() string {
	switch {
	case z.Negotiated && !z.Takeover:
		return "; without context takeover"
	case z.Refers:
		return "; context takeover is used"
	case z.Unused():
		return "; context takeover is never used"
	}
	return ""
}

// flightLine says how much was sent and not yet acknowledged.
func (r *Report) flightLine() string {
	t := r.Session.TCP
	if t == nil || r.Session.State == decode.Refused || !bothSeen(r.Session) || t.Stats[0].InFlight+t.Stats[1].InFlight == 0 {
		return ""
	}
	return fmt.Sprintf("at most %s -> and %s <-", show.Bytes(int64(t.Stats[0].InFlight)), show.Bytes(int64(t.Stats[1].InFlight)))
}

func (r *Report) tcpLine(d ws.Dir) string {
	t := r.Session.TCP
	if t == nil || !bothSeen(r.Session) {
		return ""
	}
	s, parts := &t.Stats[d], []string{}
	if n := s.Retransmitted - s.Duplicates; n > 0 {
		parts = append(parts, show.Count(int(n), "segment")+" sent again")
	}
	if s.OutOfOrder > 0 {
		parts = append(parts, show.Count(int(s.OutOfOrder), "segment")+" late or out of order")
	}
	if s.ZeroWindow > 0 {
		parts = append(parts, fmt.Sprintf("the %s advertised no room %d times", side(d), s.ZeroWindow))
	}
	if t.Unacked[d] > 0 {
		parts = append(parts, show.Bytes(t.Unacked[d])+" not acknowledged at the end")
	}
	return strings.Join(parts, "; ")
}
