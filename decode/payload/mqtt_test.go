package payload_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

var mqttOpening = payload.Opening{Token: "mqtt"}

// mq is a packet of MQTT (OASIS MQTT 5.0 section 2.1).
func mq(head byte, fields ...string) string {
	body := strings.Join(fields, "")
	out := []byte{head}
	for n := len(body); ; {
		c := byte(n & 0x7f)
		if n >>= 7; n > 0 {
			out = append(out, c|0x80)
			continue
		}
		return string(append(out, c)) + body
	}
}

func mqConnect(level string) string {
	props := ""
	if level == "\x05" {
		props = "\x00"
	}
	return mq(0x10, s16("MQTT"), level, "\x02\x00\x3c", props, s16("ann"))
}

func TestMQTT(t *testing.T) {
	t.Parallel()
	got, r := said(t, payload.Opening{}, payload.ReaderOptions{},
		">b "+mqConnect("\x04"),
		"<b "+mq(0x20, "\x00\x00"),
		">b "+mq(0x82, "\x00\x07", s16("a/#"), "\x01", s16("b"), "\x00"),
		"<b "+mq(0x90, "\x00\x07\x01\x80"),
		">b "+mq(0x32, s16("a/1"), "\x00\x08", "hi")+mq(0x30, s16("b"), "\xff"), // two packets in one message
		"<b "+mq(0x40, "\x00\x08"),
		"<b "+mq(0x34, s16("a/2"), "\x00\x08", "two"), // the same id, counted by the other side
		">b "+mq(0x50, "\x00\x08"),
		"<b "+mq(0x62, "\x00\x08"),
		">b "+mq(0x70, "\x00\x08"),
		">b\xc0\x00", "<b\xd0\x00",
		">b\xe0\x00",
		"> \xe0\x00", // a text message is no MQTT
	)
	expect(t, got,
		"1 mqtt/CONNECT", "2 mqtt/CONNACK>1", "3 mqtt/SUBSCRIBE#7", "4 mqtt/SUBACK#7>3!", "5 mqtt/PUBLISH#8,mqtt/PUBLISH", "6 mqtt/PUBACK#8>5",
		"7 mqtt/PUBLISH#8", "8 mqtt/PUBREC#8>7", "9 mqtt/PUBREL#8>8", "10 mqtt/PUBCOMP#8>9", "11 mqtt/PINGREQ~", "12 mqtt/PINGRESP>11~",
		"13 mqtt/DISCONNECT", "14 ")
	if p := r.Protocol(); p == nil || p.ID != "mqtt" {
		t.Errorf("the protocol is %v", p)
	}
}

// Packets of the byte stream begin and end anywhere in messages.
func TestMQTT_AnyCut(t *testing.T) {
	t.Parallel()
	stream := mqConnect("\x04") + mq(0x32, s16("a/1"), "\x00\x08", strings.Repeat("x", 200)) + "\xc0\x00"
	for size := 1; size < len(stream); size++ {
		var messages []string
		for p := stream; p != ""; p = p[min(size, len(p)):] {
			messages = append(messages, ">b "+p[:min(size, len(p))])
		}
		var events []string
		for _, a := range told(t, mqttOpening, messages...) {
			if a.Event != "part" {
				events = append(events, sayApp(&a))
			}
		}
		if s := strings.Join(events, " "); s != "mqtt/CONNECT mqtt/PUBLISH#8 mqtt/PINGREQ~" {
			t.Fatalf("in messages of %d bytes: %s", size, s)
		}
	}
}

// An answer names the message in which its request began.
func TestMQTT_AnswerToASplitRequest(t *testing.T) {
	t.Parallel()
	p := mq(0x32, s16("a/1"), "\x00\x08", "hi")
	got, _ := said(t, mqttOpening, payload.ReaderOptions{}, ">b\xc0", ">b\x00"+p[:3], ">b "+p[3:], "<b "+mq(0x40, "\x00\x08"))
	expect(t, got, "1 mqtt/part", "2 mqtt/PINGREQ~", "3 mqtt/PUBLISH#8", "4 mqtt/PUBACK#8>2")
}

