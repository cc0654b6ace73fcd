package payload

import (
	"bytes"
	"slices"

	"github.com/wspeek/wspeek/decode/jsontext"
)

const (
	// MaxHeartbeat is how long the heartbeat of an application is at most, in bytes.
	MaxHeartbeat = 200
	// maxNested is how many objects and arrays a heartbeat has at most, itself counted.
	maxNested = 3
)

// Heartbeat reports whether a data message only keeps the connection alive, as known application protocols do. p is all of its
// payload.
func Heartbeat(k Kind, p []byte) bool {
	if len(p) == 0 || len(p) > MaxHeartbeat {
		return false
	}
	return isBeat(k, p) || k == Text && (beatObject(p) || beatArray(p))
}

func isBeat(k Kind, p []byte) bool {
	for i := range Protocols {
		for _, b := range Protocols[i].Beats {
			if b.Kind == k && len(p) == len(b.Text) && equalFold(p, b.Text) {
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
			switch k := Protocols[i].Members[j]; {
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
