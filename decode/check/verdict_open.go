package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// statusHint says what a status code of a refusal usually means.
var statusHints = []struct {
	from, to int
	text     string
}{
	{200, 299, "probably nothing speaks WebSocket at this path, or a proxy took the Upgrade header field out"},
	{300, 399, "browsers do not follow a redirect of an opening handshake"},
	{400, 400, "the server, or a proxy before it, did not take it for an opening handshake"},
	{401, 401, "it wants credentials"},
	{403, 403, "the server does not allow it: probably because of its Origin, cookies or credentials"},
	{404, 404, "nothing is at this path"},
	{407, 407, "a proxy wants credentials"},
	{426, 426, "the server wants another version or protocol"},
	{429, 429, "too many requests"},
	{502, 504, "a gateway could not reach its server"},
}

// hintHeaders are header fields of a refusal that say more, by status.
var hintHeaders = []struct {
	status int
	name   string
}{
	{301, "Location"}, {302, "Location"}, {303, "Location"}, {307, "Location"}, {308, "Location"},
	{401, "WWW-Authenticate"}, {400, "Sec-WebSocket-Version"}, {426, "Sec-WebSocket-Version"}, {426, "Upgrade"},
	{429, "Retry-After"}, {503, "Retry-After"},
}

// refused is a handshake that was answered with another status than 101.
func refused(s *decode.Session, v *Verdict) {
	v.Cause, v.Certainty = "refused", Seen
	v.by(ws.S2C)
	v.prove(s.First, s.Answered)
	v.Fact = fmt.Sprintf("the server refused the opening handshake for %s with %s (packet %d)", orUnknown(s.Path),
		strings.TrimRight(fmt.Sprintf("%d %s", s.Status, s.Reason), " "), s.Answered)
	var parts []string
	for _, h := range statusHints {
		if s.Status >= h.from && s.Status <= h.to {
			parts = append(parts, h.text)
		}
	}
	for _, h := range hintHeaders {
		if value, ok := header(s, h.name); ok && h.status == s.Status {
			parts = append(parts, h.name+": "+value)
		}
	}
	if v.Likely = strings.Join(parts, "; "); !hasHeader(s.RequestHeaders, "Upgrade") && len(s.RequestHeaders) > 0 {
		v.Likely = "the request has Sec-WebSocket-Key but no Upgrade: probably a proxy took it out on the way"
	}
}

// sentAfterRefusal adds that the client went on as if the handshake had succeeded.
func (w *SessionCheck) sentAfterRefusal(v *Verdict) {
	for _, b := range w.broken[ws.C2S] {
		if b.rule == rule.SentAfterRefusal {
			v.Fact += fmt.Sprintf("; the client sent a frame anyway (packet %d)", b.at.Packet)
			v.prove(b.at.Packet)
		}
	}
}

func hasHeader(hs []http1.Header, name string) bool {
	return slices.ContainsFunc(hs, func(h http1.Header) bool { return strings.EqualFold(h.Name, name) })
}

func orUnknown(path string) string {
	if path == "" {
		return "a path that was not captured"
	}
	return path
}

func header(s *decode.Session, name string) (string, bool) {
	for _, h := range s.ResponseHeaders {
		if strings.EqualFold(h.Name, name) {
			return h.Value, true
		}
	}
	return "", false
}

// noAnswer is an opening handshake whose answer was not captured.
func (w *SessionCheck) noAnswer(s *decode.Session, v *Verdict) {
	v.Cause, v.Certainty = "no-answer", Seen
	v.prove(s.First)
	v.Fact = fmt.Sprintf("the opening handshake for %s was never answered", orUnknown(s.Path))
	if v.Doubt != "" {
		v.Certainty = Unknown
		v.Fact = fmt.Sprintf("no answer to the opening handshake for %s was captured", orUnknown(s.Path))
	}
	waited := ""
	if s.HasStarted {
		waited = show.Duration(max(w.end(s)-s.Started, 0)) + " after it was sent"
	}
	if at, how := ending(s); at.Packet > 0 {
		v.by(s.EndBy)
		v.prove(at.Packet)
		v.Fact += fmt.Sprintf(": %s of the %s ended the connection %s (packet %d)", how, side(s.EndBy), waited, at.Packet)
		return
	}
	v.Certainty = Unknown
	if v.Doubt == "" {
		v.Fact += " as far as was captured; the capture of the connection ends " + waited
	}
}
