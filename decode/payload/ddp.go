package payload

import "github.com/wspeek/wspeek/decode/jsontext"

var ddpRow = Protocol{
	Name: "DDP (Meteor)", ID: "ddp", Evidence: `the client's first message is {"msg":"connect","version":...}`,
	Decodes:   "methods with their results, subscriptions with ready and nosub, changes by collection",
	Spec:      "github.com/meteor/meteor, DDP.md",
	Recognise: recogniseDDP,
	Begin:     beginWith(decodeDDP),
}

func recogniseDDP(_ *Opening, first []Message) Certainty {
	for i := range first {
		x, ok := object(first[i].Payload)
		switch msg := str(x.Get("msg")); {
		case !ok:
			return No
		case msg == "connect" && isString(x.Get("version")), msg == "connected" && isString(x.Get("session")),
			isString(x.Get("server_id")) && len(x.Items) == 1 && !first[i].FromClient:
			return Yes
		default:
			return No
		}
	}
	return Maybe
}

// ddpKinds are the messages, and which member is the name, the topic and what is carried.
var ddpKinds = map[string]struct{ name, topic, args string }{
	"connect": {}, "connected": {}, "failed": {}, "ping": {}, "pong": {}, "sub": {name: "name", args: "params"}, "unsub": {},
	"nosub": {args: "error"}, "added": {topic: "collection", args: "fields"}, "changed": {topic: "collection", args: "fields"},
	"removed": {topic: "collection"}, "ready": {args: "subs"}, "addedBefore": {topic: "collection", args: "fields"},
	"movedBefore": {topic: "collection"}, "method": {name: "method", args: "params"}, "result": {args: "result"},
	"updated": {args: "methods"}, "error": {args: "reason"},
}

func decodeDDP(m *Message, out []App) []App {
	o, ok := object(m.Payload)
	if !ok {
		return out
	}
	a := App{Event: str(o.Get("msg")), ID: scalar(o.Get("id"))}
	if a.Event == "" && isString(o.Get("server_id")) {
		a.Event = "server_id"
		return append(out, a.told(m, o.Get("server_id")))
	}
	kind, known := ddpKinds[a.Event]
	if !known {
		return out
	}
	a.Name, a.Topic = str(o.Get(kind.name)), str(o.Get(kind.topic))
	args := o.Get(kind.args)
	if e := o.Get("error"); e != nil {
		a.Error, args = true, e
	}
	a.ddpRole(m, &o)
	if !m.Brief {
		a.Args = own(args)
		if a.Summary = line(a.Event, a.Topic, number(a.ID), brief(args)); a.Name != "" {
			a.Summary = line(a.Event, call(a.Name, args, a.ID))
		}
	}
	return append(out, a)
}

// ddpRole sets what a message is in an exchange.
func (a *App) ddpRole(m *Message, o *jsontext.Shallow) {
	switch a.Event {
	case "connect":
		a.begins(m, "connect")
	case "connected":
		a.answers(m, Reply, "connect")
	case "failed":
		a.Error = true
		a.answers(m, Reply, "connect")
	case "error":
		a.Error = true
	case "method":
		a.begins(m, "method "+a.ID)
	case "result":
		a.answers(m, Reply, "method "+a.ID)
	case "sub":
		a.begins(m, "sub "+a.ID)
	case "nosub":
		a.answers(m, Reply, "sub "+a.ID)
	case "ready":
		if subs, ok := array(o.Get("subs")); ok {
			a.answers(m, Reply, "sub "+scalar(subs.At(0)))
		}
	case "ping":
		a.Heartbeat = true
		a.begins(m, "ping "+a.ID)
	case "pong":
		a.Heartbeat = true
		a.answers(m, Reply, "ping "+a.ID)
	}
}
