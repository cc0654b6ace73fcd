package explain

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// guid is fixed by RFC 6455 section 1.3.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// Handshake explains the opening handshake of a session: what was asked, what was answered, how the accept value comes about, what
// was agreed on, and which rules were broken.
func (t *Exchange) Handshake() *Document {
	s := t.Session
	d := &Document{Subject: "handshake", Session: s.N, Title: fmt.Sprintf("The opening handshake of session %d: %s", s.N, outcome(s))}
	d.words("place", "", fmt.Sprintf("%s asks %s, TCP stream %d.", s.Client, s.Server, s.Stream))
	if !s.HandshakeSeen {
		d.Parts[0].Text = append(d.Parts[0].Text, "It was not captured as a whole: what is missing below may have been there.")
	}
	d.headers("request", "The request", requestLine(s), s.RequestHeaders, requestNotes)
	d.headers("response", "The response", statusLine(s), s.ResponseHeaders, responseNotes)
	d.accept(s)
	d.agreed(s)
	t.handshakeRules(d)
	d.ladderOfHandshake(s)
	return d
}

func outcome(s *decode.Session) string {
	switch {
	case s.Status == 101:
		return "accepted"
	case s.Status > 0:
		return "refused with " + strconv.Itoa(s.Status)
	case len(s.RequestHeaders) > 0:
		return "not answered"
	}
	return "not captured"
}

func requestLine(s *decode.Session) string {
	if s.Method == "" {
		return "The request was not captured."
	}
	return inert(s.Method + " " + s.Path + " HTTP/" + s.HTTPVersion)
}

func statusLine(s *decode.Session) string {
	switch s.Status {
	case 0:
		return "There is none in the capture."
	case 101:
		return "101 Switching Protocols: from the next byte on both sides send frames."
	}
	return strconv.Itoa(s.Status) + ": the connection stays HTTP."
}

// Notes on the header fields that matter to the handshake.
var (
	requestNotes = map[string]string{
		"host":                     "which server is meant; a server may serve several names (4.1)",
		"upgrade":                  "asks for the protocol websocket (4.1)",
		"connection":               "says that Upgrade is for the next hop, not for the server behind a proxy (4.1)",
		"sec-websocket-key":        "16 random bytes in base64; proves that the answer is to this request (4.1)",
		"sec-websocket-version":    "13 is RFC 6455 (4.1)",
		"sec-websocket-protocol":   "subprotocols that the client speaks, the preferred first (4.1)",
		"sec-websocket-extensions": "extensions that the client offers (9.1)",
		"origin":                   "the page that asks; browsers always send it, so that a server can refuse strangers (10.2)",
	}
	responseNotes = map[string]string{
		"upgrade":                  "the protocol that the server switches to, or in a 426 wants (4.2.2)",
		"connection":               "goes with Upgrade (4.2.2)",
		"sec-websocket-accept":     "proves that the server read the key; see below (4.2.2)",
		"sec-websocket-protocol":   "the one subprotocol that the server chose (4.2.2)",
		"sec-websocket-extensions": "the extensions that hold from now on (9.1)",
		"sec-websocket-version":    "the versions that the server speaks (4.4)",
	}
)

// headers lists the fields that matter with what they are for, and names the others without their values: these may be secrets.
func (d *Document) headers(name, heading, line string, list []http1.Header, notes map[string]string) {
	table := &Table{Columns: []string{"field", "value", "what for"}}
	var others []string
	for _, h := range list {
		if note := notes[strings.ToLower(h.Name)]; note != "" {
			table.Rows = append(table.Rows, []any{inert(h.Name), inert(h.Value), note})
		} else {
			others = append(others, inert(h.Name))
		}
	}
	p := Part{Name: name, Title: heading, Text: []string{line}}
	if len(table.Rows) > 0 {
		p.Data = table
	}
	if len(others) > 0 {
		p.After = []string{"Besides, without their values: " + strings.Join(others, ", ") + "."}
	}
	d.add(p)
}

