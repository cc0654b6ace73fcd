package payload

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/jsontext"
)

var socketIORow = Protocol{
	Name: "Engine.IO and Socket.IO", ID: "socket.io", Evidence: `the path has EIO= and transport=websocket; the first message starts with 0{"sid"; a message is 42["name"...]`,
	Decodes:   "Engine.IO 2 to 4; Socket.IO revisions 3 to 5 with namespaces, acknowledgements, binary attachments and the msgpack parser",
	Spec:      "socketio/engine.io-protocol and socketio/socket.io-protocol",
	Recognise: recogniseSocketIO,
	Begin:     beginSocketIO,
}

const (
	engineIO = "engine.io"
	// maxAttached is how many bytes of attachments are kept for one packet.
	maxAttached = 16 << 20
)

func recogniseSocketIO(o *Opening, first []Message) Certainty {
	if v := engineVersion(o.Target); v != "" {
		return Yes
	}
	for i := range first {
		if p := first[i].Payload; bytes.HasPrefix(p, []byte(`0{"sid":"`)) && first[i].isText() {
			return Yes
		}
		if p := first[i].Payload; len(p) > 4 && p[0] == '4' && strings.IndexByte("2356", p[1]) >= 0 && first[i].isText() {
			if q, ok := parseSocketIO(p[1:]); ok && isArray(q.data) {
				return Yes
			}
		}
	}
	if len(first) < MaxFirst && first[0].isText() && len(first[0].Payload) < 7 && isEngineStart(first[0].Payload) {
		return Maybe
	}
	return No
}

// isEngineStart reports whether p may be a packet of Engine.IO without content, as a capture that starts late shows first.
func isEngineStart(p []byte) bool { return in([]string{"2", "3", "2probe", "3probe", "5"}, string(p)) }

// engineVersion is the version of Engine.IO that the path and query of its transport name, "" for others.
func engineVersion(target string) string {
	_, query, _ := strings.Cut(target, "?")
	q, err := url.ParseQuery(query)
	if v := q.Get("EIO"); err == nil && in([]string{"2", "3", "4"}, v) && q.Get("transport") == "websocket" {
		return v
	}
	return ""
}

func beginSocketIO(o *Opening) Decoder {
	d := &socketIO{version: engineVersion(o.Target)}
	d.old = d.version == "2" || d.version == "3"
	return d
}

// socketIO decodes Engine.IO, and Socket.IO inside its messages.
type socketIO struct {
	version string // of Engine.IO, "" if it is not known
	old     bool   // Engine.IO 2 or 3
	pending [2]*attached
}

// attached is a packet whose attachments are still to come.
type attached struct {
	packet socketPacket
	start  int64 // the message with its JSON
	want   int
	parts  [][]byte
	bytes  int
}

// socketPacket is a packet of Socket.IO (socket.io-protocol, "Packet encoding").
type socketPacket struct {
	kind        byte
	attachments int
	namespace   string
	id          string
	data        []byte
}

func (d *socketIO) Lost(fromClient bool) { d.pending[side(fromClient)] = nil }

func side(fromClient bool) int {
	if fromClient {
		return 0
	}
	return 1
}

var enginePackets = [...]string{"open", "close", "ping", "pong", "message", "upgrade", "noop"}

func (d *socketIO) Decode(m *Message, out []App) []App {
	if m.Kind == Binary {
		return d.binary(m, m.Payload, out)
	}
	p := m.Payload
	switch {
	case m.Cut || len(p) == 0:
		return out
	case p[0] == 'b': // binary in text, base64 (engine.io-protocol 3 has the type before it)
		text := bytes.TrimPrefix(p[1:], []byte("4"))
		b, err := base64.StdEncoding.DecodeString(string(text))
		if err != nil {
			return out
		}
		return d.binary(m, b, out)
	case p[0] < '0' || p[0] > '6':
		return out
	case p[0] == '4':
		return d.message(m, p[1:], out)
	}
	return d.engine(m, p[0], p[1:], out)
}

