package doc

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

// messageHead says in words what a message is.
func messageHead(th *draw.Theme, w int, s *decode.Session, m *ws.Message, said []payload.App) *draw.Rich {
	r := draw.NewRich(w)
	st := th.Sent
	if m.Dir == ws.S2C {
		st = th.Received
	}
	r.Add(2, th.Bold.Of(fmt.Sprintf("%d:%d ", s.N, m.N)), st.Of(draw.Arrow(m.Dir)+" "+export.KindName(m.Opcode)),
		th.Plain.Of(" from the "+side(m.Dir)+", "+SizeWords(m)))
	r.Add(2, th.Dim.Of(packetWords(m)))
	addSaid(r, th, s.N, said)
	if m.Opcode == ws.OpClose {
		closeDoc(r, th, m)
	}
	if d := export.Doubt(m); d != "" {
		r.Add(2, th.Bad.Of(d+". "), th.Plain.Of(doubtful(m)))
	}
	for _, rule := range m.Findings {
		r.Add(2, th.Bad.Of("! "+rule.ID+" "), th.Plain.Of(rule.Text+" "), th.Dim.Of(ruleAt(rule)))
	}
	r.Blank()
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
	ws.Guessed:     "Recognised by its bytes, not by following the stream from its handshake.",
	ws.Undecodable: "Raw bytes are shown.",
}

// doubtful says what the state of m means.
func doubtful(m *ws.Message) string {
	if m.State == ws.Guessed && len(m.Holes) > 0 {
		return "Messages before it were lost: what it copies from them is not known, or was found by trying."
	}
	return doubtWords[m.State]
}

// SizeWords says how long a message is, on the wire too.
func SizeWords(m *ws.Message) string {
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
		show.ShortDuration(m.Last.Time-m.Start.Time))
}

// closeDoc is a close code in words.
func closeDoc(r *draw.Rich, th *draw.Theme, m *ws.Message) {
	if m.CloseCode < 0 {
		r.Add(2, th.Bold.Of("no close code "), th.Plain.Of("Peers report it as 1005."))
		return
	}
	r.Add(2, th.Bold.Of(fmt.Sprintf("%d %s ", m.CloseCode, ws.CloseName(m.CloseCode))), th.Plain.Of(closeText(m.CloseCode)))
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

// Textual reports whether a message is shown as text.
func Textual(m *ws.Message) bool {
	if m.State == ws.Undecodable {
		return false
	}
	return m.ValidUTF8 || m.Opcode == ws.OpText
}

// noteBody is a body of one remark.
func noteBody(th *draw.Theme, w int, s string) Body {
	r := draw.NewRich(w)
	r.Add(0, th.Dim.Of(s))
	return r
}

// payloadBody lays a payload out as text or JSON, or as bytes. Of bytes that say something what they carry is laid out as JSON.
func payloadBody(q *Request, m *ws.Message, p []byte, said []payload.App) Body {
	if args := saidJSON(said); len(args) > 0 && m.Opcode == ws.OpBinary && q.View == ViewPayload {
		return newText(args, nil, q.Width, q.Theme, q.Find, q.cancelled)
	}
	if len(p) == 0 {
		return noteBody(q.Theme, q.Width, "no payload")
	}
	if !Textual(m) && q.View == ViewPayload && payload.JSONStart(p) != 0 || q.View == ViewHex {
		return newHex(p, q.Width, q.Theme, q.Find)
	}
	skip := 0
	if m.Opcode == ws.OpClose {
		skip = min(2, len(p))
	}
	return newText(p[skip:], m.Holes, q.Width, q.Theme, q.Find, q.cancelled)
}
