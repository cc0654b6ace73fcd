package payload

import (
	"bytes"
	"slices"

	"github.com/wspeek/wspeek/decode/jsontext"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	// maxHeartbeat is how long the heartbeat of an application is at most, in bytes.
	maxHeartbeat = 200
	// maxNested is how many objects and arrays a heartbeat has at most, itself counted.
	maxNested = 3
)

// Heartbeat reports whether a message only keeps the connection alive: a ping or pong (RFC 6455 section 5.5), or what a known
// application protocol sends for that. p is the whole payload (ws.Message.Payload); it is needed only if NeedsPayload says so.
func Heartbeat(m *ws.Message, p []byte) bool {
	if m.Opcode == ws.OpPing || m.Opcode == ws.OpPong {
		return true
	}
	if !NeedsPayload(m) || int64(len(p)) != m.Len {
		return false
	}
	if isBeat(m.Opcode, p) {
		return true
	}
	return m.Opcode == ws.OpText && (beatObject(p) || beatArray(p))
}

// NeedsPayload reports whether Heartbeat has to see the payload of m to answer.
func NeedsPayload(m *ws.Message) bool {
	return (m.Opcode == ws.OpText || m.Opcode == ws.OpBinary) && m.Len > 0 && m.Len <= maxHeartbeat &&
		m.State != ws.Partial && m.State != ws.Undecodable
}

func isBeat(op ws.Opcode, p []byte) bool {
	for i := range Protocols {
		for _, b := range Protocols[i].Beats {
			if b.Opcode == op && len(p) == len(b.Text) && equalFold(p, b.Text) {
				return true
			}
		}
	}
	return false
}

// equalFold reports whether p is s, which is as long, but for the case of ASCII letters.
func equalFold(p []byte, s string) bool {
	for i, c := range p {
		if lower(c) != lower(s[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// beatObject recognises {"type":"ping"} and the like.
func beatObject(p []byte) bool {
	p = bytes.TrimSuffix(bytes.TrimSpace(p), []byte{RecordEnd})
	if len(p) == 0 || p[0] != '{' || bytes.Count(p, []byte("{"))+bytes.Count(p, []byte("[")) > maxNested {
		return false
	}
	byText, byNumber, plain := false, false, true
	for i := jsontext.Space(p, 1); i >= 0; {
		name, at := jsontext.Member(p, i)
		end := jsontext.Value(p, at)
		if end < 0 {
			return false
		}
		text, number := beatMember(jsontext.Inner(name), p[at:end])
		byText, byNumber = byText || text, byNumber || number
		plain = plain && p[at] != '"' && p[at] != '{' && p[at] != '['
		i = jsontext.Next(p, end)
	}
	return byText || byNumber && plain
}

// beatMember reports whether a member makes an object a heartbeat, by its text or by its number.
func beatMember(name, v []byte) (text, number bool) {
	for i := range Protocols {
		for j := range Protocols[i].Members {
			switch k := &Protocols[i].Members[j]; {
			case string(name) != k.Key:
			case v[0] == '"':
				text = text || slices.Contains(k.Texts, string(jsontext.Inner(v)))
			default:
				number = number || slices.Contains(k.Numbers, string(v))
			}
		}
	}
	return text, number
}

// beatArray recognises [null,"7","phoenix","heartbeat",{}] and the reply to it.
func beatArray(p []byte) bool {
	if p[0] != '[' {
		return false
	}
	for i := range Protocols {
		for _, e := range Protocols[i].Events {
			if bytes.Contains(p, []byte(e)) {
				return true
			}
		}
	}
	return false
}
