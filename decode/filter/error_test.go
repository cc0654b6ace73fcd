package filter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/filter"
)

// Sources are marked with the place that is wrong: «bad».
func TestCompileErrors(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ src, reason, suggestion string }{
		{"«»", "the filter is empty", ""},
		{"  «»", "the filter is empty", ""},
		{"ws.len > 3 &&«»", "something is missing at the end", ""},
		{"ws.len >«»", "a value is missing after >", ""},
		{"ws.len > «)»", "a value is missing between > and )", ""},
		{"«&&» error", "missing before &&", ""},
		{"ws.len > 3 && «||» error", "missing before ||", ""},
		{"«(»error", "the bracket is not closed", ""},
		{"error«)»", "the bracket was never opened", ""},
		{"(error «}»", "unexpected }", ""},
		{`websocket.payload contains «"error»`, "the quote is not closed", ""},
		{"a «|» b", "a lone | means nothing here", "||"},
		{"error «&» b", "a single & asks for the bits of a number", "&&"},
		{`"error" «&» b`, "a single & asks for the bits of a number", "&&"},
		{"ws.len > 3 «&» b", "a single & asks for the bits of a number", "&&"},
		{"ws.len > 3 «ws.n» == 1", "&& or || is missing", ""},
		{"error «ws.n» == 1", "&& or || is missing", ""},
		{"«error» contains x", "unknown field", ""},
		{`"error" && «contains» x`, "missing before contains", ""},
		{`«"error"» == x`, "== needs a field on its left", ""},
		{"«websocket.opcod» == 1", "unknown field websocket.opcod", "websocket.opcode"},
		{"«websoket.opcode» == 1", "unknown field", "websocket.opcode"},
		{"«websoket.opcode»", "unknown field", "websocket.opcode"},
		{"«websocket.oopcde» == 1", "unknown field", "websocket.opcode"},
		{"«websocket.dir» == 1", "unknown field", "ws.dir"},
		{"«ws.nonsense»", "unknown field ws.nonsense; put text to search for in quotes", ""},
		{"«eth»", "eth is a protocol that only Wireshark has; use ip.addr (link layers are not kept)", ""},
		{"error «udp»", "use tcp.port (only TCP carries WebSockets here)", ""},
		{"«quic» == 1", "only TCP carries WebSockets here", ""},
		{"«foo» == 1", "unknown field foo; put text to search for in quotes", ""},
		{"«ws.json.» == 1", "unknown field", "ws.json"},
		{"«ws.json.a[» == 1", "unknown field", ""},
		{"«ws.json.a[x]» == 1", "unknown field", ""},
		{"«ws.json.a..b» == 1", "unknown field", ""},
		{"«ws.json.PATH» == 1", "unknown field", ""},
		{"ws.len > «many»", `ws.len is a number: "many" is not`, ""},
		{"ws.len > «99999999999999999999»", "is a number", ""},
		{"ws.gap > «soon»", "is a number of seconds", ""},
		{"ws.gap > «1.0000000001»", "is a number of seconds", ""},
		{"frame.time > «yesterday»", "is a time", ""},
		{"ws.ratio > «NaN»", "is a number", ""},
		{"websocket.opcode == «txt»", `"txt" is not`, "text"},
		{"ws.dir == «up»", "(c2s, s2c, client, server)", ""},
		{"ws.state == «parial»", "is one of a few names", "partial"},
		{"ws.kind == «txet»", `ws.kind is never "txet"`, "text"},
		{"ws.finding == «ws.utf»", `is never "ws.utf"`, "ws.utf8"},
		{"websocket.fin == «maybe»", "is yes or no", ""},
		{"ip.addr == «300.1.1.1»", "is an address or a network", ""},
		{"ip.addr == «2001:db8::1»", "is an address or a network", ""},
		{"ipv6.addr == «10.0.0.1»", "is an address or a network", ""},
		{"«websocket.opcode» contains 1", "websocket.opcode is an opcode: contains does not go with it", ""},
		{"«ip.addr» > 10.0.0.1", "> does not go with it", ""},
		{"«websocket.fragments» == 1", "only there or not", ""},
		{"ws.host == «ws.path»", "not with another field", ""},
		{`websocket.payload matches «"("»`, "not a regular expression: missing closing )", ""},
		{`websocket.payload matches «"a{9999}"»`, "not a regular expression: invalid repeat count", ""},
		{`websocket.payload contains «""»`, "nothing between the quotes", ""},
		{`error «""»`, "nothing between the quotes", ""},
		{"websocket.opcode in «1»", "in needs a set", ""},
		{"websocket.opcode in «{»1, 2", "the set is not closed", ""},
		{"websocket.opcode in {1, «x»}", "is not", ""},
		{"websocket.opcode in {«}»", "a value is missing between in and }", ""},
		{"websocket.opcode in {1..«x»}", "is not", ""},
		{"«eth.addr» == x", "eth.addr is a field that only Wireshark has; use ip.addr (link layers are not kept)", ""},
		{"«udp.port» == 3", "use tcp.port (only TCP carries WebSockets here)", ""},
		{"«vlan.id» == 3", "use ip.addr (link layers are not kept)", ""},
		{"«tcp.seq» == 1", "use frame.number (sequence numbers are not kept", ""},
		{"«tcp.window_size» < 10", "windows of TCP are not kept", ""},
		{"«tcp.len» > 100", "only Wireshark has; use ws.wire_len", ""},
		{"«tcp.time_relative» < 5", "use frame.time_relative", ""},
		{"«frame.len» > 5", "use ws.wire_len", ""},
		{"«json.key» == x", "use ws.json.PATH", ""},
		{"«json.value.string» == x", "use ws.json.PATH", ""},
		{"«http.content_type» == x", "use ws.header.NAME", ""},
		{"«http.hst» == x", "unknown field", "http.host"},
		{"«tcp.analysis.retransmission»", "use ws.retransmissions", ""},
		{"«tcp.flags.reset» == 1", "use ws.end", ""},
		{"«udp» && tcp", "use tcp.port", ""},
		{"«tls.handshake.type» == 1", "use tls", ""},
		{"ws.client == «10.0.0.1:80»", "compare ports with tcp.port", ""},
		{"len(«ws.len») > 3", "len takes a text or bytes; ws.len is a number", ""},
		{"upper(«ip.addr») == x", "upper takes a text or bytes", ""},
		{"len(«foo») > 3", "len needs a field in its brackets", ""},
		{"len(«)» > 3", "len needs a field in its brackets", ""},
		{"len(ws.host «>» 3", "the bracket of len is not closed", ""},
		{"«ws.host[0:0]» == x", "unknown field", ""},
		{"«ws.host[3-1]» == x", "unknown field", ""},
		{"«ws.host[x]» == x", "unknown field", ""},
		{"«ws.len[0:1]» == 1", "unknown field", ""},
	} {
		t.Run(row.src, func(t *testing.T) {
			t.Parallel()
			before, rest, _ := strings.Cut(row.src, "«")
			wrong, after, _ := strings.Cut(rest, "»")
			_, err := filter.Compile(before + wrong + after)
			var bad *filter.Error
			if !errors.As(err, &bad) {
				t.Fatalf("error %v, want an *Error", err)
			}
			if bad.Pos != len(before) || bad.End != len(before)+len(wrong) {
				t.Errorf("place [%d,%d), want [%d,%d): %v", bad.Pos, bad.End, len(before), len(before)+len(wrong), bad)
			}
			if !strings.Contains(bad.Reason, row.reason) || bad.Suggestion != row.suggestion {
				t.Errorf("%q, suggestion %q; want %q, %q", bad.Reason, bad.Suggestion, row.reason, row.suggestion)
			}
		})
	}
}

