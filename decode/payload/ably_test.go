package payload_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestAbly(t *testing.T) {
	t.Parallel()
	got, _ := said(t, payload.Opening{}, payload.ReaderOptions{},
		`< {"action":4,"connectionId":"c","connectionDetails":{"clientId":"*"}}`,
		`> {"action":10,"channel":"room"}`, `< {"action":11,"channel":"room","flags":1}`,
		`> {"action":15,"channel":"room","msgSerial":0,"messages":[{"name":"a","data":"x"}]}`, `< {"action":1,"msgSerial":0,"count":1}`,
		`< {"action":15,"channel":"room","messages":[{"data":"y"}]}`, `< {"action":0}`,
		`> {"action":14,"channel":"room","msgSerial":1,"presence":[]}`, `< {"action":2,"msgSerial":1,"count":1,"error":{"code":40160}}`,
		`< {"action":9,"error":{"code":80016}}`, `< {"action":99}`, `< {"msg":1}`, `> {"action":7}`,
	)
	expect(t, got,
		"1 ably/connected", "2 ably/attach", "3 ably/attached>2", "4 ably/message#0", "5 ably/ack#0>4", "6 ably/message", "7 ably/heartbeat~",
		"8 ably/presence#1", "9 ably/nack#1>8!", "10 ably/error!", "11 ", "12 ", "13 ably/close")
	// In MessagePack: {"action": 4, "connectionId": "c"}, {"action": 15, "channel": "r", "messages": [{"data": h'01'}]}.
	a := told(t, payload.Opening{}, "<b \x82\xa6action\x04\xacconnectionId\xa1c", "<b \x83\xa6action\x0f\xa7channel\xa1r\xa8messages\x91\x81\xa4data\xc4\x01\x01")
	if len(a) != 2 || a[1].Topic != "r" || asJSON(a[1].Args) != `[{"data":{"bytes":"01"}}]` {
		t.Errorf("MessagePack: %+v", a)
	}
	for _, p := range []string{`{"action":4}`, `{"action":"connected","connectionId":"c"}`, `{"action":4,"connectionId":7}`} {
		if got := told(t, payload.Opening{}, "< "+p, "> "+p); len(got) > 0 {
			t.Errorf("%q was claimed: %v", p, got)
		}
	}
}
