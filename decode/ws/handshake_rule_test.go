package ws

import (
	"slices"
	"strings"
	"testing"
)

func TestFields(t *testing.T) {
	t.Parallel()
	f := fields("A: 1\nb: x, Y ,\tz\nB: \nB: w\nA: 2")
	for _, c := range []struct {
		name   string
		values []string
		first  string
	}{
		{"a", []string{"1", "2"}, "1"},
		{"A", []string{"1", "2"}, "1"},
		{"B", []string{"x, Y ,\tz", "", "w"}, "x, Y ,\tz"},
		{"C", nil, ""},
		{"", nil, ""},
	} {
		if got := f.Values(c.name); !slices.Equal(got, c.values) {
			t.Errorf("values of %q: got %q, want %q", c.name, got, c.values)
		}
		if got := f.Get(c.name); got != c.first {
			t.Errorf("first of %q: got %q, want %q", c.name, got, c.first)
		}
	}
	for token, want := range map[string]bool{"x": true, "X": true, "y": true, "z": true, "w": true, "x, Y": false, "v": false, "xy": false} {
		if got := f.Has("b", token); got != want {
			t.Errorf("%q in the list: got %v, want %v", token, got, want)
		}
	}
	if f.Has("C", "x") || Fields(nil).Has("b", "x") {
		t.Error("a field that is not there holds a token")
	}
}

// TestWhatAsksForWebSocket: the Upgrade of a request may list several protocols; a key alone shows what was meant.
func TestWhatAsksForWebSocket(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, lines      string
		upgrade, intends bool
	}{
		{"the example of the RFC", goodRequest, true, true},
		{"nothing", "", false, false},
		{"upgrade alone", "Upgrade: websocket", true, true},
		{"key alone", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", false, true},
		{"empty key", "Sec-WebSocket-Key:", false, true},
		{"second of a list", "Upgrade: h2c , WebSocket", true, true},
		{"in the second field", "Upgrade: h2c\nUpgrade: websocket", true, true},
		{"with a version", "Upgrade: websocket/13", false, false},
		{"another protocol", "Upgrade: h2c\nHTTP2-Settings: x", false, false},
		{"version alone", "Sec-WebSocket-Version: 13", false, false},
		{"only named in Connection", "Connection: websocket", false, false},
	} {
		r := &Request{Fields: fields(c.lines)}
		if r.IsUpgrade() != c.upgrade || r.Intends() != c.intends {
			t.Errorf("%s: upgrade %v, intends %v, want %v, %v", c.name, r.IsUpgrade(), r.Intends(), c.upgrade, c.intends)
		}
	}
}

