package payload

var phoenixRow = Protocol{
	Name: "Phoenix", ID: "phoenix", Evidence: "the path has vsn=1.0.0 or vsn=2.0.0",
	Members: []Member{{Key: "topic", Texts: []string{"phoenix"}}},
	Events:  []string{`"phoenix","heartbeat",`, `"phoenix","phx_reply",`},
}
