package filter

import (
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

// Heartbeat reports whether a message only keeps the connection alive: a ping or pong (RFC 6455 section 5.5), or what an application
// protocol sends for that. apps is what the message says, p the whole payload (ws.Message.Payload); they are needed only if
// HeartbeatLooks, and p only where apps is empty.
func Heartbeat(m *ws.Message, apps []payload.App, p []byte) bool {
	switch {
	case m.Opcode == ws.OpPing || m.Opcode == ws.OpPong:
		return true
	case !HeartbeatLooks(m):
		return false
	case len(apps) > 0:
		return payload.Beats(apps)
	}
	return m.Opcode == ws.OpText && int64(len(p)) == m.Len && payload.Heartbeat(payload.Text, p)
}

// HeartbeatLooks reports whether Heartbeat has to see what m says to answer.
func HeartbeatLooks(m *ws.Message) bool {
	return (m.Opcode == ws.OpText || m.Opcode == ws.OpBinary) && m.Len > 0 && m.Len <= payload.MaxHeartbeat &&
		!m.Torn()
}
