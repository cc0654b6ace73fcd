package payload

var graphQLRow = Protocol{
	Name: "graphql-transport-ws", ID: "graphql-transport-ws", Tokens: []string{"graphql-transport-ws"}, Evidence: `the client's first message has "type":"connection_init"`,
	Members: []Member{{Key: "type", Texts: []string{"ping", "pong"}}},
}
