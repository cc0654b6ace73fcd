package payload_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

const natsInfo = `INFO {"server_id":"A","version":"2.9"} ` + "\r\n"

func TestNATS(t *testing.T) {
	t.Parallel()
	got, _ := said(t, payload.Opening{}, payload.ReaderOptions{},
		"<b "+natsInfo,
		`>b CONNECT {"verbose":false,"name":"ann"}`+"\r\nPING\r\n",
		"<b PONG\r\n",
		">b SUB inbox.1 1\r\nSUB jobs workers 2\r\nPUB svc.time inbox.1 5\r\nwhat?\r\n",
		"<b MSG inbox.1 1 4\r\nnoon\r\n",
		">b PUB x 14\r\none\r\nMSG two\r\n\r\n", // lines in a body are none of the protocol
		"<b HMSG svc 2 re.7 22 27\r\nNATS/1.0\r\ntrace: 7\r\n\r\nhello\r\n",
		">b HPUB re.7 12 14\r\nNATS/1.0\r\n\r\nok\r\n",
		">b UNSUB 1\r\n",
		"<b -ERR 'Permissions Violation'\r\n",
		"<b HMSG inbox.9 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n", // nobody listens
		"<b +OK\r\n",
	)
	expect(t, got,
		"1 nats/INFO", "2 nats/CONNECT/ann,nats/PING~", "3 nats/PONG>2~", "4 nats/SUB#1,nats/SUB#2,nats/PUB/svc.time", "5 nats/MSG#1>4", "6 nats/PUB",
		"7 nats/HMSG/svc#2", "8 nats/HPUB>7", "9 nats/UNSUB#1", "10 nats/-ERR!", "11 nats/HMSG#1!", "12 nats/+OK")
}

func TestNATS_Values(t *testing.T) {
	t.Parallel()
	a := told(t, payload.Opening{}, "<b "+natsInfo, ">b PUB a 7\r\n{\"n\":1}\r\nPUB b 2\r\n\xff\x00\r\npub c 0\r\n\r\n",
		"<b HMSG svc 2 re.7 34 39\r\nNATS/1.0 200 OK\r\na: 1\r\na: 2\r\nx\r\n\r\nhello\r\n")
	if got := a[0].Summary; got != "INFO 2.9" || asJSON(a[0].Args) != `{"server_id":"A","version":"2.9"}` {
		t.Errorf("INFO: %s, %s", got, asJSON(a[0].Args))
	}
	for i, want := range []string{`{"n":1}`, `{"bytes":"ff00"}`, `""`, `"hello"`} {
		if got := asJSON(a[1+i].Args); got != want {
			t.Errorf("body %d is %s, want %s", i, got, want)
		}
	}
	if got, want := asJSON(a[4].Also), `{"headers":{"a":"1, 2","status":"200 OK"},"reply":"re.7"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := a[4].Summary, `HMSG svc "hello" #2`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNATS_AnyCut(t *testing.T) {
	t.Parallel()
	stream := natsInfo + "MSG a 1 14\r\none\r\nMSG two\r\n\r\nPING\r\n+OK\r\n"
	for size := 1; size <= len(stream); size++ {
		var messages []string
		for p := stream; p != ""; p = p[min(size, len(p)):] {
			messages = append(messages, "<b "+p[:min(size, len(p))])
		}
		var events []string
		for _, a := range told(t, payload.Opening{}, messages...) {
			if a.Event != "part" {
				events = append(events, sayApp(&a))
			}
		}
		if s := strings.Join(events, " "); s != "nats/INFO nats/MSG#1 nats/PING~ nats/+OK" && size > 2 { // in smaller ones INFO is not seen in time
			t.Fatalf("in messages of %d bytes: %s", size, s)
		}
	}
}

func TestNATS_IsNotClaimed(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"INFO {\"text\":1}\r\n", "INFO the weather\r\n", "PUB tonight 5\r\n", "PING\r\n"} {
		if got := told(t, payload.Opening{}, "<b "+p, ">b "+p); len(got) > 0 {
			t.Errorf("%q was claimed: %v", p, got)
		}
	}
}

// What is no operation contradicts the protocol; after it the next whole message counts.
func TestNATS_Contradiction(t *testing.T) {
	t.Parallel()
	got, _ := said(t, payload.Opening{}, payload.ReaderOptions{}, "<b "+natsInfo, "<b MSG a 1 99999999999\r\n", "<b PING\r\n", "<b MSG a 1 2\r\nxyz\r\n", "<b PING\r\n")
	expect(t, got, "1 nats/INFO", "2 ", "3 nats/PING~", "4 ", "5 nats/PING~")
}