func TestCompileBounds(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"brackets":  strings.Repeat("(", 5000) + "error" + strings.Repeat(")", 5000),
		"negations": strings.Repeat("!", 100_000) + "error",
		"terms":     "a" + strings.Repeat(" or a", 5000),
		"frames":    "websocket.fin == 0" + strings.Repeat(" or websocket.fin == 0", 64),
	} {
		if _, err := filter.Compile(src); err == nil || !strings.Contains(err.Error(), "too ") {
			t.Errorf("%s: error %v, want a bound", name, err)
		}
	}
	if _, err := filter.Compile(strings.Repeat("(", 50) + "!!error" + strings.Repeat(")", 50)); err != nil {
		t.Error(err)
	}
}

func TestCheckViews(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		src                                  string
		messages, frames, sessions, findings string
	}{
		{"websocket.opcode == 1", "", "", "", "findings have no websocket.opcode"},
		{"error", "", "frames have none", "", "findings have none"},
		{"websocket.fin == 0", "", "", "", "findings have no websocket.fin"},
		{"ws.gap > 1", "", "frames have no ws.gap: it goes with messages and sessions", "", "findings have no"},
		{"ws.closed_by == c2s", "known when a session has ended", "known when", "", "known when"},
		{"tcp.stream == 1 and http.host == x", "", "", "", ""},
		{"ws.finding && ws.dir == c2s and ws.n == 1", "", "", "", ""},
		{"a b c d e f g h i j k", "", "frames", "at most ten questions", "findings"},
	} {
		f, err := filter.Compile(row.src)
		if err != nil {
			t.Fatal(err)
		}
		for v, want := range []string{row.messages, row.frames, row.sessions, row.findings} {
			err := f.Check(filter.View(v))
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s in view %d: %v, want %q", row.src, v, err, want)
			}
		}
	}
}

