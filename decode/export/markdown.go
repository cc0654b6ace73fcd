package export

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Markdown appends a report to be pasted into an issue: Begin, then for each session Open, its messages and Close, then End.
// All text from the wire is in code fences, with control characters made visible: nothing of it links, embeds
// or mentions.
type Markdown struct {
	// Text makes the lines; its Color must be off.
	Text Text
	// Redact replaces secrets; nil writes them as they are.
	Redact *Redactor
	fence  string
	ref    *decode.SessionRef
}

// Begin appends the title, and lines that say what was captured.
func (m *Markdown) Begin(dst []byte, lines ...string) []byte {
	dst = append(dst, "# WebSocket sessions\n\n"...)
	return fenced(dst, inertLines(lines))
}

// Open appends what a session is, its handshake and what was found, and starts the list of its messages. ticks is the length of the
// longest run of backticks in its payloads (see Ticks).
func (m *Markdown) Open(dst []byte, s *decode.Session, findings []ws.Finding, ticks int) []byte {
	s = m.Redact.Session(s)
	m.ref = &decode.SessionRef{N: s.N, Stream: &decode.Stream{N: s.Stream}, Client: s.Client, Server: s.Server}
	m.Text.Clock = Clock{Format: m.Text.Clock.Format, Zone: m.Text.Clock.Zone}
	if s.Zero != 0 {
		m.Text.Clock.From(s.Zero)
	}
	dst = strconv.AppendInt(append(dst, "\n## Session "...), int64(s.N), 10)
	dst = fenced(append(dst, "\n\n"...), m.Text.Session(nil, s))
	dst = m.headers(dst, "request", s.RequestHeaders)
	dst = m.headers(dst, "response", s.ResponseHeaders)
	dst = m.findings(dst, findings)
	m.fence = strings.Repeat("`", max(ticks+1, 3))
	return append(append(append(dst, "\n### Messages\n\n"...), m.fence...), "text\n"...)
}

func (m *Markdown) headers(dst []byte, what string, hs []http1.Header) []byte {
	if len(hs) == 0 {
		return dst
	}
	var lines []string
	for _, h := range hs {
		lines = append(lines, h.Name+": "+h.Value)
	}
	return fenced(append(dst, "\n### Headers of the "+what+"\n\n"...), inertLines(lines))
}

func (m *Markdown) findings(dst []byte, findings []ws.Finding) []byte {
	if len(findings) == 0 {
		return dst
	}
	var lines []byte
	for i := range findings {
		f := findings[i]
		f.Detail = m.Redact.Text(f.Detail)
		lines = m.Text.Finding(lines, m.ref, &f)
	}
	return fenced(append(dst, "\n### Findings\n\n"...), lines)
}

// Message appends the line of a message of the session that is open.
func (m *Markdown) Message(dst []byte, msg *ws.Message) []byte {
	msg, _ = m.Redact.Message(msg)
	return m.Text.Message(dst, m.ref, msg)
}

// Close ends the list of messages.
func (m *Markdown) Close(dst []byte) []byte { return append(append(dst, m.fence...), '\n') }

// End appends what was redacted and what is incomplete.
func (m *Markdown) End(dst []byte, account ...string) []byte {
	return fenced(append(dst, '\n'), inertLines(append([]string{m.Redact.Said()}, account...)))
}

// Ticks is the length of the longest run of backticks in p.
func Ticks(p []byte) (longest int) {
	for {
		i := bytes.IndexByte(p, '`')
		if i < 0 {
			return longest
		}
		rest := bytes.TrimLeft(p[i:], "`")
		longest = max(longest, len(p)-i-len(rest))
		p = rest
	}
}

// inertLines appends one line for each text.
func inertLines(texts []string) (dst []byte) {
	for _, t := range texts {
		dst = append(show.AppendInert(dst, t), '\n')
	}
	return dst
}

// fenced appends lines between fences that are longer than any run of backticks inside.
func fenced(dst, lines []byte) []byte {
	fence := strings.Repeat("`", max(Ticks(lines)+1, 3))
	dst = append(append(dst, fence...), "text\n"...)
	return append(append(append(dst, lines...), fence...), '\n')
}
