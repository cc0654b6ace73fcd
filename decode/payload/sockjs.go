package payload

import (
	"encoding/json"
	"strings"

	"github.com/wspeek/wspeek/decode/jsontext"
)

var sockJSRow = Protocol{
	Name: "SockJS", ID: "sockjs", Evidence: "the path ends with /SERVER/SESSION/websocket and the server's first message is o",
	Decodes:   "frames, and what the messages in them say (STOMP, DDP and others)",
	Spec:      "sockjs/sockjs-protocol 0.3.3",
	Recognise: recogniseSockJS,
	Begin:     func(*Opening) Decoder { return &sockJS{} },
}

func recogniseSockJS(o *Opening, first []Message) Certainty {
	path, _, _ := strings.Cut(o.Target, "?")
	parts := strings.Split(path, "/")
	n := len(parts)
	if n < 4 || parts[n-1] != "websocket" || parts[n-2] == "" || parts[n-3] == "" || strings.ContainsRune(parts[n-2]+parts[n-3], '.') {
		return No
	}
	for i := range first {
		if !first[i].FromClient {
			if string(first[i].Payload) == "o" {
				return Yes
			}
			return No
		}
	}
	return Maybe
}

// sockJS decodes the frames of SockJS.
type sockJS struct {
	inside [][]byte
	array  jsontext.Shallow
}

func (d *sockJS) Lost(bool) {}

// Inside is Envelope.
func (d *sockJS) Inside(*Message) [][]byte { return d.inside }

func (d *sockJS) Decode(m *Message, out []App) []App {
	d.inside = nil
	if !m.isText() || len(m.Payload) == 0 {
		return out
	}
	if m.FromClient {
		return d.messages(m.Payload, out)
	}
	a := App{}
	switch body := m.Payload[1:]; m.Payload[0] {
	case 'o':
		a.Event = "open"
	case 'h':
		a.Event, a.Heartbeat = "heartbeat", true
	case 'a', 'm':
		return d.messages(body, out)
	case 'c':
		if !d.array.Parse(body) || d.array.Object {
			return out
		}
		a.Event, a.Args = "close", own(body)
		a.Summary = line("close", scalar(d.array.At(0)), scalar(d.array.At(1)))
		return append(out, a)
	default:
		return out
	}
	if a.Summary = a.Event; len(m.Payload) > 1 {
		return out
	}
	return append(out, a)
}

// messages appends the strings of an array, or a string alone.
func (d *sockJS) messages(body []byte, out []App) []App {
	var values [][]byte
	switch {
	case isString(body) && jsontext.Strict(body, 0) == len(body):
		values = [][]byte{body}
	case d.array.Parse(body) && !d.array.Object:
		values = elements(&d.array, 0)
	default:
		return out
	}
	args := []any{}
	for _, v := range values {
		if !isString(v) {
			return out
		}
		s := str(v)
		d.inside = append(d.inside, []byte(s))
		args = append(args, s)
	}
	a := App{Event: "message", Args: args, Summary: "[]"}
	if len(values) > 0 {
		raw, _ := list(values).(json.RawMessage)
		a.Summary = brief(raw)
	}
	return append(out, a)
}
