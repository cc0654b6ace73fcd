package payload

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

const (
	wampName = "wamp"
	// maxWampNames is how many subscriptions and registrations are remembered, each.
	maxWampNames = 1 << 12
	// wampBatch ends each message of a batch in JSON (WAMP, section 5.3.1).
	wampBatch = 0x18
)

var wampRow = Protocol{
	Name: "WAMP 2", ID: wampName, Spec: "WAMP basic and advanced profile",
	Decodes: "JSON, MessagePack and CBOR, batched or not; calls with results, publications with acknowledgements, topics and procedures by their numbers",
	Tokens: []string{
		"wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor", "wamp.2.json.batched", "wamp.2.msgpack.batched", "wamp.2.cbor.batched",
	},
	Evidence:  `the client's first message is [1,"realm",{"roles":...}]`,
	Recognise: recogniseWAMP,
	Begin:     beginWAMP,
}

func recogniseWAMP(o *Opening, first []Message) Certainty {
	if strings.HasPrefix(o.Token, "wamp.2.") {
		return Yes
	}
	if len(first) == 0 {
		return Maybe
	}
	m := &first[0]
	list := wampJSON(m.Payload)
	if m.FromClient && m.Kind == Text && len(list) == 3 && wampInt(list[0]) == wampHello && bytes.Contains(m.Payload, []byte(`"roles"`)) {
		return Yes
	}
	return No
}

// wampKind says how a message is laid out: the places of its fields, 0 for none.
type wampKind struct {
	name            string
	id, label, args int
	topic           bool // label is a topic, else a procedure or the like
	role            Role
	asks            int // the kind of the request that it answers

}

// Types of messages (WAMP, section 6.5).
const (
	wampHello, wampWelcome, wampAbort, wampChallenge, wampAuthenticate, wampGoodbye = 1, 2, 3, 4, 5, 6
	wampError, wampPublish, wampPublished                                           = 8, 16, 17
	wampSubscribe, wampSubscribed, wampUnsubscribe, wampUnsubscribed, wampEvent     = 32, 33, 34, 35, 36
	wampCall, wampCancel, wampResult                                                = 48, 49, 50
	wampRegister, wampRegistered, wampUnregister, wampUnregistered                  = 64, 65, 66, 67
	wampInvocation, wampInterrupt, wampYield                                        = 68, 69, 70
)

var wampKinds = map[int]wampKind{
	wampHello:        {name: "HELLO", label: 1, args: -2, role: Request, asks: wampHello},
	wampWelcome:      {name: "WELCOME", args: -2, role: Reply, asks: wampHello},
	wampAbort:        {name: "ABORT", label: 2, args: -1, role: Reply, asks: wampHello},
	wampChallenge:    {name: "CHALLENGE", label: 1, args: -2, role: Item, asks: wampHello},
	wampAuthenticate: {name: "AUTHENTICATE", args: -2},
	wampGoodbye:      {name: "GOODBYE", label: 2, args: -1},
	wampError:        {name: "ERROR", id: 2, args: 5, role: Reply},
	wampPublish:      {name: "PUBLISH", id: 1, label: 3, topic: true, args: 4, asks: wampPublish},
	wampPublished:    {name: "PUBLISHED", id: 1, role: Reply, asks: wampPublish},
	wampSubscribe:    {name: "SUBSCRIBE", id: 1, label: 3, topic: true, role: Request, asks: wampSubscribe},
	wampSubscribed:   {name: "SUBSCRIBED", id: 1, role: Reply, asks: wampSubscribe},
	wampUnsubscribe:  {name: "UNSUBSCRIBE", id: 1, role: Request, asks: wampUnsubscribe},
	wampUnsubscribed: {name: "UNSUBSCRIBED", id: 1, role: Reply, asks: wampUnsubscribe},
	wampEvent:        {name: "EVENT", args: 4, topic: true},
	wampCall:         {name: "CALL", id: 1, label: 3, args: 4, role: Request, asks: wampCall},
	wampCancel:       {name: "CANCEL", id: 1, role: Cancel, asks: wampCall},
	wampResult:       {name: "RESULT", id: 1, args: 3, role: Reply, asks: wampCall},
	wampRegister:     {name: "REGISTER", id: 1, label: 3, role: Request, asks: wampRegister},
	wampRegistered:   {name: "REGISTERED", id: 1, role: Reply, asks: wampRegister},
	wampUnregister:   {name: "UNREGISTER", id: 1, role: Request, asks: wampUnregister},
	wampUnregistered: {name: "UNREGISTERED", id: 1, role: Reply, asks: wampUnregister},
	wampInvocation:   {name: "INVOCATION", id: 1, args: 4, role: Request, asks: wampInvocation},
	wampInterrupt:    {name: "INTERRUPT", id: 1, role: Cancel, asks: wampInvocation},
	wampYield:        {name: "YIELD", id: 1, args: 3, role: Reply, asks: wampInvocation},
}

