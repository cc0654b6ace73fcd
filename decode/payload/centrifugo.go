package payload

import (
	"bytes"
	"encoding/json"
	"strconv"
)

const centrifugoName = "centrifuge"

var centrifugoRow = Protocol{
	Name: "Centrifugo", ID: centrifugoName, Spec: "centrifugal/protocol, client.proto",
	Decodes: "JSON and Protobuf, several commands and replies a message; replies with their commands, pushes by channel",
	Tokens:  []string{"centrifuge-json", "centrifuge-protobuf"}, Evidence: `the client's first message is {"id":1,"connect":{...}}`,
	Recognise: recogniseCentrifugo,
	Begin: func(o *Opening) Decoder {
		return &centrifugoDecoder{binary: o.Token == "centrifuge-protobuf", asked: map[string]centrifugoAsk{}, channels: map[int64]string{}}
	},
}

func recogniseCentrifugo(_ *Opening, first []Message) Certainty {
	if len(first) == 0 {
		return Maybe
	}
	var x struct {
		ID      json.RawMessage `json:"id"`
		Connect json.RawMessage `json:"connect"`
	}
	m := &first[0]
	line, _, _ := bytes.Cut(m.Payload, []byte("\n"))
	if m.FromClient && m.Kind == Text && json.Unmarshal(line, &x) == nil && isObject(x.Connect) && isInteger(x.ID) {
		return Yes
	}
	return No
}

// maxCentrifugo is how many commands without reply and channels with numbers are remembered.
const maxCentrifugo = 1 << 12

// centrifugoAsk is what a command asks for.
type centrifugoAsk struct{ event, name, topic string }

type centrifugoDecoder struct {
	binary   bool
	asked    map[string]centrifugoAsk
	channels map[int64]string // channels that pushes give the number of
}

// Lost implements Decoder: messages stand for themselves.
func (d *centrifugoDecoder) Lost(bool) {}

// The requests and pushes that there are, with their numbers in Protobuf: in commands, in replies, in pushes.
var (
	centrifugoCommands = []string{
		4: "connect", 5: "subscribe", 6: "unsubscribe", 7: "publish", 8: "presence", 9: "presence_stats", 10: "history", 11: "ping",
		12: "send", 13: "rpc", 14: "refresh", 15: "sub_refresh",
	}
	centrifugoReplies = []string{
		2: "error", 4: "push", 5: "connect", 6: "subscribe", 7: "unsubscribe", 8: "publish", 9: "presence", 10: "presence_stats",
		11: "history", 12: "ping", 13: "rpc", 14: "refresh", 15: "sub_refresh",
	}
	centrifugoPushes = []string{
		4: "pub", 5: "join", 6: "leave", 7: "unsubscribe", 8: "message", 9: "subscribe", 10: "connect", 11: "disconnect", 12: "refresh",
	}
)

// centrifugoPacket is a command or a reply.
type centrifugoPacket struct {
	id      string
	event   string // the request or, in a reply, what it answers; "" for a heartbeat
	push    string // the kind of push
	channel string
	number  int64 // of a channel
	method  string
	data    any // what the application sent
	body    any // all of the request or result
}

// Decode implements Decoder.
func (d *centrifugoDecoder) Decode(m *Message, out []App) []App {
	before := len(out)
	for p := m.Payload; len(p) > 0 && len(out)-before < maxParts; {
		var x centrifugoPacket
		var n int
		if d.binary {
			x, n = centrifugoBinary(p, m.FromClient)
		} else {
			x, n = centrifugoJSON(p, m.FromClient)
		}
		if n == 0 {
			if m.Cut {
				return out
			}
			return out[:before]
		}
		out = append(out, d.tell(&x, m))
		p = p[n:]
	}
	return out
}

func (d *centrifugoDecoder) tell(x *centrifugoPacket, m *Message) App {
	a := App{Protocol: centrifugoName, Event: x.event, Name: x.method, Topic: x.channel, ID: x.id, Args: x.data}
	if a.Args == nil {
		a.Args = x.body
	}
	switch {
	case x.event == "" && x.id == "" || x.event == "ping" && m.FromClient:
		a.Event, a.Heartbeat = "ping", true
		if m.FromClient && x.event == "" {
			a.Event = "pong"
		}
	case x.event == "push":
		a.Also = map[string]any{"push": x.push}
		a.Name = x.push
		if a.Topic == "" {
			a.Topic = d.channels[x.number]
		}
	case m.FromClient && x.id != "":
		a.begins(m, x.id)
		if len(d.asked) < maxCentrifugo {
			d.asked[x.id] = centrifugoAsk{x.event, x.method, x.channel}
		}
	case x.id != "":
		a.answers(m, Reply, x.id)
		ask := d.asked[x.id]
		delete(d.asked, x.id)
		a.Error = x.event == "error"
		a.Event, a.Name, a.Topic = orOther(x.event, ask.event), ask.name, ask.topic
		a.promisesCentrifugo(ask.event, x.body)
		if a.Event == "" {
			a.Event = "reply"
		}
		if ask.event == "subscribe" && x.number != 0 && len(d.channels) < maxCentrifugo {
			d.channels[x.number] = ask.topic
		}
	}
	a.Summary = line(a.Event, a.Name, a.Topic, body(a.Args), number(a.ID))
	return a
}

func orOther(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

// centrifugoJSON reads a line; n is 0 if it is no packet.
func centrifugoJSON(p []byte, fromClient bool) (x centrifugoPacket, n int) {
	text, _, more := bytes.Cut(p, []byte("\n"))
	if n = len(text); more {
		n++
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(text, &all) != nil || all == nil {
		return x, 0
	}
	x.id = scalar(all["id"])
	if x.id == "0" {
		x.id = ""
	}
	names := centrifugoReplies
	if fromClient {
		names = centrifugoCommands
	}
	for _, name := range names {
		if v, ok := all[name]; ok && name != "" {
			x.event, x.body = name, v
			centrifugoMembers(&x, v)
			break
		}
	}
	if x.event == "" && (x.id == "" && len(all) > 0 || x.id != "" && fromClient) {
		return x, 0
	}
	return x, n
}

// centrifugoMembers reads the fields that requests, results and pushes share.
func centrifugoMembers(x *centrifugoPacket, v json.RawMessage) {
	var all map[string]json.RawMessage
	if json.Unmarshal(v, &all) != nil {
		return
	}
	x.channel, x.method = str(all["channel"]), str(all["method"])
	x.number, _ = strconv.ParseInt(string(all["id"]), 10, 64)
	if data, ok := all["data"]; ok && x.event != "connect" {
		x.data = data
	}
	if x.event != "push" {
		return
	}
	for _, name := range centrifugoPushes {
		if v, ok := all[name]; ok && name != "" {
			x.push, x.body = name, v
			var in struct {
				Data    json.RawMessage `json:"data"`
				Channel string          `json:"channel"`
			}
			if json.Unmarshal(v, &in) == nil && in.Data != nil {
				x.data = in.Data
			}
			x.channel = orOther(x.channel, in.Channel)
			break
		}
	}
}
