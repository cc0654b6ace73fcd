package export_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

func TestTextHeading(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		change func(*decode.Session)
		want   string
	}{
		{"path and status", func(*decode.Session) {}, "  101"},
		{"refused", func(s *decode.Session) { s.Status, s.State = 403, decode.Refused }, "  403 refused"},
		{"draft", func(s *decode.Session) { s.Draft = "hixie-76" }, "  101  hixie-76"},
		{"subprotocol and extensions", func(s *decode.Session) { s.Subprotocol, s.Extensions = "chat", "permessage-deflate" },
			"  101  subprotocol chat  permessage-deflate"},
		{"TLS and HTTP/2", func(s *decode.Session) { s.TLS, s.H2Stream = &decode.TLS{Version: "1.3"}, 7 }, "  101  TLS 1.3  HTTP/2 stream 7"},
		{"tunnel with a hostile target", func(s *decode.Session) { s.Tunnel = &decode.Tunnel{Type: "socks5", Target: "x\x1b]0;:1"} },
			`  101  through socks5 to x\x1b]0;:1`},
		{"load balancer", func(s *decode.Session) {
			s.Proxied = &decode.Proxied{Version: 1, Client: netip.MustParseAddrPort("203.0.113.7:1")}
		}, "  101  for 203.0.113.7:1 (PROXY protocol)"},
		{"load balancer without addresses", func(s *decode.Session) { s.Proxied = &decode.Proxied{Version: 1} }, "  101"},
		{"never answered", func(s *decode.Session) { s.Status, s.Unanswered, s.Confidence = 0, true, 0.9 },
			"  [guessed, 0.90: the server never answered the handshake]"},
		{"not captured", func(s *decode.Session) { s.Status, s.Confidence = 0, 0.5 }, "  [guessed, 0.50: the handshake was not captured]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &decode.Session{N: 2, Stream: 4, Scheme: "ws", Host: "a.example", Path: "/p", Status: 101, State: decode.Open,
				Client: netip.MustParseAddrPort("192.0.2.1:1"), Server: netip.MustParseAddrPort("192.0.2.2:80")}
			row.change(s)
			var x export.Text
			want := "session 2  ws://a.example/p  192.0.2.1:1 → 192.0.2.2:80  stream 4" + row.want + "\n"
			if got := string(x.Heading(nil, s)); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestTextEndings(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		close *decode.Close
		want  string
	}{
		{"by the server", &decode.Close{By: ws.S2C, HasBy: true, Code: 1000}, "closed by the server: 1000 Normal Closure"},
		{"by the client, with a reason", &decode.Close{By: ws.C2S, HasBy: true, Code: 1001, Reason: []byte("so\nlong")}, `closed by the client: 1001 Going Away so\nlong`},
		{"without a code", &decode.Close{By: ws.C2S, HasBy: true, Code: -1}, "closed by the client without a code"},
		{"by either", &decode.Close{Code: 1000}, "closed (by which side first is not known): 1000 Normal Closure"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var x export.Text
			got := string(x.Session(nil, &decode.Session{N: 1, State: decode.Closed, Close: row.close}))
			if !strings.HasSuffix(strings.TrimRight(got, "\n"), "  "+row.want) {
				t.Errorf("got %q, want it to end with %q", got, row.want)
			}
		})
	}
}

func TestUndecrypted(t *testing.T) {
	t.Parallel()
	c := &decode.TLSConn{Client: netip.MustParseAddrPort("192.0.2.1:1"), Server: netip.MustParseAddrPort("192.0.2.2:443"),
		TLS: decode.TLS{SNI: "a\x07.example", Version: "1.2"}, Reason: "no key", Alerts: []string{"the client sent alert unknown_ca (packet 9)"}}
	want := `tls  192.0.2.1:1 -> 192.0.2.2:443  a\x07.example  1.2  no key; the client sent alert unknown_ca (packet 9)`
	if got := export.Undecrypted(c); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestDoubt(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]ws.Message{
		"":                                  {},
		"conflict: copies differ":           {State: ws.Conflict, Conflict: true},
		"partial: unfinished":               {State: ws.Partial},
		"partial: 1 byte missing":           {State: ws.Partial, Missing: 1},
		"partial: 2 bytes missing, guessed": {State: ws.Partial, Missing: 2, Confidence: 0.5},
		"partial: 2 bytes missing, copies differ": {State: ws.Partial, Missing: 2, Conflict: true},
		"guessed, 0.97":                           {State: ws.Guessed, Confidence: 0.97},
		"undecodable: window lost":                {State: ws.Undecodable, Why: ws.WindowLost},
		"undecodable: window lost, copies differ": {State: ws.Undecodable, Why: ws.WindowLost, Conflict: true},
	} {
		if got := export.Doubt(&m); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTextUpdate(t *testing.T) {
	t.Parallel()
	var x export.Text
	e := &decode.Event{Kind: decode.KindAmend, State: ws.Conflict, N: 4, Session: ref}
	if got := string(x.Update(nil, e)); got != "3:4     is conflict now: a later packet carried other bytes\n" {
		t.Errorf("%q", got)
	}
	e.Worse = true
	if got := string(x.Update(nil, e)); got != "3:4     is in conflict too: a later packet carried other bytes\n" {
		t.Errorf("%q", got)
	}
}

func TestTextFrameAndFinding(t *testing.T) {
	t.Parallel()
	x := export.Text{Clock: export.Clock{Format: export.Epoch}}
	f := &ws.Frame{N: 5, Message: 2, Dir: ws.C2S, Fin: true, RSV: 4, Opcode: ws.OpText, Masked: true, MaskKey: [4]byte{0x37, 0xfa, 0x21, 0x3d},
		HeaderLen: 6, Len: 5, Offset: 161, State: ws.Partial, Findings: []*rule.Rule{rule.RSV}}
	line := string(x.Frame(nil, ref, f))
	for _, want := range []string{"3:5 ", "→ text", " fin=1 rsv=100 len=5", " hdr=6 mask=37fa213d offset=161 message=2 [partial] !ws.rsv\n"} {
		if !strings.Contains(line, want) {
			t.Errorf("%q lacks %q", line, want)
		}
	}
	finding := &ws.Finding{Rule: rule.UTF8, Message: 2, Frame: 5, Dir: ws.S2C, At: ws.Stamp{Packet: 9}, Detail: "byte 1\x1b of the text"}
	want := "must   session 3 message 2 frame 5 s2c packet 9 ws.utf8: byte 1\\x1b of the text\n         " + rule.UTF8.Text + " (RFC 6455 section 8.1)\n"
	if got := string(x.Finding(nil, ref, finding)); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	finding = &ws.Finding{Rule: rule.Gap, Dir: ws.C2S, At: ws.Stamp{Packet: 1}}
	if got := string(x.Finding(nil, ref, finding)); got != "note   session 3 c2s packet 1 capture.gap\n         "+rule.Gap.Text+"\n" {
		t.Errorf("%q", got)
	}
}
