package payload

var discordRow = Protocol{
	Name: "Discord gateway", ID: "discord", Evidence: "the path has encoding=json; every object has op and d",
	Members: []Member{{Key: "op", Numbers: []string{"1", "11"}}},
}
