package appcheck_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/appcheck"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

// feed gives a Session lines "SECONDS>text" and "SECONDS<text"; text in "x" is hexadecimal and binary, and \n and \0 are those bytes.
// A line "SECONDS" alone is the end.
func feed(t testing.TB, o payload.Opening, lines ...string) []ws.Finding {
	t.Helper()
	s := appcheck.New(o, payload.ReaderOptions{})
	var now capture.Time
	for i, l := range lines {
		at := strings.IndexAny(l, "<>")
		if at < 0 {
			at = len(l)
		}
		sec, err := strconv.ParseFloat(l[:at], 64)
		if err != nil {
			t.Fatal(err)
		}
		if now = capture.Time(sec * 1e9); at == len(l) {
			break
		}
		s.Message(message(t, i+1, now, l[at:]))
	}
	return s.Findings(now)
}

func message(t testing.TB, n int, now capture.Time, l string) *ws.Message {
	t.Helper()
	m := &ws.Message{N: n, Opcode: ws.OpText, Start: ws.Stamp{Packet: n, Time: now}, Last: ws.Stamp{Packet: n, Time: now}, Max: n, Frames: 1}
	if l[0] == '<' {
		m.Dir = ws.S2C
	}
	text := strings.NewReplacer(`\n`, "\n", `\0`, "\x00").Replace(l[1:])
	if hex, ok := strings.CutPrefix(text, "x"); ok {
		m.Opcode, text = ws.OpBinary, ""
		for _, b := range strings.Fields(hex) {
			v, err := strconv.ParseUint(b, 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			text += string([]byte{byte(v)})
		}
	}
	m.Payload, m.Len = []byte(text), int64(len(text))
	return m
}

func told(list []ws.Finding) string {
	var out []string
	for i := range list {
		f := &list[i]
		out = append(out, fmt.Sprintf("%s %s %d: %s", f.Rule.ID, f.Dir, f.Message, f.Detail))
	}
	return strings.Join(out, "\n")
}

const (
	engine4     = "/socket.io/?EIO=4&transport=websocket"
	engineOpen  = `<0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`
	mqttConnect = ">x 10 10 00 04 4d 51 54 54 04 02 00 0a 00 04 74 65 73 74" // MQTT 3.1.1, keep alive 10 s
	mqttConnack = "<x 20 02 00 00"
)

var rows = []struct {
	name  string
	o     payload.Opening
	lines []string
	want  string // "" for nothing, else what is told
}{
	{"a request without an answer", payload.Opening{}, []string{
		`0>{"jsonrpc":"2.0","method":"a","id":1}`, `0.1<{"jsonrpc":"2.0","result":1,"id":1}`, `0.2>{"jsonrpc":"2.0","method":"b","id":2}`, `9`,
	}, `app.unanswered c2s 3: 1 request without an answer, the first "b" in message 3, 8.80 s before the end (JSON-RPC 2.0 section 5)`},
	{"too soon to say", payload.Opening{}, []string{`0>{"jsonrpc":"2.0","method":"b","id":2}`, `0.9`}, ""},
	{"others took as long", payload.Opening{}, []string{
		`0>{"jsonrpc":"2.0","method":"a","id":1}`, `4<{"jsonrpc":"2.0","result":1,"id":1}`, `5>{"jsonrpc":"2.0","method":"b","id":2}`, `12`,
	}, ""},
	{"a notification, and a request taken back", payload.Opening{}, []string{
		`0>{"jsonrpc":"2.0","method":"b"}`, `1>{"jsonrpc":"2.0","method":"c","id":3}`,
		`2>{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":3}}`, `12`,
	}, ""},
	{"an id used twice at a time", payload.Opening{}, []string{
		`0>{"jsonrpc":"2.0","method":"a","id":1}`, `0.1>{"jsonrpc":"2.0","method":"b","id":1}`, `0.2<{"jsonrpc":"2.0","result":1,"id":1}`, `0.3`,
	}, `app.id-reused c2s 2: json-rpc: "1" is the id of message 1, which waits for its answer`},
	{"an id used again after its answer, and by the other side", payload.Opening{}, []string{
		`0>{"jsonrpc":"2.0","method":"a","id":1}`, `0.1<{"jsonrpc":"2.0","method":"x","id":1}`, `0.2<{"jsonrpc":"2.0","result":1,"id":1}`,
		`0.3>{"jsonrpc":"2.0","result":1,"id":1}`, `0.4>{"jsonrpc":"2.0","method":"a","id":1}`, `0.5<{"jsonrpc":"2.0","result":1,"id":1}`, `9`,
	}, ""},
	{"an answer to nothing", payload.Opening{}, []string{
		`0>{"jsonrpc":"2.0","method":"a","id":1}`, `0.1<{"jsonrpc":"2.0","result":1,"id":"1"}`, `0.2<{"jsonrpc":"2.0","result":1,"id":1}`, `9`,
	}, `app.reply-unknown s2c 2: json-rpc: no request with the id "1" waits`},
	{"an error about what could not be read, and an answer captured before its request", payload.Opening{}, []string{
		`0>{"jsonrpc":"2.0","method":"a","id":1}`, `0.001<{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"},"id":null}`,
		`0.002<{"jsonrpc":"2.0","result":1,"id":1}`, `0.5<{"jsonrpc":"2.0","result":1,"id":2}`, `0.501>{"jsonrpc":"2.0","method":"a","id":2}`, `9`,
	}, ""},
	{"an acknowledgement of an event that nobody sent", payload.Opening{Target: engine4}, []string{
		"0" + engineOpen, `0.1>40`, `0.2<40{"sid":"b"}`, `0.3>427["hi"]`, `0.4<438[]`, `0.5<437[]`, `9`,
	}, `app.reply-unknown s2c 5: socket.io: no request with the id "8" waits`},
	{"OCPP: a call that the central system does not answer", payload.Opening{Token: "ocpp1.6"}, []string{
		`0>[2,"a","Authorize",{"idTag":"x"}]`, `5>[2,"b","Heartbeat",{}]`, `5.1<[3,"b",{"currentTime":"x"}]`, `60`,
	}, `app.unanswered c2s 1: 1 request without an answer, the first "Authorize" in message 1, 60.0 s before the end (OCPP-J 1.6 section 4.2)`},
	{"OCPP: silent for longer than BootNotification allows", payload.Opening{Token: "ocpp1.6"}, []string{
		`0>[2,"a","BootNotification",{}]`, `0.1<[3,"a",{"status":"Accepted","interval":30,"currentTime":"x"}]`, `20>[2,"c","Heartbeat",{}]`,
		`20.1<[3,"c",{"currentTime":"x"}]`, `100>[2,"b","Heartbeat",{}]`, `100.1<[3,"b",{"currentTime":"x"}]`, `101`,
	}, `app.ocpp-heartbeat c2s 3: the client promised one every 30.0 s, and was silent for 80.0 s after message 3`},
	{"OCPP: another interval may have been set", payload.Opening{Token: "ocpp1.6"}, []string{
		`0>[2,"a","BootNotification",{}]`, `0.1<[3,"a",{"status":"Accepted","interval":30,"currentTime":"x"}]`,
		`1<[2,"k","ChangeConfiguration",{"key":"HeartbeatInterval","value":"300"}]`, `1.1>[3,"k",{"status":"Accepted"}]`, `200>[2,"b","Heartbeat",{}]`, `200.1<[3,"b",{}]`, `201`,
	}, ""},
	{"Engine.IO: pings as promised", payload.Opening{Target: engine4}, []string{"0" + engineOpen, `25<2`, `25.1>3`, `50<2`, `50.1>3`, `60`}, ""},
	{"Engine.IO: the server's ping is late", payload.Opening{Target: engine4}, []string{"0" + engineOpen, `25<2`, `25.1>3`, `99<2`, `99.1>3`, `100`},
		`app.engine-heartbeat s2c 2: the server promised one every 25.0 s, and was silent for 74.0 s after message 2`},
	{"Engine.IO: the pong is late, and then missing", payload.Opening{Target: engine4}, []string{"0" + engineOpen, `25<2`, `46>3`, `70<2`, `95<2`, `99`},
		`app.engine-heartbeat c2s 4: the client left message 4 without an answer for 29.0 s; it has 20.0 s; 2 times in all`},
	{"Engine.IO 3: the client pings", payload.Opening{Target: "/socket.io/?EIO=3&transport=websocket"}, []string{"0" + engineOpen, `25>2`, `25.1<3`, `90`},
		`app.engine-heartbeat c2s 2: the client promised one every 25.0 s, and was silent for 65.0 s after message 2`},
	{"MQTT: QoS 1 not acknowledged", payload.Opening{Token: "mqtt"}, []string{"0" + mqttConnect, "0.1" + mqttConnack,
		`1>x 32 06 00 01 61 00 07 21`, `2<x 30 04 00 01 61 21`, `4>x 3a 06 00 01 61 00 07 21`, `6`},
		`app.mqtt-unacknowledged c2s 5: 1 publication without its acknowledgement, the first "a" in message 5, 2.00 s before the end`},
	{"MQTT: QoS 1 acknowledged, QoS 0, PINGREQ within the keep alive", payload.Opening{Token: "mqtt"}, []string{"0" + mqttConnect, "0.1" + mqttConnack,
		`1>x 32 06 00 01 61 00 07 21`, `2<x 40 02 00 07`, `3>x 30 04 00 01 61 21`, `13>x c0 00`, `13.1<x d0 00`, `23>x e0 00`, `23.1`}, ""},
	{"MQTT: silent for longer than the keep alive", payload.Opening{Token: "mqtt"}, []string{"0" + mqttConnect, "0.1" + mqttConnack, `15.5>x c0 00`, `15.6<x d0 00`, `16`},
		`app.mqtt-keep-alive c2s 1: the client promised one every 10.0 s, and was silent for 15.5 s after message 1`},
	{"MQTT 5: the server sets another keep alive", payload.Opening{Token: "mqtt"}, []string{
		"0>x 10 11 00 04 4d 51 54 54 05 02 00 0a 00 00 04 74 65 73 74", "0.1<x 20 06 00 00 03 13 00 78", `100>x c0 00`, `100.1<x d0 00`, `101`}, ""},
	{"STOMP: a receipt is missing", payload.Opening{Token: "v12.stomp"}, []string{
		`0>CONNECT\naccept-version:1.2\n\n\0`, `0.1<CONNECTED\nversion:1.2\n\n\0`, `1>SEND\ndestination:/q\nreceipt:r1\n\nx\0`,
		`2>SEND\ndestination:/q\nreceipt:r2\n\nx\0`, `2.1<RECEIPT\nreceipt-id:r2\n\n\0`, `9`,
	}, `app.stomp-receipt c2s 3: 1 frame without its receipt, the first "SEND" in message 3, 8.00 s before the end`},
	{"STOMP: heart-beats as agreed, and none of the other side", payload.Opening{Token: "v12.stomp"}, []string{
		`0>CONNECT\naccept-version:1.2\nheart-beat:5000,0\n\n\0`, `0.1<CONNECTED\nversion:1.2\nheart-beat:9000,10000\n\n\0`, `10>\n`, `20>\n`, `30>\n`, `31`}, ""},
	{"STOMP: the server is silent", payload.Opening{Token: "v12.stomp"}, []string{
		`0>CONNECT\naccept-version:1.2\nheart-beat:0,10000\n\n\0`, `0.1<CONNECTED\nversion:1.2\nheart-beat:5000,0\n\n\0`, `10<\n`, `55<\n`, `56`},
		`app.stomp-heart-beat s2c 3: the server promised one every 10.0 s, and was silent for 45.0 s after message 3`},
	{"Discord: the client misses its interval", payload.Opening{Target: "/?v=10&encoding=json"}, []string{
		`0<{"op":10,"d":{"heartbeat_interval":41250}}`, `20>{"op":1,"d":null}`, `20.1<{"op":11}`, `120>{"op":1,"d":3}`, `120.1<{"op":11}`, `121`},
		`app.discord-heartbeat c2s 2: the client promised one every 41.2 s, and was silent for 100 s after message 2`},
	{"Centrifugo: the server's pings stop", payload.Opening{}, []string{
		`0>{"id":1,"connect":{}}`, `0.1<{"id":1,"connect":{"client":"x","version":"5","ping":25,"pong":true}}`, `25<{}`, `25.1>{}`, `90`},
		`app.heartbeat s2c 3: the server promised one every 25.0 s, and was silent for 65.0 s after message 3`},
	{"plain JSON is no protocol", payload.Opening{}, []string{`0>{"id":1,"method":"a"}`, `1>{"id":1,"method":"a"}`, `60`}, ""},
	{"a message that contradicts the protocol leaves doubt", payload.Opening{Token: "ocpp1.6"}, []string{
		`0>[2,"a","Authorize",{"idTag":"x"}]`, `1<what`, `60`}, ""},
}

func TestSession(t *testing.T) {
	t.Parallel()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if got := told(feed(t, r.o, r.lines...)); got != r.want {
				t.Errorf("got\n  %s\nwant\n  %s", got, r.want)
			}
		})
	}
}

