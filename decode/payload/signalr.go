package payload

var signalRRow = Protocol{
	Name: "SignalR", ID: "signalr", Evidence: `the client's first message is {"protocol":"json","version":1} and 0x1e`,
	Beats:   binaries("\x02\x91\x06"), // MessagePack: two bytes, an array of one, 6
	Members: []Member{{Key: "type", Numbers: []string{"6"}}},
}
