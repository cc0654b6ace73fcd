package diff

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode/show"
)

// JSON appends comparisons for programs: one object a line, of schema 1.
type JSON struct {
	// NoPayload leaves the values of changes out.
	NoPayload bool
}

// schema is the version of the lines; it goes up when a meaning changes.
const schema = 1

type sessionRef struct {
	File    string `json:"file"`
	Session int    `json:"session"`
}

type change struct {
	Path string `json:"path"`
	// A and B are absent where there is no value; what is not UTF-8 is in ABase64 and BBase64.
	A       *string `json:"a,omitempty"`
	B       *string `json:"b,omitempty"`
	ABase64 string  `json:"a_base64,omitempty"`
	BBase64 string  `json:"b_base64,omitempty"`
}

type counts struct {
	Same    int `json:"same"`
	Changed int `json:"changed"`
	OnlyA   int `json:"only_a"`
	OnlyB   int `json:"only_b"`
	Moved   int `json:"moved"`
	Unclear int `json:"unclear"`
}

type sessionLine struct {
	Schema    int            `json:"schema"`
	Type      string         `json:"type"`
	A         *sessionRef    `json:"a,omitempty"`
	B         *sessionRef    `json:"b,omitempty"`
	Path      string         `json:"path"`
	Result    string         `json:"result"`
	Messages  counts         `json:"messages"`
	Handshake []change       `json:"handshake"`
	End       []change       `json:"end"`
	Ignored   map[string]int `json:"ignored"`
	Notes     []string       `json:"notes"`
}

type messageRef struct {
	N       int    `json:"n"`
	Packets [2]int `json:"packets"`
	State   string `json:"state"`
}

type messageLine struct {
	Schema      int         `json:"schema"`
	Type        string      `json:"type"`
	SessionA    int         `json:"session_a"`
	SessionB    int         `json:"session_b"`
	Dir         string      `json:"dir"`
	Kind        string      `json:"kind"`
	State       string      `json:"state"`
	A           *messageRef `json:"a,omitempty"`
	B           *messageRef `json:"b,omitempty"`
	Moved       bool        `json:"moved"`
	Why         string      `json:"why,omitempty"`
	Doubt       string      `json:"doubt,omitempty"`
	Changes     []change    `json:"changes"`
	MoreChanges int         `json:"more_changes,omitempty"`
}

type summaryLine struct {
	Schema     int      `json:"schema"`
	Type       string   `json:"type"`
	Files      int      `json:"files"`
	Sessions   int      `json:"sessions"`
	Differ     int      `json:"differ"`
	Messages   counts   `json:"messages"`
	Result     string   `json:"result"`
	Complete   bool     `json:"complete"`
	Incomplete []string `json:"incomplete_why"`
}

// Comparison appends the line of a pair of sessions (type diff-session), and one of each row
// that differs or is in doubt (type diff-message).
func (j *JSON) Comparison(dst []byte, c *Comparison) []byte {
	l := sessionLine{Schema: schema, Type: "diff-session", A: ref(c.A), B: ref(c.B), Result: result(c), Messages: tally(&c.Counts),
		Handshake: j.changes(c.Handshake), End: j.changes(c.Ending), Ignored: map[string]int{}, Notes: c.Notes}
	for _, s := range []*Side{c.B, c.A} {
		if s != nil {
			l.Path = s.Info.Path
		}
	}
	for _, u := range c.Ignored {
		l.Ignored[u.Name] = u.Count
	}
	if l.Notes == nil {
		l.Notes = []string{}
	}
	dst = appendLine(dst, &l)
	for i := range c.Pairs {
		if p := &c.Pairs[i]; p.Differs() || p.Doubt != "" {
			dst = j.row(dst, c, p)
		}
	}
	return dst
}

// Result is the result of all comparisons in a word: "same", "different" or "unclear".
func Result(cs []*Comparison) string {
	word := "same"
	for _, c := range cs {
		if c.Different() {
			return "different"
		}
		if c.Uncertain() {
			word = "unclear"
		}
	}
	return word
}

func result(c *Comparison) string { return Result([]*Comparison{c}) }

// Summary appends the last line. why says what made reading incomplete.
func (j *JSON) Summary(dst []byte, cs []*Comparison, why []string) []byte {
	var all [Unclear + 1]int
	l := summaryLine{Schema: schema, Type: "summary", Files: 2, Sessions: len(cs), Result: Result(cs), Complete: len(why) == 0, Incomplete: why}
	for _, c := range cs {
		if c.Different() {
			l.Differ++
		}
		for s, n := range c.Counts {
			all[s] += n
		}
	}
	if l.Messages = tally(&all); why == nil {
		l.Incomplete = []string{}
	}
	return appendLine(dst, &l)
}

func ref(s *Side) *sessionRef {
	if s == nil {
		return nil
	}
	return &sessionRef{s.Name, s.Info.N}
}

func tally(c *[Unclear + 1]int) counts {
	return counts{c[Same], c[Changed], c[OnlyA], c[OnlyB], c[Moved], c[Unclear]}
}

func (j *JSON) row(dst []byte, c *Comparison, p *Pair) []byte {
	l := messageLine{Schema: schema, Type: "diff-message", SessionA: c.A.Info.N, SessionB: c.B.Info.N, Dir: p.Dir.String(),
		State: p.State.String(), A: messageOf(c.A, p.A), B: messageOf(c.B, p.B), Moved: p.Moved, Why: p.Why, Doubt: p.Doubt,
		Changes: j.changes(p.Changes), MoreChanges: p.More}
	if m := c.A.message(p.A); m != nil {
		l.Kind = m.Opcode.String()
	} else {
		l.Kind = c.B.message(p.B).Opcode.String()
	}
	return appendLine(dst, &l)
}

func messageOf(s *Side, i int) *messageRef {
	m := s.message(i)
	if m == nil {
		return nil
	}
	return &messageRef{m.N, [2]int{m.Min, m.Max}, m.State.String()}
}

func (j *JSON) changes(cs []Change) []change {
	out := make([]change, len(cs))
	for i := range cs {
		x := &cs[i]
		out[i].Path = x.Path
		if j.NoPayload {
			continue
		}
		out[i].A, out[i].ABase64 = wireText(x.A, x.InA)
		out[i].B, out[i].BBase64 = wireText(x.B, x.InB)
	}
	return out
}

func wireText(s string, in bool) (*string, string) {
	switch {
	case !in:
		return nil, ""
	case utf8.ValidString(s):
		return &s, ""
	}
	return nil, base64.StdEncoding.EncodeToString([]byte(s))
}

// appendLine appends v as a line that is safe to print: what could act on a terminal is written \uXXXX.
func appendLine(dst []byte, v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return dst // none of the types above can fail
	}
	for p := b.Bytes(); len(p) > 0; {
		r, n := utf8.DecodeRune(p)
		switch {
		case r == '\n' || !show.Hidden(r):
			dst = append(dst, p[:n]...)
		case r >= 0x10000:
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		}
		p = p[n:]
	}
	return dst
}