// TestSwitched: section 4.2.2 makes a 101 the only answer that switches.
func TestSwitched(t *testing.T) {
	t.Parallel()
	asks, other := &Request{Fields: fields(goodRequest)}, &Request{Fields: fields("Host: a")}
	answer := func(status int, lines string) *Response { return &Response{Status: status, Fields: fields(lines)} }
	for _, c := range []struct {
		name string
		req  *Request
		resp *Response
		want bool
	}{
		{"as in the RFC", asks, answer(101, goodResponse), true},
		{"no response captured", asks, nil, true},
		{"no response to another request", other, nil, false},
		{"no request captured", nil, answer(101, goodResponse), true},
		{"101 with nothing, asked for", asks, answer(101, ""), true},
		{"101 with nothing, not asked for", other, answer(101, ""), false},
		{"101 with nothing, request not captured", nil, answer(101, ""), false},
		{"101 with an accept alone", nil, answer(101, "Sec-WebSocket-Accept: x"), true},
		{"101 to another protocol", asks, answer(101, "Upgrade: h2c"), false},
		{"101 to another protocol with an accept", asks, answer(101, "Upgrade: h2c\nSec-WebSocket-Accept: x"), false},
		{"101 with Upgrade to another request", other, answer(101, goodResponse), true},
		{"100", asks, answer(100, goodResponse), false},
		{"200 with Upgrade", asks, answer(200, goodResponse), false},
		{"426 with Upgrade", asks, answer(426, "Upgrade: websocket"), false},
	} {
		if got := Switched(c.req, c.resp); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestDrafts tells the versions apart by what each had and the others had not.
func TestDrafts(t *testing.T) {
	t.Parallel()
	const none = "-"
	for _, c := range []struct {
		name, req, resp string
		partial         bool
		want            string
	}{
		{"version 13", "Sec-WebSocket-Version: 13", none, false, ""},
		{"a version that never was", "Sec-WebSocket-Version: 99", none, false, ""},
		{"an empty version", "Sec-WebSocket-Version:", none, false, ""},
		{"version 8", "Sec-WebSocket-Version: 8", none, false, "hybi-08+"},
		{"version 7", "Sec-WebSocket-Version: 7", none, false, "hybi-07"},
		{"version 1", "Sec-WebSocket-Version: 1", none, false, "hybi-01 to 06"},
		{"version 4 with a key", "Sec-WebSocket-Version: 4\nSec-WebSocket-Key: x", none, false, "hybi-01 to 06"},
		{"version 0", "Sec-WebSocket-Version: 0", none, false, "hybi-00"},
		{"the first of two versions", "Sec-WebSocket-Version: 8\nSec-WebSocket-Version: 13", none, false, "hybi-08+"},
		{"a version is more than what else is there", "Sec-WebSocket-Version: 13\nSec-WebSocket-Key1: x", none, false, ""},
		{"keys 1 and 2", "Sec-WebSocket-Key1: x\nSec-WebSocket-Key2: y", none, false, "hixie-76"},
		{"Sec-WebSocket-Location", none, "Sec-WebSocket-Location: ws://a/", false, "hixie-76"},
		{"WebSocket-Protocol", "WebSocket-Protocol: x", none, false, "hixie-75"},
		{"WebSocket-Location", none, "WebSocket-Location: ws://a/", false, "hixie-75"},
		{"WebSocket-Origin", none, "WebSocket-Origin: http://a", false, "hixie-75"},
		{"spelling of hixie, nothing else", "Upgrade: WebSocket", none, false, "hixie-75"},
		{"spelling of hixie, a part missing", "Upgrade: WebSocket", none, true, ""},
		{"spelling of hixie, answered otherwise", "Upgrade: WebSocket", "Sec-WebSocket-Accept: x", false, ""},
		{"other spelling", "Upgrade: websocket", none, false, ""},
		{"nothing captured", none, none, false, ""},
		{"a response without anything", none, "", false, ""},
	} {
		var req *Request
		var resp *Response
		if c.req != none {
			req = &Request{Fields: fields(c.req), Partial: c.partial}
		}
		if c.resp != none {
			resp = &Response{Status: 101, Fields: fields(c.resp)}
		}
		if d := DraftOf(req, resp); d.String() != c.want || d.Framed() != !slices.Contains([]string{"hixie-75", "hixie-76", "hybi-00", "hybi-01 to 06"}, c.want) {
			t.Errorf("%s: got %q, framed %v, want %q", c.name, d, d.Framed(), c.want)
		}
	}
}

// TestOldDraftsAreReportedOnce: what RFC 6455 asks for is not missed in a request that speaks another version.
func TestOldDraftsAreReportedOnce(t *testing.T) {
	t.Parallel()
	req := &Request{Method: "GET", Version: "1.1", Fields: fields("Host: a\nUpgrade: WebSocket\nConnection: Upgrade\nSec-WebSocket-Key1: x\nSec-WebSocket-Key2: y")}
	compareFaults(t, CheckHandshake(req, nil), []string{"http.version: old draft hixie-76, not decoded"})
	req.Fields = edit(goodRequest, "Sec-WebSocket-Version: 4", "-Sec-WebSocket-Key")
	compareFaults(t, CheckHandshake(req, nil), []string{"http.version: old draft hybi-01 to 06, not decoded"})
}

// TestPartialHandshakes: of a header section with a part missing, what is not there is not missed; what is there and wrong is.
func TestPartialHandshakes(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name  string
		lines string
		want  string
	}{
		{"nothing", "", ""},
		{"host twice", "Host: a\nHost: b", "http.host"},
		{"upgrade to another protocol", "Upgrade: h2c", "http.upgrade"},
		{"connection without the token", "Connection: close", "http.connection"},
		{"a key that is not base64", "Sec-WebSocket-Key: -", "http.key"},
		{"a version", "Sec-WebSocket-Version: 99", "http.version"},
		{"two origins", "Origin: a\nOrigin: b", "http.origin"},
		{"a subprotocol that is not a token", "Sec-WebSocket-Protocol: (", "http.subprotocol-syntax"},
		{"extensions that break the grammar", "Sec-WebSocket-Extensions: a;;b", "http.extension-syntax"},
		{"a body", "Transfer-Encoding: chunked", "http.request-body"},
	}
	for _, row := range rows {
		got := CheckHandshake(&Request{Method: "GET", Version: "1.1", Fields: fields(row.lines), Partial: true}, nil)
		if want := strings.Fields(row.want); len(got) != len(want) || len(want) > 0 && got[0].Rule.ID != want[0] {
			t.Errorf("request with %s: got %+v, want %q", row.name, got, row.want)
		}
	}
	req := &Request{Fields: fields(goodRequest), Partial: true}
	for _, row := range []struct{ name, lines, want string }{
		{"nothing", "", ""},
		{"upgrade to another protocol too", "Upgrade: websocket, h2c", "http.response-upgrade"},
		{"connection without the token", "Connection: close", "http.response-connection"},
		{"a wrong accept", "Sec-WebSocket-Accept: x", "http.accept"},
		{"a body", "Content-Length: 5", "http.response-body"},
		{"two subprotocols", "Sec-WebSocket-Protocol: chat, superchat", "http.subprotocol-many"},
		{"a subprotocol that may have been offered", "Sec-WebSocket-Protocol: other", ""},
		{"an extension that may have been offered", "Sec-WebSocket-Extensions: x", ""},
		{"a bad parameter", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7", "deflate.params"},
	} {
		var got []string
		for _, f := range CheckHandshake(req, &Response{Status: 101, Fields: fields(row.lines), Partial: true}) {
			if f.Dir == S2C {
				got = append(got, f.Rule.ID)
			}
		}
		if want := strings.Fields(row.want); !slices.Equal(got, want) {
			t.Errorf("response with %s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestVersionsOfHTTP: "at least 1.1" (section 4.1, point 2) of what may stand in a request line.
func TestVersionsOfHTTP(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{
		"1.1": true, "1.2": true, "1.9": true, "2.0": true, "9.0": true, "3.0": true,
		"1.0": false, "0.9": false, "0.0": false, "": false, "1": false, "2": false, "1.": false, ".1": false,
		"x.1": false, "11.1": false, "-1.1": false, "a": false,
	} {
		if got := atLeast11(version); got != want {
			t.Errorf("%q: got %v, want %v", version, got, want)
		}
	}
}

// TestRefusals: 426 names what it would take (RFC 9110 section 15.5.22); a version that is refused is answered with those
// that are not (RFC 6455 section 4.4).
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, version, lines string
		status               int
		partial              bool
		want                 string
	}{
		{"426 without anything, version 13", "13", "", 426, false, "http.upgrade-required"},
		{"426 without anything, version 99", "99", "", 426, false, "http.upgrade-required http.response-version"},
		{"426 with all", "99", "Upgrade: websocket\nSec-WebSocket-Version: 13", 426, false, ""},
		{"426 without versions, but a part missing", "99", "", 426, true, ""},
		{"400 without versions", "99", "", 400, false, ""},
		{"500", "99", "", 500, false, ""},
		{"302", "99", "Location: /", 302, false, ""},
		{"401 asks for a name", "13", "WWW-Authenticate: Basic", 401, false, ""},
	} {
		req := &Request{Fields: edit(goodRequest, "Sec-WebSocket-Version: "+c.version)}
		resp := &Response{Status: c.status, Fields: fields(c.lines), Partial: c.partial}
		var got []string
		for _, f := range CheckHandshake(req, resp) {
			if f.Dir == S2C {
				got = append(got, f.Rule.ID)
			}
		}
		if !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	// Without the request, only what the response says itself is checked.
	if got := CheckHandshake(nil, &Response{Status: 426}); len(got) != 1 || got[0].Rule.ID != "http.upgrade-required" {
		t.Errorf("426 alone: %+v", got)
	}
}

func TestSubprotocolChosen(t *testing.T) {
	t.Parallel()
	for lines, want := range map[string]string{
		"":                                "",
		"Sec-WebSocket-Protocol:":         "",
		"Sec-WebSocket-Protocol: ,, ,":    "",
		"Sec-WebSocket-Protocol: chat":    "chat",
		"Sec-WebSocket-Protocol: ,\t b ,": "b",
		"Sec-WebSocket-Protocol: v1, v2":  "v1",
		"Sec-WebSocket-Protocol: \nsec-websocket-protocol: mqtt": "mqtt",
	} {
		if got := Subprotocol(&Response{Status: 101, Fields: fields(lines)}); got != want {
			t.Errorf("%q: got %q, want %q", lines, got, want)
		}
	}
}
