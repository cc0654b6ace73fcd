package payload

import (
	"strings"
)

var graphQLRow = Protocol{
	Name: "graphql-transport-ws", ID: "graphql-transport-ws", Tokens: []string{"graphql-transport-ws"}, Evidence: `the client's first message has "type":"connection_init", and subscribe or next follow`,
	Decodes:   "operations by id with their items, errors and ends; the name of the operation",
	Spec:      "github.com/enisdenjo/graphql-ws, PROTOCOL.md",
	Recognise: recogniseGraphQL("subscribe", "next"),
	Begin:     beginWith(decodeGraphQL),
}

var graphQLOldRow = Protocol{
	Name: "graphql-ws", ID: "graphql-ws", Tokens: []string{"graphql-ws"}, Evidence: `the client's first message has "type":"connection_init", and start, data or ka follow`,
	Decodes:   "operations by id with their items, errors and ends; the name of the operation",
	Spec:      "github.com/apollographql/subscriptions-transport-ws, PROTOCOL.md",
	Recognise: recogniseGraphQL("start", "data", "ka"),
	Begin:     beginWith(decodeGraphQL),
}

// recogniseGraphQL is sure when connection_init was followed by one of the types that only one of the two protocols has.
func recogniseGraphQL(types ...string) func(*Opening, []Message) Certainty {
	return func(_ *Opening, first []Message) Certainty {
		if str(member(first[0].Payload, "type")) != "connection_init" {
			return No
		}
		for i := range first {
			switch t := str(member(first[i].Payload, "type")); {
			case t == "" || graphQLEvents[t] == unknownGraphQL:
				return No
			case in(types, t):
				return Yes
			}
		}
		return Maybe
	}
}

func in(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// graphQLRole is what a type of message is in an exchange.
type graphQLRole uint8

const (
	unknownGraphQL graphQLRole = iota
	graphQLInit                // opens the connection
	graphQLInitDone
	graphQLAsk
	graphQLItem
	graphQLFailed
	graphQLComplete
	graphQLPing
	graphQLPong
	graphQLAlive
	graphQLPlain
)

// graphQLEvents are the types of both protocols.
var graphQLEvents = map[string]graphQLRole{
	"connection_init": graphQLInit, "connection_ack": graphQLInitDone, "connection_error": graphQLInitDone,
	"subscribe": graphQLAsk, "start": graphQLAsk, "next": graphQLItem, "data": graphQLItem, "error": graphQLFailed,
	"complete": graphQLComplete, "stop": graphQLComplete, "subscription_success": graphQLItem, "ping": graphQLPing, "pong": graphQLPong,
	"ka": graphQLAlive, "connection_terminate": graphQLPlain,
}

func decodeGraphQL(m *Message, out []App) []App { //nolint:funlen,gocyclo // a flat switch over the kinds of messages
	o, ok := object(m.Payload)
	if !ok {
		return out
	}
	a := App{Event: str(o.Get("type")), ID: scalar(o.Get("id"))}
	load := o.Get("payload")
	if graphQLEvents[a.Event] == unknownGraphQL {
		return out
	}
	a.placeGraphQL(m, load)
	if !m.Brief {
		a.Args, a.Summary = own(load), summariseGraphQL(&a, load)
	}
	return append(out, a)
}

// placeGraphQL sets what the packet is in its exchange.
func (a *App) placeGraphQL(m *Message, load []byte) {
	switch graphQLEvents[a.Event] {
	case graphQLInit:
		a.begins(m, "init")
	case graphQLInitDone:
		a.answers(m, Reply, "init")
		a.Error = a.Event == "connection_error"
	case graphQLAsk:
		a.Name = operationName(load)
		a.begins(m, a.ID)
	case graphQLItem:
		a.answers(m, Item, a.ID)
	case graphQLFailed:
		a.Error = true
		a.answers(m, Reply, a.ID)
	case graphQLComplete:
		a.answers(m, End, a.ID)
		if m.FromClient {
			a.Role, a.AskedByClient = Cancel, true
		}
	case graphQLPing:
		a.Heartbeat = true
		a.begins(m, "ping")
	case graphQLPong:
		a.Heartbeat = true
		a.answers(m, Reply, "ping")
	case graphQLAlive:
		a.Heartbeat = true
	}
}

func summariseGraphQL(a *App, load []byte) string {
	what := a.Event
	if q := str(member(load, "query")); q != "" {
		what = line(what, a.Name)
		if v := member(load, "variables"); !isNull(v) {
			what += "(" + brief(v) + ")"
		} else if a.Name == "" {
			what += " " + strings.Join(strings.Fields(q), " ")
		}
		return line(what, number(a.ID))
	}
	if isNull(load) {
		return line(what, number(a.ID))
	}
	return what + ": " + line(brief(load), number(a.ID)) // the id is often long, and says little
}

// operationName is the name of an operation: as it is given, or as it stands in the document (GraphQL section 2.3).
func operationName(load []byte) string {
	o, ok := object(load)
	if !ok {
		return ""
	}
	if s := str(o.Get("operationName")); s != "" {
		return s
	}
	words := strings.FieldsFunc(str(o.Get("query")), func(r rune) bool { return strings.ContainsRune(" \t\r\n,", r) })
	if len(words) < 2 || !in([]string{"query", "mutation", "subscription"}, words[0]) {
		return ""
	}
	name := words[1]
	if i := strings.IndexAny(name, "({@"); i >= 0 {
		name = name[:i]
	}
	return name
}