// The place of what a view has not is that of the whole question.
func TestCheckPlace(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"ws.n == 1 && ws.gap >= 1.5  or ws.n == 2": "ws.gap >= 1.5", "ws.n == 1 && ( error )": "error", "ws.json.a in {1, 2} || ws.n == 1": "ws.json.a in {1, 2}",
	} {
		f, err := filter.Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		var bad *filter.Error
		if err := f.Check(filter.Frames); !errors.As(err, &bad) || src[bad.Pos:bad.End] != want {
			t.Errorf("%s: %v at %+v, want %q", src, err, bad, want)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, src := range []string{
		`websocket.opcode == text && ws.len > 3`, `ws.json.a[0]."b c"[*] != "x\x41ü"`, `!(a b) or r"x\"" in {1..2}`,
		`ip.addr in {10.0.0.0/8, ::1}`, `frame.time >= "2026-01-01"`, `ws.gap > 1.5ms`, `websocket.payload ~ "a|b$"`, `(((`, `"`, `ünï`, "\xff",
	} {
		f.Add(src, []byte(`{"a":[{"b c":["xAü"]}]}`))
	}
	f.Fuzz(func(t *testing.T, src string, payload []byte) {
		filter.Complete(src, len(src)/2)
		x, err := filter.Compile(src)
		var bad *filter.Error
		switch {
		case err == nil:
		case !errors.As(err, &bad):
			t.Fatalf("%q: %v is no *Error", src, err)
		case bad.Pos < 0 || bad.Pos > bad.End || bad.End > len(src) || bad.Reason == "":
			t.Fatalf("%q: place [%d,%d) of %d, reason %q", src, bad.Pos, bad.End, len(src), bad.Reason)
		default:
			_ = err.Error()
			return
		}
		for name, r := range rows() {
			before := x.Match(r)
			if x.Match(r) != before {
				t.Fatalf("%q: row %s passes and does not", src, name)
			}
			r.Message.Payload = payload
			x.Match(r)
		}
		if find := x.Finder(); find != nil {
			if at, n := find(payload); at >= 0 && at+n > len(payload) {
				t.Fatalf("%q: found [%d,%d) in %d bytes", src, at, at+n, len(payload))
			}
		}
	})
}
