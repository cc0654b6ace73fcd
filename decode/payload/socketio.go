package payload

var socketIORow = Protocol{
	Name: "Engine.IO", ID: "socket.io", Evidence: `the path has EIO= and transport=websocket; the first message starts with 0{"sid"`,
	Beats: texts("2", "3", "2probe", "3probe"),
}
