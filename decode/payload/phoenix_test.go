package payload_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestPhoenix(t *testing.T) {
	t.Parallel()
	got, _ := said(t, payload.Opening{Target: "/socket/websocket?vsn=2.0.0"}, payload.ReaderOptions{},
		`> ["3","3","room:1","phx_join",{"token":"x"}]`,
		`< ["3","3","room:1","phx_reply",{"status":"ok","response":{}}]`,
		`> ["3","4","room:1","shout",{"a":1}]`,
		`< ["3","4","room:1","phx_reply",{"status":"error","response":{"reason":"no"}}]`,
		`< [null,null,"room:1","shout",{"a":1}]`,
		`> [null,"5","phoenix","heartbeat",{}]`,
		`< [null,"5","phoenix","phx_reply",{"status":"ok","response":{}}]`,
		`< ["3","3","room:1","phx_error",{}]`,
		">b \x00\x01\x02\x06\x06310room:1upload\x01\x02",
		"<b \x01\x01\x02\x06\x02310room:1ok\xff",
		"<b \x00\x01\x06\x043room:1blob\xff",
		"<b \x02\x06\x04room:1blob\xff",
		"<b \x02\xff\x04room",
		`< ["3"]`, `< {"topic":1}`,
		`> ["3","6","room:1","phx_leave",{}]`,
	)
	expect(t, got,
		"1 phoenix/join/phx_join#3", "2 phoenix/reply/phx_reply#3>1", "3 phoenix/push/shout#4", "4 phoenix/reply/phx_reply#4>3!", "5 phoenix/push/shout",
		"6 phoenix/heartbeat/heartbeat#5~", "7 phoenix/reply/phx_reply#5>6~", "8 phoenix/error/phx_error#3!", "9 phoenix/push/upload#10",
		"10 phoenix/reply/phx_reply#10>9", "11 phoenix/push/blob", "12 phoenix/push/blob", "13 ", "14 ", "15 ", "16 phoenix/leave/phx_leave#6")
	a := told(t, payload.Opening{}, `> {"topic":"room:1","event":"phx_join","payload":{},"ref":"1","join_ref":"1"}`, "<b \x01\x01\x02\x06\x02310room:1ok\xff")
	if len(a) != 2 || a[0].Version != "1.0.0" || a[0].Summary != "room:1 phx_join {} #1" || asJSON(a[1].Args) != `{"response":{"bytes":"ff"},"status":"ok"}` {
		t.Errorf("got %+v", a)
	}
	for _, p := range []string{`["a","b","c","d",{}]`, `{"topic":"a","event":"b","payload":{}}`} {
		if got := told(t, payload.Opening{Target: "/ws"}, "> "+p, "< "+p); len(got) > 0 {
			t.Errorf("%q was claimed: %v", p, got)
		}
	}
}
