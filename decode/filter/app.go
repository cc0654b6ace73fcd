package filter

import (
	"encoding/json"

	"github.com/wspeek/wspeek/decode/jsontext"
	"github.com/wspeek/wspeek/decode/payload"
)

const argsPrefix = "app.args."

// ownOfApps are the fields of what a message says. A message that holds several packets has several values of each.
var ownOfApps = []field{
	saidText("app.protocol", "The application protocol: socket.io, mqtt, json-rpc (wspeek help apps lists them).", func(a *payload.App) string { return a.Protocol }),
	saidText("app.event", "The protocol's word for the kind of packet: event, ack, request, PUBLISH.", func(a *payload.App) string { return a.Event }),
	saidText("app.name", "The event, method, procedure or action.", func(a *payload.App) string { return a.Name }),
	saidText("app.id", "What ties request and answer, as it is written on the wire.", func(a *payload.App) string { return a.ID }),
	saidText("app.topic", "The topic, channel, destination or subject.", func(a *payload.App) string { return a.Topic }),
	saidText("app.namespace", "The namespace (Socket.IO).", func(a *payload.App) string { return a.Namespace }),
	saidBool("app.error", "A packet tells of a failure. Alone: it does.", func(a *payload.App) bool { return a.Error }),
	saidBool("app.heartbeat", "A packet only keeps the connection alive. Alone: it does.", func(a *payload.App) bool { return a.Heartbeat }),
	{Field: Field{Name: "app.rtt", Text: "Seconds from the request to this answer; absent of what answers nothing."},
		kind: kindSeconds, where: inMessage, needs: Needs{App: true}, saidNum: func(a *payload.App) (int64, bool) { return int64(a.Took), a.ReplyTo > 0 }},
	{Field: Field{Name: "app.args.PATH", Text: "A value of what a packet carries: app.args[0].text, [*] for any element."},
		kind: kindJSON, where: inMessage, needs: Needs{App: true}, json: true, args: true},
}

func saidText(name, text string, get func(*payload.App) string) field {
	f := field{Field: Field{Name: name, Text: text}, kind: kindText, where: inMessage, needs: Needs{App: true}, said: get}
	if name == "app.protocol" {
		f.values = payload.Names()
	}
	return f
}

func saidBool(name, text string, get func(*payload.App) bool) field {
	return field{Field: Field{Name: name, Text: text}, kind: kindBool, where: inMessage, names: yesNo, bareIsTrue: true, needs: Needs{App: true},
		saidNum: func(a *payload.App) (int64, bool) { return bit(get(a)), true }}
}

// apps are what the message says.
func (r *Row) apps() []payload.App {
	if r.Apps == nil || r.Message == nil {
		return nil
	}
	return r.Apps()
}

// askSaid asks about a text of any or all packets; one that is empty is not there.
func askSaid(get func(*payload.App) string, all bool, test func(string) bool) func(*Row) bool {
	return func(r *Row) bool {
		found := false
		apps := r.apps()
		for i := range apps {
			s := get(&apps[i])
			if s == "" {
				continue
			}
			if found = true; test(s) != all {
				return !all
			}
		}
		return all && found
	}
}

// askSaidNum is askSaid for numbers.
func askSaidNum(get func(*payload.App) (int64, bool), all bool, test func(int64) bool) func(*Row) bool {
	return func(r *Row) bool {
		found := false
		apps := r.apps()
		for i := range apps {
			v, ok := get(&apps[i])
			if !ok {
				continue
			}
			if found = true; test(v) != all {
				return !all
			}
		}
		return all && found
	}
}

// askArgs asks about the values at a path in what packets carry.
func askArgs(path []step, all bool, test func(*Row, []byte) bool) func(*Row) bool {
	return func(r *Row) bool {
		apps := r.apps()
		found := false
		for i := range apps {
			p := argsJSON(apps[i].Args)
			if len(p) == 0 {
				continue
			}
			seen := false
			w := walk{r: r, p: p, all: all, test: func(r *Row, v []byte) bool { seen = true; return test(r, v) }}
			w.value(jsontext.Space(p, 0), path)
			if found = found || seen; seen && w.yes != all {
				return !all
			}
		}
		return all && found
	}
}

// argsJSON is what a packet carries, as JSON; bytes are base64.
func argsJSON(v any) []byte {
	switch v := v.(type) {
	case nil:
		return nil
	case json.RawMessage:
		return v
	}
	p, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return p
}

// argsField is the field for a path into what packets carry.
func argsField(word, at string) (*field, bool) {
	path, ok := parsePath(at)
	return &field{Field: Field{Name: word}, kind: kindJSON, where: inMessage, json: true, args: true, path: path, needs: Needs{App: true}}, ok
}
