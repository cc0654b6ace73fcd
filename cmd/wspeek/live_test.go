package main

import (
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture/bpf"
	"github.com/wspeek/wspeek/cmd/internal/tap"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/trace"
)

// TestHazard_V6_OwnSSHConnection: it is known by its addresses and ports, and left out by a filter.
func TestHazard_V6_OwnSSHConnection(t *testing.T) {
	tests := []struct{ env, expr, who string }{
		{"192.0.2.1 5000 192.0.2.9 22", "tcp and host 192.0.2.1 and host 192.0.2.9 and port 5000 and port 22", "192.0.2.1:5000 > 192.0.2.9:22"},
		{"2001:db8::1 5000 2001:db8::2 22", "tcp and host 2001:db8::1 and host 2001:db8::2 and port 5000 and port 22", "[2001:db8::1]:5000 > [2001:db8::2]:22"},
		{"fe80::1%eth0 5000 fe80::2%eth0 22", "tcp and host fe80::1 and host fe80::2 and port 5000 and port 22", "[fe80::1]:5000 > [fe80::2]:22"},
		{"or 1 2 3", "", ""},
		{"192.0.2.1 5000 192.0.2.9", "", ""},
	}
	for _, test := range tests {
		t.Setenv("SSH_CONNECTION", test.env)
		expr, who := tap.SSHExpression()
		if expr != test.expr || who != test.who {
			t.Errorf("%s: got %q, %q", test.env, expr, who)
		}
		if _, err := bpf.Parse("not (" + expr + ") and (port 80)"); expr != "" && err != nil {
			t.Errorf("%s: %v", test.env, err)
		}
	}
}

func TestLive_ForgetsClosedSessions(t *testing.T) {
	t.Parallel()
	l := &listing{sessions: map[int]*decode.Session{}, headed: map[int]bool{}, forget: trace.Retention{Sessions: 10}}
	l.remember(&decode.Session{N: 1, State: decode.Open})
	for n := 2; n <= 1000; n++ {
		l.headed[n] = true
		l.remember(&decode.Session{N: n, State: decode.Open})
		l.remember(&decode.Session{N: n, State: decode.Closed})
		l.remember(&decode.Session{N: n, State: decode.Closed, Messages: [2]int64{1, 1}})
	}
	if len(l.sessions) != 11 || len(l.headed) != 10 || l.forget.Forgotten != 989 || l.sessions[1] == nil || l.sessions[991] == nil {
		t.Errorf("%d sessions, %d headed, %d forgotten", len(l.sessions), len(l.headed), l.forget.Forgotten)
	}
}

func TestLive_Conditions(t *testing.T) {
	t.Parallel()
	var stop stopAt
	var ring ringAt
	read := func(v *value, texts ...string) error {
		for _, s := range texts {
			if err := v.Set(s); err != nil {
				return err
			}
		}
		return nil
	}
	if err := read(stop.value(), "duration:1.5", "filesize:100"); err != nil || stop != (stopAt{1500 * time.Millisecond, 100_000}) {
		t.Errorf("got %+v, %v", stop, err)
	}
	if err := read(ring.value(), "filesize:0.5", "files:3", "duration:60"); err != nil || ring != (ringAt{500, time.Minute, 3}) {
		t.Errorf("got %+v, %v", ring, err)
	}
	for _, wrong := range []string{"", "duration", "duration:", "duration:0", "duration:-1", "duration:x", "duration:NaN", "duration:Inf", "packets:3", "files:2"} {
		if stop.value().Set(wrong) == nil {
			t.Errorf("-a %s was accepted", wrong)
		}
		if wrong != "files:2" && ring.value().Set(wrong) == nil {
			t.Errorf("-b %s was accepted", wrong)
		}
	}
	if ring.value().Set("files:2.5") == nil {
		t.Error("-b files:2.5 was taken")
	}
}
