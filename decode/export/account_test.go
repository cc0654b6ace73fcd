package export_test

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// busy is an account in which no two numbers are the same.
func busy() *decode.Account {
	return &decode.Account{
		Files: 2, Read: 1012, Decoded: 1000, Cut: 3, Dropped: 7, Sessions: 4, Messages: 50, Frames: 60, Findings: 5, ClockBack: 1,
		Skipped: map[string]int64{"not tcp": 9, "damaged ip header": 2, "arp": 1},
		Bytes:   reassembly.Bytes{Stream: 21111, HTTP: 1000, TLS: 100, FrameHeaders: 10, Payload: 20000, Undecoded: 1},
		TLS:     6, Decrypted: 4, NotDecrypted: map[string]int64{"no key": 1, "wrong key": 1}, Encrypted: map[uint16]int{8443: 1, 443: 1},
	}
}

// The line for people has every number of the account, and they add up as it says.
func TestAccountAddsUp(t *testing.T) {
	t.Parallel()
	a := busy()
	lines := strings.Split(export.Account(a), "\n")
	var n []int64
	for _, s := range regexp.MustCompile(`\d+`).FindAllString(lines[0], -1) {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		n = append(n, v)
	}
	want := []int64{1012, 1000, 3, 1, 2, 9, 7, 4, 50, 60, 5, 21111, 1000, 100, 10, 20000, 1, 0, 1}
	if len(n) != len(want) {
		t.Fatalf("%d numbers in %q, want %d", len(n), lines[0], len(want))
	}
	for i := range want {
		if n[i] != want[i] {
			t.Errorf("number %d of %q is %d, want %d", i, lines[0], n[i], want[i])
		}
	}
	if read := n[1] + n[3] + n[4] + n[5]; read != n[0] {
		t.Errorf("decoded and skipped packets are %d, %d were read", read, n[0])
	}
	if sum := n[12] + n[13] + n[14] + n[15] + n[16] + n[17]; sum != n[11] {
		t.Errorf("the parts of the stream are %d bytes, the stream %d", sum, n[11])
	}
	if !strings.HasSuffix(lines[0], "; complete") {
		t.Errorf("%q does not end with complete", lines[0])
	}
	if len(lines) != 3 || !strings.Contains(lines[1], ":443 ") || !strings.Contains(lines[2], ":8443 ") {
		t.Errorf("lines about TLS %q, want ports 443 and 8443 in order", lines[1:])
	}
}

