package payload

import (
	"bytes"
	"strings"

	"github.com/wspeek/wspeek/decode/jsontext"
)

var jsonRPCRow = Protocol{
	Name: "JSON-RPC", ID: "json-rpc", Tokens: []string{"mcp"}, Evidence: `objects have "jsonrpc":"2.0"`,
	Decodes:   "requests, notifications, responses and errors, also in batches; MCP, LSP and Ethereum by their methods",
	Spec:      "www.jsonrpc.org/specification",
	Recognise: within(3, provesJSONRPC),
	Begin: func(o *Opening) Decoder {
		d := &jsonRPC{}
		if strings.EqualFold(o.Token, "mcp") {
			d.protocol = "mcp"
		}
		return d
	},
}

// provesJSONRPC reports whether a message is JSON-RPC by itself.
func provesJSONRPC(_ *Opening, m *Message) bool {
	if !bytes.Contains(m.Payload, []byte(`"jsonrpc"`)) {
		return false
	}
	return len(new(jsonRPC).Decode(m, nil)) > 0
}

// jsonRPC decodes JSON-RPC 2.0, and the errors and results of 1.0 between.
type jsonRPC struct {
	// protocol is what is built on it in this session, as far as it showed.
	protocol string
	batch    jsontext.Shallow
	object   jsontext.Shallow
}

func (d *jsonRPC) Lost(bool) {}

func (d *jsonRPC) Decode(m *Message, out []App) []App {
	if !d.batch.Parse(m.Payload) {
		return out
	}
	if d.batch.Object {
		d.object, d.batch = d.batch, d.object
		return d.one(m, &d.object, out)
	}
	from := len(out)
	for _, it := range d.batch.Items {
		n := len(out)
		if d.object.Parse(it.Value) && d.object.Object {
			out = d.one(m, &d.object, out)
		}
		if len(out) == n {
			return out[:from]
		}
	}
	return out
}

// one appends what an object says.
func (d *jsonRPC) one(m *Message, o *jsontext.Shallow, out []App) []App {
	if v := o.Get("jsonrpc"); string(v) != `"2.0"` {
		return out
	}
	id, method := o.Get("id"), o.Get("method")
	a := App{Version: "2.0", ID: scalar(id)}
	key := a.ID
	if isString(id) { // "1" and 1 are different
		key = string(id)
	}
	switch {
	case isString(method):
		d.request(m, &a, str(method), o.Get("params"), id != nil, key)
	case o.Get("result") != nil || o.Get("error") != nil:
		d.response(m, &a, o, key)
	default:
		return out
	}
	a.Protocol = d.protocol
	return append(out, a)
}

func (d *jsonRPC) request(m *Message, a *App, method string, params []byte, asks bool, key string) {
	a.Event, a.Name = "notification", method
	if asks {
		a.Event = "request"
		a.begins(m, key)
	}
	if d.protocol == "" {
		d.protocol = builtOnJSONRPC(method, params)
	}
	a.Heartbeat = method == "ping" || method == "pong" || method == "heartbeat"
	d.special(m, a, params)
	if !m.Brief {
		a.Args, a.Summary = own(params), call(method, params, a.ID)
	}
}

// special sets what the methods of MCP, LSP and Ethereum mean.
func (d *jsonRPC) special(m *Message, a *App, params []byte) {
	var p jsontext.Shallow
	switch a.Name {
	case "$/cancelRequest":
		if p.Parse(params) && p.Get("id") != nil {
			a.Role, a.Key, a.AskedByClient = Cancel, string(p.Get("id")), m.FromClient
		}
	case "notifications/cancelled":
		if p.Parse(params) && p.Get("requestId") != nil {
			a.Role, a.Key, a.AskedByClient = Cancel, string(p.Get("requestId")), m.FromClient
		}
	case "eth_subscription":
		if p.Parse(params) {
			a.Topic = scalar(p.Get("subscription"))
		}
	}
}

// builtOnJSONRPC is the protocol whose method this is, "" if that is not certain.
func builtOnJSONRPC(method string, params []byte) string {
	switch {
	case strings.HasPrefix(method, "eth_"), strings.HasPrefix(method, "net_version"), strings.HasPrefix(method, "web3_"):
		return "ethereum"
	case strings.HasPrefix(method, "textDocument/"):
		return "lsp"
	case method != "initialize":
		return ""
	}
	var p jsontext.Shallow
	switch {
	case !p.Parse(params):
		return ""
	case isString(p.Get("protocolVersion")) && isObject(p.Get("clientInfo")):
		return "mcp"
	case p.Get("processId") != nil && isObject(p.Get("capabilities")):
		return "lsp"
	}
	return ""
}

func (d *jsonRPC) response(m *Message, a *App, o *jsontext.Shallow, key string) {
	v := o.Get("result")
	a.Event = "response"
	if e := o.Get("error"); !isNull(e) {
		a.Event, a.Error, v = "error", true, e
	}
	a.answers(m, Reply, key)
	if m.Brief {
		return
	}
	a.Args = own(v)
	if a.Error {
		a.Summary = line("error", number(a.ID)) + ": " + errorWords(v)
		return
	}
	a.Summary = titled("result", a.ID, v)
}

// errorWords is the message of an error object with its code, or the start of it.
func errorWords(v []byte) string {
	var e jsontext.Shallow
	if e.Parse(v) && e.Object {
		if s := str(e.Get("message")); s != "" {
			if code := scalar(e.Get("code")); code != "" {
				return s + " (" + code + ")"
			}
			return s
		}
	}
	return brief(v)
}
