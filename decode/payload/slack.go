package payload

var slackRow = Protocol{
	Name: "Slack Socket Mode", ID: "slack", Evidence: `messages of the server have envelope_id, type and payload, or "type":"hello" and connection_info`,
	Decodes: "envelopes by type, with their acknowledgements",
	Spec:    "api.slack.com/apis/socket-mode",
	Recognise: func(_ *Opening, first []Message) Certainty {
		for i := range first {
			x, ok := object(first[i].Payload)
			if ok && !first[i].FromClient && (isString(x.Get("envelope_id")) && isObject(x.Get("payload")) || str(x.Get("type")) == "hello" && isObject(x.Get("connection_info"))) {
				return Yes
			}
		}
		return No
	},
	Begin: beginWith(decodeSlack),
}

func decodeSlack(m *Message, out []App) []App {
	o, ok := object(m.Payload)
	a := App{Event: str(o.Get("type")), ID: str(o.Get("envelope_id"))}
	args := o.Get("payload")
	switch {
	case !ok:
		return out
	case m.FromClient && a.ID != "":
		a.Event = "ack"
		a.answers(m, Reply, a.ID)
	case !m.FromClient && a.ID != "" && a.Event != "":
		a.Name = orElse(str(member(args, "event", "type")), str(member(args, "command")))
		a.begins(m, a.ID)
	case a.Event == "hello":
		args = o.Get("connection_info")
	case a.Event == "disconnect":
		args = o.Get("reason")
	default:
		return out
	}
	if !m.Brief {
		a.Args, a.Summary = own(args), line(a.Event, a.Name, brief(args))
	}
	return append(out, a)
}
