package forge

import (
	"time"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/pcaps"
)

// said is a message of a conversation in an application protocol: how long after the one before it, by whom, and what. MQTT's are binary.
type said struct {
	after time.Duration
	d     pcaps.Dir
	text  string
}

const (
	engineTarget = "/socket.io/?EIO=4&transport=websocket"
	mqttConnect  = "\x10\x10\x00\x04MQTT\x04\x02\x00\x0a\x00\x04test" // MQTT 3.1.1, keep alive 10 s
	mqttConnack  = "\x20\x02\x00\x00"
)

// appBreaks are those of the rules about what messages say.
var appBreaks = []Breaker{
	speaks(rule.AppUnanswered, "", "",
		said{0, pcaps.C2S, `{"jsonrpc":"2.0","method":"add","params":[1,2],"id":1}`}, said{10 * time.Second, 0, ""}),
	speaks(rule.AppIDReused, "", "",
		said{0, pcaps.C2S, `{"jsonrpc":"2.0","method":"a","id":1}`}, said{time.Millisecond, pcaps.C2S, `{"jsonrpc":"2.0","method":"b","id":1}`},
		said{time.Millisecond, pcaps.S2C, `{"jsonrpc":"2.0","result":1,"id":1}`}),
	speaks(rule.AppReplyUnknown, "", "",
		said{0, pcaps.C2S, `{"jsonrpc":"2.0","method":"a","id":1}`}, said{time.Millisecond, pcaps.S2C, `{"jsonrpc":"2.0","result":1,"id":"1"}`},
		said{time.Millisecond, pcaps.S2C, `{"jsonrpc":"2.0","result":1,"id":1}`}, said{9 * time.Second, 0, ""}),
	speaks(rule.AppHeartbeat, "", "",
		said{0, pcaps.C2S, `{"id":1,"connect":{}}`}, said{time.Millisecond, pcaps.S2C, `{"id":1,"connect":{"client":"x","version":"5","ping":25,"pong":true}}`},
		said{25 * time.Second, pcaps.S2C, `{}`}, said{time.Millisecond, pcaps.C2S, `{}`}, said{65 * time.Second, 0, ""}),
	speaks(rule.MQTTUnacknowledged, "mqtt", "",
		said{0, pcaps.C2S, mqttConnect}, said{time.Millisecond, pcaps.S2C, mqttConnack},
		said{time.Second, pcaps.C2S, "\x32\x06\x00\x01a\x00\x07!"}, said{5 * time.Second, 0, ""}),
	speaks(rule.MQTTKeepAlive, "mqtt", "",
		said{0, pcaps.C2S, mqttConnect}, said{time.Millisecond, pcaps.S2C, mqttConnack},
		said{16 * time.Second, pcaps.C2S, "\xc0\x00"}, said{time.Millisecond, pcaps.S2C, "\xd0\x00"}),
	speaks(rule.OCPPHeartbeat, "ocpp1.6", "",
		said{0, pcaps.C2S, `[2,"a","BootNotification",{}]`}, said{time.Millisecond, pcaps.S2C, `[3,"a",{"status":"Accepted","interval":30,"currentTime":"x"}]`},
		said{20 * time.Second, pcaps.C2S, `[2,"b","Heartbeat",{}]`}, said{time.Millisecond, pcaps.S2C, `[3,"b",{"currentTime":"x"}]`},
		said{80 * time.Second, pcaps.C2S, `[2,"c","Heartbeat",{}]`}, said{time.Millisecond, pcaps.S2C, `[3,"c",{"currentTime":"x"}]`}),
	speaks(rule.EngineHeartbeat, "", engineTarget,
		said{0, pcaps.S2C, `0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`},
		said{25 * time.Second, pcaps.S2C, "2"}, said{time.Millisecond, pcaps.C2S, "3"},
		said{74 * time.Second, pcaps.S2C, "2"}, said{time.Millisecond, pcaps.C2S, "3"}),
	speaks(rule.DiscordHeartbeat, "", "/?v=10&encoding=json",
		said{0, pcaps.S2C, `{"op":10,"d":{"heartbeat_interval":41250}}`}, said{20 * time.Second, pcaps.C2S, `{"op":1,"d":null}`},
		said{time.Millisecond, pcaps.S2C, `{"op":11}`}, said{100 * time.Second, pcaps.C2S, `{"op":1,"d":3}`}, said{time.Millisecond, pcaps.S2C, `{"op":11}`}),
	speaks(rule.StompReceipt, "v12.stomp", "",
		said{0, pcaps.C2S, "CONNECT\naccept-version:1.2\n\n\x00"}, said{time.Millisecond, pcaps.S2C, "CONNECTED\nversion:1.2\n\n\x00"},
		said{time.Second, pcaps.C2S, "SEND\ndestination:/q\nreceipt:r1\n\nx\x00"}, said{9 * time.Second, 0, ""}),
	speaks(rule.StompHeartBeat, "v12.stomp", "",
		said{0, pcaps.C2S, "CONNECT\naccept-version:1.2\nheart-beat:0,10000\n\n\x00"},
		said{time.Millisecond, pcaps.S2C, "CONNECTED\nversion:1.2\nheart-beat:5000,0\n\n\x00"},
		said{10 * time.Second, pcaps.S2C, "\n"}, said{45 * time.Second, pcaps.S2C, "\n"}),
}

// speaks is a way to break a rule by a conversation. An empty text at its end only waits.
func speaks(r *rule.Rule, token, target string, talk ...said) Breaker {
	return Breaker{r, false, true, func(p *Plan) {
		p.request.Target = target
		if token != "" {
			p.request.Headers = append(p.request.Headers, [2]string{"Sec-WebSocket-Protocol", token})
			p.response.Headers = append(p.response.Headers, [2]string{"Sec-WebSocket-Protocol", token})
		}
		p.end = func(c *pcaps.Conversation) {
			for _, s := range talk {
				c.Wait(s.after)
				if s.text != "" {
					c.SendFrames(s.d, message(s, token == "mqtt"))
				}
			}
			p.goodbye(c)
		}
	}}
}

func message(s said, binary bool) pcaps.Frame {
	f := pcaps.Text(s.text)
	if binary {
		f.Opcode = pcaps.OpBinary
	}
	if s.d == pcaps.C2S {
		f = f.Masked(clientKey)
	}
	return f
}
