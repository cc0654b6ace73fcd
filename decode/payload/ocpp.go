package payload

import (
	"strings"

	"github.com/wspeek/wspeek/decode/jsontext"
)

var ocppRow = Protocol{
	Name: "OCPP-J", ID: "ocpp", Tokens: []string{"ocpp1.2", "ocpp1.5", "ocpp1.6", "ocpp2.0", "ocpp2.0.1", "ocpp2.1"},
	Evidence: `[2,"id","Action",{...}], answered by [3,"id",{...}] or [4,"id",...]`,
	Decodes:  "calls with their results and errors, in both directions; SEND and CALLRESULTERROR of 2.1",
	Spec:     "Open Charge Alliance, OCPP-J 1.6 and OCPP 2.1 part 4",
	Recognise: func(_ *Opening, first []Message) Certainty {
		asked := map[string]bool{}
		for i := range first {
			x, ok := array(first[i].Payload)
			id := str(x.At(1))
			switch kind := string(x.At(0)); {
			case !ok || id == "":
				return No
			case kind == "2" && len(x.Items) == 4 && isWord(str(x.At(2))) && isObject(x.At(3)):
				asked[id] = true
			case (kind == "3" && len(x.Items) == 3 || kind == "4" && len(x.Items) == 5) && asked[id]:
				return Yes
			default:
				return No
			}
		}
		return Maybe
	},
	Begin: func(o *Opening) Decoder {
		version := strings.TrimPrefix(strings.ToLower(o.Token), "ocpp")
		return &ocpp{version: version}
	},
}

// ocpp decodes OCPP-J. It remembers the actions of calls, for their results.
type ocpp struct {
	version string
	calls   memory
}

func (d *ocpp) Lost(bool) {}

// ocppKinds are the message types by number, and how many elements each has.
var ocppKinds = [...]struct {
	name     string
	elements int
}{2: {"call", 4}, 3: {"callresult", 3}, 4: {"callerror", 5}, 5: {"callresulterror", 5}, 6: {"send", 4}}

func (d *ocpp) Decode(m *Message, out []App) []App {
	x, ok := array(m.Payload)
	kind := x.At(0)
	if !ok || len(kind) != 1 || kind[0] < '2' || kind[0] > '6' || !isString(x.At(1)) {
		return out
	}
	k := ocppKinds[kind[0]-'0']
	if len(x.Items) < k.elements-2 || len(x.Items) > k.elements || len(x.Items) < 3 {
		return out
	}
	a := App{Version: d.version, Event: k.name, ID: str(x.At(1))}
	args := x.At(2)
	switch kind[0] {
	case '2', '6':
		a.Name, args = str(x.At(2)), x.At(3)
		if kind[0] == '2' {
			a.begins(m, a.ID)
			d.calls.put(who(m.FromClient)+a.ID, a.Name)
		}
		a.Heartbeat = a.Name == "Heartbeat"
		a.promisesOCPP(m.FromClient, "", args)
	case '3':
		a.answers(m, Reply, a.ID)
	case '4':
		a.Error = true
		a.answers(m, Reply, a.ID)
	case '5':
		a.Error = true
	}
	if kind[0] == '3' || kind[0] == '4' {
		method := d.calls.get(who(!m.FromClient) + a.ID)
		a.set("method", method)
		a.Heartbeat = method == "Heartbeat"
		a.promisesOCPP(m.FromClient, method, args)
	}
	return append(out, ocppTold(m, a, &x, args))
}

// ocppTold sets Args and Summary.
func ocppTold(m *Message, a App, x *jsontext.Shallow, args []byte) App {
	method, _ := a.Also["method"].(string)
	switch {
	case m.Brief:
	case a.Error:
		a.Args = list(elements(x, 2))
		a.Summary = line(a.Event, method) + ": " + line(str(x.At(2)), str(x.At(3)))
	case a.Name != "":
		a.Args, a.Summary = own(args), call(a.Name, args, "")
	default:
		a.Args, a.Summary = own(args), line(a.Event, method)+": "+brief(args)
	}
	return a
}

// who tells the two sides apart in a key.
func who(client bool) string {
	if client {
		return "c"
	}
	return "s"
}
