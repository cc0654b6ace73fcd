package doc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

// maxFindings is how many findings of a session are written out.
const maxFindings = 200

// sessionDoc is all about a session: its verdict (nil for none), what it is, how far it may be believed, both sides of the handshake, its findings.
func sessionDoc(th *draw.Theme, w int, s *decode.Session, v *verdict, first int, findings []ws.Finding) *draw.Rich {
	r := draw.NewRich(w)
	if v != nil {
		v.add(r, th, s)
		r.Blank()
	}
	r.Add(2, th.Bold.Of(fmt.Sprintf("session %d  ", s.N)), th.Plain.Of(show.Inert(export.Address(s))))
	r.Pair(th, "client", s.Client.String())
	r.Pair(th, "server", s.Server.String())
	r.Pair(th, "state", stateWords(s))
	r.Pair(th, "ended", EndWords(s))
	if s.Tunnel != nil {
		r.Pair(th, "through", s.Tunnel.Type+" to "+s.Tunnel.Target)
	}
	if s.Peer > 0 {
		r.Pair(th, "proxied", "the other leg is session "+strconv.Itoa(s.Peer))
	}
	r.Pair(th, "TLS", export.TLSWords(s))
	if s.Process != nil {
		r.Pair(th, "process", s.Process.String())
	}
	r.Pair(th, "subprotocol", s.Subprotocol)
	r.Pair(th, "extensions", s.Extensions)
	r.Pair(th, "old draft", s.Draft)
	r.Pair(th, "duration", Duration(s))
	for d, name := range []string{"→ sent", "← received"} {
		r.Pair(th, name, fmt.Sprintf("%s, %s (%s on the wire)", show.CountGrouped(s.Messages[d], "message"), show.CountGrouped(s.Bytes[d], "byte"), show.Thousands(s.WireBytes[d])))
	}
	keptDoc(r, th, s, first)
	r.Pair(th, "certainty", certainty(s))
	handshakeDoc(r, th, s)
	findingsDoc(r, th, s, findings)
	return r
}

// keptDoc says which packets carried a session, and which of its messages are kept.
func keptDoc(r *draw.Rich, th *draw.Theme, s *decode.Session, first int) {
	packets := fmt.Sprintf("%d to %d, stream %d", s.First, s.Last, s.Stream)
	if s.HasEnded { // until then they are not told
		packets += ", " + show.CountGrouped(int64(s.Retransmissions), "retransmission")
	}
	r.Pair(th, "packets", packets)
	switch {
	case first > 1 && int64(first) > s.Messages[0]+s.Messages[1]:
		r.Pair(th, "kept", "none of its messages")
	case first > 1:
		r.Pair(th, "kept", "from message "+show.Thousands(int64(first))+" on")
	}
}

func stateWords(s *decode.Session) string {
	if s.Status == 0 {
		return s.State.String()
	}
	return s.State.String() + ", answered with " + strconv.Itoa(s.Status)
}

// byWhom says which side sent the first Close frame.
func byWhom(c *decode.Close) string {
	if !c.HasBy {
		return "by which side first is not known"
	}
	return "by the " + side(c.By)
}

// EndWords says who ended the session, and how.
func EndWords(s *decode.Session) string {
	switch {
	case s.State == decode.Refused:
		return "never opened"
	case s.Close != nil && s.Close.Code < 0:
		return "closed " + byWhom(s.Close) + " without a code"
	case s.Close != nil:
		return closeWords(s.Close.Code, s.Close.Reason) + ", " + byWhom(s.Close)
	case s.End == decode.EndNone:
		return "still open"
	case s.End == decode.EndCapture:
		return "still open when the capture ends"
	case s.HasEndBy:
		return "without a Close frame (1006): TCP " + strings.ToUpper(s.End.String()) + " by the " + side(s.EndBy)
	}
	return "without a Close frame: " + s.End.String()
}

func closeWords(code int, reason []byte) string {
	out := strconv.Itoa(code) + " " + ws.CloseName(code)
	if len(reason) > 0 {
		out += " \"" + show.Inert(string(reason)) + "\""
	}
	return out
}

func side(d ws.Dir) string {
	if d == ws.C2S {
		return "client"
	}
	return "server"
}

// Duration is how long a session was open, empty if that is not known.
func Duration(s *decode.Session) string {
	if !s.HasOpened || !s.HasEnded {
		return ""
	}
	return show.ShortDuration(s.Ended - s.Opened)
}

// certainty says how certain the bytes of a session are.
func certainty(s *decode.Session) string {
	var out []string
	if s.Confidence > 0 {
		out = append(out, fmt.Sprintf("guessed (%.2f): recognised without its whole handshake", s.Confidence))
	}
	if s.Missing > 0 {
		out = append(out, show.CountGrouped(s.Missing, "byte")+" never captured")
	}
	if len(out) == 0 && s.HandshakeSeen {
		return "complete: handshake seen, no bytes missing"
	}
	return strings.Join(out, "; ")
}

func handshakeDoc(r *draw.Rich, th *draw.Theme, s *decode.Session) {
	if s.Method != "" {
		r.Heading(th, "request →")
		r.Add(2, th.Plain.Of(show.Inert(fmt.Sprintf("%s %s HTTP/%s", s.Method, s.Path, s.HTTPVersion))))
		headersDoc(r, th, s.RequestHeaders)
	}
	if s.Status > 0 {
		r.Heading(th, "response ←")
		r.Add(2, th.Plain.Of(fmt.Sprintf("status %d", s.Status)))
		headersDoc(r, th, s.ResponseHeaders)
	}
}

func headersDoc(r *draw.Rich, th *draw.Theme, hs []http1.Header) {
	for _, h := range hs {
		r.Add(4, th.Key.Of(show.Inert(h.Name)+": "), th.Plain.Of(show.Inert(h.Value)))
	}
}

func findingsDoc(r *draw.Rich, th *draw.Theme, s *decode.Session, fs []ws.Finding) {
	if len(fs) == 0 {
		return
	}
	head := show.CountGrouped(int64(max(len(fs), s.Findings)), "finding")
	if len(fs) < s.Findings {
		head += ", of which " + show.Thousands(int64(len(fs))) + " are kept"
	}
	r.Heading(th, head)
	for i := range fs {
		if i == maxFindings {
			r.Add(0, th.Dim.Of(fmt.Sprintf("... %s more: wspeek check lists all", show.Thousands(int64(len(fs)-i)))))
			return
		}
		f := &fs[i]
		where := "handshake"
		if f.Message > 0 {
			where = "message " + strconv.Itoa(f.Message)
		}
		r.Add(2, th.Bad.Of("! "+f.Rule.ID+" "), th.Dim.Of(where+", packet "+strconv.Itoa(f.At.Packet)+" "),
			th.Plain.Of(show.Inert(f.Detail)))
		ruleDoc(r, th, f.Rule)
	}
}

// ruleDoc is what a rule says, and where.
func ruleDoc(r *draw.Rich, th *draw.Theme, rule *rule.Rule) {
	at := ""
	if rule.RFC != "" {
		at = " (" + rule.RFC + " section " + rule.Section + ", " + rule.Level.String() + ")"
	}
	r.Add(4, th.Plain.Of("    "), th.Dim.Of(rule.Text+at))
}
