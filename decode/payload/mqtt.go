package payload

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// mqttName is MQTT's name in JSON.
const mqttName = "mqtt"

// The types of control packets (MQTT 5.0 section 2.1.2).
const (
	mqttConnect = iota + 1
	mqttConnack
	mqttPublish
	mqttPuback
	mqttPubrec
	mqttPubrel
	mqttPubcomp
	mqttSubscribe
	mqttSuback
	mqttUnsubscribe
	mqttUnsuback
	mqttPingreq
	mqttPingresp
	mqttDisconnect
	mqttAuth
)

// mqttKind is what is known of a type of packet.
type mqttKind struct {
	name         string
	fromClient   bool
	fromServer   bool
	flags, least byte // the lower four bits; the least length of what follows the fixed header
}

var mqttKinds = [...]mqttKind{
	mqttConnect: {"CONNECT", true, false, 0, 10}, mqttConnack: {"CONNACK", false, true, 0, 2},
	mqttPublish: {"PUBLISH", true, true, 0, 2}, mqttPuback: {"PUBACK", true, true, 0, 2},
	mqttPubrec: {"PUBREC", true, true, 0, 2}, mqttPubrel: {"PUBREL", true, true, 2, 2},
	mqttPubcomp: {"PUBCOMP", true, true, 0, 2}, mqttSubscribe: {"SUBSCRIBE", true, false, 2, 5},
	mqttSuback: {"SUBACK", false, true, 0, 3}, mqttUnsubscribe: {"UNSUBSCRIBE", true, false, 2, 4},
	mqttUnsuback: {"UNSUBACK", false, true, 0, 2}, mqttPingreq: {"PINGREQ", true, false, 0, 0},
	mqttPingresp: {"PINGRESP", false, true, 0, 0}, mqttDisconnect: {"DISCONNECT", true, true, 0, 0},
	mqttAuth: {"AUTH", true, true, 0, 0},
}

// mqttLevel5 is the protocol level of MQTT 5; 3 is 3.1, 4 is 3.1.1.
const mqttLevel5 = 5

// mqttError is the first of the codes that tell of a failure (MQTT 5.0 section 2.4).
const mqttError = 0x80

var mqttRow = Protocol{
	Name: "MQTT", ID: mqttName, Tokens: []string{"mqtt", "mqttv3.1"},
	Decodes:   "packets over message boundaries, topics and their aliases, bodies, will and user; acknowledgements with what they acknowledge",
	Spec:      "OASIS MQTT 3.1.1 and 5.0, IBM MQTT 3.1",
	Evidence:  "the client's first message is binary: CONNECT with the name MQTT or MQIsdp",
	Recognise: recogniseMQTT,
	Begin: func(o *Opening) Decoder {
		d := &mqttDecoder{open: map[mqttKey]int64{}}
		if o.Token == "mqttv3.1" {
			d.level = 3
		}
		return d
	},
}

func recogniseMQTT(o *Opening, first []Message) Certainty {
	if o.Token == "mqtt" || o.Token == "mqttv3.1" {
		return Yes
	}
	if !begunBy(true, first) {
		return No
	}
	p, ok := joined(first, true, Binary, 16)
	if !ok || len(p) > 0 && p[0] != mqttConnect<<4 {
		return No
	}
	if len(p) < 2 {
		return Maybe
	}
	n, _ := mqttLength(p[1:])
	if n < 0 {
		return No
	}
	p = p[1+n:]
	return max(startsWith(p, "\x00\x04MQTT"), startsWith(p, "\x00\x06MQIsdp"))
}

// mqttLength reads a variable byte integer (MQTT 5.0 section 1.5.5): n is its length, 0 if p is too short, -1 if it is none.
func mqttLength(p []byte) (n, v int) {
	for i, c := range p[:min(len(p), 4)] {
		v |= int(c&0x7f) << (7 * i)
		if c < 0x80 {
			return i + 1, v
		}
	}
	if len(p) >= 4 {
		return -1, 0
	}
	return 0, 0
}

// mqttKey is a packet identifier, which each side counts for itself.
type mqttKey struct {
	id         uint16
	fromClient bool
}

