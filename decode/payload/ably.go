package payload

import (
	"encoding/json"
	"strconv"
	"strings"
)

const ablyName = "ably"

var ablyRow = Protocol{
	Name: "Ably", ID: ablyName, Spec: "Ably client library specification, ProtocolMessage",
	Decodes:   "JSON and MessagePack; acknowledgements with their messages, attach and detach with their answers",
	Evidence:  `the server's first message has "action":4 and connectionId, or the path has v=, format= and heartbeats=`,
	Recognise: recogniseAbly,
	Begin:     func(*Opening) Decoder { return ablyDecoder{} },
}

func recogniseAbly(_ *Opening, first []Message) Certainty {
	for i := range first {
		m := &first[i]
		x, ok := ablyRead(m)
		switch {
		case !ok:
			return No
		case !m.FromClient && ablyInt(x, "action") == ablyConnected && ablyText(x, "connectionId") != "":
			return Yes
		}
	}
	return Maybe
}

const ablyConnected = 4

// ablyActions are the actions of ProtocolMessage (TR2).
var ablyActions = []string{
	"heartbeat", "ack", "nack", "connect", "connected", "disconnect", "disconnected", "close", "closed", "error", "attach", "attached",
	"detach", "detached", "presence", "message", "sync", "auth", "activate", "object", "object_sync", "annotation",
}

// ablyDecoder needs no state: messages stand for themselves.
type ablyDecoder struct{}

// Lost implements Decoder.
func (ablyDecoder) Lost(bool) {}

// ablyRead reads a message; its members are json.RawMessage in JSON.
func ablyRead(m *Message) (x map[string]any, ok bool) {
	if m.Kind == Binary {
		v, ok := msgpackAll(m.Payload)
		x, isMap := v.(map[string]any)
		return x, ok && isMap && ablyInt(x, "action") >= 0
	}
	var raw map[string]json.RawMessage
	if json.Unmarshal(m.Payload, &raw) != nil {
		return nil, false
	}
	x = map[string]any{}
	for k, v := range raw {
		x[k] = v
	}
	return x, ablyInt(x, "action") >= 0
}

// ablyInt is a number; -1 if it is missing.
func ablyInt(x map[string]any, name string) int64 { return wampInt(x[name]) }

func ablyText(x map[string]any, name string) string { return wampText(x[name]) }

// Decode implements Decoder.
func (ablyDecoder) Decode(m *Message, out []App) []App {
	x, ok := ablyRead(m)
	if !ok || ablyInt(x, "action") >= int64(len(ablyActions)) {
		return out
	}
	a := App{Protocol: ablyName, Event: ablyActions[ablyInt(x, "action")], Topic: ablyText(x, "channel")}
	serial := ablyInt(x, "msgSerial")
	if serial >= 0 {
		a.ID = strconv.FormatInt(serial, 10)
	}
	for _, name := range []string{"messages", "presence", "state", "annotations", "error", "connectionDetails", "auth"} {
		if v, ok := x[name]; ok && a.Args == nil {
			a.Args = v
		}
	}
	ablyExchange(&a, x, m)
	a.Summary = line(a.Event, a.Topic, body(a.Args), number(a.ID))
	return append(out, a)
}

// ablyExchange says what asks and what answers, and what has failed.
func ablyExchange(a *App, x map[string]any, m *Message) {
	a.Error = a.Event == "error" || a.Event == "nack" || x["error"] != nil && (a.Event == "disconnected" || a.Event == "detached")
	switch a.Event {
	case "heartbeat":
		a.Heartbeat = true
	case "ack", "nack": // for count messages from msgSerial on
		a.answers(m, Reply, "serial "+a.ID)
		if n := ablyInt(x, "count"); n > 1 {
			a.Also = map[string]any{"count": n}
		}
	case "message", "presence", "annotation", "object":
		if m.FromClient && a.ID != "" {
			a.begins(m, "serial "+a.ID)
		}
	case "attach", "detach":
		a.begins(m, a.Event+" "+a.Topic)
	case "attached", "detached":
		a.answers(m, Reply, strings.TrimSuffix(a.Event, "ed")+" "+a.Topic)
	}
}
