package payload

// Protocols are all the protocols that are known, by name. The row without a name, the last, is what many protocols do.
var Protocols = [...]Protocol{
	{
		Name: "Action Cable", Tokens: []string{"actioncable-v1-json"}, Evidence: `the server's first message is {"type":"welcome"}`,
		Members: []Member{{Key: "type", Texts: []string{"ping"}}},
	},
	{
		Name: "Discord gateway", Evidence: "the path has encoding=json; every object has op and d",
		Members: []Member{{Key: "op", Numbers: []string{"1", "11"}}},
	},
	{
		Name: "Engine.IO", Evidence: `the path has EIO= and transport=websocket; the first message starts with 0{"sid"`,
		Beats: texts("2", "3", "2probe", "3probe"),
	},
	{
		Name: "graphql-transport-ws", Tokens: []string{"graphql-transport-ws"}, Evidence: `the client's first message has "type":"connection_init"`,
		Members: []Member{{Key: "type", Texts: []string{"ping", "pong"}}},
	},
	{
		Name: "graphql-ws", Tokens: []string{"graphql-ws"}, Evidence: `the client's first message has "type":"connection_init"`,
		Members: []Member{{Key: "type", Texts: []string{"ka"}}},
	},
	{
		Name: "JSON-RPC", Evidence: `objects have "jsonrpc":"2.0"`,
		Members: []Member{{Key: "method", Texts: []string{"ping", "pong", "heartbeat"}}},
	},
	{
		Name: "MQTT", Tokens: []string{"mqtt", "mqttv3.1"}, Evidence: "the client's first message is binary and starts with 0x10",
		Beats: binaries("\xc0\x00", "\xd0\x00"),
	},
	{
		Name: "Phoenix", Evidence: "the path has vsn=1.0.0 or vsn=2.0.0",
		Members: []Member{{Key: "topic", Texts: []string{"phoenix"}}},
		Events:  []string{`"phoenix","heartbeat",`, `"phoenix","phx_reply",`},
	},
	{
		Name: "Pusher", Evidence: `the path is /app/KEY?protocol=; the server's first event is pusher:connection_established`,
		Members: []Member{{Key: "event", Texts: []string{"pusher:ping", "pusher:pong"}}},
	},
	{
		Name: "SignalR", Evidence: `the client's first message is {"protocol":"json","version":1} and 0x1e`,
		Beats:   binaries("\x02\x91\x06"), // MessagePack: two bytes, an array of one, 6
		Members: []Member{{Key: "type", Numbers: []string{"6"}}},
	},
	{
		Name: "SockJS", Evidence: "the path ends with /SERVER/SESSION/websocket; the server's first message is o",
		Beats: texts("h"),
	},
	{
		Name: "STOMP", Tokens: []string{"v10.stomp", "v11.stomp", "v12.stomp"}, Evidence: "the client's first message starts with CONNECT or STOMP and a line feed",
		Beats: append(texts("\n", "\r\n"), binaries("\n")...),
	},
	{
		Beats: texts("ping", "pong", "heartbeat", "keepalive", `"ping"`, `"pong"`, `"heartbeat"`),
		Members: []Member{
			{Key: "type", Texts: []string{"ping", "pong", "heartbeat", "keepalive", "keep-alive"}},
			{Key: "event", Texts: []string{"ping", "pong", "heartbeat"}},
			{Key: "op", Texts: []string{"ping", "pong"}},
			{Key: "action", Texts: []string{"ping", "pong", "heartbeat"}},
		},
	},
}
