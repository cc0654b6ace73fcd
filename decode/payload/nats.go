package payload

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

const (
	natsName = "nats"
	// maxNATSLine is how long a line of NATS is at most here; the server's own limit is 4096 for clients.
	maxNATSLine = 1 << 15
	// maxNATSBody is the most that max_payload can be set to.
	maxNATSBody = 64 << 20
	// maxNATSAsked is how many requests are remembered.
	maxNATSAsked = 1 << 12
)

// natsVerb is an operation of the NATS client protocol.
type natsVerb struct {
	name       string
	fromClient bool
	fromServer bool
	// least and most are how many arguments it has; lengths how many of them, the last ones, are lengths of what follows the line.
	least, most, lengths int
}

// Their order is no matter; those with free text have most -1.
var natsVerbs = []natsVerb{
	{"INFO", false, true, 1, -1, 0}, {"CONNECT", true, false, 1, -1, 0},
	{"PUB", true, false, 2, 3, 1}, {"HPUB", true, false, 3, 4, 2},
	{"SUB", true, false, 2, 3, 0}, {"UNSUB", true, false, 1, 2, 0},
	{"MSG", false, true, 3, 4, 1}, {"HMSG", false, true, 4, 5, 2},
	{"PING", true, true, 0, 0, 0}, {"PONG", true, true, 0, 0, 0},
	{"+OK", false, true, 0, 0, 0}, {"-ERR", false, true, 0, -1, 0},
}

var natsRow = Protocol{
	Name: "NATS", ID: natsName, Spec: "docs.nats.io, Client Protocol",
	Decodes:   "operations over message boundaries, subjects, headers, bodies; requests with the answers to their reply subject",
	Evidence:  `the server's first message starts with INFO { and has "server_id"`,
	Recognise: recogniseNATS,
	Begin:     func(*Opening) Decoder { return &natsDecoder{} },
}

func recogniseNATS(_ *Opening, first []Message) Certainty {
	const enough = 1 << 10
	sure := No
	for _, side := range []struct {
		client       bool
		start, proof string
	}{{false, "INFO {", `"server_id"`}, {true, "CONNECT {", `"verbose"`}} {
		p, ok := joined(first, side.client, anyKind, enough)
		c := startsWith(p, side.start)
		if c == Yes && !bytes.Contains(p, []byte(side.proof)) {
			if c = Maybe; len(p) == enough || bytes.IndexByte(p, '\n') >= 0 {
				c = No
			}
		}
		if c == No && len(p) > 0 || !ok {
			return No
		}
		sure = max(sure, c)
	}
	return sure
}

type natsDecoder struct {
	halves
	asked map[string]bool // reply subjects of requests, with the side that asked before them
}

// Decode implements Decoder.
func (d *natsDecoder) Decode(m *Message, out []App) []App {
	h := d.of(m.FromClient)
	if !m.Cut && h.waits(m.Payload, '\n') {
		return h.hold(natsName, m, out)
	}
	return h.feed(natsName, d, m, out)
}

// Lost implements Decoder.
func (d *natsDecoder) Lost(fromClient bool) { d.of(fromClient).lose() }

// natsLine is the first line of an operation.
type natsLine struct {
	verb *natsVerb
	args []string
	rest string // all arguments, as they are
	n    int    // the length of the line
	head int    // the length of headers
	body int    // the length of headers and body
}

// natsParse reads a line. wait reports that p has no whole line; verb is nil if it is no operation.
func natsParse(p []byte, fromClient bool) (l natsLine, wait bool) {
	i := bytes.IndexByte(p[:min(len(p), maxNATSLine)], '\n')
	if i < 0 {
		return l, len(p) < maxNATSLine
	}
	text := strings.TrimSuffix(string(p[:i]), "\r")
	word, rest, _ := strings.Cut(text, " ")
	if tab := strings.IndexByte(word, '\t'); tab >= 0 {
		word, rest = text[:tab], text[tab+1:]
	}
	v := slices.IndexFunc(natsVerbs, func(v natsVerb) bool { return strings.EqualFold(v.name, word) })
	if v < 0 {
		return l, false
	}
	verb := &natsVerbs[v]
	l.args, l.rest, l.n = strings.Fields(rest), strings.TrimSpace(rest), i+1
	if fromClient && !verb.fromClient || !fromClient && !verb.fromServer || len(l.args) < verb.least || verb.most >= 0 && len(l.args) > verb.most {
		return l, false
	}
	for k, size := range l.args[len(l.args)-verb.lengths:] {
		n, err := strconv.ParseUint(size, 10, 31)
		if err != nil || n > maxNATSBody {
			return l, false
		}
		if l.head, l.body = l.body, int(n); k == 0 {
			l.head = 0
		}
	}
	if l.head <= l.body {
		l.verb = verb
	}
	return l, false
}