// wampDecoder knows which topic or procedure a number stands for, once the answer to a request told it.
type wampDecoder struct {
	all     func(p []byte) (v any, ok bool) // reads a message
	json    bool
	batched bool
	waiting map[string]string // requests by kind and id: what they name
	names   map[string]string // subscriptions and registrations by kind and number
}

func beginWAMP(o *Opening) Decoder {
	d := &wampDecoder{waiting: map[string]string{}, names: map[string]string{}}
	_, form, _ := strings.Cut(o.Token, "wamp.2.")
	form, d.batched = strings.CutSuffix(form, ".batched")
	switch form {
	case "msgpack":
		d.all = msgpackAll
	case "cbor":
		d.all = cborAll
	default:
		d.json = true
	}
	return d
}

// Lost implements Decoder: messages stand for themselves. A name that was told in what is lost is not known.
func (d *wampDecoder) Lost(bool) {}

// Decode implements Decoder.
func (d *wampDecoder) Decode(m *Message, out []App) []App {
	before := len(out)
	for p := m.Payload; len(p) > 0 && len(out)-before < maxParts; {
		one, rest, ok := d.next(p)
		list := d.read(one)
		if !ok || len(list) == 0 {
			if m.Cut {
				return out
			}
			return out[:before]
		}
		n := len(out)
		if out = d.tell(list, m, out); len(out) == n {
			return out[:before]
		}
		p = rest
	}
	return out
}

// next splits a batch: JSON ends with 0x18, the others have 32 bits of length before them.
func (d *wampDecoder) next(p []byte) (one, rest []byte, ok bool) {
	switch {
	case !d.batched:
		return p, nil, true
	case d.json:
		one, rest, _ = bytes.Cut(p, []byte{wampBatch})
		return one, rest, true
	case len(p) < 4 || uint64(binary.BigEndian.Uint32(p)) > uint64(len(p)-4):
		return nil, nil, false
	}
	n := 4 + int(binary.BigEndian.Uint32(p))
	return p[4:n], p[n:], true
}

func (d *wampDecoder) read(p []byte) []any {
	if d.json {
		return wampJSON(p)
	}
	v, ok := d.all(p)
	list, _ := v.([]any)
	if !ok {
		return nil
	}
	return list
}

// wampJSON are the elements of a list, as json.RawMessage.
func wampJSON(p []byte) []any {
	if p = bytes.TrimSpace(p); len(p) < 2 || p[0] != '[' {
		return nil
	}
	var raw []json.RawMessage
	if json.Unmarshal(p, &raw) != nil {
		return nil
	}
	list := make([]any, len(raw))
	for i := range raw {
		list[i] = raw[i]
	}
	return list
}

// wampInt is an id: an integer up to 2^53 in each of the encodings; -1 for all else.
func wampInt(v any) int64 {
	switch v := v.(type) {
	case json.RawMessage:
		if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return n
		}
	case int64:
		return v
	case float64:
		if v == math.Trunc(v) && v >= 0 && v < 1<<53 {
			return int64(v)
		}
	}
	return -1
}

func wampText(v any) string {
	switch v := v.(type) {
	case json.RawMessage:
		return str(v)
	case string:
		return v
	}
	return ""
}

// wampTrue reports whether a dictionary has a member that is true.
func wampTrue(v any, name string) bool {
	switch v := v.(type) {
	case json.RawMessage:
		var all map[string]json.RawMessage
		return json.Unmarshal(v, &all) == nil && string(all[name]) == "true"
	case map[string]any:
		return v[name] == true
	}
	return false
}

