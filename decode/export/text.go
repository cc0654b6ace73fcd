package export

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Text appends lines for people. The zero value writes without colour and previews of 100 characters.
type Text struct {
	Color bool
	// Preview is how many characters of a payload are shown; 0 means 100, less than 0 all.
	Preview int
	// NoPayload shows no payload, Hex adds a hex dump below each line.
	NoPayload, Hex bool
	// Clock shows times; the zero Clock shows seconds since where it was told that times count from.
	Clock Clock
	// BySession runs a Clock of its own for each session: for captures that have nothing to do with each other.
	BySession bool
	// Apps are what the next message says. Their summaries are shown instead of its payload.
	Apps   []payload.App
	clocks map[*decode.SessionRef]*Clock
}

// clock is the Clock of a session.
func (t *Text) clock(ref *decode.SessionRef) *Clock {
	if !t.BySession {
		return &t.Clock
	}
	c := t.clocks[ref]
	if c == nil {
		if t.clocks == nil {
			t.clocks = map[*decode.SessionRef]*Clock{}
		}
		c = &Clock{Format: t.Clock.Format, Zone: t.Clock.Zone}
		t.clocks[ref] = c
	}
	return c
}

type color string

const (
	sentColor   color = "\x1b[36m"
	gotColor    color = "\x1b[33m"
	quietColor  color = "\x1b[2m"
	badColor    color = "\x1b[31m"
	strongColor color = "\x1b[1m"
	colorOff          = "\x1b[0m"
)

func (t *Text) paint(dst []byte, c color, s string) []byte {
	if !t.Color || s == "" {
		return append(dst, s...)
	}
	return append(append(append(dst, c...), s...), colorOff...)
}

func (t *Text) arrow(dst []byte, d ws.Dir) []byte {
	if d == ws.C2S {
		return t.paint(dst, sentColor, "→")
	}
	return t.paint(dst, gotColor, "←")
}

// lead appends what lines of messages and frames start with: session and number, time, direction, kind.
func (t *Text) lead(dst []byte, ref *decode.SessionRef, n int, at ws.Stamp, d ws.Dir, kind string) []byte {
	id := fmt.Sprintf("%d:%d", ref.N, n)
	dst = fmt.Appendf(dst, "%-7s ", id)
	dst = t.paint(dst, quietColor, string(t.clock(ref).Append(nil, at.Time)))
	dst = append(t.arrow(append(dst, ' '), d), ' ')
	return t.paint(dst, strongColor, fmt.Sprintf("%-6s", kind))
}

// Message appends the line of a message.
func (t *Text) Message(dst []byte, ref *decode.SessionRef, m *ws.Message) []byte {
	dst = t.lead(dst, ref, m.N, m.Last, m.Dir, KindName(m.Opcode))
	if m.Len >= 0 {
		dst = fmt.Appendf(dst, " %7d  ", m.Len)
	} else {
		dst = append(dst, "       ?  "...)
	}
	if m.Opcode == ws.OpClose {
		dst = t.closing(dst, m)
	}
	if !t.NoPayload && !t.summaries(&dst) {
		dst = t.payload(dst, m)
	}
	dst = t.marks(dst, m)
	dst = append(trimRight(dst), '\n')
	if t.Hex && !t.NoPayload {
		dst = append(dst, indent(hex.Dump(m.Payload))...)
	}
	return dst
}

// summaries appends the summaries of what the message says, and reports whether there are any.
func (t *Text) summaries(dst *[]byte) bool {
	limit, any := t.Preview, false
	if limit == 0 {
		limit = 100
	}
	for i := range t.Apps {
		s := t.Apps[i].Summary
		if s == "" {
			continue
		}
		if any {
			*dst = t.paint(*dst, quietColor, " · ")
		}
		any = true
		cut := []byte(s)
		if limit > 0 {
			cut = firstRunes(cut, limit)
		}
		*dst = show.AppendInert(*dst, cut)
		if len(cut) < len(s) {
			*dst = append(*dst, "…"...)
		}
	}
	return any
}

// closing appends the close code in words.
func (t *Text) closing(dst []byte, m *ws.Message) []byte {
	if m.CloseCode < 0 {
		return append(dst, "no code "...)
	}
	return fmt.Appendf(dst, "%d %s ", m.CloseCode, ws.CloseName(m.CloseCode))
}

// payload appends a preview: text as it is, other bytes in hex.
func (t *Text) payload(dst []byte, m *ws.Message) []byte {
	p, limit := m.Reason(), t.Preview
	if limit == 0 {
		limit = 100
	}
	if !m.ValidUTF8 && m.Opcode != ws.OpText || m.State == ws.Undecodable {
		return appendHexPreview(dst, p, limit)
	}
	cut := p
	if limit > 0 {
		cut = firstRunes(p, limit)
	}
	dst = show.AppendInert(dst, m.Marked(cut))
	if more := len(p) - len(cut); more > 0 {
		dst = t.paint(dst, quietColor, fmt.Sprintf("... (%d more)", more))
	}
	return dst
}

func appendHexPreview(dst, p []byte, limit int) []byte {
	cut := p
	if limit > 0 {
		cut = p[:min(len(p), limit/3)]
	}
	for i, c := range cut {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = hex.AppendEncode(dst, []byte{c})
	}
	if more := len(p) - len(cut); more > 0 {
		dst = fmt.Appendf(dst, " ... (%d more)", more)
	}
	return dst
}

