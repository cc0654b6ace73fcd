package payload

import (
	"encoding/json"
	"strings"
)

const phoenixName = "phoenix"

var phoenixRow = Protocol{
	Name: "Phoenix", ID: phoenixName, Spec: "Phoenix.Socket.V2.JSONSerializer and V1",
	Decodes:   "both serializers and the binary kinds; replies with their pushes",
	Evidence:  "the path ends with /websocket and has vsn=1.0.0 or vsn=2.0.0, or the client's first message joins",
	Recognise: recognisePhoenix,
	Begin:     func(*Opening) Decoder { return phoenixDecoder{} },
}

func recognisePhoenix(o *Opening, first []Message) Certainty {
	_, query, _ := strings.Cut(o.Target, "?")
	asked := strings.Contains(query, "vsn=2.") || strings.Contains(query, "vsn=1.")
	for i := range first {
		m := &first[i]
		apps := phoenixDecoder{}.Decode(m, nil)
		switch {
		case len(apps) == 0:
			return No
		case asked || m.FromClient && m.Kind == Text && (apps[0].Name == "phx_join" || apps[0].Heartbeat):
			return Yes
		}
	}
	return Maybe
}

// phoenixDecoder needs no state: messages stand for themselves.
type phoenixDecoder struct{}

// Lost implements Decoder.
func (phoenixDecoder) Lost(bool) {}

// phoenixMessage is a message of either serializer.
type phoenixMessage struct {
	Join    json.RawMessage `json:"join_ref"`
	Ref     json.RawMessage `json:"ref"`
	Topic   *string         `json:"topic"`
	Event   *string         `json:"event"`
	Payload json.RawMessage `json:"payload"`
}

// Decode implements Decoder.
func (phoenixDecoder) Decode(m *Message, out []App) []App {
	if m.Kind == Binary {
		return phoenixBinary(m, out)
	}
	var x phoenixMessage
	version := "1.0.0"
	if isArray(m.Payload) {
		version = "2.0.0"
		var list []json.RawMessage
		if json.Unmarshal(m.Payload, &list) != nil || len(list) != 5 || !isString(list[2]) || !isString(list[3]) {
			return out
		}
		topic, event := str(list[2]), str(list[3])
		x = phoenixMessage{list[0], list[1], &topic, &event, list[4]}
	} else if json.Unmarshal(m.Payload, &x) != nil || x.Topic == nil || x.Event == nil || x.Payload == nil {
		return out
	}
	a := App{Version: version, Topic: *x.Topic, Name: *x.Event, ID: scalar(x.Ref), Args: x.Payload}
	if join := scalar(x.Join); join != "" {
		a.Also = map[string]any{"join_ref": join}
	}
	if a.Name == "phx_reply" {
		var reply struct{ Status string }
		a.Error = json.Unmarshal(x.Payload, &reply) == nil && reply.Status == "error"
	}
	return append(out, *phoenixTell(&a, m))
}

// phoenixWords are the events with a meaning of their own.
var phoenixWords = map[string]string{
	"phx_join": "join", "phx_leave": "leave", "phx_reply": "reply", "phx_close": "close", "phx_error": "error", "heartbeat": "heartbeat",
}

func phoenixTell(a *App, m *Message) *App {
	a.Protocol = phoenixName
	if a.Event = phoenixWords[a.Name]; a.Event == "" || a.Event == "heartbeat" && a.Topic != "phoenix" {
		a.Event = "push"
	}
	switch {
	case a.Event == "reply" && a.ID != "":
		a.answers(m, Reply, a.ID)
		a.Heartbeat = a.Topic == "phoenix"
	case m.FromClient && a.ID != "":
		a.begins(m, a.ID)
		a.Heartbeat = a.Event == "heartbeat"
	case a.Event == "error":
		a.Error = true
	}
	a.Summary = line(a.Topic, a.Name, body(a.Args), number(a.ID))
	return a
}

// phoenixBinary reads the binary kinds: 0 push, 1 reply, 2 broadcast. The lengths of the strings come first, a byte each.
func phoenixBinary(m *Message, out []App) []App {
	w := wire{p: m.Payload}
	kind := w.small(1)
	var fields []string
	switch {
	case kind == 0 && m.FromClient, kind == 1 && !m.FromClient:
		fields = []string{"join", "ref", "topic", "event"}
	case kind == 0:
		fields = []string{"join", "topic", "event"}
	case kind == 2 && !m.FromClient:
		fields = []string{"topic", "event"}
	}
	sizes := w.take(len(fields))
	if w.bad || len(fields) == 0 {
		return out
	}
	x := map[string]string{}
	for i, f := range fields {
		x[f] = string(w.take(int(sizes[i])))
	}
	if w.bad || !isText([]byte(x["topic"]+x["event"])) {
		return out
	}
	a := App{Version: "2.0.0", Topic: x["topic"], Name: x["event"], ID: x["ref"], Args: append([]byte{}, w.p...)}
	if x["join"] != "" {
		a.Also = map[string]any{"join_ref": x["join"]}
	}
	if kind == 1 {
		a.Args = map[string]any{"status": x["event"], "response": a.Args}
		a.Name, a.Error = "phx_reply", x["event"] == "error"
	}
	return append(out, *phoenixTell(&a, m))
}