func (d *wampDecoder) tell(list []any, m *Message, out []App) []App {
	n := int(wampInt(list[0]))
	k, known := wampKinds[n]
	at := func(i int) any {
		if i > 0 && i < len(list) {
			return list[i]
		}
		return nil
	}
	if least := max(k.id, k.label, 1); !known || len(list) <= least || k.id > 0 && wampInt(list[k.id]) < 0 {
		return out
	}
	a := App{Protocol: wampName, Version: "2", Event: k.name, Role: k.role, Also: map[string]any{}}
	a.placeWAMP(&k, at)
	d.tellMore(&a, n, list, m)
	if a.Role != Alone {
		asks := k.asks
		if n == wampError {
			asks = int(wampInt(list[1]))
		}
		a.Key, a.AskedByClient = strconv.Itoa(asks)+" "+a.ID, m.FromClient == (a.Role == Request || a.Role == Cancel)
	}
	d.name(&a, n, k.asks, list)
	if len(a.Also) == 0 {
		a.Also = nil
	}
	a.Summary = line(a.Event, a.Name, a.Topic, wampBody(&a), number(a.ID))
	return append(out, a)
}

// placeWAMP fills in what is at the same place in all messages of a kind.
func (a *App) placeWAMP(k *wampKind, at func(int) any) {
	if k.id > 0 {
		a.ID = strconv.FormatInt(wampInt(at(k.id)), 10)
	}
	if label := wampText(at(k.label)); k.topic {
		a.Topic = label
	} else {
		a.Name = label
	}
	if k.args < 0 {
		a.Args = at(-k.args)
		return
	}
	a.Args = at(k.args)
	if kw := at(k.args + 1); k.args > 0 && kw != nil {
		a.Also["kwargs"] = kw
	}
}

func wampBody(a *App) string {
	s := ""
	if a.Args != nil {
		s = inBrief(a.Args)
	}
	if kw := a.Also["kwargs"]; kw != nil {
		s = line(s, inBrief(kw))
	}
	return s
}

// tellMore tells what is special to a type of message.
func (d *wampDecoder) tellMore(a *App, n int, list []any, m *Message) {
	switch n {
	case wampHello:
		a.Also["realm"], a.Topic, a.Name = a.Name, a.Name, ""
	case wampWelcome:
		a.Also["session"] = strconv.FormatInt(wampInt(list[1]), 10)
	case wampAbort, wampGoodbye:
		a.Also["uri"] = a.Name
		a.Error = n == wampAbort
	case wampError:
		if len(list) > 4 {
			a.Also["uri"], a.Name = wampText(list[4]), wampText(list[4])
		}
		a.Error = true
	case wampPublish:
		if wampTrue(list[2], "acknowledge") {
			a.Role = Request
		}
	case wampEvent:
		a.Also["subscription"] = strconv.FormatInt(wampInt(list[1]), 10)
		if len(list) > 2 {
			a.Also["publication"] = strconv.FormatInt(wampInt(list[2]), 10)
		}
	case wampResult, wampYield:
		if wampTrue(list[2], "progress") {
			a.Role = Item
		}
	}
}

// name notes what SUBSCRIBE and REGISTER name, and names what EVENT and INVOCATION give the number of.
func (d *wampDecoder) name(a *App, n, asks int, list []any) {
	numbered := func(v any) string { return strconv.FormatInt(wampInt(v), 10) }
	switch n {
	case wampSubscribe, wampRegister:
		if len(d.waiting) < maxWampNames {
			d.waiting[a.Key] = a.Topic + a.Name
		}
	case wampSubscribed, wampRegistered:
		if name, ok := d.waiting[a.Key]; ok && len(list) > 2 && len(d.names) < maxWampNames {
			d.names[strconv.Itoa(asks)+" "+numbered(list[2])] = name
		}
		delete(d.waiting, a.Key)
	case wampEvent:
		a.Topic = d.names[strconv.Itoa(wampSubscribe)+" "+numbered(list[1])]
	case wampInvocation:
		a.Name = d.names[strconv.Itoa(wampRegister)+" "+numbered(list[2])]
	}
}
