package tui

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// body is a document: rows that are drawn when they are on the screen.
type body interface {
	len() int
	draw(i int, l *line)
}

// seeker is a body in which matches can be found: the first row after (before) row i, -1 for none.
type seeker interface{ seek(i, step int) int }

// folder is a body whose rows fold.
type folder interface{ toggle(i int) bool }

// stacked is one body above another.
type stacked struct {
	head *rich
	body
}

func (s *stacked) len() int { return s.head.len() + s.body.len() }

func (s *stacked) draw(i int, l *line) {
	if i < s.head.len() {
		s.head.draw(i, l)
		return
	}
	s.body.draw(i-s.head.len(), l)
}

func (s *stacked) toggle(i int) bool {
	f, ok := s.body.(folder)
	return ok && f.toggle(i-s.head.len())
}

func (s *stacked) seek(i, step int) int {
	f, ok := s.body.(seeker)
	if !ok {
		return -1
	}
	k := f.seek(max(i-s.head.len(), -1), step)
	if k < 0 {
		return -1
	}
	return k + s.head.len()
}

// messageHead says in words what a message is.
func messageHead(th *theme, w int, s *decode.Session, m *ws.Message) *rich {
	r := newRich(w)
	st := th.sent
	if m.Dir == ws.S2C {
		st = th.got
	}
	r.add(2, seg{th.bold, fmt.Sprintf("%d:%d ", s.N, m.N)}, seg{st, arrow(m.Dir) + " " + export.KindName(m.Opcode)},
		seg{th.plain, " from the " + side(m.Dir) + ", " + sizeWords(m)})
	r.add(2, seg{th.dim, packetWords(m)})
	if m.Opcode == ws.OpClose {
		closeDoc(r, th, m)
	}
	if d := export.Doubt(m); d != "" {
		r.add(2, seg{th.bad, d + ". "}, seg{th.plain, doubtWords[m.State]})
	}
	for _, rule := range m.Findings {
		r.add(2, seg{th.bad, "! " + rule.ID + " "}, seg{th.plain, rule.Text + " "}, seg{th.dim, ruleAt(rule)})
	}
	r.rows = append(r.rows, nil)
	return r
}

func ruleAt(rule *rule.Rule) string {
	if rule.RFC == "" {
		return "(" + rule.Level.String() + ")"
	}
	return "(" + rule.RFC + " section " + rule.Section + ", " + rule.Level.String() + ")"
}

// doubtWords say what each state means.
var doubtWords = [...]string{
	ws.Exact:       "",
	ws.Conflict:    "A retransmission carried other bytes: the peer may have seen those.",
	ws.Partial:     "These bytes were never captured; what is here is exact.",
	ws.Guessed:     "Found by its looks, not by following the stream from its handshake.",
	ws.Undecodable: "What is shown are raw bytes.",
}

func arrow(d ws.Dir) string {
	if d == ws.C2S {
		return "→"
	}
	return "←"
}

func sizeWords(m *ws.Message) string {
	var b strings.Builder
	if m.Len < 0 {
		b.WriteString("length not known")
	} else {
		b.WriteString(show.CountGrouped(m.Len, "byte"))
	}
	if m.Compressed {
		fmt.Fprintf(&b, ", compressed to %s", show.Thousands(m.WireLen))
		if m.Len > 0 {
			fmt.Fprintf(&b, " (%d%%)", 100*m.WireLen/m.Len)
		}
	}
	if m.Frames != 1 {
		fmt.Fprintf(&b, ", in %s", show.CountGrouped(int64(m.Frames), "frame"))
	}
	return b.String()
}

func packetWords(m *ws.Message) string {
	if m.Min == m.Max {
		return fmt.Sprintf("packet %d, stream bytes %d to %d", m.Min, m.Stream.Start, m.Stream.End)
	}
	return fmt.Sprintf("packets %d to %d, stream bytes %d to %d, within %s", m.Min, m.Max, m.Stream.Start, m.Stream.End,
		seconds(m.Last.Time-m.Start.Time))
}

// closeDoc is a close code in words.
func closeDoc(r *rich, th *theme, m *ws.Message) {
	if m.CloseCode < 0 {
		r.add(2, seg{th.bold, "no close code "}, seg{th.plain, "Peers report it as 1005."})
		return
	}
	r.add(2, seg{th.bold, fmt.Sprintf("%d %s ", m.CloseCode, ws.CloseName(m.CloseCode))}, seg{th.plain, closeText(m.CloseCode)})
}

func closeText(code int) string {
	c := ws.FindCloseCode(code)
	switch {
	case c == nil:
		return "RFC 6455 section 7.4.2"
	case c.Source == "IANA":
		return c.Text + " (IANA registry)"
	}
	return c.Text + " (RFC 6455 section " + c.Source + ")"
}

// textual says whether a message is shown as text.
func textual(m *ws.Message) bool {
	if m.State == ws.Undecodable {
		return false
	}
	return m.ValidUTF8 || m.Opcode == ws.OpText
}

// noteBody is a body of one remark.
func noteBody(th *theme, w int, s string) body {
	r := newRich(w)
	r.add(0, seg{th.dim, s})
	return r
}

// payloadBody lays a payload out as text or JSON, or as bytes.
func payloadBody(q *request, m *ws.Message, p []byte) body {
	if len(p) == 0 {
		return noteBody(q.th, q.w, "no payload")
	}
	if !textual(m) && q.view == viewPayload && jsonStart(p) != 0 || q.view == viewHex {
		return newHex(p, q.w, q.th, q.find)
	}
	skip := 0
	if m.Opcode == ws.OpClose {
		skip = min(2, len(p))
	}
	return newText(p[skip:], m.Holes, q.w, q.th, q.find, q.given)
}