func TestMQTT5(t *testing.T) {
	t.Parallel()
	user := "\x26" + s16("k") + s16("v")
	messages := []string{
		">b " + mqConnect("\x05"),
		"<b " + mq(0x20, "\x00\x00\x00"),
		">b " + mq(0x30, s16("long/topic"), "\x0a"+user+"\x23\x00\x05", "one"), // gives the alias 5
		">b " + mq(0x30, s16(""), "\x03\x23\x00\x05", "two"),
		">b " + mq(0x30, s16(""), "\x03\x23\x00\x06", "three"),
		"<b " + mq(0x30, s16(""), "\x03\x23\x00\x05", "the server has its own aliases"),
		"<b " + mq(0xe0, "\x8e\x00"),
	}
	expect(t, summaries(t, mqttOpening, messages...),
		"CONNECT ann (MQTT 5)", "CONNACK", `PUBLISH long/topic "one"`, `PUBLISH long/topic "two"`,
		`PUBLISH (topic alias 6, which was not seen) "three"`, `PUBLISH (topic alias 5, which was not seen) "the server has its own aliases"`,
		"DISCONNECT reason 0x8e")
	if a := told(t, mqttOpening, messages...)[6]; !a.Error || a.Version != "5" {
		t.Errorf("DISCONNECT with a reason above 0x7f: %+v", a)
	}
}

func TestMQTT_Connect(t *testing.T) {
	t.Parallel()
	a := told(t, payload.Opening{Token: "mqttv3.1"},
		">b "+mq(0x10, s16("MQIsdp"), "\x03", "\xf6\x00\x0a", s16("id"), s16("last/will"), s16("gone"), s16("ann"), s16("secret")),
		"<b "+mq(0x20, "\x00\x05"))
	want := `{"clean":true,"client_id":"id","keepalive":10,"password":"secret","user":"ann","version":3,` +
		`"will":{"payload":"gone","qos":2,"retain":true,"topic":"last/will"}}`
	if got := asJSON(a[0].Also); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if a[0].Summary != "CONNECT id (MQTT 3.1)" {
		t.Errorf("a password must not be in the summary: %s", a[0].Summary)
	}
	if !a[1].Error || a[1].Summary != "CONNACK refused, code 5" {
		t.Errorf("a refusal: %+v", a[1])
	}
}

// After a gap it goes on where packets certainly begin.
func TestMQTT_Gap(t *testing.T) {
	t.Parallel()
	whole := mq(0x30, s16("a/b/c"), "a payload of some length")
	for _, row := range []struct {
		name   string
		before []string // messages before the gap
		after  string
		want   string
	}{
		{"messages were packets", []string{whole}, "\xc0\x00", "mqtt/PINGREQ~"},
		{"a short one could be anything where packets were split", []string{whole[:5], whole[5:], whole[:9]}, "\xc0\x00", "mqtt/part"},
		{"a long one could not", []string{whole[:5], whole[5:], whole[:9]}, whole, "mqtt/PUBLISH"},
		{"the middle of a packet", []string{whole}, whole[7:], "mqtt/part"},
	} {
		var got []string
		r := payload.NewReader(mqttOpening, payload.ReaderOptions{}, func(_ *payload.Message, apps []payload.App) {
			got = nil
			for i := range apps {
				got = append(got, sayApp(&apps[i]))
			}
		})
		for i, p := range append(row.before, row.after) {
			if i == len(row.before) {
				r.Lost(true)
			}
			m := messageOf(i, ">b "+p)
			r.Push(&m)
		}
		if s := strings.Join(got, " "); s != row.want {
			t.Errorf("%s: got %s, want %s", row.name, s, row.want)
		}
	}
}

func TestMQTT_IsNotClaimed(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"\x10\x04text", "\x10" + s16("MQTT"), "\x20\x02\x00\x00", "\x10\xff\xff\xff\xff\xff\x00\x04MQTT"} {
		if got := told(t, payload.Opening{}, ">b "+p, ">b "+p); len(got) > 0 {
			t.Errorf("%x was claimed: %v", p, got)
		}
	}
}
