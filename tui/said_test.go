package tui

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

// TestSaid: rows say what messages mean, filters ask for it, and the detail names it above the payload.
func TestSaid(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("socketio"), 160, 50, Options{})
	d.keys("j", "enter").shows(`echo("early",{"n":1}) #0`, `ack #0: ["early",{"n":1}]`, "connect /admin", `/admin ask("may I?") #0`)
	d.keys("a").shows(`420["echo","early",{"n":1}]`).lacks(`echo("early",{"n":1}) #0`).keys("a")
	d.keys("/", `app.name == ask`, "enter").shows(`/admin ask("may I?") #0`).lacks("upgrade", "shout")
	d.keys("/", "ctrl+u", `app.event == ack && app.namespace == /admin`, "enter").shows("/admin ack #0").lacks("upgrade", "echo(")
	d.keys("/", "ctrl+u", `app.args[0] == early`, "enter").shows(`echo("early",{"n":1}) #0`).lacks("shout")
	d.keys("/", "ctrl+u", "app.heartbeat", "enter").shows("ping", "pong").lacks("shout")
	d.keys("/", "ctrl+u", `app.rtt > 100`, "enter").shows("no rows match")
}

// TestSaid_Detail: what binary messages carry is a tree, and an answer names its request.
func TestSaid_Detail(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("socketio"), 160, 50, Options{})
	d.keys("j", "enter", "/", "app.event == ack && app.id == 0", "enter", "home", "enter").shows("socket.io ack", "#0, answers 1:4 after")
	d.keys("esc", "/", "ctrl+u", `app.name == blob`, "enter", "home", "enter").shows("socket.io event blob", "base64")
	d.keys("v").shows("0000  36 5e").lacks(`"base64"`)
}

func TestSummaries(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		said []payload.App
		want string
	}{
		{nil, ""}, {[]payload.App{{Event: "part"}}, ""}, {[]payload.App{{Summary: "a"}}, "a"},
		{[]payload.App{{Summary: "a"}, {}, {Summary: "b"}}, "a · b"},
	} {
		if got := summaries(row.said); got != row.want {
			t.Errorf("%+v: %q, want %q", row.said, got, row.want)
		}
	}
	if s := summaries([]payload.App{{Summary: strings.Repeat("x", 10)}}); len(s) != 10 {
		t.Errorf("got %q", s)
	}
}