// engine appends a packet of Engine.IO that is no message.
func (d *socketIO) engine(m *Message, kind byte, data []byte, out []App) []App {
	a := App{Protocol: engineIO, Version: d.version, Event: enginePackets[kind-'0']}
	switch kind {
	case '0':
		open, ok := object(data)
		if !ok {
			return out
		}
		a.Args = own(data)
		a.promisesEngine(&open, d.old)
	case '2', '3':
		a.Heartbeat = true
		if kind == '2' {
			a.begins(m, "ping")
		} else {
			a.answers(m, Reply, "ping")
		}
		if string(data) == "probe" {
			a.Args = "probe"
		} else if len(data) > 0 {
			return out
		}
	default:
		if len(data) > 0 {
			return out
		}
	}
	a.Summary = line(a.Event, brief(data))
	return append(out, a)
}

// message appends a message of Engine.IO, which holds a packet of Socket.IO.
func (d *socketIO) message(m *Message, p []byte, out []App) []App {
	q, ok := parseSocketIO(p)
	if !ok {
		return append(out, App{Protocol: engineIO, Version: d.version, Event: "message", Args: string(p), Summary: brief(p)})
	}
	if q.attachments > 0 {
		q.data = bytes.Clone(q.data)
		d.pending[side(m.FromClient)] = &attached{packet: q, start: m.N, want: q.attachments}
		return append(out, App{Event: "part"})
	}
	d.pending[side(m.FromClient)] = nil
	return append(out, d.app(m, &q, own(q.data)))
}

// parseSocketIO reads TYPE[N-][NAMESPACE,][ID][JSON].
func parseSocketIO(p []byte) (q socketPacket, ok bool) {
	if len(p) == 0 || p[0] < '0' || p[0] > '6' {
		return q, false
	}
	q.kind, q.namespace = p[0]-'0', "/"
	if p = p[1:]; q.kind >= 5 {
		n := digits(p)
		if n == 0 || n > 9 || n >= len(p) || p[n] != '-' {
			return q, false
		}
		q.attachments, _ = strconv.Atoi(string(p[:n]))
		p = p[n+1:]
	}
	if len(p) > 0 && p[0] == '/' {
		name, rest, _ := bytes.Cut(p, []byte(","))
		q.namespace, p = string(name), rest
	}
	n := digits(p)
	q.id, q.data = string(p[:n]), p[n:]
	return q, q.sound()
}

// sound reports whether the data is what the type of packet has.
func (q *socketPacket) sound() bool {
	d := q.data
	switch q.kind {
	case 2, 3, 5, 6:
		if !isArray(d) || jsontext.Strict(d, 0) != len(d) {
			return false
		}
		first := jsontext.Space(d, 1)
		event := first < len(d) && (d[first] == '"' || isInteger(d[first:first+1]))
		return q.kind == 3 || q.kind == 6 || event
	case 1:
		return len(d) == 0
	}
	return len(d) == 0 || jsontext.Strict(d, 0) == len(d)
}

func digits(p []byte) (n int) {
	for n < len(p) && p[n] >= '0' && p[n] <= '9' {
		n++
	}
	return n
}

// app is what a packet says; data is its JSON, with attachments in their places.
func (d *socketIO) app(m *Message, q *socketPacket, data any) App {
	a := App{Namespace: q.namespace, ID: q.id, Version: d.revision()}
	ns := q.namespace
	switch q.kind {
	case 0:
		a.Event, a.Args = "connect", data
		if m.FromClient {
			a.begins(m, "connect "+path(ns))
		} else {
			a.answers(m, Reply, "connect "+path(ns))
		}
	case 1:
		a.Event = "disconnect"
	case 4:
		a.Event, a.Args, a.Error = "connect_error", data, true
		if d.old {
			a.Event = "error"
		}
		a.answers(m, Reply, "connect "+path(ns))
	case 3, 6:
		a.Event, a.Args = "ack", data
		a.answers(m, Reply, ns+","+q.id)
	default:
		a.Event = "event"
		a.Name, a.Args = eventOf(data)
		if q.id != "" {
			a.begins(m, ns+","+q.id)
		}
	}
	if !m.Brief {
		a.Summary = summariseSocketIO(&a)
	}
	return a
}

