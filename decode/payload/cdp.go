package payload

import (
	"bytes"
	"strings"
)

var cdpRow = Protocol{
	Name: "Chrome DevTools Protocol", ID: "cdp", Evidence: "the path starts with /devtools/; or commands such as Runtime.enable with an integer id, and answers with the same id",
	Decodes:   "commands with their answers, and events; ids are those of the sessionId",
	Spec:      "chromedevtools.github.io/devtools-protocol",
	Recognise: recogniseCDP,
	Begin:     beginWith(decodeCDP),
}

var bidiRow = Protocol{
	Name: "WebDriver BiDi", ID: "bidi", Evidence: `the path starts with /session; answers have "type":"success" or "error"`,
	Decodes:   "commands with their answers, and events",
	Spec:      "www.w3.org/TR/webdriver-bidi",
	Recognise: recogniseBiDi,
	Begin:     beginWith(decodeBiDi),
}

func recogniseCDP(o *Opening, first []Message) Certainty {
	if strings.HasPrefix(o.Target, "/devtools/") {
		return Yes
	}
	asked := map[string]bool{}
	for i := range first {
		if bytes.Contains(first[i].Payload, []byte(`"jsonrpc"`)) {
			return No
		}
		x, ok := object(first[i].Payload)
		id, method := string(x.Get("id")), str(x.Get("method"))
		switch {
		case !ok || method != "" && !isDomainMethod(method):
			return No
		case method != "" && isInteger([]byte(id)):
			asked[id] = true
		case method == "" && asked[id] && (isObject(x.Get("result")) || isObject(x.Get("error"))) && x.Get("type") == nil:
			return Yes
		}
	}
	if len(asked) > 0 {
		return Maybe
	}
	return No
}

// isDomainMethod reports whether s is a method or event of CDP: a domain in capitals, a dot, a name.
func isDomainMethod(s string) bool {
	domain, name, ok := strings.Cut(s, ".")
	return ok && domain != "" && name != "" && domain[0] >= 'A' && domain[0] <= 'Z' && isWord(domain) && isWord(name)
}

func isWord(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func decodeCDP(m *Message, out []App) []App {
	o, ok := object(m.Payload)
	if !ok {
		return out
	}
	id, method, session := o.Get("id"), o.Get("method"), str(o.Get("sessionId"))
	a := App{ID: scalar(id), Name: str(method)}
	args := o.Get("params")
	key := session + " " + a.ID
	switch {
	case a.Name != "" && isInteger(id):
		a.Event = "command"
		a.begins(m, key)
	case a.Name != "" && id == nil:
		a.Event = "event"
	case isInteger(id) && o.Get("error") != nil:
		a.Event, a.Error, args = "error", true, o.Get("error")
		a.answers(m, Reply, key)
	case isInteger(id) && o.Get("result") != nil:
		a.Event, args = "result", o.Get("result")
		a.answers(m, Reply, key)
	default:
		return out
	}
	if session != "" {
		a.set("sessionId", session)
	}
	return append(out, a.told(m, args))
}

// told sets Args and Summary of a command, event, result or error.
func (a App) told(m *Message, args []byte) App {
	if m.Brief {
		return a
	}
	a.Args = own(args)
	switch {
	case a.Name != "":
		a.Summary = call(a.Name, args, a.ID)
	case a.Error:
		a.Summary = line(a.Event, number(a.ID)) + ": " + errorWords(args)
	default:
		a.Summary = line(a.Event, number(a.ID)) + ": " + brief(args)
	}
	return a
}

func recogniseBiDi(o *Opening, first []Message) Certainty {
	if o.Target == "/session" || strings.HasPrefix(o.Target, "/session/") {
		for i := range first {
			if len(decodeBiDi(&first[i], nil)) > 0 {
				return Yes
			}
		}
	}
	x, ok := object(first[0].Payload)
	if ok && str(x.Get("method")) == "session.new" && isInteger(x.Get("id")) && isObject(x.Get("params")) {
		return Yes
	}
	return No
}

func decodeBiDi(m *Message, out []App) []App {
	o, ok := object(m.Payload)
	if !ok {
		return out
	}
	a := App{ID: scalar(o.Get("id")), Name: str(o.Get("method"))}
	args := o.Get("params")
	switch t := str(o.Get("type")); {
	case t == "success" && a.ID != "":
		a.Event, args = "success", o.Get("result")
		a.answers(m, Reply, a.ID)
	case t == "error":
		a.Event, a.Error, args = "error", true, bytes.Clone(m.Payload)
		a.answers(m, Reply, a.ID)
	case t == "event" && a.Name != "":
		a.Event = "event"
	case m.FromClient && a.Name != "" && a.ID != "":
		a.Event = "command"
		a.begins(m, a.ID)
	default:
		return out
	}
	return append(out, a.told(m, args))
}
