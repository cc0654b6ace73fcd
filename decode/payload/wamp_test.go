package payload_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

var wampTalk = []string{
	`> [1,"lab",{"roles":{"caller":{}}}]`, `< [2,9129137332,{"roles":{}}]`,
	`> [64,1,{},"com.add"]`, `< [65,1,77]`, `< [68,5,77,{},[1,2]]`, `> [70,5,{},[3]]`,
	`> [32,2,{},"com.news"]`, `< [33,2,88]`, `< [36,88,4,{},["hi"],{"k":1}]`,
	`> [48,3,{},"com.slow",[],{"who":"ann"}]`, `< [50,3,{"progress":true},[1]]`, `< [50,3,{},[2]]`,
	`> [48,4,{},"com.fail"]`, `< [8,48,4,{},"wamp.error.no_such_procedure",["why"]]`,
	`> [16,6,{"acknowledge":true},"com.news",["x"]]`, `< [17,6,9]`, `> [16,7,{},"com.news",["y"]]`,
	`> [48,8,{},"com.slow"]`, `> [49,8,{}]`, `> [6,{},"wamp.close.normal"]`, `< [99,1]`, `< [3,{},"wamp.error.no_such_realm"]`,
}

func TestWAMP(t *testing.T) {
	t.Parallel()
	for _, o := range []payload.Opening{{Token: "wamp.2.json"}, {}} {
		got, _ := said(t, o, payload.ReaderOptions{}, wampTalk...)
		expect(t, got,
			"1 wamp/HELLO", "2 wamp/WELCOME>1", "3 wamp/REGISTER/com.add#1", "4 wamp/REGISTERED#1>3", "5 wamp/INVOCATION/com.add#5",
			"6 wamp/YIELD#5>5", "7 wamp/SUBSCRIBE#2", "8 wamp/SUBSCRIBED#2>7", "9 wamp/EVENT", "10 wamp/CALL/com.slow#3", "11 wamp/RESULT#3>10",
			"12 wamp/RESULT#3>10", "13 wamp/CALL/com.fail#4", "14 wamp/ERROR/wamp.error.no_such_procedure#4>13!", "15 wamp/PUBLISH#6",
			"16 wamp/PUBLISHED#6>15", "17 wamp/PUBLISH#7", "18 wamp/CALL/com.slow#8", "19 wamp/CANCEL#8", "20 wamp/GOODBYE/wamp.close.normal", "21 ",
			"22 wamp/ABORT/wamp.error.no_such_realm!")
	}
	a := told(t, payload.Opening{Token: "wamp.2.json"}, wampTalk...)
	if got := a[8]; got.Topic != "com.news" || got.Summary != `EVENT com.news ["hi"] {"k":1}` {
		t.Errorf("an event has the topic of its subscription: %+v", got)
	}
	if got := asJSON(a[9].Also) + asJSON(a[9].Args); got != `{"kwargs":{"who":"ann"}}[]` {
		t.Errorf("a call has %s", got)
	}
}

func TestWAMP_Encodings(t *testing.T) {
	t.Parallel()
	call := map[string]string{ // [48, 7, {}, "p", [1, h'01', 2.5]]
		"msgpack": "\x95\x30\x07\x80\xa1p\x93\x01\xc4\x01\x01\xcb\x40\x04\x00\x00\x00\x00\x00\x00",
		"cbor":    "\x85\x18\x30\x07\xa0\x61p\x83\x01\x41\x01\xf9\x41\x00",
	}
	for name, p := range call {
		batch := "\x00\x00\x00" + string(byte(len(p))) + p
		for token, m := range map[string]string{"wamp.2." + name: p, "wamp.2." + name + ".batched": batch + batch} {
			a := told(t, payload.Opening{Token: token}, ">b "+m)
			if want := len(m) / len(p); len(a) != want || a[0].Summary != "CALL p [1,1 bytes,2.5] #7" || asJSON(a[0].Args) != `[1,{"bytes":"01"},2.5]` {
				t.Errorf("%s: got %+v", token, a)
			}
		}
	}
	if a := told(t, payload.Opening{Token: "wamp.2.json.batched"}, "> [49,1,{}]\x18[49,2,{}]\x18"); len(a) != 2 || a[1].ID != "2" {
		t.Errorf("JSON in batches: %+v", a)
	}
}

func TestWAMP_IsNotClaimed(t *testing.T) {
	t.Parallel()
	for _, p := range []string{`[1,"lab",{}]`, `[48,1,{},"p"]`, `[1,"roles"]`, `["roles"]`, strings.Repeat("[", 1000)} {
		if got := told(t, payload.Opening{}, "> "+p, "< "+p); len(got) > 0 {
			t.Errorf("%q was claimed: %v", p, got)
		}
	}
}
