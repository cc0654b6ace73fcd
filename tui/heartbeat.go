package tui

import (
	"bytes"
	"regexp"

	"github.com/wspeek/wspeek/decode/ws"
)

// maxHeartbeat is how long a heartbeat of an application is at most, in bytes.
const maxHeartbeat = 160

// heartbeatForms are the heartbeats of known applications and libraries.
var heartbeatForms = []struct {
	name string
	form *regexp.Regexp
}{
	{"Engine.IO", regexp.MustCompile(`^[23](probe)?$`)},
	{"a bare word", regexp.MustCompile(`(?i)^"?(ping|pong|heartbeat|keepalive)"?$`)},
	{"graphql-ws, Action Cable, and many", regexp.MustCompile(`^\s*\{\s*"(type|event|op|action|method|cmd)"\s*:\s*"(ping|pong|ka|heartbeat|keepalive|pusher:ping|pusher:pong)"[^{]*(\{\s*\}\s*)?\}\s*$`)},
	{"Phoenix", regexp.MustCompile(`^\[[^\[\]{}]*"phoenix","(heartbeat|phx_reply)",`)},
	{"SignalR", regexp.MustCompile("^\\{\"type\":6\\}\x1e?$")},
	{"SockJS", regexp.MustCompile(`^h$`)},
	{"Discord", regexp.MustCompile(`^\{[^{}]*"op":(1|11)\b[^{}]*\}$`)},
	{"STOMP", regexp.MustCompile(`^\r?\n$`)},
}

// heartbeat says whether m only keeps the connection alive: a ping, a pong, or what an application uses instead.
func heartbeat(m *ws.Message, payload func() []byte) bool {
	switch {
	case m.Opcode == ws.OpPing || m.Opcode == ws.OpPong:
		return true
	case m.Opcode != ws.OpText && m.Opcode != ws.OpBinary || m.Len < 1 || m.Len > maxHeartbeat || m.State == ws.Undecodable:
		return false
	}
	p := payload()
	if m.Opcode == ws.OpBinary { // MQTT's PINGREQ and PINGRESP
		return len(p) == 2 && (p[0] == 0xc0 || p[0] == 0xd0) && p[1] == 0
	}
	if !mayBeat(p) {
		return false
	}
	for _, f := range heartbeatForms {
		if f.form.Match(p) {
			return true
		}
	}
	return false
}

// beatWords are what every longer heartbeat holds one of: a quick look before the expressions.
var beatWords = [][]byte{
	[]byte("ping"), []byte("pong"), []byte(`"ka"`), []byte("heartbeat"), []byte("eepalive"), []byte(`"type":6`), []byte(`"op":1`),
}

func mayBeat(p []byte) bool {
	if len(p) < 10 {
		return true
	}
	for _, w := range beatWords {
		if bytes.Contains(p, w) {
			return true
		}
	}
	return false
}