func header(list []http1.Header, name string) string {
	for _, h := range list {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// accept computes Sec-WebSocket-Accept step by step (RFC 6455 section 4.2.2).
func (d *Document) accept(s *decode.Session) {
	key := strings.TrimSpace(header(s.RequestHeaders, "Sec-WebSocket-Key"))
	got := header(s.ResponseHeaders, "Sec-WebSocket-Accept")
	if key == "" {
		return
	}
	sum := sha1.Sum([]byte(key + guid))
	want := base64.StdEncoding.EncodeToString(sum[:])
	t := &Table{Columns: []string{"step", "what", "result"}, Rows: [][]any{
		{int64(1), "the key as sent", inert(key)},
		{int64(2), "(its bytes, which are not used)", keyBytes(key)},
		{int64(3), "the key and the GUID of the RFC", inert(key) + guid},
		{int64(4), "SHA-1 of these characters", spaced(sum[:])},
		{int64(5), "base64 of the 20 bytes", want},
		{int64(6), "the response says", inert(got)},
	}}
	p := Part{Name: "accept", Title: "From key to accept (RFC 6455 section 4.2.2)", Data: t, Text: []string{
		"The server shows that it understood a WebSocket request, and no cache or other server answered by accident. It is not a secret and authenticates nobody."}}
	switch {
	case got == "" && s.Status != 101:
		t.Rows = t.Rows[:5]
		p.After = []string{"The server did not accept, so it sent none."}
	case got == "":
		t.Rows = t.Rows[:5]
		p.After = []string{"The response has none: a client must fail the connection."}
	case got == want:
		p.After = []string{"They are equal: the handshake is good."}
	default:
		p.After = []string{"They differ: a client must fail the connection."}
	}
	d.add(p)
}

// keyBytes are the 16 bytes of a key, or what is wrong with it.
func keyBytes(key string) string {
	raw, err := base64.StdEncoding.DecodeString(key)
	switch {
	case err != nil:
		return "no base64"
	case len(raw) != 16:
		return fmt.Sprintf("%s, not 16", show.CountGrouped(len(raw), "byte"))
	}
	return spaced(raw)
}

// agreed says what holds for the frames that follow.
func (d *Document) agreed(s *decode.Session) {
	if s.Status != 101 {
		return
	}
	var text []string
	c := ContextOf(s)
	switch {
	case s.Subprotocol != "":
		text = append(text, "Subprotocol: "+inert(s.Subprotocol)+". It says what the messages mean; RFC 6455 does not look into them.")
	case header(s.RequestHeaders, "Sec-WebSocket-Protocol") != "":
		text = append(text, "No subprotocol: the server chose none of those offered.")
	default:
		text = append(text, "No subprotocol was offered.")
	}
	switch {
	case c.Unknown != "":
		text = append(text, "Extension: "+inert(c.Unknown)+", which this program does not know. It may change payloads and give RSV bits a meaning.")
	case c.Deflate == nil:
		text = append(text, "No extension: RSV1, RSV2 and RSV3 must be 0 in every frame.")
	}
	if c.Deflate != nil {
		text = append(text, "permessage-deflate: messages may be compressed; RSV1 says so, message by message.")
	}
	p := Part{Name: "agreed", Title: "What was agreed on", Text: text}
	if c.Deflate != nil {
		p.Data = deflateTable(c.Deflate)
	}
	d.add(p)
}

// deflateTable says what holds in each direction (RFC 7692 section 7.1).
func deflateTable(a *ws.Deflate) *Table {
	t := &Table{Columns: []string{"direction", "window", "between messages"}}
	for _, dir := range []ws.Dir{ws.C2S, ws.S2C} {
		keeps := "the window is kept: a message may refer to those before it"
		if a.NoTakeover[dir] {
			keeps = "the window is emptied: each message is by itself (no_context_takeover)"
		}
		t.Rows = append(t.Rows, []any{sender(dir), show.CountGrouped(1<<a.WindowBits[dir], "byte") + " (" + strconv.Itoa(a.WindowBits[dir]) + " bits)", keeps})
	}
	return t
}

// handshakeRules lists the rules that the handshake breaks.
func (t *Exchange) handshakeRules(d *Document) {
	p := &Pointers{}
	for i := range t.Findings {
		x := &t.Findings[i]
		if strings.HasPrefix(x.Rule.ID, "http.") || x.Rule == rule.DeflateParams {
			p.List = append(p.List, t.pointer(x, -1))
		}
	}
	if len(p.List) > 0 {
		d.add(Part{Name: "findings", Title: "What is wrong with it", Data: p})
	}
}

// ladderOfHandshake draws who sent what.
func (d *Document) ladderOfHandshake(s *decode.Session) {
	if s.Method == "" {
		return
	}
	l := &Ladder{Steps: []Step{{Text: "TCP: SYN, SYN/ACK, ACK"}, {Dir: "c2s", Text: cut(requestLine(s), 40)}}}
	switch s.Status {
	case 0:
		l.Steps = append(l.Steps, Step{Text: "(no answer)"})
	case 101:
		l.Steps = append(l.Steps, Step{Dir: "s2c", Text: "101 Switching Protocols"}, Step{Text: "frames, both ways"})
	default:
		l.Steps = append(l.Steps, Step{Dir: "s2c", Text: strconv.Itoa(s.Status) + ", and HTTP goes on"})
	}
	if s.HasStarted && s.HasOpened && s.Status == 101 {
		l.Steps[1].Time, l.Steps[2].Time = since(s.Started, s.Started), since(s.Started, s.Opened)
	}
	d.add(Part{Name: "ladder", Title: "Who sent what (RFC 6455 section 1.3)", Data: l})
}
