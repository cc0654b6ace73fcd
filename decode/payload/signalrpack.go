package payload

import "google.golang.org/protobuf/encoding/protowire"

// Types of SignalR's messages (HubProtocol.md), and the kind of a completion that is an error.
const (
	signalRInvocation = 1 + iota
	signalRItem
	signalRCompletion
	signalRStream
	signalRCancel
	signalRPing
	signalRClose
	signalRAck
	signalRSequence
)

var signalRNames = []string{
	"", "invocation", "stream_item", "completion", "stream_invocation", "cancel_invocation", "ping", "close", "ack", "sequence",
}

// signalRPack appends what a message in MessagePack says (HubProtocol.md, MessagePack encoding; Blazor's blazorpack is the same): arrays, each
// with its length before it as a variable length number. Nothing is appended if it is something else.
func signalRPack(m *Message, out []App) []App {
	before := len(out)
	for p := m.Payload; len(p) > 0 && len(out)-before < maxParts; {
		one, n := protowire.ConsumeBytes(p)
		if n < 0 {
			if m.Cut {
				return out
			}
			return out[:before]
		}
		v, ok := msgpackAll(one)
		list, isList := v.([]any)
		a, known := signalRPacked(list, m)
		if !ok || !isList || !known {
			return out[:before]
		}
		out, p = append(out, a), p[n:]
	}
	return out
}

func signalRPacked(list []any, m *Message) (a App, ok bool) {
	if len(list) == 0 {
		return a, false
	}
	kind, ok := list[0].(int64)
	if !ok || kind < signalRInvocation || kind > signalRSequence {
		return a, false
	}
	a.Protocol, a.Event = "signalr", signalRNames[kind]
	if len(list) > 2 && kind <= signalRCancel {
		a.ID, _ = list[2].(string)
	}
	signalRTell(&a, kind, func(i int) any {
		if i < len(list) {
			return list[i]
		}
		return nil
	}, m)
	a.Summary = line(a.Event, a.Name, body(a.Args), number(a.ID))
	return a, true
}

func signalRTell(a *App, kind int64, at func(int) any, m *Message) {
	switch kind {
	case signalRInvocation, signalRStream:
		a.Name, _ = at(3).(string)
		a.Args = at(4)
		if a.ID != "" {
			a.begins(m, a.ID)
		}
	case signalRItem:
		a.Args = at(3)
		a.answers(m, Item, a.ID)
	case signalRCompletion:
		a.Args, a.Error = at(4), at(3) == int64(1)
		a.answers(m, Reply, a.ID)
	case signalRCancel:
		a.Role, a.Key, a.AskedByClient = Cancel, a.ID, m.FromClient
	case signalRPing:
		a.Heartbeat = true
	case signalRClose:
		a.Args = at(1)
		a.Error = a.Args != nil
	}
}
