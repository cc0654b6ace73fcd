package payload

var graphQLOldRow = Protocol{
	Name: "graphql-ws", ID: "graphql-ws", Tokens: []string{"graphql-ws"}, Evidence: `the client's first message has "type":"connection_init"`,
	Members: []Member{{Key: "type", Texts: []string{"ka"}}},
}
