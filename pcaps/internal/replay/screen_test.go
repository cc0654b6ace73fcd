//go:build linux

package main

import "testing"

func TestAccountIn(t *testing.T) {
	t.Parallel()
	const rest = "; 2 sessions, 7 messages, 7 frames, 0 findings; 90 stream bytes = 10 http + 20 frame headers + 60 payload + 0 undecoded + 0 missing; "
	for _, c := range []struct {
		name, tail string
		want       counts
	}{
		{"complete", "\x1b[?1049l100 packets: 98 decoded, 2 not tcp" + rest + "complete\r\n", counts{100, 0, 7}},
		{"dropped", "\r\n100 packets: 100 decoded, 30 dropped before they were read" + rest + "INCOMPLETE: 30 packets were lost\r\n", counts{100, 30, 7}},
		{"skipped and dropped", "1 packet: 0 decoded, 1 not tcp, 5 dropped before they were read; 1 session, 1 message, 1 frame, 0 findings", counts{1, 5, 1}},
	} {
		if got, err := accountIn([]byte(c.tail)); err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v, want %+v", c.name, got, err, c.want)
		}
	}
	if _, err := accountIn([]byte("wspeek: lo went down\r\n")); err == nil {
		t.Error("an account where there is none")
	}
}
