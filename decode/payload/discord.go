package payload

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

const (
	discordName = "discord"
	// maxInflated is how much of what one message inflates to is kept.
	maxInflated = 16 << 20
)

var discordRow = Protocol{
	Name: "Discord gateway", ID: discordName, Spec: "Discord developer documentation, Gateway",
	Decodes:   "JSON and Erlang's term format, zlib-stream and zstd-stream over all messages; operations and dispatched events by name",
	Evidence:  "the path has encoding=json or etf and a version, and the server's first message is a hello, or begins the compressed stream",
	Recognise: recogniseDiscord,
	Begin:     beginDiscord,
}

// discordQuery are the parameters of the gateway that matter here.
func discordQuery(o *Opening) (encoding, compress string) {
	_, query, _ := strings.Cut(o.Target, "?")
	q, err := url.ParseQuery(query)
	if err != nil || q.Get("v") == "" {
		return "", ""
	}
	return q.Get("encoding"), q.Get("compress")
}

func recogniseDiscord(o *Opening, first []Message) Certainty {
	encoding, _ := discordQuery(o)
	if encoding != "json" && encoding != "etf" {
		return No
	}
	d := beginDiscord(o)
	for i := range first {
		apps := d.Decode(&first[i], nil)
		switch {
		case len(apps) == 0:
			return No
		case !first[i].FromClient && apps[0].Event == "hello":
			return Yes
		case !first[i].FromClient && apps[0].Event != part:
			return No
		}
	}
	return Maybe
}

// discordOps are the operations (Gateway opcodes).
var discordOps = map[int]string{
	0: "dispatch", 1: "heartbeat", 2: "identify", 3: "presence_update", 4: "voice_state_update", 5: "voice_server_ping", 6: "resume",
	7: "reconnect", 8: "request_guild_members", 9: "invalid_session", 10: "hello", 11: "heartbeat_ack", 31: "request_soundboard_sounds",
}

type discordDecoder struct {
	etf    bool
	stream inflater // what all messages of the server go through; nil if they stand for themselves
	gone   bool     // a part of the stream is missing: what follows cannot be inflated
}

// inflater inflates one stream over all messages of a direction.
type inflater interface {
	// add appends the next message's part of the stream. whole reports that what was added since reset ends a message; ok is false
	// if it is not such a stream, or inflates to more than maxInflated.
	add(p []byte) (whole, ok bool)
	// output is what was inflated since reset, good until the next add.
	output() []byte
	reset()
}

func beginDiscord(o *Opening) Decoder {
	encoding, compress := discordQuery(o)
	d := &discordDecoder{etf: encoding == "etf"}
	switch compress {
	case "zlib-stream":
		d.stream = &zlibStream{}
	case "zstd-stream":
		d.stream = &zstdStream{}
	}
	return d
}

// Lost implements Decoder. A compressed stream cannot be read on after a gap.
func (d *discordDecoder) Lost(fromClient bool) {
	if !fromClient && d.stream != nil {
		d.gone = true
	}
}

// Decode implements Decoder.
func (d *discordDecoder) Decode(m *Message, out []App) []App {
	p := m.Payload
	switch {
	case !m.FromClient && d.stream != nil:
		var apart string
		if p, apart = d.inflate(m); apart != "" {
			return append(out, App{Protocol: discordName, Event: part, Summary: strings.TrimPrefix(apart, part)})
		}
		defer d.stream.reset()
	case m.Kind == Binary && len(p) > 0 && p[0] == zlibHead:
		if q, _, ok := inflateAll("zlib", p); ok {
			p = q
		}
	}
	if d.etf && m.Kind == Binary {
		return discordETF(p, m, out)
	}
	return discordJSON(p, m, out)
}

// inflate passes a message through the compressed stream. apart is not empty where that does not give a packet: part, and why
// it never will.
func (d *discordDecoder) inflate(m *Message) (p []byte, apart string) {
	if d.gone = d.gone || m.Cut; d.gone {
		return nil, part + "after a gap: the compressed stream cannot be read on"
	}
	whole, ok := d.stream.add(m.Payload)
	switch {
	case !ok:
		d.gone = true
		return nil, part + "the compressed stream is damaged"
	case !whole:
		return nil, part
	}
	return d.stream.output(), ""
}

func discordJSON(p []byte, m *Message, out []App) []App {
	var x struct {
		Op *int            `json:"op"`
		D  json.RawMessage `json:"d"`
		S  *int64          `json:"s"`
		T  *string         `json:"t"`
	}
	if json.Unmarshal(p, &x) != nil || x.Op == nil || x.D == nil && !bytes.Contains(p, []byte(`"d"`)) && *x.Op != 11 && *x.Op != 7 {
		return out
	}
	var a App
	if x.D != nil {
		a.Args = x.D
	}
	if x.T != nil {
		a.Name = *x.T
	}
	if x.S != nil {
		a.Also = map[string]any{"s": *x.S}
	}
	return discordTell(&a, *x.Op, m, out)
}

// discordETF reads Erlang's external term format.
func discordETF(p []byte, m *Message, out []App) []App {
	v, ok := etfAll(p)
	x, _ := v.(map[string]any)
	op, isInt := x["op"].(int64)
	if !ok || !isInt {
		return out
	}
	a := App{Args: x["d"]}
	a.Name, _ = x["t"].(string)
	if s, isInt := x["s"].(int64); isInt {
		a.Also = map[string]any{"s": s}
	}
	return discordTell(&a, int(op), m, out)
}

// discordInterval is the heartbeat_interval of a hello, in milliseconds (Gateway, "Hello Event").
func discordInterval(args any) time.Duration {
	switch d := args.(type) {
	case json.RawMessage:
		if o, ok := object(d); ok {
			return spanIn(&o, "heartbeat_interval", time.Millisecond)
		}
	case map[string]any:
		if n, ok := d["heartbeat_interval"].(int64); ok {
			return span(n, time.Millisecond)
		}
	}
	return 0
}

func discordTell(a *App, op int, m *Message, out []App) []App {
	if a.Event = discordOps[op]; a.Event == "" {
		return out
	}
	a.Protocol = discordName
	switch {
	case op == 1 && m.FromClient:
		a.Heartbeat = true
		a.begins(m, "heartbeat")
	case op == 1:
		a.Heartbeat = true
	case op == 11:
		a.Heartbeat = true
		a.answers(m, Reply, "heartbeat")
	case op == 10:
		a.promisesTwice(true, discordInterval(a.Args), false)
	case op == 2, op == 6:
		a.begins(m, "session")
	case a.Name == "READY", a.Name == "RESUMED":
		a.answers(m, Reply, "session")
	case op == 9:
		a.Error = true
		a.answers(m, Reply, "session")
	}
	a.Summary = line(a.Event, a.Name, body(a.Args))
	return append(out, *a)
}
