package payload

var sockJSRow = Protocol{
	Name: "SockJS", ID: "sockjs", Evidence: "the path ends with /SERVER/SESSION/websocket; the server's first message is o",
	Beats: texts("h"),
}