func TestAccountOfNothing(t *testing.T) {
	t.Parallel()
	want := "0 packets: 0 decoded; 0 sessions, 0 messages, 0 frames, 0 findings; 0 stream bytes = 0 http + 0 tls + 0 frame headers + " +
		"0 payload + 0 undecoded + 0 missing; complete"
	if got := export.Account(&decode.Account{}); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Why a run is incomplete can name files, whose names may hold anything.
func TestAccountIsInert(t *testing.T) {
	t.Parallel()
	a := &decode.Account{Why: []string{"a\x1b[2J.pcap: damaged", "bytes missing in a session"}}
	got := export.Account(a)
	if strings.ContainsAny(got, "\x1b\n") || !strings.HasSuffix(got, `; INCOMPLETE: a\x1b[2J.pcap: damaged; bytes missing in a session`) {
		t.Errorf("%q", got)
	}
}

// TestSummary reads the line for programs back.
func TestSummary(t *testing.T) {
	t.Parallel()
	a := busy()
	a.Why = []string{`a "reason"`}
	var j export.JSON
	got := object(t, j.Summary(nil, a))
	has(t, got, map[string]any{"type": "summary", "schema": 1, "files": 2, "sessions": 4, "messages": 50, "frames": 60,
		"finding_count": 5, "clock_back": 1, "complete": false, "incomplete_why": []any{`a "reason"`}})
	has(t, got["packets"].(map[string]any), map[string]any{"read": 1012, "decoded": 1000, "dropped": 7, "cut": 3})
	has(t, got["packets"].(map[string]any)["skipped"].(map[string]any), map[string]any{"not tcp": 9, "damaged ip header": 2, "arp": 1})
	has(t, got["bytes"].(map[string]any), map[string]any{"stream": 21111, "http": 1000, "tls": 100, "frame_headers": 10,
		"payload": 20000, "undecoded": 1, "missing": 0})
	tls := got["tls"].(map[string]any)
	has(t, tls, map[string]any{"connections": 6, "decrypted": 4})
	has(t, tls["not_decrypted"].(map[string]any), map[string]any{"no key": 1, "wrong key": 1})
	has(t, got["encrypted"].(map[string]any), map[string]any{"443": 1, "8443": 1})
}

// The same account gives the same line: maps are written in order.
func TestSummaryIsStable(t *testing.T) {
	t.Parallel()
	var j export.JSON
	first := string(j.Summary(nil, busy()))
	for range 20 {
		if again := string(j.Summary(nil, busy())); again != first {
			t.Fatalf("%s\n%s", first, again)
		}
	}
}

// TestSessionCarriers reads back what a session says of TLS, HTTP/2, tunnels and load balancers.
func TestSessionCarriers(t *testing.T) {
	t.Parallel()
	var j export.JSON
	s := &decode.Session{N: 1, Scheme: "wss", H2Stream: 5,
		TLS:     &decode.TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", SNI: "a\x1b.example", ALPN: "h2", Resumed: true, Keys: "dsb"},
		Tunnel:  &decode.Tunnel{Type: "connect", Target: "b.example:443"},
		Proxied: &decode.Proxied{Version: 2, Client: netip.MustParseAddrPort("203.0.113.7:44123"), Server: netip.MustParseAddrPort("[2001:db8::1]:443")}}
	line := j.Session(nil, s)
	got := object(t, line)
	has(t, got, map[string]any{"scheme": "wss"})
	has(t, got["tls"].(map[string]any), map[string]any{"version": "1.3", "cipher": "TLS_AES_128_GCM_SHA256", "sni": "a\x1b.example",
		"alpn": "h2", "resumed": true, "early_data": false, "keys": "dsb"})
	has(t, got["h2"].(map[string]any), map[string]any{"stream": 5})
	has(t, got["tunnel"].(map[string]any), map[string]any{"type": "connect", "target": "b.example:443"})
	has(t, got["proxy_protocol"].(map[string]any), map[string]any{"version": 2, "client": "203.0.113.7:44123", "server": "[2001:db8::1]:443"})
	if strings.Contains(string(line), "\x1b") {
		t.Errorf("an escape character is in %q", line)
	}
	has(t, object(t, j.Session(nil, &decode.Session{N: 1})), map[string]any{"tls": nil, "h2": nil, "tunnel": nil, "proxy_protocol": nil})
}

// An unknown side of the first Close is absent, and a known one is there.
func TestSessionCloseBy(t *testing.T) {
	t.Parallel()
	var j export.JSON
	for _, row := range []struct {
		close decode.Close
		want  string
	}{
		{decode.Close{By: ws.S2C, HasBy: true, Code: 1000, Reason: []byte("bye")}, `{"by":"s2c","code":1000,"name":"Normal Closure","reason":"bye"}`},
		{decode.Close{By: ws.S2C, Code: 1001}, `{"code":1001,"name":"Going Away","reason":""}`},
		{decode.Close{By: ws.C2S, HasBy: true, Code: -1}, `{"by":"c2s"}`},
		{decode.Close{Code: -1}, `{}`},
	} {
		got := object(t, j.Session(nil, &decode.Session{N: 1, Close: &row.close}))["close"]
		var want any
		d := json.NewDecoder(strings.NewReader(row.want))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		has(t, map[string]any{"close": got}, map[string]any{"close": want})
	}
}

// What the decoders of application protocols could not read is told where there is any.
func TestAccountOfApplications(t *testing.T) {
	t.Parallel()
	a := &decode.Account{Contradict: 3, Faults: 1}
	if got := export.Account(a); !strings.Contains(got, "; 3 messages not decoded as their session's application protocol; 1 message on which a decoder failed (a bug: please report it); complete") {
		t.Error(got)
	}
	var j export.JSON
	has(t, object(t, j.Summary(nil, a))["app"].(map[string]any), map[string]any{"contradict": 3, "faults": 1})
	if got := string(j.Summary(nil, &decode.Account{})); strings.Contains(got, `"app"`) {
		t.Error(got)
	}
}

// What to do about connections that were not decrypted depends on why.
func TestAccount_KeyAdvice(t *testing.T) {
	t.Parallel()
	for why, want := range map[string]string{"no key": "give the keys with --keylog", "wrong key": "sessions -v says why", "cipher not supported": "sessions -v says why"} {
		a := &decode.Account{Encrypted: map[uint16]int{443: 1}, NotDecrypted: map[string]int64{why: 1}}
		if got := export.Account(a); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", why, got, want)
		}
	}
}
