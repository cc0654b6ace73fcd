package filter_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/payload"
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
		{"an object", ws.OpText, `{"type":"ping"}`, true},
		{"what no protocol is known for", ws.OpText, "2", false},
		{"an object in an object", ws.OpText, `{"type":"next","id":"1","payload":{"data":{"type":"ping"}}}`, false},
		{"bare word", ws.OpText, "PING", true},
		{"quoted word", ws.OpText, `"pong"`, true},
		{"a word more", ws.OpText, "ping me", false},
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
			if got := filter.Heartbeat(m, nil, []byte(row.text)); got != row.want {
				t.Errorf("%q: %v, want %v", row.text, got, row.want)
			}
			m.State = ws.Partial
			if row.op < ws.OpClose && filter.Heartbeat(m, nil, []byte(row.text)) {
				t.Errorf("%q is a heartbeat though a part of it is missing", row.text)
			}
		})
	}
	m := &ws.Message{Opcode: ws.OpText, Len: 100}
	if filter.Heartbeat(m, nil, []byte("ping")) {
		t.Error("the start of a longer message is a heartbeat")
	}
	m.Len = 1
	for want, apps := range map[bool][]payload.App{true: {{Heartbeat: true}, {Heartbeat: true}}, false: {{Heartbeat: true}, {}}} {
		if filter.Heartbeat(m, apps, nil) != want {
			t.Errorf("what the protocol says of %+v does not count", apps)
		}
	}
}
