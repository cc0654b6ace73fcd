package payload

var mqttRow = Protocol{
	Name: "MQTT", ID: "mqtt", Tokens: []string{"mqtt", "mqttv3.1"}, Evidence: "the client's first message is binary and starts with 0x10",
	Beats: binaries("\xc0\x00", "\xd0\x00"),
}
