package rows

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

func TestLives(t *testing.T) {
	t.Parallel()
	tcp := &decode.TCP{First: ws.Stamp{Time: 10}, Last: ws.Stamp{Time: 90}}
	for name, c := range map[string]struct {
		i    decode.Session
		want capture.Time
		ok   bool
	}{
		"opened and ended":                    {decode.Session{HasOpened: true, Opened: 20, HasEnded: true, Ended: 50}, 30, true},
		"still open, as far as was captured":  {decode.Session{HasOpened: true, Opened: 20, TCP: tcp}, 70, true},
		"live, open":                          {decode.Session{HasOpened: true, Opened: 20}, 0, false},
		"joined in the middle":                {decode.Session{Confidence: 0.9, TCP: tcp}, 80, true},
		"never opened":                        {decode.Session{TCP: tcp, HasEnded: true, Ended: 50}, 0, false},
		"times that run backwards":            {decode.Session{HasOpened: true, Opened: 60, HasEnded: true, Ended: 50}, 0, true},
		"joined in the middle, end not known": {decode.Session{Confidence: 0.9}, 0, false},
	} {
		if d, ok := (&Listed{Session: &c.i}).Life(); d != c.want || ok != c.ok {
			t.Errorf("%s: %v, %v", name, d, ok)
		}
	}
}

func TestURLsOfSessions(t *testing.T) {
	t.Parallel()
	server := netip.MustParseAddrPort("10.0.0.5:8080")
	for want, i := range map[string]decode.Session{
		"to 10.0.0.5:8080":      {},
		"ws://10.0.0.5:8080/x":  {Scheme: "ws", Path: "/x"},
		"wss://chat.example/x":  {Scheme: "wss", Host: "chat.example", Path: "/x"},
		"ws://chat.example/aaa": {Scheme: "ws", Host: "chat.example", Path: "/" + strings.Repeat("a", 5000)},
	} {
		i.Server = server
		if got := (&Listed{Session: &i}).URL(); !strings.HasPrefix(got, want) || len(got) > maxURL {
			t.Errorf("%.80q, want %q", got, want)
		}
	}
}
