package payload

var actionCableRow = Protocol{
	Name: "Action Cable", ID: "actioncable", Tokens: []string{"actioncable-v1-json"}, Evidence: `the server's first message is {"type":"welcome"}`,
	Members: []Member{{Key: "type", Texts: []string{"ping"}}},
}
