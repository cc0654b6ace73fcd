package payload

var stompRow = Protocol{
	Name: "STOMP", ID: "stomp", Tokens: []string{"v10.stomp", "v11.stomp", "v12.stomp"}, Evidence: "the client's first message starts with CONNECT or STOMP and a line feed",
	Beats: append(texts("\n", "\r\n"), binaries("\n")...),
}
