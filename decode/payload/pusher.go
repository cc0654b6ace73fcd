package payload

var pusherRow = Protocol{
	Name: "Pusher", ID: "pusher", Evidence: `the path is /app/KEY?protocol=; the server's first event is pusher:connection_established`,
	Members: []Member{{Key: "event", Texts: []string{"pusher:ping", "pusher:pong"}}},
}