// firstRunes is the start of p, at most n characters of it.
func firstRunes(p []byte, n int) []byte {
	for i := 0; i < len(p); n-- {
		if n == 0 {
			return p[:i]
		}
		_, w := utf8.DecodeRune(p[i:])
		i += w
	}
	return p
}

// marks appends what is special about a message: compression, fragments, doubt, broken rules.
func (t *Text) marks(dst []byte, m *ws.Message) []byte {
	var quiet []string
	if m.Compressed {
		quiet = append(quiet, "deflate "+strconv.FormatInt(m.WireLen, 10))
	}
	if m.Frames > 1 {
		quiet = append(quiet, strconv.Itoa(m.Frames)+" frames")
	}
	if len(quiet) > 0 {
		dst = t.paint(append(dst, ' ', ' '), quietColor, "("+strings.Join(quiet, ", ")+")")
	}
	if doubt := Doubt(m); doubt != "" {
		dst = t.paint(append(dst, ' ', ' '), badColor, "["+doubt+"]")
	}
	for _, r := range m.Findings {
		dst = t.paint(append(dst, ' ', ' '), badColor, "!"+r.ID)
	}
	return dst
}

// Doubt says in a few words how far m may be believed; empty for exact.
func Doubt(m *ws.Message) string {
	s := doubt(m)
	if m.Conflict && m.State != ws.Conflict {
		s += ", copies differ"
	}
	return s
}

func doubt(m *ws.Message) string {
	switch m.State {
	case ws.Conflict:
		return "conflict: copies differ"
	case ws.Partial:
		s := "partial: unfinished"
		if m.Missing > 0 {
			s = "partial: " + show.Count(m.Missing, "byte") + " missing"
		}
		if m.Confidence > 0 {
			s += ", guessed"
		}
		return s
	case ws.Guessed:
		s := "guessed, " + strconv.FormatFloat(float64(m.Confidence), 'f', 2, 32)
		if m.Missing > 0 {
			s += ", " + show.Count(m.Missing, "byte") + " not known"
		}
		return s
	case ws.Undecodable:
		return "undecodable: " + m.Why.String()
	}
	return ""
}

// Update appends the line that amends a message or frame already printed.
func (t *Text) Update(dst []byte, e *decode.Event) []byte {
	dst = fmt.Appendf(dst, "%-7s ", fmt.Sprintf("%d:%d", e.Session.N, e.N))
	what := "is " + e.State.String() + " now: a later packet carried other bytes"
	if e.Worse {
		what = "is in conflict too: a later packet carried other bytes"
	}
	return append(t.paint(dst, badColor, what), '\n')
}

// KindName is the kind of a message in a column; a reserved opcode is shown with its number.
func KindName(op ws.Opcode) string {
	switch k := op.String(); k {
	case "reserved":
		return "op 0x" + strconv.FormatUint(uint64(op), 16)
	case "continuation":
		return "cont"
	default:
		return k
	}
}

// Frame appends the line of a frame.
func (t *Text) Frame(dst []byte, ref *decode.SessionRef, f *ws.Frame) []byte {
	dst = t.lead(dst, ref, f.N, f.Last, f.Dir, KindName(f.Opcode))
	dst = fmt.Appendf(dst, " fin=%d rsv=%03b len=%-7d hdr=%d", bit(f.Fin), f.RSV, f.Len, f.HeaderLen)
	if f.Masked {
		dst = fmt.Appendf(dst, " mask=%x", f.MaskKey)
	}
	dst = fmt.Appendf(dst, " offset=%d message=%d", f.Offset, f.Message)
	if f.State != ws.Exact {
		dst = t.paint(append(dst, ' '), badColor, "["+f.State.String()+"]")
	}
	for _, r := range f.Findings {
		dst = t.paint(append(dst, ' '), badColor, "!"+r.ID)
	}
	return append(dst, '\n')
}

func bit(v bool) int {
	if v {
		return 1
	}
	return 0
}

// Finding appends the lines of a finding: the rule, and what was seen.
func (t *Text) Finding(dst []byte, ref *decode.SessionRef, f *ws.Finding) []byte {
	c := quietColor
	if f.Rule.Level == rule.Must {
		c = badColor
	}
	dst = t.paint(dst, c, fmt.Sprintf("%-6s ", f.Rule.Level))
	dst = append(dst, where(ref, f)...)
	dst = append(append(dst, ' '), f.Rule.ID...)
	if f.Detail != "" {
		dst = show.AppendInert(append(dst, ": "...), f.Detail)
	}
	dst = append(dst, "\n         "...)
	dst = append(dst, f.Rule.Text...)
	if f.Rule.RFC != "" {
		dst = t.paint(append(dst, ' '), quietColor, "("+f.Rule.RFC+" section "+f.Rule.Section+")")
	}
	return append(dst, '\n')
}

func where(ref *decode.SessionRef, f *ws.Finding) string {
	s := "session " + strconv.Itoa(ref.N)
	if f.Message > 0 {
		s += " message " + strconv.Itoa(f.Message)
	}
	if f.Frame > 0 {
		s += " frame " + strconv.Itoa(f.Frame)
	}
	return s + " " + f.Dir.String() + " packet " + strconv.Itoa(f.At.Packet)
}

func trimRight(dst []byte) []byte {
	for len(dst) > 0 && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// indent moves the lines of a hex dump to the right.
func indent(dump string) string {
	if dump == "" {
		return ""
	}
	return "        " + strings.ReplaceAll(strings.TrimSuffix(dump, "\n"), "\n", "\n        ") + "\n"
}