// However many requests wait, memory and time are bounded, and nobody is accused.
func TestSession_TooManyRequests(t *testing.T) {
	t.Parallel()
	s := appcheck.New(payload.Opening{Token: "ocpp1.6"}, payload.ReaderOptions{})
	for i := range 20000 {
		s.Message(message(t, i+1, capture.Time(i), fmt.Sprintf(`>[2,"%d","A",{}]`, i)))
	}
	if got := told(s.Findings(1e12)); got != "" {
		t.Error(got)
	}
}

func FuzzSession(f *testing.F) {
	for _, r := range rows {
		f.Add(r.o.Token, r.o.Target, strings.Join(r.lines, "\r"))
	}
	f.Fuzz(func(t *testing.T, token, target, lines string) {
		s := appcheck.New(payload.Opening{Token: token, Target: target}, payload.ReaderOptions{})
		for i, l := range strings.Split(lines, "\r") {
			at := strings.IndexAny(l, "<>")
			if at < 0 || strings.HasPrefix(l[at+1:], "x") {
				continue
			}
			s.Message(message(t, i+1, capture.Time(i)*1e9, l[at:]))
		}
		for _, found := range s.Findings(1e12) {
			if found.Detail == "" || found.Rule == nil {
				t.Errorf("%+v", found)
			}
		}
	})
}
