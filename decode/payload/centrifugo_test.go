package payload_test

import (
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/wspeek/wspeek/decode/payload"
)

var centrifugoWant = []string{
	"1 centrifuge/connect#1", "2 centrifuge/connect#1>1", "3 centrifuge/subscribe#2", "4 centrifuge/subscribe#2>3,centrifuge/push/join",
	"5 centrifuge/rpc/echo#3", "6 centrifuge/rpc/echo#3>5", "7 centrifuge/rpc/fail#4", "8 centrifuge/error/fail#4>7!", "9 centrifuge/push/pub",
	"10 centrifuge/ping~", "11 centrifuge/pong~", "12 centrifuge/send",
}

func TestCentrifugo(t *testing.T) {
	t.Parallel()
	talk := []string{
		`> {"id":1,"connect":{"name":"js","token":"secret"}}`, `< {"id":1,"connect":{"client":"c","pong":true}}`,
		`> {"id":2,"subscribe":{"channel":"room:1"}}`, `< {"id":2,"subscribe":{"id":9}}` + "\n" + `{"push":{"channel":"room:1","join":{"info":{}}}}`,
		`> {"id":3,"rpc":{"method":"echo","data":{"a":1}}}`, `< {"id":3,"rpc":{"data":{"a":1}}}`,
		`> {"id":4,"rpc":{"method":"fail"}}`, `< {"id":4,"error":{"code":104,"message":"method not found"}}`,
		`< {"push":{"id":9,"pub":{"data":"x"}}}`, "< {}", "> {}", `> {"send":{"data":[1]}}`, `< {"hello":1}`, "< not JSON", `> {"id":9,"nonsense":{}}`,
	}
	got, _ := said(t, payload.Opening{}, payload.ReaderOptions{}, talk...)
	expect(t, got, append(centrifugoWant[:12:12], "13 ", "14 ", "15 ")...)
	a := told(t, payload.Opening{}, talk...)
	if a[9].Topic != "room:1" || a[9].Summary != `push pub room:1 "x"` {
		t.Errorf("a push by the number of its channel: %+v", a[9])
	}
	for _, p := range []string{`{"id":"1","connect":{}}`, `{"connect":{}}`, `{"id":1,"connect":true}`, `{"id":1,"method":"connect"}`} {
		if got := told(t, payload.Opening{}, "> "+p, "< "+p); len(got) > 0 {
			t.Errorf("%q was claimed: %v", p, got)
		}
	}
}

// pb is a field of a Protobuf message: a number or a string.
func pb(field protowire.Number, v any) string {
	if n, ok := v.(int); ok {
		return string(protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.VarintType), uint64(n)))
	}
	return string(protowire.AppendString(protowire.AppendTag(nil, field, protowire.BytesType), v.(string)))
}

// sized puts its length before a message.
func sized(p string) string { return string(protowire.AppendString(nil, p)) }

func TestCentrifugo_Protobuf(t *testing.T) {
	t.Parallel()
	o := payload.Opening{Token: "centrifuge-protobuf"}
	talk := []string{
		">b " + sized(pb(1, 1)+pb(4, pb(1, "secret")+pb(4, "js"))), "<b " + sized(pb(1, 1)+pb(5, pb(1, "c"))),
		">b " + sized(pb(1, 2)+pb(5, pb(1, "room:1"))), "<b " + sized(pb(1, 2)+pb(6, pb(14, 9))) + sized(pb(4, pb(2, "room:1")+pb(5, ""))),
		">b " + sized(pb(1, 3)+pb(13, pb(1, `{"a":1}`)+pb(2, "echo"))), "<b " + sized(pb(1, 3)+pb(13, pb(1, `{"a":1}`))),
		">b " + sized(pb(1, 4)+pb(13, pb(2, "fail"))), "<b " + sized(pb(1, 4)+pb(2, pb(1, 104)+pb(2, "method not found"))),
		"<b " + sized(pb(4, pb(1, 9)+pb(4, pb(4, "x")))), "<b \x00", ">b \x00", ">b " + sized(pb(12, pb(1, "[1]"))),
		"<b \x05\x08", "<b " + sized("\xff\xff"), ">b " + sized(pb(1, 9)),
	}
	got, _ := said(t, o, payload.ReaderOptions{}, talk...)
	expect(t, got, append(centrifugoWant[:12:12], "13 ", "14 ", "15 ")...)
	a := told(t, o, talk...)
	for i, want := range map[int]string{0: `{"name":"js"}`, 5: `{"a":1}`, 8: `{"code":104,"message":"method not found"}`, 9: `"x"`, 12: "[1]"} {
		if got := asJSON(a[i].Args); got != want {
			t.Errorf("packet %d has %s, want %s", i, got, want)
		}
	}
	if a[9].Topic != "room:1" {
		t.Errorf("a push by the number of its channel: %+v", a[9])
	}
}
