package doc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// verdict is what is said of how a session ended.
type verdict struct {
	end   rows.End
	alike rows.Alike
	last  []rows.Cell
}

// lastShown is how many of the last messages before the end are shown.
const lastShown = 3

// add writes the verdict with its proof, who ended alike, and the last messages before the end.
func (v *verdict) add(r *draw.Rich, th *draw.Theme, s *decode.Session) {
	st := [...]draw.Style{rows.Hurt: th.Bad, rows.Underway: th.Plain, rows.Well: th.Good}[v.end.Health]
	text := "So far: " + show.Inert(v.end.Text) + "."
	if x := v.end.Verdict; x != nil {
		code := x.Code
		if strings.Contains(x.Fact, strconv.Itoa(code)) {
			code = 0 // said already
		}
		text = sentence(show.Inert(x.Text())) + proof(unnamed(x.Packets, x.Text()), code)
	}
	r.Add(0, st.Of(text))
	if a := &v.alike; a.Count > 0 {
		r.Add(2, th.Warn.Of(alikeWords(a)))
	}
	if len(v.last) == 0 {
		return
	}
	r.Add(0, th.Dim.Of("last messages"))
	for i := range v.last {
		v.lastMessage(r, th, s, &v.last[i])
	}
}

// lastMessage writes one message: how long before the end it was, and the start of what it says.
func (v *verdict) lastMessage(r *draw.Rich, th *draw.Theme, s *decode.Session, c *rows.Cell) {
	m := &c.Message
	st := th.Sent
	if m.Dir == ws.S2C {
		st = th.Received
	}
	before := ""
	if s.HasEnded {
		before = show.ShortDuration(max(s.Ended-m.Last.Time, 0)) + " before"
	}
	text := show.Inert(draw.Clip(string(c.Preview), 400))
	if len(c.Said) > 0 {
		text = show.Inert(draw.Clip(strings.TrimSpace(c.Said[0].Event+" "+c.Said[0].Name), 200)) + "  " + text
	}
	head := fmt.Sprintf("  %d:%d %15s  ", s.N, m.N, before)
	size := ""
	if m.Len >= 0 {
		size = " " + show.Bytes(m.Len) + "  "
	}
	room := max(r.Width-draw.Width(head)-draw.Width(size)-8, 0)
	r.Add(0, th.Dim.Of(head), st.Of(draw.Arrow(m.Dir)+" "+export.KindName(m.Opcode)), th.Dim.Of(size), th.Plain.Of(draw.Cut(text, room)))
}

// sentence starts s with a capital letter and ends it with a full stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	if c := s[0]; 'a' <= c && c <= 'z' {
		s = string(c-'a'+'A') + s[1:]
	}
	return strings.TrimRight(s, ".") + "."
}

// unnamed are those of packets that a text does not name.
func unnamed(packets []int, text string) (out []int) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	for _, p := range packets {
		if !slices.Contains(words, strconv.Itoa(p)) {
			out = append(out, p)
		}
	}
	return out
}

// proof says which packets prove a verdict, and which close code an application sees.
func proof(packets []int, code int) string {
	out := ""
	if len(packets) > 0 {
		words := make([]string, len(packets))
		for i, p := range packets {
			words[i] = show.Thousands(int64(p))
		}
		out = " Proof: packet"
		if len(packets) > 1 {
			out += "s"
		}
		out += " " + strings.Join(words, ", ") + "."
	}
	if code > 0 {
		out += fmt.Sprintf(" Applications see %d.", code)
	}
	return out
}

// alikeWords says which sessions ended in the same way in the same instant, and what they share.
func alikeWords(a *rows.Alike) string {
	out, all := show.Thousands(int64(a.Count))+" more ended like this within "+withinWords(a.Within), ", all "
	if a.Count == 1 {
		all = ", both "
	}
	if a.Server.IsValid() {
		out += all + "to " + a.Server.String()
	}
	if a.Client.IsValid() {
		out += all + "from " + a.Client.String()
	}
	if a.Path != "" && a.Path != "/" {
		out += all + "on " + show.Inert(draw.Clip(a.Path, 80))
	}
	numbers := make([]string, len(a.Sessions))
	for i, n := range a.Sessions {
		numbers[i] = strconv.Itoa(n)
	}
	if a.Count > len(a.Sessions) {
		numbers = append(numbers, "...")
	}
	return out + " (session " + strings.Join(numbers, ", ") + ")."
}

func withinWords(d capture.Time) string {
	if d == 0 {
		return "the same microsecond"
	}
	return show.Duration(d)
}
