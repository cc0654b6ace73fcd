package check_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/ws"
)

// phrases are what the rows of TestVerdicts are in short, and whether such a session is hurt.
var phrases = map[string]struct {
	text string
	hurt bool
}{
	"closed by the server":                                 {"server: Close 1001 Going Away", false},
	"closed without a code":                                {"client: Close without a code", false},
	"closed, then a RST":                                   {"client: Close 1000 Normal Closure", false},
	"close that is not answered":                           {"client: Close 1000 Normal Closure, not answered", true},
	"close after the other side's FIN":                     {"server: FIN, before the Close of the client", true},
	"close, and the capture ends":                          {"client: Close 1000 Normal Closure, not answered", false},
	"idle for a minute, then FIN":                          {"server: FIN, no Close, probably idle too long", true},
	"idle for 47 s is no timeout":                          {"server: FIN, no Close", true},
	"one direction idle for a minute":                      {"server: FIN, no Close, probably idle too long", true},
	"pong that never came":                                 {"server: FIN, no Close, its ping got no pong", true},
	"the other side's ping proves nothing":                 {"server: FIN, no Close", true},
	"ping just before the FIN proves nothing":              {"server: FIN, no Close", true},
	"RST with unacknowledged bytes":                        {"server: RST, no Close, 16 bytes not acknowledged", true},
	"half-close":                                           {"client: FIN, no Close, the server went on", true},
	"FIN after a broken rule":                              {"server: FIN, no Close, after a rule was broken", true},
	"close 1002 after a broken rule":                       {"server: Close 1002 Protocol error", true},
	"close 1007 after a distance beyond the agreed window": {"client: Close 1007 Invalid frame payload data", true},
	"peer gone":              {"server: FIN, no Close, the client was gone", true},
	"still open":             {"open", false},
	"still open with a ping": {"open, 1 ping without a pong", false},
	"refused":                {"server: refused, 403 Forbidden", true},
	"redirected":             {"server: refused, 302 Found", true},
	"no answer":              {"server: RST before the handshake was answered", true},
	"age of an hour":         {"server: FIN, no Close, possibly a limit on its life", true},
}

// A session that is not over is told by its snapshot.
func TestSoFar(t *testing.T) {
	t.Parallel()
	by := &decode.Close{By: ws.S2C, HasBy: true, Code: 1001}
	for _, c := range []struct {
		s    decode.Session
		want string
	}{
		{decode.Session{}, "no answer yet"},
		{decode.Session{State: decode.Open}, "open"},
		{decode.Session{State: decode.Unknown}, "open"},
		{decode.Session{State: decode.Refused, Status: 403, Reason: "Forbidden"}, "server: refused, 403 Forbidden"},
		{decode.Session{State: decode.Refused, Status: 599}, "server: refused, 599"},
		{decode.Session{State: decode.Closing, Close: by}, "server: Close 1001 Going Away, no answer yet"},
		{decode.Session{State: decode.Closed, Close: by}, "server: Close 1001 Going Away"},
		{decode.Session{State: decode.Closed, Close: &decode.Close{Code: -1}}, "one side: Close without a code"},
		{decode.Session{State: decode.Closed, End: decode.EndRST, EndBy: ws.C2S, HasEndBy: true}, "client: RST, no Close"},
	} {
		if got := check.SoFar(&c.s); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
