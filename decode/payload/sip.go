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
	headers := sipHeaders(rest)
	a := App{
		Protocol: sipName, Version: "2.0", ID: headers["call-id"],
		Also: map[string]any{"cseq": headers["cseq"], "from": headers["from"], "to": headers["to"]},
	}
	if len(text) > 0 {
		a.Args = content(text)
	}
	if !sipTell(&a, words, headers["cseq"], m) {
		return out
	}
	return append(out, a)
}

// sipHeaders are the headers, the first of each name.
func sipHeaders(text string) map[string]string {
	headers := map[string]string{}
	for l := range strings.SplitSeq(text, "\r\n") {
		name, v, ok := strings.Cut(l, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		if long := sipShort[name]; long != "" {
			name = long
		}
		if _, twice := headers[name]; ok && !twice {
			headers[name] = strings.TrimSpace(v)
		}
	}
	return headers
}

// sipTell reads the first line, and reports whether it is one.
func sipTell(a *App, words []string, cseq string, m *Message) bool {
	count, method, _ := strings.Cut(cseq, " ")
	a.Name = strings.TrimSpace(method)
	key := a.ID + " " + count + " " + a.Name
	switch {
	case words[0] == "SIP/2.0":
		status, err := strconv.Atoi(words[1])
		if err != nil || status < 100 || status > 699 {
			return false
		}
		a.Event, a.Also["status"], a.Error = "response", int64(status), status >= 400
		if a.answers(m, Reply, key); status < 200 {
			a.Role = Item
		}
		a.Summary = line(words[1], words[2], a.Name, number(a.ID))
	case words[2] != "SIP/2.0" || words[0] == "":
		return false
	default:
		a.Event, a.Name = words[0], words[0]
		if a.Event != "ACK" { // it has no response
			a.begins(m, key)
		}
		a.Summary = line(words[0], words[1], number(a.ID))
	}
	return true
}
