package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// maxFindings is how many findings of a session are written out.
const maxFindings = 200

// sessionDoc is all about a session: what it is, how far it may be believed, both sides of the handshake, its findings.
func sessionDoc(th *theme, w int, s *decode.Session, first int, findings []ws.Finding) *rich {
	r := newRich(w)
	r.add(2, seg{th.bold, fmt.Sprintf("session %d  ", s.N)}, seg{th.plain, show.Inert(export.Address(s))})
	r.pair(th, "client", s.Client.String())
	r.pair(th, "server", s.Server.String())
	r.pair(th, "state", stateWords(s))
	r.pair(th, "ended", endWords(s))
	if s.Tunnel != nil {
		r.pair(th, "through", s.Tunnel.Type+" to "+s.Tunnel.Target)
	}
	r.pair(th, "subprotocol", s.Subprotocol)
	r.pair(th, "extensions", s.Extensions)
	r.pair(th, "old draft", s.Draft)
	r.pair(th, "duration", duration(s))
	for d, name := range []string{"→ sent", "← received"} {
		r.pair(th, name, fmt.Sprintf("%s, %s (%s on the wire)", show.CountGrouped(s.Messages[d], "message"), show.CountGrouped(s.Bytes[d], "byte"), show.Thousands(s.WireBytes[d])))
	}
	packets := fmt.Sprintf("%d to %d, stream %d", s.First, s.Last, s.Stream)
	if s.HasEnded { // until then they are not told
		packets += ", " + show.CountGrouped(int64(s.Retransmissions), "retransmission")
	}
	r.pair(th, "packets", packets)
	switch {
	case first > 1 && int64(first) > s.Messages[0]+s.Messages[1]:
		r.pair(th, "kept", "none of its messages any more")
	case first > 1:
		r.pair(th, "kept", "from message "+show.Thousands(int64(first))+" on")
	}
	r.pair(th, "believed", belief(s))
	handshakeDoc(r, th, s)
	findingsDoc(r, th, s, findings)
	return r
}

func stateWords(s *decode.Session) string {
	if s.Status == 0 {
		return s.State.String()
	}
	return s.State.String() + ", answered with " + strconv.Itoa(s.Status)
}

// endWords says who ended the session, and how.
func endWords(s *decode.Session) string {
	switch {
	case s.State == decode.Refused:
		return "never opened"
	case s.Close != nil && s.Close.Code < 0:
		return "closed by the " + side(s.Close.By) + " without a code"
	case s.Close != nil:
		return closeWords(s.Close.Code, s.Close.Reason) + ", by the " + side(s.Close.By)
	case s.End == decode.EndNone:
		return "still open"
	case s.End == decode.EndCapture:
		return "not seen: still open where the capture ends"
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

func duration(s *decode.Session) string {
	if !s.HasOpened || !s.HasEnded {
		return ""
	}
	return seconds(s.Ended - s.Opened)
}

// seconds is a time span for people.
func seconds(d capture.Time) string {
	switch t := time.Duration(d); {
	case t >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(t.Hours()), int(t.Minutes())%60)
	case t >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(t.Minutes()), int(t.Seconds())%60)
	case t >= time.Second:
		return fmt.Sprintf("%.1fs", t.Seconds())
	}
	return fmt.Sprintf("%.1fms", float64(d)/1e6)
}

// belief says how far a session may be believed.
func belief(s *decode.Session) string {
	var out []string
	if s.Confidence > 0 {
		out = append(out, fmt.Sprintf("guessed (%.2f): recognised without its whole handshake", s.Confidence))
	}
	if s.Missing > 0 {
		out = append(out, show.CountGrouped(s.Missing, "byte")+" never captured")
	}
	if len(out) == 0 && s.HandshakeSeen {
		return "whole: handshake seen, no bytes missing"
	}
	return strings.Join(out, "; ")
}

func handshakeDoc(r *rich, th *theme, s *decode.Session) {
	if s.Method != "" {
		r.heading(th, "request →")
		r.add(2, seg{th.plain, show.Inert(fmt.Sprintf("%s %s HTTP/%s", s.Method, s.Path, s.HTTPVersion))})
		headersDoc(r, th, s.RequestHeaders)
	}
	if s.Status > 0 {
		r.heading(th, "response ←")
		r.add(2, seg{th.plain, fmt.Sprintf("status %d", s.Status)})
		headersDoc(r, th, s.ResponseHeaders)
	}
}

func headersDoc(r *rich, th *theme, hs []http1.Header) {
	for _, h := range hs {
		r.add(4, seg{th.key, show.Inert(h.Name) + ": "}, seg{th.plain, show.Inert(h.Value)})
	}
}

func findingsDoc(r *rich, th *theme, s *decode.Session, fs []ws.Finding) {
	if len(fs) == 0 {
		return
	}
	head := show.CountGrouped(int64(max(len(fs), s.Findings)), "finding")
	if len(fs) < s.Findings {
		head += ", of which " + show.Thousands(int64(len(fs))) + " are kept"
	}
	r.heading(th, head)
	for i := range fs {
		if i == maxFindings {
			r.add(0, seg{th.dim, fmt.Sprintf("... %s more: wspeek check lists all", show.Thousands(int64(len(fs)-i)))})
			return
		}
		f := &fs[i]
		where := "handshake"
		if f.Message > 0 {
			where = "message " + strconv.Itoa(f.Message)
		}
		r.add(2, seg{th.bad, "! " + f.Rule.ID + " "}, seg{th.dim, where + ", packet " + strconv.Itoa(f.At.Packet) + " "},
			seg{th.plain, show.Inert(f.Detail)})
		ruleDoc(r, th, f.Rule)
	}
}

// ruleDoc is what a rule says, and where.
func ruleDoc(r *rich, th *theme, rule *rule.Rule) {
	at := ""
	if rule.RFC != "" {
		at = " (" + rule.RFC + " section " + rule.Section + ", " + rule.Level.String() + ")"
	}
	r.add(4, seg{th.plain, "    "}, seg{th.dim, rule.Text + at})
}
