package explain

import (
	"fmt"
	"strconv"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// ladder adds the closing handshake where a Close frame is explained.
func (t *Exchange) ladder(d *Document, op ws.Opcode) {
	if op == ws.OpClose && t.Session != nil {
		t.closing(d)
	}
}

// closing draws how the session was closed (RFC 6455 section 7.1).
func (t *Exchange) closing(d *Document) {
	s := t.Session
	l := &Ladder{}
	var first capture.Time
	for i := range t.Closes {
		m := &t.Closes[i]
		if i == 0 {
			first = m.Last.Time
		}
		l.Steps = append(l.Steps, Step{Dir: m.Dir.String(), Time: since(first, m.Last.Time), Text: closeLabel(m)})
	}
	if s.HasEnded {
		l.Steps = append(l.Steps, endStep(s, first, len(t.Closes) > 0))
	}
	if len(l.Steps) == 0 {
		return
	}
	d.add(Part{Name: "closing", Title: "The closing handshake (RFC 6455 section 7.1.2)", Text: []string{t.closingWords()}, Data: l})
}

// since is the time between two packets.
func since(first, t capture.Time) string {
	d := float64(t - first)
	if d > -1e9 && d < 1e9 {
		return fmt.Sprintf("%+.3f ms", d/1e6)
	}
	return fmt.Sprintf("%+.3f s", d/1e9)
}

func closeLabel(m *ws.Message) string {
	if m.CloseCode < 0 {
		return "Close without a code"
	}
	s := "Close " + strconv.Itoa(m.CloseCode) + " " + ws.CloseName(m.CloseCode)
	if r := m.Reason(); len(r) > 0 {
		s += " " + Preview(r, 40)
	}
	return s
}

// endWords are what the end of TCP is called.
var endWords = map[decode.End]string{
	decode.EndClose: "TCP ends", decode.EndFIN: "TCP: FIN", decode.EndRST: "TCP: RST", decode.EndTimeout: "TCP: nothing more for a long time",
	decode.EndReplaced: "TCP: a new connection on the same ports", decode.EndEvicted: "dropped: too many connections", decode.EndCapture: "the capture ends",
}

func endStep(s *decode.Session, first capture.Time, timed bool) Step {
	x := Step{Text: endWords[s.End]}
	if s.HasEndBy && s.End != decode.EndCapture {
		x.Dir = s.EndBy.String()
	}
	if timed {
		x.Time = since(first, s.Ended)
	}
	return x
}

// closingWords say in one sentence what happened.
func (t *Exchange) closingWords() string {
	var by [2]bool
	for _, m := range t.Closes {
		by[m.Dir] = true
	}
	switch {
	case by[0] && by[1]:
		return "Both sides sent a Close frame: the session was closed cleanly. The server then ends TCP."
	case by[0]:
		return "The client sent a Close frame, and no answer was seen: the closing handshake was not completed."
	case by[1]:
		return "The server sent a Close frame, and no answer was seen: the closing handshake was not completed."
	}
	return "No side sent a Close frame: the application sees 1006."
}

// closeAdvice says more about a close code than its row: who sends it, and what it points to.
var closeAdvice = map[int]string{
	1000: "The peer answers with a Close frame of its own, usually with the same code, and the server then ends TCP.",
	1001: "A reload or a closed tab looks like this, and so does a deployment: many sessions then end at the same moment.",
	1002: "One endpoint took the other's bytes for a breach of the protocol. `wspeek check` names the rule if it is visible on the wire.",
	1003: "For example binary data to an endpoint that only reads text.",
	1004: "A sender of this code is mistaken, or means something private; 4000 to 4999 is there for that.",
	1005: "It is what an application sees when the Close frame had no body. On the wire it breaks a rule.",
	1006: "It is what an application sees when TCP ended, or never started, without a Close frame: look for RST or FIN and for who sent it, for a proxy's idle timeout " +
		"(silence of 30, 60 or 100 seconds before the end), for a crash, for lost radio. A browser also reports it when the opening handshake failed.",
	1007: "Mostly text that is not UTF-8, or compressed data that does not inflate.",
	1008: "A general code where no other fits; many servers close with it when a token is missing or has run out.",
	1009: "The limit is the receiver's own; it may be in its configuration, or in that of a proxy.",
	1010: "Only a client sends it. The reason should list the extensions that it wanted. A server refuses during the handshake instead.",
	1011: "The server's log says more.",
	1012: "Clients that come back at once all together may stop the server again: wait a random time of 5 to 30 seconds.",
	1013: "Clients should come back only after some time, or go to another server.",
	1014: "It is to WebSocket what 502 is to HTTP.",
	1015: "It is what an application sees when TLS failed, for example over a certificate; no frame was ever exchanged.",
}

// closeWords are the sentences about a close code.
func closeWords(code int) []string {
	c := ws.FindCloseCode(code)
	if c == nil {
		return []string{strconv.Itoa(code) + ": " + ws.CloseName(code) + ".", rangeWords(code)}
	}
	list := []string{strconv.Itoa(code) + " " + c.Name + ": " + c.Text, closeAdvice[code]}
	if !c.Sent {
		list = append(list, "It must not be in a Close frame.")
	}
	return list
}

func rangeWords(code int) string {
	switch {
	case code < 1000:
		return "Codes below 1000 are not used."
	case code < 3000:
		return "1000 to 2999 are for the protocol and its extensions; this one has no meaning yet."
	case code < 4000:
		return "3000 to 3999 are for libraries, frameworks and applications, and registered with IANA; see the documentation of what runs here."
	case code < 5000:
		return "4000 to 4999 are for private use: the application alone knows what it means."
	}
	return "Codes from 5000 on are outside all ranges."
}

// CloseCode explains a close code; nil for what is none (below 0, over 65535).
func CloseCode(code int) *Document {
	if ws.CloseName(code) == "" {
		return nil
	}
	d := &Document{Subject: "close code", Title: "Close code " + strconv.Itoa(code) + ": " + ws.CloseName(code)}
	d.words("meaning", "", closeWords(code)[min(1, len(closeWords(code))-1):]...)
	if c := ws.FindCloseCode(code); c != nil {
		d.Parts[0].Text = append([]string{c.Text}, d.Parts[0].Text...)
	}
	d.Parts[0].Text = append(d.Parts[0].Text, closeSource(code))
	onWire := code < 1<<16 && ws.CloseRule(code) == nil
	switch {
	case onWire:
		d.exampleClose(code)
	default:
		r := ws.CloseRule(code)
		d.words("rule", "In a Close frame it breaks a rule", r.ID+" ("+r.Level.String()+"): "+r.Text+" ("+r.RFC+" section "+r.Section+")")
	}
	d.add(Part{Name: "closing", Title: "How a session is closed (RFC 6455 section 7.1)", Data: closeLadder(code)})
	return d
}

func closeSource(code int) string {
	if c := ws.FindCloseCode(code); c != nil {
		if c.Source == "IANA" {
			return "Defined in IANA's registry of close codes."
		}
		return "Defined in RFC 6455 section " + c.Source + "."
	}
	return "Ranges: RFC 6455 section 7.4.2."
}

// exampleClose shows the frame that a server sends with the code.
func (d *Document) exampleClose(code int) {
	f := &ws.Frame{N: 1, Message: 1, Dir: ws.S2C, Fin: true, Opcode: ws.OpClose, HeaderLen: 2, Len: 2, Seen: 2}
	p := []byte{byte(code >> 8), byte(code)}
	t := &Exchange{Frames: []ws.Frame{*f}, Message: &ws.Message{Payload: p, WireLen: 2, CloseCode: code}}
	d.add(Part{Name: "example", Title: "As a server sends it", Data: &Bits{Bytes: append(HeaderBytes(f), p...),
		Fields: append(Context{Known: true}.Header(f), t.body(0)...)}})
}

// closeLadder is how a close with the code goes.
func closeLadder(code int) *Ladder {
	switch code {
	case 1006:
		return &Ladder{[]Step{{Dir: "c2s", Text: "data"}, {Dir: "s2c", Text: "data"}, {Text: "(no Close frame)"},
			{Dir: "s2c", Text: "TCP: RST or FIN, or nothing any more"}, {Text: "the client's application sees 1006"}}}
	case 1015:
		return &Ladder{[]Step{{Dir: "c2s", Text: "TLS: ClientHello"}, {Dir: "s2c", Text: "TLS: fails"}, {Text: "the client's application sees 1015 or 1006"}}}
	case 1005:
		return &Ladder{[]Step{{Dir: "s2c", Text: "Close without a code"}, {Dir: "c2s", Text: "Close without a code"},
			{Dir: "s2c", Text: "TCP: FIN"}, {Text: "both applications see 1005"}}}
	}
	text := "Close " + strconv.Itoa(code)
	return &Ladder{[]Step{{Dir: "c2s", Text: text}, {Dir: "s2c", Text: text}, {Dir: "s2c", Text: "TCP: FIN (the server ends TCP first)"},
		{Dir: "c2s", Text: "TCP: FIN"}}}
}
