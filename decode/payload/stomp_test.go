package payload_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestSTOMP(t *testing.T) {
	t.Parallel()
	got, _ := said(t, payload.Opening{}, payload.ReaderOptions{},
		"> CONNECT\naccept-version:1.2\nhost:/\nlogin:a\npasscode:b\n\n\x00",
		"< CONNECTED\r\nversion:1.2\r\n\r\n\x00\n", // RabbitMQ ends with a line feed
		"> SUBSCRIBE\nid:s\ndestination:/q\n\n\x00",
		"> SEND\ndestination:/q\nreceipt:r1\ncontent-length:5\n\na\x00b\nc\x00",
		"< MESSAGE\nsubscription:s\nmessage-id:m1\ndestination:/q\nreceipt:r1\n\nhi\x00\n", // a header that was passed on
		"< RECEIPT\nreceipt-id:r1\n\n\x00\n",
		"> ACK\nid:m1\n\n\x00NACK\nmessage-id:m2\n\n\x00", // two frames in one message
		"> \n", "< \r\n\n",
		"> SEND\ndestination:/q\nreceipt:r2\n\nno\x00",
		"< ERROR\nreceipt-id:r2\nmessage:not allowed\n\nwhy\x00",
		"> hello", // no STOMP
		"> DISCONNECT\nreceipt:r3\n\n\x00",
	)
	expect(t, got,
		"1 stomp/CONNECT", "2 stomp/CONNECTED>1", "3 stomp/SUBSCRIBE#s", "4 stomp/SEND", "5 stomp/MESSAGE#m1", "6 stomp/RECEIPT#r1>4",
		"7 stomp/ACK#m1,stomp/NACK#m2", "8 stomp/heartbeat~", "9 stomp/heartbeat~", "10 stomp/SEND", "11 stomp/ERROR#r2>10!", "12 ", "13 stomp/DISCONNECT")
}

func TestSTOMP_Values(t *testing.T) {
	t.Parallel()
	o := payload.Opening{Token: "v12.stomp"}
	a := told(t, o, "> SEND\na:b\\c\\n\\\\\na:2\ncontent-length:3\n\na\x00b\x00", "> SEND\n\n{\"n\":1}\x00")
	if got, want := asJSON(a[0].Also), `{"headers":{"a":"b:\n\\","content-length":"3"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := asJSON(a[0].Args); got != `"a\u0000b"` {
		t.Errorf("the body is %s", got)
	}
	if got := a[1].Summary; got != `SEND {"n":1}` {
		t.Errorf("the summary is %s", got)
	}
	// CONNECT and CONNECTED have no escapes.
	if got := asJSON(told(t, o, "> CONNECT\npasscode:a\\cb\n\n\x00")[0].Also); got != `{"headers":{"passcode":"a\\cb"}}` {
		t.Errorf("CONNECT has %s", got)
	}
}

func TestSTOMP_AnyCut(t *testing.T) {
	t.Parallel()
	stream := "CONNECTED\nversion:1.1\n\n\x00MESSAGE\nmessage-id:1\ncontent-length:8\n\nx\x00RECEIP\x00MESSAGE\nmessage-id:2\n\nbody\x00"
	for size := 1; size <= len(stream); size++ {
		var messages []string
		for p := stream; p != ""; p = p[min(size, len(p)):] {
			messages = append(messages, "<b "+p[:min(size, len(p))])
		}
		var events []string
		for _, a := range told(t, payload.Opening{Token: "v11.stomp"}, messages...) {
			if a.Event != "part" {
				events = append(events, sayApp(&a))
			}
		}
		if s := strings.Join(events, " "); s != "stomp/CONNECTED stomp/MESSAGE#1 stomp/MESSAGE#2" {
			t.Fatalf("in messages of %d bytes: %s", size, s)
		}
	}
}

func TestSTOMP_IsNotClaimed(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"CONNECT\nus with them", "CONNECT\n\nand then?", "STOMP\nSTOMP\n\n\x00", "SEND\ndestination:/q\n\n\x00", "\n", "CONNECTED\n\n\x00"} {
		if got := told(t, payload.Opening{}, "> "+p, "< "+p); len(got) > 0 {
			t.Errorf("%q was claimed: %v", p, got)
		}
	}
}

// A frame that is cut by a gap is given up, and the next whole message counts.
func TestSTOMP_Gap(t *testing.T) {
	t.Parallel()
	var got []string
	r := payload.NewReader(payload.Opening{Token: "v12.stomp"}, payload.ReaderOptions{}, func(_ *payload.Message, apps []payload.App) {
		for i := range apps {
			got = append(got, sayApp(&apps[i]))
		}
	})
	for i, p := range []string{"< MESSAGE\nmessage-id:1\n\nhalf", "< of it\x00", "< MESSAGE\nmessage-id:2\n\nall of it\x00"} {
		if i == 1 {
			r.Lost(false)
		}
		m := messageOf(i, p)
		r.Push(&m)
	}
	expect(t, got, "stomp/part", "stomp/part", "stomp/MESSAGE#2")
}
