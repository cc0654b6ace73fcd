package payload_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

// What a heartbeat is, each protocol's Decoder knows.
func TestBeats(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, protocol, text string
		want                 bool
	}{
		{"Engine.IO ping", "socket.io", "2", true},
		{"Engine.IO pong", "socket.io", "3", true},
		{"Engine.IO probe", "socket.io", "2probe", true},
		{"Engine.IO message", "socket.io", `42["chat","hi"]`, false},
		{"Engine.IO open", "socket.io", "0{}", false},
		{"SockJS", "sockjs", "h", true},
		{"SockJS message", "sockjs", `a["h"]`, false},
		{"STOMP", "stomp", "\n", true},
		{"graphql-transport-ws", "graphql-transport-ws", `{"type":"ping"}`, true},
		{"graphql-transport-ws with payload", "graphql-transport-ws", `{"type":"pong","payload":{"a":1}}`, true},
		{"graphql-ws", "graphql-ws", `{"type":"ka"}`, true},
		{"graphql data", "graphql-transport-ws", `{"type":"next","id":"1","payload":{"data":{"type":"ping"}}}`, false},
		{"Phoenix 1", "phoenix", `{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"3"}`, true},
		{"Phoenix 1 reply", "phoenix", `{"topic":"phoenix","ref":"3","payload":{"status":"ok","response":{}},"event":"phx_reply"}`, true},
		{"Phoenix 2", "phoenix", `[null,"7","phoenix","heartbeat",{}]`, true},
		{"Phoenix 2 message", "phoenix", `["1","7","room:1","shout",{"body":"heartbeat"}]`, false},
		{"SignalR", "signalr", "{\"type\":6}\x1e", true},
		{"SignalR invocation", "signalr", "{\"type\":1,\"target\":\"x\"}\x1e", false},
		{"type 6 with a text", "signalr", `{"type":6,"text":"hello"}`, false},
		{"Pusher", "pusher", `{"event":"pusher:ping","data":{}}`, true},
		{"Pusher with data as text", "pusher", `{"event":"pusher:pong","data":"{}"}`, true},
		{"Action Cable", "actioncable", `{"type":"ping","message":1700000000}`, true},
		{"Discord", "discord", `{"op":1,"d":251}`, true},
		{"Discord acknowledges", "discord", `{"t":null,"s":null,"op":11,"d":null}`, true},
		{"JSON-RPC", "json-rpc", `{"jsonrpc":"2.0","id":7,"method":"ping"}`, true},
		{"MQTT PINGREQ", "mqtt", "\xc0\x00", true},
		{"nothing is known of it", "mqtt", "what", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := false
			r := payload.NewReader(payload.Opening{Target: "/?v=10&encoding=json"}, payload.ReaderOptions{Force: payload.Find(row.protocol)},
				func(_ *payload.Message, apps []payload.App) { got = payload.Beats(apps) })
			m := payload.Message{N: 1, FromClient: row.protocol != "sockjs", Payload: []byte(row.text)}
			if row.protocol == "mqtt" {
				m.Kind = payload.Binary
			}
			r.Push(&m)
			if got != row.want {
				t.Errorf("%q: %v, want %v", row.text, got, row.want)
			}
		})
	}
}
