package payload

var anyProtocol = Protocol{
	Beats: texts("ping", "pong", "heartbeat", "keepalive", `"ping"`, `"pong"`, `"heartbeat"`),
	Members: []Member{
		{Key: "type", Texts: []string{"ping", "pong", "heartbeat", "keepalive", "keep-alive"}},
		{Key: "event", Texts: []string{"ping", "pong", "heartbeat"}},
		{Key: "op", Texts: []string{"ping", "pong"}},
		{Key: "action", Texts: []string{"ping", "pong", "heartbeat"}},
	},
}