func (d *natsDecoder) measure(p []byte, fromClient bool) (n, want int) {
	l, wait := natsParse(p, fromClient)
	switch {
	case wait:
		return 0, 0
	case l.verb == nil:
		return -1, 0
	case l.verb.lengths == 0:
		return l.n, 0
	}
	n = l.n + l.body + 2
	if len(p) < n {
		return 0, n
	}
	if p[n-2] != '\r' || p[n-1] != '\n' {
		return -1, 0
	}
	return n, 0
}

func (d *natsDecoder) tell(p []byte, m *Message, _ int64, out []App) []App {
	l, _ := natsParse(p, m.FromClient)
	a := App{Protocol: natsName, Event: l.verb.name, AskedByClient: m.FromClient}
	switch l.verb.name {
	case "INFO", "CONNECT":
		a.Args = jsonValue([]byte(l.rest))
		var info struct{ Name, Version string }
		if json.Unmarshal([]byte(l.rest), &info) == nil {
			a.Name = info.Name
			a.Summary = line(info.Name, info.Version)
		}
	case "PING":
		a.Heartbeat, a.Role, a.Key = true, Request, "PING"
	case "PONG":
		a.Heartbeat, a.Role, a.Key, a.AskedByClient = true, Reply, "PING", !m.FromClient
	case "-ERR":
		a.Error, a.Args, a.Summary = true, strings.Trim(l.rest, "'"), l.rest
	case "SUB":
		a.Topic, a.ID = l.args[0], l.args[len(l.args)-1]
		if len(l.args) == 3 {
			a.Also = map[string]any{"queue": l.args[1]}
		}
		a.Summary = a.Topic
	case "UNSUB":
		a.ID = l.args[0]
	case "PUB", "HPUB", "MSG", "HMSG":
		d.tellBody(&a, &l, p[l.n:l.n+l.body], m.FromClient)
	}
	a.Summary = line(a.Event, a.Summary, number(a.ID))
	return append(out, a)
}

func (d *natsDecoder) tellBody(a *App, l *natsLine, p []byte, fromClient bool) {
	names := l.args[:len(l.args)-l.verb.lengths]
	a.Topic, names = names[0], names[1:]
	if !fromClient {
		a.ID, names = names[0], names[1:]
	}
	a.Also = map[string]any{}
	if l.head > 0 {
		a.Also["headers"], a.Error = natsHeaders(p[:l.head])
	}
	a.Args = content(p[l.head:])
	if d.asked[natsAsk(!fromClient, a.Topic)] {
		a.Role, a.Key, a.AskedByClient = Reply, a.Topic, !fromClient
		delete(d.asked, natsAsk(!fromClient, a.Topic))
	}
	if len(names) > 0 {
		a.Also["reply"] = names[0]
		a.Role, a.Key, a.Name, a.AskedByClient = Request, names[0], a.Topic, fromClient
		if d.asked == nil || len(d.asked) >= maxNATSAsked {
			d.asked = map[string]bool{}
		}
		d.asked[natsAsk(fromClient, names[0])] = true
	}
	a.Summary = line(a.Topic, body(a.Args))
}

func natsAsk(fromClient bool, subject string) string {
	if fromClient {
		return "c" + subject
	}
	return "s" + subject
}

// natsHeaders reads headers, which look like those of HTTP: a line with the version and perhaps a status, then name and value. A
// status tells of a failure (503: nobody listens there).
func natsHeaders(p []byte) (map[string]any, bool) {
	first, rest, _ := strings.Cut(string(p), "\r\n")
	out := map[string]any{}
	status := ""
	if _, after, ok := strings.Cut(first, " "); ok {
		status, _, _ = strings.Cut(strings.TrimSpace(after), " ")
		out["status"] = strings.TrimSpace(after)
	}
	for _, l := range strings.Split(rest, "\r\n") {
		name, v, ok := strings.Cut(l, ":")
		if !ok {
			continue
		}
		v = strings.TrimSpace(v)
		if old, twice := out[name].(string); twice {
			v = old + ", " + v
		}
		out[name] = v
	}
	return out, status == "503" || status == "408"
}
