package payload

import "strings"

var homeAssistantRow = Protocol{
	Name: "Home Assistant", ID: "homeassistant", Evidence: `the path is /api/websocket; the server's first message has "type":"auth_required" and ha_version`,
	Decodes: "commands with their results, events of subscriptions",
	Spec:    "developers.home-assistant.io/docs/api/websocket",
	Recognise: func(o *Opening, first []Message) Certainty {
		for i := range first {
			x, ok := object(first[i].Payload)
			t := str(x.Get("type"))
			switch {
			case !ok || t == "":
				return No
			case isString(x.Get("ha_version")) && strings.HasPrefix(t, "auth"), strings.HasPrefix(o.Target, "/api/websocket"):
				return Yes
			}
		}
		return No
	},
	Begin: func(*Opening) Decoder { return &homeAssistant{} },
}

// homeAssistant decodes Home Assistant's WebSocket API. It remembers which commands subscribe: their events come after the result.
type homeAssistant struct{ subscribed memory }

func (d *homeAssistant) Lost(bool) {}

func (d *homeAssistant) Decode(m *Message, out []App) []App {
	if x, ok := array(m.Payload); ok { // several messages in one (feature coalesce_messages)
		from := len(out)
		for _, it := range x.Items {
			n := len(out)
			if out = d.one(m, it.Value, out); len(out) == n {
				return out[:from]
			}
		}
		return out
	}
	return d.one(m, m.Payload, out)
}

func (d *homeAssistant) one(m *Message, p []byte, out []App) []App { //nolint:funlen,gocyclo // a flat switch over the kinds of messages
	o, ok := object(p)
	a := App{Event: str(o.Get("type")), ID: scalar(o.Get("id"))}
	if !ok || a.Event == "" {
		return out
	}
	args := []byte(nil)
	switch a.Event {
	case "auth_required", "auth", "auth_ok", "auth_invalid":
		args = a.authHomeAssistant(m, o.Get("message"))
	case "result":
		args = o.Get("result")
		if a.Error = string(o.Get("success")) == "false"; a.Error {
			args = o.Get("error")
		}
		if a.answers(m, Reply, a.ID); d.subscribed.get(a.ID) != "" && !a.Error {
			a.Role = Item
		}
	case "event":
		args = o.Get("event")
		a.Name = str(member(args, "event_type"))
		a.answers(m, Item, a.ID)
	case "ping":
		a.Heartbeat = true
		a.begins(m, a.ID)
	case "pong":
		a.Heartbeat = true
		a.answers(m, Reply, a.ID)
	default:
		args = d.command(m, &a, p)
	}
	if !m.Brief {
		a.Args = own(args)
		a.Summary = line(a.Event, a.Name, number(a.ID), brief(args))
	}
	return append(out, a)
}

// authHomeAssistant is the phase before the first command. It returns what is carried.
func (a *App) authHomeAssistant(m *Message, why []byte) []byte {
	switch a.Event {
	case "auth":
		a.begins(m, "auth")
	case "auth_ok":
		a.answers(m, Reply, "auth")
	case "auth_invalid":
		a.Error = true
		a.answers(m, Reply, "auth")
		return why
	}
	return nil
}

// command notes a command, and returns what it carries besides type and id.
func (d *homeAssistant) command(m *Message, a *App, p []byte) []byte {
	if a.ID == "" {
		return nil
	}
	a.begins(m, a.ID)
	o, _ := object(p)
	if strings.Contains(a.Event, "subscribe") && !strings.HasPrefix(a.Event, "unsubscribe") || a.Event == "render_template" {
		d.subscribed.put(a.ID, a.Event)
	}
	if a.Event == "call_service" {
		a.Name = str(o.Get("domain")) + "." + str(o.Get("service"))
	}
	rest := []byte{'{'}
	for _, it := range o.Items {
		if k := string(it.Key); k != "id" && k != "type" {
			if len(rest) > 1 {
				rest = append(rest, ',')
			}
			rest = append(append(append(append(rest, '"'), it.Key...), '"', ':'), it.Value...)
		}
	}
	if len(rest) == 1 {
		return nil
	}
	return append(rest, '}')
}
