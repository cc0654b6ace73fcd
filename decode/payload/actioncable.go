package payload

import "strings"

var actionCableRow = Protocol{
	Name: "Action Cable", ID: "actioncable", Tokens: []string{"actioncable-v1-json"}, Evidence: `the server's first message is {"type":"welcome"}, and identifiers follow; or the path is /cable`,
	Decodes:   "commands and messages by channel, with the JSON that is in strings; subscriptions with their answers",
	Spec:      "docs.anycable.io/misc/action_cable_protocol",
	Recognise: recogniseActionCable,
	Begin:     beginWith(decodeActionCable),
}

func recogniseActionCable(o *Opening, first []Message) Certainty {
	path, _, _ := strings.Cut(o.Target, "?")
	for i := range first {
		x, ok := object(first[i].Payload)
		switch t := str(x.Get("type")); {
		case !ok:
			return No
		case isString(x.Get("identifier")) && (isString(x.Get("command")) || x.Get("message") != nil || in(actionCableAnswers, t)):
			return Yes
		case t == "welcome" && strings.HasSuffix(path, "/cable"):
			return Yes
		case t != "welcome" && t != "ping":
			return No
		}
	}
	return Maybe
}

// actionCableAnswers are the types of the answers to a subscription.
var actionCableAnswers = []string{"confirm_subscription", "reject_subscription"}

func decodeActionCable(m *Message, out []App) []App { //nolint:funlen,gocyclo // a flat switch over the kinds of messages
	o, ok := object(m.Payload)
	if !ok {
		return out
	}
	identifier := str(o.Get("identifier"))
	a := App{Topic: channelOf(identifier), Event: str(o.Get("type"))}
	args := o.Get("message")
	switch command := str(o.Get("command")); {
	case m.FromClient && command != "":
		a.Event = command
		if args = o.Get("data"); command == "subscribe" {
			a.begins(m, identifier)
		}
		if isString(args) {
			args = []byte(str(args))
			a.Name = str(member(args, "action"))
		}
	case in(actionCableAnswers, a.Event):
		a.Error = a.Event == "reject_subscription"
		a.answers(m, Reply, identifier)
	case a.Event == "ping":
		a.Heartbeat = true
	case a.Event == "disconnect":
		args = nil
		for _, k := range []string{"reason", "reconnect"} {
			if v := o.Get(k); v != nil {
				a.set(k, own(v))
			}
		}
	case a.Event == "" && identifier != "" && args != nil:
		a.Event = "message"
	case a.Event != "welcome":
		return out
	}
	if !m.Brief {
		a.Summary, a.Args = line(orElse(a.Name, a.Event), a.Topic, brief(args)), actionCableArgs(m, args)
	}
	return append(out, a)
}

func actionCableArgs(m *Message, args []byte) any {
	switch {
	case args == nil:
		return nil
	case !isObject(args) && !isArray(args) && !m.FromClient:
		return tree(args)
	}
	return content(args)
}

// channelOf is the channel that an identifier names if it has nothing else, else the identifier.
func channelOf(identifier string) string {
	if o, ok := object([]byte(identifier)); ok && len(o.Items) == 1 {
		return orElse(str(o.Get("channel")), identifier)
	}
	return identifier
}
