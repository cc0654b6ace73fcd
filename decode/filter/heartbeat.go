package filter

import (
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

// Heartbeat reports whether a message only keeps the connection alive: a ping or pong (RFC 6455 section 5.5), or what a known
// application protocol sends for that. p is the whole payload (ws.Message.Payload); it is needed only if HeartbeatLooks.
func Heartbeat(m *ws.Message, p []byte) bool {
	switch {
	case m.Opcode == ws.OpPing || m.Opcode == ws.OpPong:
		return true
	case !HeartbeatLooks(m) || int64(len(p)) != m.Len:
		return false
	case m.Opcode == ws.OpBinary:
		return payload.Heartbeat(payload.Binary, p)
	}
	return payload.Heartbeat(payload.Text, p)
}

// HeartbeatLooks reports whether Heartbeat has to see the payload of m to answer.
func HeartbeatLooks(m *ws.Message) bool {
	return (m.Opcode == ws.OpText || m.Opcode == ws.OpBinary) && m.Len > 0 && m.Len <= payload.MaxHeartbeat &&
		!m.Torn()
}
