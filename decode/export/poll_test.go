package export_test

import (
	"net/netip"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

func TestPoll(t *testing.T) {
	t.Parallel()
	p := &decode.Poll{
		Client: netip.MustParseAddrPort("10.0.0.1:1"), Server: netip.MustParseAddrPort("10.0.0.2:80"), Dir: ws.S2C, Target: "/?EIO=4\x1b", Status: 200,
		Body: []byte("42[\"a\x1b\"]"), First: reassembly.Stamp{Packet: 3}, Last: reassembly.Stamp{Packet: 4},
	}
	e := &decode.Event{Stream: &decode.Stream{N: 2}}
	said := []payload.App{{Protocol: "socket.io", Event: "event", Name: "a", Summary: "a()\x1b"}}
	of := apps.Polling{SID: "s\x1b", Session: 7}
	j := export.JSON{Apps: said}
	want := `{"schema":1,"type":"poll","sid":"s\u001b","session":7,"stream":2,"client":"10.0.0.1:1","server":"10.0.0.2:80","dir":"s2c",` +
		`"time":"1970-01-01T00:00:00.000000000Z","packets":[3,4],"len":8,"cut":false,"target":"/?EIO=4\u001b",` +
		`"app":{"protocol":"socket.io","event":"event","name":"a","summary":"a()\\x1b"}}` + "\n"
	if got := string(j.Poll(nil, e, p, of)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	j.NoPayload = true
	want = `{"schema":1,"type":"poll","stream":2,"client":"10.0.0.1:1","server":"10.0.0.2:80","dir":"s2c",` +
		`"time":"1970-01-01T00:00:00.000000000Z","packets":[3,4],"len":8,"cut":false,"app":{"protocol":"socket.io","event":"event","name":"a"}}` + "\n"
	if got := string(j.Poll(nil, e, p, apps.Polling{})); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	text := export.Text{Apps: said}
	if got, want := string(text.Poll(nil, p, of)), "poll       0.000000 ← http         8  a()\\x1b  sid s\\x1b\n"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	text, p.Cut = export.Text{}, true
	if got, want := string(text.Poll(nil, p, apps.Polling{})), "poll       0.000000 ← http         8  42[\"a\\x1b\"] [cut]\n"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
