package filter_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/ws"
)

func TestHeartbeat(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		op   ws.Opcode
		text string
		want bool
	}{
		{"ping", ws.OpPing, "anything", true},
		{"pong", ws.OpPong, "", true},
		{"Engine.IO ping", ws.OpText, "2", true},
		{"Engine.IO pong", ws.OpText, "3", true},
		{"Engine.IO probe", ws.OpText, "2probe", true},
		{"Engine.IO message", ws.OpText, `42["chat","hi"]`, false},
		{"Engine.IO open", ws.OpText, "0{}", false},
		{"SockJS", ws.OpText, "h", true},
		{"SockJS message", ws.OpText, `a["h"]`, false},
		{"STOMP", ws.OpText, "\n", true},
		{"graphql-transport-ws", ws.OpText, `{"type":"ping"}`, true},
		{"graphql-transport-ws with payload", ws.OpText, `{"type":"pong","payload":{"a":1}}`, true},
		{"graphql-ws", ws.OpText, `{"type":"ka"}`, true},
		{"graphql data", ws.OpText, `{"type":"next","id":"1","payload":{"data":{"type":"ping"}}}`, false},
		{"Phoenix 1", ws.OpText, `{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"3"}`, true},
		{"Phoenix 1 reply", ws.OpText, `{"topic":"phoenix","ref":"3","payload":{"status":"ok","response":{}},"event":"phx_reply"}`, true},
		{"Phoenix 2", ws.OpText, `[null,"7","phoenix","heartbeat",{}]`, true},
		{"Phoenix 2 message", ws.OpText, `["1","7","room:1","shout",{"body":"heartbeat"}]`, false},
		{"SignalR", ws.OpText, "{\"type\":6}\x1e", true},
		{"SignalR invocation", ws.OpText, "{\"type\":1,\"target\":\"x\"}\x1e", false},
		{"type 6 with a text", ws.OpText, `{"type":6,"text":"hello"}`, false},
		{"Pusher", ws.OpText, `{"event":"pusher:ping","data":{}}`, true},
		{"Pusher with data as text", ws.OpText, `{"event":"pusher:pong","data":"{}"}`, true},
		{"Action Cable", ws.OpText, `{"type":"ping","message":1700000000}`, true},
		{"Discord", ws.OpText, `{"op":1,"d":251}`, true},
		{"Discord acknowledges", ws.OpText, `{"t":null,"s":null,"op":11,"d":null}`, true},
		{"identify of another protocol", ws.OpText, `{"op":1,"d":{"rpcVersion":1}}`, false},
		{"JSON-RPC", ws.OpText, `{"jsonrpc":"2.0","id":7,"method":"ping"}`, true},
		{"bare word", ws.OpText, "PING", true},
		{"quoted word", ws.OpText, `"pong"`, true},
		{"a word more", ws.OpText, "ping me", false},
		{"MQTT PINGREQ", ws.OpBinary, "\xc0\x00", true},
		{"MQTT PINGRESP", ws.OpBinary, "\xd0\x00", true},
		{"MQTT as text", ws.OpText, "\xd0\x00", false},
		{"Engine.IO in binary", ws.OpBinary, "2", false},
		{"empty", ws.OpText, "", false},
		{"close", ws.OpClose, "ping", false},
		{"blank", ws.OpText, "  ", false},
		{"broken", ws.OpText, `{"type":"ping"`, true},
		{"broken in the name", ws.OpText, `{"type`, false},
		{"broken in the value", ws.OpText, `{"type":`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			m := &ws.Message{Opcode: row.op, Len: int64(len(row.text))}
			if got := filter.Heartbeat(m, []byte(row.text)); got != row.want {
				t.Errorf("%q: %v, want %v", row.text, got, row.want)
			}
			m.State = ws.Partial
			if row.op < ws.OpClose && filter.Heartbeat(m, []byte(row.text)) {
				t.Errorf("%q is a heartbeat though a part of it is missing", row.text)
			}
		})
	}
	m := &ws.Message{Opcode: ws.OpText, Len: 100}
	if filter.Heartbeat(m, []byte("2")) {
		t.Error("the start of a longer message is a heartbeat")
	}
}
