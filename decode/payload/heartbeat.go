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

// Beats reports whether a message whose packets are apps only keeps the connection alive: that is what its protocol's Decoder says.
func Beats(apps []App) bool {
	for i := range apps {
		if !apps[i].Heartbeat {
			return false
		}
	}
	return len(apps) > 0
}

// Heartbeat reports whether a data message of no known protocol only keeps the connection alive, as many unnamed protocols do. p is
// all of its payload.
func Heartbeat(k Kind, p []byte) bool {
	if len(p) == 0 || len(p) > MaxHeartbeat || k != Text {
		return false
	}
	for _, w := range beatWords {
		if len(p) == len(w) && equalFold(p, w) {
			return true
		}
	}
	return beatObject(p)
}

// beatWords are messages that are heartbeats, whatever the case of their letters; beatMembers are what makes an object one.
var (
	beatWords   = [...]string{"ping", "pong", "heartbeat", "keepalive", `"ping"`, `"pong"`, `"heartbeat"`}
	beatMembers = map[string][]string{
		"type":   {"ping", "pong", "heartbeat", "keepalive", "keep-alive"},
		"event":  {"ping", "pong", "heartbeat"},
		"op":     {"ping", "pong"},
		"action": {"ping", "pong", "heartbeat"},
	}
)

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
	p = bytes.TrimSpace(p)
	if len(p) == 0 || p[0] != '{' || bytes.Count(p, []byte("{"))+bytes.Count(p, []byte("[")) > maxNested {
		return false
	}
	beat := false
	for i := jsontext.Space(p, 1); i >= 0; {
		name, at := jsontext.Member(p, i)
		end := jsontext.Value(p, at)
		if end < 0 {
			return false
		}
		beat = beat || p[at] == '"' && slices.Contains(beatMembers[string(jsontext.Inner(name))], string(jsontext.Inner(p[at:end])))
		i = jsontext.Next(p, end)
	}
	return beat
}
