package payload

import "github.com/wspeek/wspeek/decode/jsontext"

var nostrRow = Protocol{
	Name: "Nostr", ID: "nostr", Evidence: `arrays that start with "REQ" and an object, with "EVENT" and a signed event, or with "EOSE", "OK" and the like`,
	Decodes:   "subscriptions with their events and ends, publications with OK",
	Spec:      "github.com/nostr-protocol/nips, NIP-01, NIP-42, NIP-45",
	Recognise: within(2, provesNostr),
	Begin:     beginWith(decodeNostr),
}

func provesNostr(_ *Opening, m *Message) bool {
	x, ok := array(m.Payload)
	if !ok || len(decodeNostr(m, nil)) == 0 {
		return false
	}
	switch str(x.At(0)) {
	case "REQ", "COUNT":
		return len(x.Items) > 2 && m.FromClient
	case "EVENT":
		return true
	case "AUTH":
		return !m.FromClient
	}
	return false
}

// nostrVerbs are the first elements of messages, and what each has behind: s a string, o an object, e an event, b true or false, and
// what is in capitals may be repeated.
var nostrVerbs = map[string][]string{
	"EVENT": {"e", "se"}, "REQ": {"sO"}, "CLOSE": {"s"}, "AUTH": {"e", "s"}, "COUNT": {"sO", "so"}, "OK": {"sbs"}, "EOSE": {"s"},
	"CLOSED": {"ss"}, "NOTICE": {"s"},
}

// fitsNostr reports whether the elements after the first have a form.
func fitsNostr(x *jsontext.Shallow, form string) bool {
	if n := len(x.Items) - 1; n < len(form) || n > len(form) && form[len(form)-1] != 'O' {
		return false
	}
	for i := 1; i < len(x.Items); i++ {
		v := x.At(i)
		ok := false
		switch form[min(i, len(form))-1] {
		case 's':
			ok = isString(v)
		case 'o', 'O':
			ok = isObject(v)
		case 'b':
			ok = string(v) == "true" || string(v) == "false"
		case 'e':
			ok = isString(member(v, "pubkey")) && isString(member(v, "sig")) && isInteger(member(v, "kind"))
		}
		if !ok {
			return false
		}
	}
	return true
}

func decodeNostr(m *Message, out []App) []App {
	x, ok := array(m.Payload)
	verb := str(x.At(0))
	if !ok || !fitsAnyNostr(&x, nostrVerbs[verb]) {
		return out
	}
	a, from := App{Event: verb}, 1
	if isString(x.At(1)) && verb != "NOTICE" && verb != "AUTH" {
		a.ID, from = str(x.At(1)), 2
	}
	a.nostrRole(m, &x)
	if !m.Brief {
		if rest := elements(&x, from); rest != nil {
			a.Args = list(rest)
		}
		a.Summary = line(verb, a.ID)
		if len(x.Items) > from {
			a.Summary += " " + brief(x.At(from))
		}
	}
	return append(out, a)
}

func fitsAnyNostr(x *jsontext.Shallow, forms []string) bool {
	for _, f := range forms {
		if fitsNostr(x, f) {
			return true
		}
	}
	return false
}

// nostrRole sets what a message is in an exchange.
func (a *App) nostrRole(m *Message, x *jsontext.Shallow) {
	switch a.Event {
	case "REQ":
		a.begins(m, "sub "+a.ID)
	case "COUNT":
		if a.answers(m, Reply, "count "+a.ID); m.FromClient {
			a.begins(m, "count "+a.ID)
		}
	case "EVENT":
		if a.ID != "" {
			a.answers(m, Item, "sub "+a.ID)
			break
		}
		a.ID = str(member(x.At(1), "id"))
		a.begins(m, "event "+a.ID)
	case "OK":
		a.Error = string(x.At(2)) == "false"
		a.answers(m, Reply, "event "+a.ID)
	case "EOSE":
		a.answers(m, Item, "sub "+a.ID)
	case "CLOSED":
		a.Error = true
		a.answers(m, End, "sub "+a.ID)
	case "CLOSE":
		a.Role, a.Key, a.AskedByClient = Cancel, "sub "+a.ID, m.FromClient
	case "AUTH":
		if m.FromClient {
			a.ID = str(member(x.At(1), "id"))
			a.begins(m, "event "+a.ID)
		}
	}
}
