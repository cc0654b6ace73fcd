package payload

import "strings"

var pusherRow = Protocol{
	Name: "Pusher", ID: "pusher", Evidence: `the path is /app/KEY?protocol=; the server's first event is pusher:connection_established`,
	Decodes:   "events by channel, with the JSON that is in a string; subscriptions with their answers",
	Spec:      "pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol",
	Recognise: recognisePusher,
	Begin:     beginWith(decodePusher),
}

func recognisePusher(o *Opening, first []Message) Certainty {
	if strings.HasPrefix(o.Target, "/app/") && strings.Contains(o.Target, "protocol=") {
		return Yes
	}
	for i := range first {
		switch e := str(member(first[i].Payload, "event")); {
		case e == "":
			return No
		case strings.HasPrefix(e, "pusher:") || strings.HasPrefix(e, "pusher_internal:"):
			return Yes
		}
	}
	return No
}

func decodePusher(m *Message, out []App) []App { //nolint:funlen,gocyclo // a flat switch over the kinds of messages
	o, ok := object(m.Payload)
	name := str(o.Get("event"))
	if !ok || name == "" {
		return out
	}
	data := o.Get("data")
	a := App{Event: "event", Name: name, Topic: str(o.Get("channel")), Args: inner(data)}
	if _, own, ok := strings.Cut(name, ":"); ok && strings.HasPrefix(name, "pusher") {
		a.Event = own
		if a.Topic == "" {
			a.Topic = str(member(data, "channel"))
		}
	}
	a.placePusher(m, name)
	if id := str(o.Get("user_id")); id != "" {
		a.set("user_id", id)
	}
	if !m.Brief {
		args := valueBrief(a.Args)
		if data == nil {
			args = ""
		}
		a.Summary = line(a.Topic, call(name, []byte(args), ""))
	}
	return append(out, a)
}

// placePusher sets what the packet is in its exchange.
func (a *App) placePusher(m *Message, name string) {
	switch name {
	case "pusher:subscribe":
		a.begins(m, a.Topic)
	case "pusher_internal:subscription_succeeded":
		a.answers(m, Reply, a.Topic)
	case "pusher:subscription_error":
		a.Error = true
		a.answers(m, Reply, a.Topic)
	case "pusher:error":
		a.Error = true
	case "pusher:ping":
		a.Heartbeat = true
		a.begins(m, "ping ")
	case "pusher:pong":
		a.Heartbeat = true
		a.answers(m, Reply, "ping ")
	}
}
