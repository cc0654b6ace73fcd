package filter

import (
	"bytes"

	"github.com/wspeek/wspeek/decode/ws"
)

// maxHeartbeat is how long a heartbeat of an application is at most, in bytes.
const maxHeartbeat = 200

// beats are the heartbeats that are always the same bytes.
var beats = []struct {
	op   ws.Opcode
	text string
	who  string
}{
	{ws.OpText, "2", "Engine.IO ping"}, {ws.OpText, "3", "Engine.IO pong"},
	{ws.OpText, "h", "SockJS"}, {ws.OpText, "\n", "STOMP"}, {ws.OpText, "\r\n", "STOMP"}, {ws.OpBinary, "\n", "STOMP"},
	{ws.OpText, "ping", ""}, {ws.OpText, "pong", ""}, {ws.OpText, "heartbeat", ""}, {ws.OpText, "keepalive", ""},
	{ws.OpText, `"ping"`, ""}, {ws.OpText, `"pong"`, ""},
	{ws.OpText, "primus::ping::", "Primus"}, {ws.OpText, "primus::pong::", "Primus"},
	{ws.OpBinary, "\xc0\x00", "MQTT PINGREQ"}, {ws.OpBinary, "\xd0\x00", "MQTT PINGRESP"},
	{ws.OpBinary, "\x02\x91\x06", "SignalR with MessagePack"},
}

// beatKeys are the keys by whose value a JSON object is a heartbeat: a text, or a number in the second list.
var beatKeys = []struct {
	path    string
	texts   []string
	numbers []string
}{
	{"type", []string{"ping", "pong", "ka", "heartbeat", "keepalive", "keep-alive"}, []string{"6"}}, // graphql-ws, Action Cable; SignalR
	{"event", []string{"pusher:ping", "pusher:pong", "heartbeat", "ping", "pong"}, nil},             // Pusher, Phoenix 1
	{"op", []string{"ping", "pong"}, []string{"1", "11"}},                                           // Discord
	{"action", []string{"ping", "pong", "heartbeat"}, nil},
	{"method", []string{"ping", "pong", "heartbeat"}, nil},
}

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
		if beats[i].op == m.Opcode && string(payload) == beats[i].text {
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

// beatObject knows {"type":"ping"} and its like. An object with a reason for being besides is none: more than one that is nested.
func beatObject(p []byte) bool {
	p = bytes.TrimSuffix(bytes.TrimSpace(p), []byte{recordEnd})
	if len(p) == 0 || p[0] != '{' {
		return false
	}
	for i := range beatKeys {
		k := &beatKeys[i]
		w := walk{p: p, test: func(_ *Row, v []byte) bool {
			if v[0] != '"' {
				return contains(k.numbers, v)
			}
			return contains(k.texts, v[1:len(v)-1])
		}}
		w.object(1, k.path, nil)
		if w.yes && beatOnly(p) {
			return true
		}
	}
	return false
}

// beatOnly says that an object carries nothing but times and numbers besides its name: no more than one array or object, and that an empty one
// or small.
func beatOnly(p []byte) bool {
	return bytes.Count(p, []byte("{"))+bytes.Count(p, []byte("[")) <= 2
}

// beatArray knows Phoenix 2: [null,"7","phoenix","heartbeat",{}], and the reply to it.
func beatArray(p []byte) bool {
	return p[0] == '[' && (bytes.Contains(p, []byte(`"phoenix","heartbeat",`)) || bytes.Contains(p, []byte(`"phoenix","phx_reply",`)))
}

func contains(list []string, v []byte) bool {
	for _, s := range list {
		if string(v) == s {
			return true
		}
	}
	return false
}
