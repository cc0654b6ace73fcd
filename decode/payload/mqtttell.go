package payload

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Bits of CONNECT's flags (MQTT 3.1.1 section 3.1.2.3).
const (
	mqttClean    = 1 << 1
	mqttWill     = 1 << 2
	mqttPassword = 1 << 6
	mqttUser     = 1 << 7
)

// mqttVersions are what people call the protocol levels.
var mqttVersions = map[byte]string{3: "3.1", 4: "3.1.1", 5: "5"}

func (d *mqttDecoder) tellConnect(a *App, w *wire, first int64) {
	w.counted(2)
	d.level = byte(w.small(1)) &^ mqttError // a bridge sets the highest bit
	flags := w.small(1)
	keep := w.small(2)
	d.properties(w)
	client := string(w.counted(2))
	a.Also = map[string]any{
		"client_id": client, "version": int64(d.level), "keepalive": int64(keep), "clean": flags&mqttClean != 0,
	}
	if flags&mqttWill != 0 {
		d.properties(w)
		topic := string(w.counted(2))
		a.Also["will"] = map[string]any{
			"topic": topic, "payload": content(w.counted(2)), "qos": int64(flags >> 3 & 3), "retain": flags&0x20 != 0,
		}
	}
	if flags&mqttUser != 0 {
		a.Also["user"] = string(w.counted(2))
	}
	if flags&mqttPassword != 0 {
		a.Also["password"] = content(w.counted(2))
	}
	a.Role, a.Key, d.connect = Request, "connect", first
	a.promisesKeepAlive(keep)
	a.Summary = line(client, "(MQTT "+mqttVersions[d.level]+")")
	d.aliases = [2]map[int]string{}
	clear(d.open)
}

func (d *mqttDecoder) tellConnack(a *App, w *wire) {
	flags, code := w.small(1), w.small(1)
	a.Role, a.Key, a.AskedByClient, a.ReplyTo, a.Error = Reply, "connect", true, d.connect, code != 0
	a.Also = map[string]any{"code": int64(code), "session_present": flags&1 != 0}
	if code != 0 {
		a.Summary = fmt.Sprintf("refused, code %d", code)
	}
	d.connect = 0
	if keep, ok := mqttServerKeepAlive(d.properties(w)); ok {
		a.promisesKeepAlive(keep)
	}
}

func (d *mqttDecoder) tellPublish(a *App, w *wire, head byte, m *Message, first int64) {
	a.Topic = string(w.counted(2))
	qos := head >> 1 & 3
	a.Also = map[string]any{"qos": int64(qos), "retain": head&1 != 0, "dup": head&8 != 0}
	if qos > 0 {
		id := uint16(w.small(2)) //nolint:gosec // two bytes
		a.ID, a.Role = strconv.Itoa(int(id)), Request
		a.Key, d.open[mqttKey{id, m.FromClient}] = a.ID, first
	}
	if alias := mqttAlias(d.properties(w)); alias > 0 {
		d.alias(a, alias, mqttSide(m.FromClient))
	}
	a.Args = content(w.p)
	a.Summary = line(a.Topic, body(a.Args))
	if a.Topic == "" {
		a.Summary = line(fmt.Sprintf("(topic alias %v, which was not seen)", a.Also["topic_alias"]), body(a.Args))
	}
}

// alias notes or looks up a topic alias (MQTT 5.0 section 3.3.2.3.4).
func (d *mqttDecoder) alias(a *App, alias, side int) {
	a.Also["topic_alias"] = int64(alias)
	if a.Topic == "" {
		a.Topic = d.aliases[side][alias]
		return
	}
	if d.aliases[side] == nil {
		d.aliases[side] = map[int]string{}
	}
	d.aliases[side][alias] = a.Topic
}