type mqttDecoder struct {
	halves
	level   byte // of the protocol, 0 if CONNECT was not seen
	aliases [2]map[int]string
	open    map[mqttKey]int64 // the message that the next packet of an exchange answers
	connect int64             // the message with CONNECT
	ping    int64
}

// Decode implements Decoder.
func (d *mqttDecoder) Decode(m *Message, out []App) []App {
	if m.Kind != Binary {
		return out
	}
	return d.of(m.FromClient).feed(mqttName, d, m, out)
}

// Lost implements Decoder. A topic alias may have been given anew in what is missing.
func (d *mqttDecoder) Lost(fromClient bool) {
	d.of(fromClient).lose()
	d.aliases[mqttSide(fromClient)] = nil
}

func mqttSide(fromClient bool) int {
	if fromClient {
		return 0
	}
	return 1
}

func (d *mqttDecoder) measure(p []byte, fromClient bool) (n, want int) {
	t := p[0] >> 4
	if int(t) >= len(mqttKinds) || t == 0 {
		return -1, 0
	}
	k := &mqttKinds[t]
	if fromClient && !k.fromClient || !fromClient && !k.fromServer || t != mqttPublish && p[0]&0xf&^8 != k.flags || t == mqttPublish && p[0]&6 == 6 {
		return -1, 0
	}
	head, length := mqttLength(p[1:])
	switch {
	case head < 0 || head > 0 && length < int(k.least):
		return -1, 0
	case head == 0:
		return 0, 0
	case len(p) < 1+head+length:
		return 0, 1 + head + length
	}
	n = 1 + head + length
	if !d.valid(p[0], p[1+head:n]) {
		return -1, 0
	}
	return n, 0
}

// valid reports whether the fields of a packet fit into it.
func (d *mqttDecoder) valid(head byte, body []byte) bool {
	w := wire{p: body}
	switch head >> 4 {
	case mqttConnect:
		name := string(w.counted(2))
		return name == "MQTT" || name == "MQIsdp"
	case mqttPublish:
		topic := w.counted(2)
		if head&6 != 0 {
			w.take(2)
		}
		if d.level == mqttLevel5 {
			d.properties(&w)
		}
		return !w.bad && utf8.Valid(topic) && bytes.IndexByte(topic, 0) < 0
	case mqttPingreq, mqttPingresp:
		return len(body) == 0
	}
	return true
}

// properties reads the properties of MQTT 5 (section 2.2.2).
func (d *mqttDecoder) properties(w *wire) (out []byte) {
	if d.level != mqttLevel5 {
		return nil
	}
	n, v := mqttLength(w.p)
	if n <= 0 {
		w.bad = true
		return nil
	}
	w.take(n)
	return w.take(v)
}

func (d *mqttDecoder) tell(p []byte, m *Message, first int64, out []App) []App {
	n, _ := mqttLength(p[1:])
	t, w := p[0]>>4, wire{p: p[1+n:]}
	a := App{Protocol: mqttName, Event: mqttKinds[t].name, AskedByClient: m.FromClient}
	switch t {
	case mqttConnect:
		d.tellConnect(&a, &w, first)
	case mqttConnack:
		d.tellConnack(&a, &w)
	case mqttPublish:
		d.tellPublish(&a, &w, p[0], m, first)
	case mqttSubscribe, mqttUnsubscribe:
		d.tellSubscribe(&a, &w, t, m, first)
	case mqttSuback, mqttUnsuback, mqttPuback, mqttPubrec, mqttPubrel, mqttPubcomp:
		d.tellAnswer(&a, &w, t, m, first)
	case mqttPingreq:
		a.Role, a.Key, a.Heartbeat, d.ping = Request, "ping", true, first
	case mqttPingresp:
		a.Role, a.Key, a.Heartbeat, a.AskedByClient = Reply, "ping", true, true
		a.ReplyTo, d.ping = d.ping, 0
	case mqttDisconnect, mqttAuth:
		if len(w.p) > 0 {
			reason := w.small(1)
			a.Error, a.Also = reason >= mqttError, map[string]any{"reason": int64(reason)}
			a.Summary = fmt.Sprintf("reason 0x%02x", reason)
		}
	}
	if d.level != 0 {
		a.Version = strconv.Itoa(int(d.level))
	}
	a.Summary = line(a.Event, a.Summary, number(a.ID))
	return append(out, a)
}