// path is a namespace without its query (Socket.IO 2 has one).
func path(namespace string) string {
	p, _, _ := strings.Cut(namespace, "?")
	return p
}

// revision is that of Socket.IO's protocol which goes with the version of Engine.IO.
func (d *socketIO) revision() string {
	switch d.version {
	case "4":
		return "5"
	case "2", "3":
		return "4"
	}
	return ""
}

// eventOf takes the name off the array of an event.
func eventOf(data any) (name string, args any) {
	switch v := data.(type) {
	case []any:
		if len(v) > 0 {
			if s, ok := v[0].(string); ok {
				return s, v[1:]
			}
		}
		return "", v
	case json.RawMessage:
		if x, ok := array(v); ok && len(x.Items) > 0 {
			rest := elements(&x, 1)
			if rest == nil {
				rest = [][]byte{}
			}
			return scalar(x.At(0)), list(rest)
		}
	}
	return "", data
}

func summariseSocketIO(a *App) string {
	ns := a.Namespace
	if ns == "/" {
		ns = ""
	}
	args := valueBrief(a.Args)
	switch a.Event {
	case "event":
		return line(ns, call(a.Name, []byte(args), a.ID))
	case "ack":
		return line(ns, "ack", number(a.ID)+":", args)
	}
	if a.Args == nil {
		args = ""
	}
	return line(a.Event, ns, args)
}

// binary takes a binary message: an attachment, or a packet of the msgpack parser.
func (d *socketIO) binary(m *Message, p []byte, out []App) []App {
	if d.old {
		if len(p) == 0 || p[0] != 4 {
			return out
		}
		p = p[1:]
	}
	w := d.pending[side(m.FromClient)]
	if w == nil {
		return d.packed(m, p, out)
	}
	if w.bytes += len(p); w.bytes <= maxAttached {
		w.parts = append(w.parts, bytes.Clone(p))
	} else {
		w.parts = append(w.parts, nil)
	}
	if len(w.parts) < w.want {
		return append(out, App{Event: "part"})
	}
	d.pending[side(m.FromClient)] = nil
	a := d.app(m, &w.packet, fill(tree(w.packet.data), w.parts))
	a.First = w.start
	return append(out, a)
}

// fill puts attachments into the places that wait for them ({"_placeholder":true,"num":0}).
func fill(v any, parts [][]byte) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = fill(v[i], parts)
		}
	case map[string]any:
		if v["_placeholder"] == true {
			n, _ := v["num"].(json.Number)
			if i, err := strconv.Atoi(string(n)); err == nil && i >= 0 && i < len(parts) {
				return parts[i]
			}
		}
		for k := range v {
			v[k] = fill(v[k], parts)
		}
	}
	return v
}

// packed takes a packet of socket.io-msgpack-parser: one map, with the type in it.
func (d *socketIO) packed(m *Message, p []byte, out []App) []App {
	v, ok := msgpackScript(p)
	x, isMap := v.(map[string]any)
	kind, isKind := x["type"].(int64)
	if !ok || !isMap || !isKind || kind < 0 || kind > 6 {
		return append(out, App{Protocol: engineIO, Version: d.version, Event: "message", Args: bytes.Clone(p), Summary: strconv.Itoa(len(p)) + " bytes"})
	}
	q := socketPacket{kind: byte(kind), namespace: "/"}
	if ns, ok := x["nsp"].(string); ok {
		q.namespace = ns
	}
	if id, ok := x["id"].(int64); ok {
		q.id = strconv.FormatInt(id, 10)
	}
	return append(out, d.app(m, &q, x["data"]))
}

// valueBrief is the start of a value of Args for a Summary.
func valueBrief(v any) string {
	if raw, ok := v.(json.RawMessage); ok {
		return brief(raw)
	}
	return inBrief(v)
}
