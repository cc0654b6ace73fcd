package filter

import (
	"bytes"

	"github.com/wspeek/wspeek/decode/ws"
)

// maxHeartbeat is how long a heartbeat of an application is at most, in bytes.
const maxHeartbeat = 200

// beats are the heartbeats that are always the same, in any case.
var beats = []struct {
	op   ws.Opcode
	text string
	// who sends it; empty for many.
	who string
}{
	{ws.OpText, "2", "Engine.IO"}, {ws.OpText, "3", "Engine.IO"}, {ws.OpText, "2probe", "Engine.IO"}, {ws.OpText, "3probe", "Engine.IO"},
	{ws.OpText, "h", "SockJS"}, {ws.OpText, "\n", "STOMP"}, {ws.OpText, "\r\n", "STOMP"}, {ws.OpBinary, "\n", "STOMP"},
	{ws.OpText, "ping", ""}, {ws.OpText, "pong", ""}, {ws.OpText, "heartbeat", ""}, {ws.OpText, "keepalive", ""},
	{ws.OpText, `"ping"`, ""}, {ws.OpText, `"pong"`, ""}, {ws.OpText, `"heartbeat"`, ""},
	{ws.OpBinary, "\xc0\x00", "MQTT"}, {ws.OpBinary, "\xd0\x00", "MQTT"},
	{ws.OpBinary, "\x02\x91\x06", "SignalR with MessagePack"},
}

// beatKeys are the members by which a JSON object is a heartbeat: by a text, or by a number in an object of plain
// numbers.
var beatKeys = []struct {
	key     string
	texts   []string
	numbers []string
	// who sends it; empty for many.
	who string
}{
	{"type", []string{"ping", "pong", "heartbeat", "keepalive", "keep-alive"}, nil, "graphql-transport-ws, Action Cable, and others"},
	{"type", []string{"ka"}, nil, "graphql-ws"},
	{"type", nil, []string{"6"}, "SignalR"},
	{"event", []string{"pusher:ping", "pusher:pong"}, nil, "Pusher"},
	{"event", []string{"ping", "pong", "heartbeat"}, nil, ""},
	{"topic", []string{"phoenix"}, nil, "Phoenix 1"},
	{"op", []string{"ping", "pong"}, nil, ""},
	{"op", nil, []string{"1", "11"}, "Discord"},
	{"action", []string{"ping", "pong", "heartbeat"}, nil, ""},
	{"method", []string{"ping", "pong", "heartbeat"}, nil, "JSON-RPC"},
}

// maxBeatNested is how many objects and arrays a heartbeat has at most, itself counted.
const maxBeatNested = 3

// Heartbeat says whether a message only keeps the connection alive: a ping or pong, or what a known application
// protocol sends instead. Payload is its whole payload (ws.Message.Payload); it is looked at only where HeartbeatLooks.
func Heartbeat(m *ws.Message, payload []byte) bool {
	if m.Opcode == ws.OpPing || m.Opcode == ws.OpPong {
		return true
	}
	if !HeartbeatLooks(m) || int64(len(payload)) != m.Len {
		return false
	}
	for i := range beats {
		if beats[i].op == m.Opcode && len(payload) == len(beats[i].text) && foldIs(payload, beats[i].text) {
			return true
		}
	}
	if m.Opcode != ws.OpText {
		return false
	}
	return beatObject(payload) || beatArray(payload)
}

// HeartbeatLooks says whether Heartbeat needs the payload of m to answer.
func HeartbeatLooks(m *ws.Message) bool {
	return (m.Opcode == ws.OpText || m.Opcode == ws.OpBinary) && m.Len > 0 && m.Len <= maxHeartbeat &&
		m.State != ws.Partial && m.State != ws.Undecodable
}

func (r *Row) heartbeat() bool {
	if HeartbeatLooks(r.Message) {
		return Heartbeat(r.Message, r.bytes())
	}
	return Heartbeat(r.Message, nil)
}

// foldIs says whether p is s, of the same length, but for the case of ASCII letters.
func foldIs(p []byte, s string) bool {
	for i, c := range p {
		if lower(c) != lower(s[i]) {
			return false
		}
	}
	return true
}

// beatObject knows {"type":"ping"} and its like.
func beatObject(p []byte) bool {
	p = bytes.TrimSuffix(bytes.TrimSpace(p), []byte{recordEnd})
	if len(p) == 0 || p[0] != '{' || bytes.Count(p, []byte("{"))+bytes.Count(p, []byte("[")) > maxBeatNested {
		return false
	}
	named, numbered, plain := false, false, true
	for i := space(p, 1); i >= 0; {
		name, at := member(p, i)
		end := skip(p, at)
		if at < 0 || end < 0 {
			return false
		}
		text, number := beatMember(name[1:len(name)-1], p[at:end])
		named, numbered = named || text, numbered || number
		plain = plain && p[at] != '"' && p[at] != '{' && p[at] != '['
		i = comma(p, end)
	}
	return named || numbered && plain
}

// beatMember says whether a member is one by which an object is a heartbeat, by text or by number.
func beatMember(name, v []byte) (text, number bool) {
	for i := range beatKeys {
		switch k := &beatKeys[i]; {
		case string(name) != k.key:
		case v[0] == '"':
			text = text || oneOf(k.texts, v[1:len(v)-1])
		default:
			number = number || oneOf(k.numbers, v)
		}
	}
	return text, number
}

// beatArray knows Phoenix 2: [null,"7","phoenix","heartbeat",{}], and the reply to it.
func beatArray(p []byte) bool {
	return p[0] == '[' && (bytes.Contains(p, []byte(`"phoenix","heartbeat",`)) || bytes.Contains(p, []byte(`"phoenix","phx_reply",`)))
}

func oneOf(list []string, v []byte) bool {
	for _, s := range list {
		if string(v) == s {
			return true
		}
	}
	return false
}