// mqttSizes are the lengths of the values of properties (MQTT 5.0 section 2.2.2.2): mqttString one string or binary value,
// mqttPair two strings, mqttVar a variable byte integer.
var mqttSizes = map[byte]int{
	1: 1, 2: 4, 3: mqttString, 8: mqttString, 9: mqttString, 11: mqttVar, 17: 4, 18: mqttString, 19: 2, 21: mqttString, 22: mqttString,
	23: 1, 24: 4, 25: 1, 26: mqttString, 28: mqttString, 31: mqttString, 33: 2, 34: 2, 35: 2, 36: 1, 37: 1, 38: mqttPair, 39: 4, 40: 1,
	41: 1, 42: 1,
}

const (
	mqttString = -1 - iota
	mqttPair
	mqttVar
)

// Properties that matter here (MQTT 5.0 section 2.2.2.2).
const (
	mqttServerKeep = 0x13
	mqttTopicAlias = 0x23
)

// mqttAlias finds the topic alias among properties.
func mqttAlias(p []byte) int {
	w := wire{p: p}
	if !mqttProperty(&w, mqttTopicAlias) {
		return 0
	}
	return w.small(2)
}

// mqttProperty goes to the value of a property, and reports whether it is there.
func mqttProperty(w *wire, which byte) bool {
	for len(w.p) > 0 && !w.bad {
		id := w.take(1)[0]
		if id == which {
			return true
		}
		switch size, known := mqttSizes[id]; {
		case !known:
			return false
		case size == mqttVar:
			n, _ := mqttLength(w.p)
			w.take(max(n, 1))
		case size == mqttPair:
			w.counted(2)
			w.counted(2)
		case size == mqttString:
			w.counted(2)
		default:
			w.take(size)
		}
	}
	return false
}

func (d *mqttDecoder) tellSubscribe(a *App, w *wire, t byte, m *Message, first int64) {
	id := uint16(w.small(2)) //nolint:gosec // two bytes
	d.properties(w)
	a.ID, a.Role = strconv.Itoa(int(id)), Request
	a.Key, d.open[mqttKey{id, m.FromClient}] = a.ID, first
	var topics []string
	var list []any
	for len(w.p) > 0 && !w.bad {
		topic := string(w.counted(2))
		if t == mqttSubscribe {
			list = append(list, map[string]any{"topic": topic, "qos": int64(w.small(1) & 3)})
		} else {
			list = append(list, map[string]any{"topic": topic})
		}
		topics = append(topics, topic)
	}
	if len(topics) == 1 {
		a.Topic = topics[0]
	}
	a.Also = map[string]any{"subscriptions": list}
	a.Summary = shorten(strings.Join(topics[:min(len(topics), 8)], ", "))
}

// tellAnswer tells of packets that answer one of the other side. With QoS 2, PUBREL answers PUBREC and is answered itself.
func (d *mqttDecoder) tellAnswer(a *App, w *wire, t byte, m *Message, first int64) {
	id := uint16(w.small(2)) //nolint:gosec // two bytes
	asker := !m.FromClient
	if t == mqttPubrel {
		asker = m.FromClient
	}
	key := mqttKey{id, asker}
	a.ID, a.AskedByClient, a.ReplyTo = strconv.Itoa(int(id)), asker, d.open[key]
	a.Key, a.Role = a.ID, Reply
	codes := w.p
	if t == mqttSuback || t == mqttUnsuback {
		d.properties(w)
		codes = w.p
		granted := make([]any, 0, len(codes))
		for _, c := range codes {
			granted = append(granted, int64(c))
		}
		if len(granted) > 0 {
			a.Also = map[string]any{"granted": granted}
		}
	} else {
		codes = codes[:min(len(codes), 1)]
	}
	if i := slices.IndexFunc(codes, func(c byte) bool { return c >= mqttError }); i >= 0 {
		a.Error, a.Summary = true, fmt.Sprintf("refused, code 0x%02x", codes[i])
	}
	if (t == mqttPubrec || t == mqttPubrel) && !a.Error {
		a.Role, d.open[key] = Item, first
		return
	}
	delete(d.open, key)
}
