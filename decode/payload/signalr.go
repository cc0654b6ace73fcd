package payload

import (
	"bytes"
	"strings"

	"github.com/wspeek/wspeek/decode/jsontext"
)

var signalRRow = Protocol{
	Name: "SignalR", ID: "signalr", Evidence: `the client's first message is {"protocol":"json","version":1} and 0x1e`,
	Decodes:   "the handshake, invocations, streams and completions in JSON and MessagePack (also blazorpack), several in a message",
	Spec:      "aspnetcore, HubProtocol.md",
	Recognise: recogniseSignalR,
	Begin:     func(*Opening) Decoder { return &signalR{} },
}

func recogniseSignalR(_ *Opening, first []Message) Certainty {
	for i := range first {
		if !first[i].FromClient {
			continue
		}
		p, isRecord := bytes.CutSuffix(first[i].Payload, []byte{RecordEnd})
		o, ok := object(p)
		if isRecord && ok && isString(o.Get("protocol")) && isInteger(o.Get("version")) {
			return Yes
		}
		return No
	}
	return Maybe
}

// signalR decodes SignalR's hub protocol.
type signalR struct{ answered bool }

func (d *signalR) Lost(bool) {}

func (d *signalR) Decode(m *Message, out []App) []App {
	if m.Kind == Binary && !bytes.HasPrefix(m.Payload, []byte("{")) {
		return signalRPack(m, out)
	}
	from := len(out)
	if m.Cut || !bytes.HasSuffix(m.Payload, []byte{RecordEnd}) {
		return out
	}
	for _, r := range records(m.Payload, RecordEnd) {
		n := len(out)
		if out = d.record(m, r, out); len(out) == n {
			return out[:from]
		}
	}
	return out
}

func (d *signalR) record(m *Message, r []byte, out []App) []App { //nolint:funlen,gocyclo // a flat switch over the kinds of messages
	o, ok := object(r)
	if !ok {
		return out
	}
	t := o.Get("type")
	switch {
	case t == nil:
		return d.handshake(m, r, out)
	case !isInteger(t) || len(t) != 1 || t[0] < '1' || t[0] > '9':
		return out
	}
	d.answered = true
	a := App{Event: signalRNames[t[0]-'0'], Name: str(o.Get("target")), ID: scalar(o.Get("invocationId"))}
	args := a.placeSignalR(m, int(t[0]-'0'), &o)
	if !m.Brief {
		a.Args, a.Summary = own(args), a.Event
		if a.Name != "" {
			a.Summary = call(a.Name, args, a.ID)
		} else if args != nil || a.ID != "" {
			a.Summary = strings.TrimSuffix(line(a.Event, number(a.ID))+": "+brief(args), ": ")
		}
	}
	return append(out, a)
}

// placeSignalR sets what the packet is in its exchange, and returns what it carries.
func (a *App) placeSignalR(m *Message, kind int, o *jsontext.Shallow) []byte {
	args := o.Get("arguments")
	switch kind {
	case signalRInvocation, signalRStream:
		if a.ID != "" {
			a.begins(m, a.ID)
		}
	case signalRItem:
		a.answers(m, Item, a.ID)
		args = o.Get("item")
	case signalRCompletion:
		a.answers(m, Reply, a.ID)
		if args = o.Get("result"); o.Get("error") != nil {
			args, a.Error = o.Get("error"), true
		}
	case signalRCancel:
		a.Role, a.Key, a.AskedByClient = Cancel, a.ID, m.FromClient
	case signalRPing:
		a.Heartbeat = true
	case signalRClose:
		args = o.Get("error")
		a.Error = !isNull(args)
	}
	return args
}

// handshake appends the request that names the encoding, or the answer to it.
func (d *signalR) handshake(m *Message, r []byte, out []App) []App {
	o, _ := object(r)
	a := App{Event: "handshake", Args: own(r), Summary: "handshake " + brief(r)}
	switch {
	case m.FromClient && isString(o.Get("protocol")):
		a.Version = scalar(o.Get("version"))
		a.begins(m, "handshake")
	case !m.FromClient && !d.answered:
		d.answered = true
		a.Error = o.Get("error") != nil
		a.answers(m, Reply, "handshake")
	default:
		return out
	}
	return append(out, a)
}
