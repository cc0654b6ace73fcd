package payload

import (
	"bytes"
	"strconv"
	"strings"
)

const sipName = "sip"

var sipRow = Protocol{
	Name: "SIP", ID: sipName, Spec: "RFC 7118, RFC 3261",
	Decodes: "requests and responses, Call-ID, CSeq, bodies; responses with their requests",
	Tokens:  []string{"sip"}, Evidence: "the first line of the first message ends or starts with SIP/2.0",
	Beats:     texts("\r\n\r\n", "\r\n"),
	Recognise: recogniseSIP,
	Begin:     func(*Opening) Decoder { return sipDecoder{} },
}

func recogniseSIP(o *Opening, first []Message) Certainty {
	if o.Token == "sip" {
		return Yes
	}
	if len(first) == 0 {
		return Maybe
	}
	if l, _, ok := bytes.Cut(first[0].Payload, []byte("\r\n")); ok && (bytes.HasSuffix(l, []byte(" SIP/2.0")) || bytes.HasPrefix(l, []byte("SIP/2.0 "))) {
		return Yes
	}
	return No
}

// sipDecoder needs no state: each message is one of SIP (RFC 7118 section 5).
type sipDecoder struct{}

// Lost implements Decoder.
func (sipDecoder) Lost(bool) {}

// sipShort are the short forms of header names (RFC 3261 section 7.3.3).
var sipShort = map[string]string{"i": "call-id", "f": "from", "t": "to", "m": "contact", "v": "via", "l": "content-length", "c": "content-type"}

// Decode implements Decoder.
func (sipDecoder) Decode(m *Message, out []App) []App {
	p := m.Payload
	if len(p) <= 4 && len(p) > 0 && len(bytes.Trim(p, "\r\n")) == 0 { // RFC 7118 section 6, RFC 5626 section 3.5.1
		return append(out, App{Protocol: sipName, Version: "2.0", Event: "keepalive", Heartbeat: true, Summary: "keep-alive"})
	}
	head, text, whole := bytes.Cut(p, []byte("\r\n\r\n"))
	first, rest, _ := strings.Cut(string(head), "\r\n")
	words := strings.SplitN(first, " ", 3)
	if len(words) != 3 || !whole && !m.Cut {
		return out
	}
	headers := map[string]any{}
	for _, l := range strings.Split(rest, "\r\n") {
		name, v, ok := strings.Cut(l, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		if long := sipShort[name]; long != "" {
			name = long
		}
		if _, twice := headers[name]; ok && !twice {
			headers[name] = strings.TrimSpace(v)
		}
	}
	get := func(name string) string { s, _ := headers[name].(string); return s }
	count, method, _ := strings.Cut(get("cseq"), " ")
	method = strings.TrimSpace(method)
	a := App{Protocol: sipName, Version: "2.0", ID: get("call-id"), Name: method, Also: map[string]any{"cseq": get("cseq")}}
	for _, h := range []string{"from", "to"} {
		a.Also[h] = get(h)
	}
	if len(text) > 0 {
		a.Args = content(text)
	}
	key := a.ID + " " + count + " " + method
	switch {
	case words[0] == "SIP/2.0":
		status, err := strconv.Atoi(words[1])
		if err != nil || status < 100 || status > 699 {
			return out
		}
		a.Event, a.Also["status"], a.Error = "response", int64(status), status >= 400
		if a.answers(m, Reply, key); status < 200 {
			a.Role = Item
		}
		a.Summary = line(words[1], words[2], method, number(a.ID))
	case words[2] != "SIP/2.0":
		return out
	default:
		a.Event, a.Name = words[0], words[0]
		if a.Event != "ACK" { // it has no response
			a.begins(m, key)
		}
		a.Summary = line(words[0], words[1], number(a.ID))
	}
	return append(out, a)
}
