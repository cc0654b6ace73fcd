package payload

import (
	"bytes"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// Span is a run of bytes of a payload: [From,To).
type Span struct{ From, To int }

// Secrets are the places in a message where protocols carry credentials that no name tells: the strings that a client of Socket.IO
// connects with, the password of MQTT's CONNECT, the signature of WAMP's AUTHENTICATE, the answers of SASL in XMPP, the
// Authorization of SIP, the token of DDP's login. What has a
// name, such as a token in the payload of a join, is not among them.
func Secrets(k Kind, p []byte) []Span {
	switch {
	case len(p) < 4:
		return nil
	case k == Binary && p[0] == 0x10:
		return mqttSecrets(p)
	case k == Text && p[0] == '4' && p[1] == '0':
		return socketIOSecrets(p)
	case k == Text && p[0] == '[':
		return append(wampSecrets(p), ddpSecrets(p)...)
	case k == Text && (bytes.HasPrefix(p, []byte("<auth")) || bytes.HasPrefix(p, []byte("<response"))):
		return saslSecrets(p)
	case k == Text && bytes.Contains(p, []byte(" SIP/2.0\r\n")):
		return sipSecrets(p)
	case k == Text && p[0] == '{':
		return ddpSecrets(p)
	}
	return nil
}

// sipSecrets finds what a client authorizes itself with (RFC 3261 sections 20.7 and 20.28).
func sipSecrets(p []byte) (out []Span) {
	for at := 0; at < len(p); {
		end := len(p)
		if n := bytes.Index(p[at:], []byte("\r\n")); n >= 0 {
			end = at + n
		}
		if end == at {
			break // the body
		}
		if i := bytes.IndexByte(p[at:end], ':'); i > 0 {
			switch string(bytes.ToLower(bytes.TrimSpace(p[at : at+i]))) {
			case "authorization", "proxy-authorization":
				from := jsontext.Space(p, at+i+1)
				if from >= 0 && from < end {
					out = append(out, Span{from, end})
				}
			}
		}
		at = end + 2
	}
	return out
}

// ddpSecrets finds the token with which Meteor's accounts log in again: {"msg":"method","method":"login","params":[{"resume":"..."}]}, also
// inside the strings of SockJS.
func ddpSecrets(p []byte) (out []Span) {
	if !bytes.Contains(p, []byte("login")) {
		return nil
	}
	for _, key := range [...]string{`"resume":"`, `\"resume\":\"`} {
		from := bytes.Index(p, []byte(key))
		if from < 0 {
			continue
		}
		from += len(key)
		if n := bytes.IndexAny(p[from:], `"\`); n > 0 {
			out = append(out, Span{from, from + n})
		}
	}
	return out
}

// mqttSecrets finds the password in a CONNECT that is whole (MQTT 5.0 section 3.1).
func mqttSecrets(p []byte) []Span {
	i := 1
	for i < 4 && i < len(p) && p[i]&0x80 != 0 {
		i++
	}
	i++
	name := field16(p, i)
	if name.To == 0 || !in([]string{"MQTT", "MQIsdp"}, string(p[name.From:name.To])) || name.To+4 > len(p) {
		return nil
	}
	level, flags := p[name.To], p[name.To+1]
	if i = name.To + 4; level == 5 {
		i = skipProperties(p, i)
	}
	id := field16(p, i)
	i = id.To
	if flags&0x04 != 0 && i > 0 { // a will
		if level == 5 {
			i = skipProperties(p, i)
		}
		if i = field16(p, i).To; i > 0 {
			i = field16(p, i).To
		}
	}
	if flags&0x80 != 0 && i > 0 { // a user name
		i = field16(p, i).To
	}
	if flags&0x40 == 0 || i <= 0 {
		return nil
	}
	if s := field16(p, i); s.To > s.From {
		return []Span{s}
	}
	return nil
}

// field16 is where a field is that has its length in two bytes before it; the zero Span if it is not there.
func field16(p []byte, i int) Span {
	if i <= 0 || i+2 > len(p) {
		return Span{}
	}
	n := int(p[i])<<8 | int(p[i+1])
	if i+2+n > len(p) {
		return Span{}
	}
	return Span{i + 2, i + 2 + n}
}

// skipProperties returns what is after the properties of MQTT 5 at i; 0 if they are not whole.
func skipProperties(p []byte, i int) int {
	n, shift := 0, 0
	for ; i < len(p) && shift < 28; i++ {
		n |= int(p[i]&0x7f) << shift
		if shift += 7; p[i]&0x80 == 0 {
			if i+1+n > len(p) {
				return 0
			}
			return i + 1 + n
		}
	}
	return 0
}

// socketIOSecrets finds the strings in what a client connects with; a server answers with sid, which has a name.
func socketIOSecrets(p []byte) (out []Span) {
	q, ok := parseSocketIO(p[1:])
	if !ok || !isObject(q.data) {
		return nil
	}
	at := len(p) - len(q.data)
	for i := at; i < len(p); i++ {
		if p[i] != '"' {
			continue
		}
		end := jsontext.String(p, i)
		if end < 0 {
			return out
		}
		after := jsontext.Space(p, end)
		if key := after < len(p) && p[after] == ':'; !key && end-i > 2 {
			out = append(out, Span{i + 1, end - 1})
		}
		i = end - 1
	}
	return out
}

// wampSecrets finds the signature in [5,"signature",{}].
func wampSecrets(p []byte) []Span {
	x, ok := array(p)
	if !ok || len(x.Items) != 3 || string(x.At(0)) != "5" || !isString(x.At(1)) || !isObject(x.At(2)) || len(x.At(1)) < 3 {
		return nil
	}
	from := bytes.Index(p, x.At(1))
	return []Span{{from + 1, from + len(x.At(1)) - 1}}
}

// saslSecrets finds the text of <auth> and <response> (RFC 6120 section 6.4).
func saslSecrets(p []byte) []Span {
	from := bytes.IndexByte(p, '>') + 1
	if from <= 0 || !bytes.Contains(p[:from], []byte("urn:ietf:params:xml:ns:xmpp-sasl")) {
		return nil
	}
	if n := bytes.IndexByte(p[from:], '<'); n > 0 {
		return []Span{{from, from + n}}
	}
	return nil
}
