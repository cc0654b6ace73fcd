package appcheck

import (
	"slices"

	"github.com/wspeek/wspeek/decode/payload"
)

// owed is what a protocol says of its requests and their answers.
type owed struct {
	// source is where an answer is required.
	source string
	// events are the kinds of requests that are answered, nil for all; but are those that may not be.
	events, but []string
	// ids says that an id may not be used again while it waits; knows that an answer to nothing is a mistake.
	ids, knows bool
}

// protocols are those whose requests are answered, by their names in JSON. A protocol that is not here leaves it to the applications.
var protocols = map[string]owed{
	"json-rpc":             {source: jsonRPC, ids: true, knows: true},
	"mcp":                  {source: jsonRPC, ids: true, knows: true},
	"lsp":                  {source: jsonRPC, ids: true, knows: true},
	"ethereum":             {source: jsonRPC, ids: true, knows: true},
	"cdp":                  {source: "Chrome DevTools Protocol, commands", ids: true},
	"bidi":                 {source: "WebDriver BiDi, Commands", ids: true},
	"ocpp":                 {source: "OCPP-J 1.6 section 4.2", ids: true, knows: true},
	"wamp":                 {source: "WAMP basic profile, Message Exchange", ids: true, knows: true},
	"socket.io":            {source: "Socket.IO protocol 5, Acknowledgement", ids: true, knows: true},
	"mqtt":                 {source: "MQTT 5.0 sections 3.1.4, 3.8.4 and 3.10.4", ids: true},
	"stomp":                {source: "STOMP 1.2, Connecting", knows: true},
	"signalr":              {source: "HubProtocol.md, Invocations", but: []string{"stream_invocation"}, ids: true, knows: true},
	"phoenix":              {source: "Phoenix channels", events: []string{"phx_join", "phx_leave"}},
	"pusher":               {source: "Pusher channels protocol, subscribe"},
	"actioncable":          {source: "Action Cable protocol, subscribe", events: []string{"subscribe"}},
	"ddp":                  {source: "DDP.md, Remote procedure calls", but: []string{"sub"}, ids: true},
	"nostr":                {source: "NIP-01 and NIP-45", but: []string{"REQ", "AUTH"}},
	"xmpp":                 {source: "RFC 6120 section 8.2.3", ids: true},
	"homeassistant":        {source: "Home Assistant WebSocket API, result", ids: true, knows: true},
	"slack":                {source: "Slack Socket Mode, acknowledging events"},
	"centrifuge":           {source: "client.proto, Reply", ids: true, knows: true},
	"graphql-transport-ws": {source: "graphql-ws PROTOCOL.md, ConnectionInit", but: []string{"subscribe"}, ids: true},
	"graphql-ws":           {source: "subscriptions-transport-ws PROTOCOL.md, GQL_CONNECTION_INIT", but: []string{"start"}, ids: true},
}

const jsonRPC = "JSON-RPC 2.0 section 5"

// source is where it says that the request is answered, "" if nothing does. A heartbeat is held against what was promised.
func source(a *payload.App) string {
	o := protocols[a.Protocol]
	switch {
	case a.Heartbeat, o.events != nil && !slices.Contains(o.events, a.Event) && !slices.Contains(o.events, a.Name), slices.Contains(o.but, a.Event):
		return ""
	}
	return o.source
}

// fresh reports whether the id of a request may not be one that waits. MQTT sends a packet again with DUP.
func fresh(a *payload.App) bool {
	return protocols[a.Protocol].ids && a.ID != "" && a.ID != "null" && !a.Heartbeat && a.Also["dup"] != true
}

// known reports whether an answer must be one to a request of this session. Ids that stand for none (-1 in OCPP, 0 in WAMP) do not.
func known(a *payload.App) bool {
	o := protocols[a.Protocol]
	return o.knows && a.Role == payload.Reply && a.ID != "" && a.ID != "null" && !a.Heartbeat &&
		(a.Protocol != "ocpp" || a.ID != "-1") && (a.Protocol != "wamp" || a.ID != "0")
}
