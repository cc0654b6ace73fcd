package ws

import (
	"slices"
	"strings"
	"testing"
)

// fields reads "Name: value" lines.
func fields(lines string) Fields {
	var f Fields
	for line := range strings.Lines(lines) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			f = append(f, [2]string{name, strings.TrimSpace(value)})
		}
	}
	return f
}

// The example of RFC 6455 section 1.3.
const (
	goodRequest = `Host: server.example.com
		Upgrade: websocket
		Connection: Upgrade
		Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
		Origin: http://example.com
		Sec-WebSocket-Protocol: chat, superchat
		Sec-WebSocket-Version: 13`
	goodResponse = `Upgrade: websocket
		Connection: Upgrade
		Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
		Sec-WebSocket-Protocol: chat`
)

// edit applies "Name: value" (replace or append), "-Name" (remove) and "+Name: value" (append) to fields.
func edit(base string, edits ...string) Fields {
	f := fields(base)
	for _, e := range edits {
		remove, again := strings.HasPrefix(e, "-"), strings.HasPrefix(e, "+")
		name, value, _ := strings.Cut(strings.TrimLeft(e, "+-"), ":")
		if !again {
			f = slices.DeleteFunc(f, func(h [2]string) bool { return strings.EqualFold(h[0], name) })
		}
		if !remove {
			f = append(f, [2]string{name, strings.TrimSpace(value)})
		}
	}
	return f
}

func TestAccept(t *testing.T) {
	t.Parallel()
	// RFC 6455 section 4.2.2; the white space of the second is that of a sloppy field value.
	for _, key := range []string{"dGhlIHNhbXBsZSBub25jZQ==", "  dGhlIHNhbXBsZSBub25jZQ==\t"} {
		if got := Accept(key); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
			t.Errorf("Accept(%q) = %q", key, got)
		}
	}
}

// checkRow is a handshake and the faults that it must show, "id: a part of the detail" each, those of the
// request first.
type checkRow struct {
	name string
	// req and resp are edits of the RFC's example; nil leaves it as it is.
	req, resp []string
	want      []string
}

func (row checkRow) run(t *testing.T) {
	t.Parallel()
	req := &Request{Method: "GET", Version: "1.1", Fields: edit(goodRequest, row.req...)}
	resp := &Response{Status: 101, Version: "1.1", Fields: edit(goodResponse, row.resp...)}
	compareFaults(t, CheckHandshake(req, resp), row.want)
}

func compareFaults(t *testing.T, got []Fault, want []string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := 0; ok && i < len(want); i++ {
		id, detail, _ := strings.Cut(want[i], ": ")
		ok = got[i].Rule.ID == id && strings.Contains(got[i].Detail, detail)
	}
	if ok {
		return
	}
	for _, f := range got {
		t.Errorf("got  %s %s: %s", f.Dir, f.Rule.ID, f.Detail)
	}
	for _, w := range want {
		t.Errorf("want %s", w)
	}
	if len(got)+len(want) == 0 {
		t.Error("got and want differ")
	}
}

func runRows(t *testing.T, rows []checkRow) {
	t.Helper()
	t.Parallel()
	for _, row := range rows {
		t.Run(row.name, row.run)
	}
}

func TestHazard_H1_WrongAccept(t *testing.T) {
	runRows(t, []checkRow{
		{"the example of the RFC", nil, nil, nil},
		{"wrong", nil, []string{"Sec-WebSocket-Accept: AAAA"}, []string{"http.accept: expected s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, got AAAA"}},
		{"twice", nil, []string{"+Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}, []string{"http.accept: given 2 times"}},
		{"right for the second of two keys", []string{"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "+Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}, nil,
			[]string{"http.key: given 2 times"}},
	})
}

func TestHazard_H2_BareSwitch(t *testing.T) {
	runRows(t, []checkRow{
		{"no accept", nil, []string{"-Sec-WebSocket-Accept"}, []string{"http.accept: missing"}},
		{"no upgrade", nil, []string{"-Upgrade"}, []string{"http.response-upgrade: missing"}},
		{"no connection", nil, []string{"-Connection"}, []string{"http.response-connection: missing"}},
		{"other upgrade too", nil, []string{"Upgrade: h2c, websocket"}, []string{"http.response-upgrade: h2c"}},
		{"with a length", nil, []string{"Content-Length: 0"}, []string{"http.response-body: Content-Length is 0"}},
	})
}

func TestHazard_H3_Key(t *testing.T) {
	runRows(t, []checkRow{
		{"missing", []string{"-Sec-WebSocket-Key"}, nil, []string{"http.key: missing"}},
		{"twice", []string{"+Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}, nil, []string{"http.key: given 2 times"}},
		{"not base64", []string{"Sec-WebSocket-Key: !!"}, []string{"Sec-WebSocket-Accept: " + Accept("!!")}, []string{"http.key: not base64"}},
		{"4 bytes", []string{"Sec-WebSocket-Key: AAAAAA=="}, []string{"Sec-WebSocket-Accept: " + Accept("AAAAAA==")}, []string{"http.key: 4 bytes, not 16"}},
		{"the RFC's own example of 16 bytes", []string{"Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC=="}, []string{"Sec-WebSocket-Accept: " + Accept("AQIDBAUGBwgJCgsMDQ4PEC==")}, nil},
	})
}

func TestHazard_H4_HybiDrafts(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"7": "hybi-07", "8": "hybi-08+"} {
		req := &Request{Method: "GET", Version: "1.1", Fields: edit(goodRequest, "Sec-WebSocket-Version: "+version, "-Origin", "Sec-WebSocket-Origin: http://example.com")}
		resp := &Response{Status: 101, Version: "1.1", Fields: fields(goodResponse)}
		d := DraftOf(req, resp)
		if d.String() != want || !d.Framed() {
			t.Errorf("version %s is draft %q, framed %v, want %q", version, d, d.Framed(), want)
		}
		compareFaults(t, CheckHandshake(req, resp), []string{"http.version: draft " + want})
	}
}

func TestHazard_H5_HixieDrafts(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name, req, resp, want string
		framed                bool
	}{
		{"hixie-76", "Upgrade: WebSocket\nConnection: Upgrade\nHost: a\nSec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00",
			"Upgrade: WebSocket\nConnection: Upgrade\nSec-WebSocket-Location: ws://a/", "hixie-76", false},
		{"hixie-75", "Upgrade: WebSocket\nConnection: Upgrade\nHost: a\nWebSocket-Protocol: x", "Upgrade: WebSocket\nConnection: Upgrade\nWebSocket-Location: ws://a/", "hixie-75", false},
		{"hixie-75, by the response alone", "", "Upgrade: WebSocket\nWebSocket-Origin: http://a", "hixie-75", false},
		{"hybi-00", "Upgrade: websocket\nSec-WebSocket-Version: 0", "", "hybi-00", false},
		{"hybi-06", "Upgrade: websocket\nSec-WebSocket-Version: 6\nSec-WebSocket-Key: AA==", "", "hybi-01 to 06", false},
		{"RFC 6455", goodRequest, goodResponse, "", true},
		{"RFC 6455, by the response alone", "", goodResponse, "", true},
		{"version missing, key there", "Upgrade: WebSocket\nSec-WebSocket-Key: AA==", "", "", true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var req *Request
			var resp *Response
			if row.req != "" {
				req = &Request{Method: "GET", Version: "1.1", Fields: fields(row.req)}
			}
			if row.resp != "" {
				resp = &Response{Status: 101, Fields: fields(row.resp)}
			}
			if d := DraftOf(req, resp); d.String() != row.want || d.Framed() != row.framed {
				t.Errorf("draft %q, framed %v, want %q, %v", d, d.Framed(), row.want, row.framed)
			}
		})
	}
}

func TestHazard_H6_Refusals(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name, version string
		status        int
		fields        string
		want          []string
	}{
		{"426 as the RFC wants it", "99", 426, "Upgrade: websocket\nSec-WebSocket-Version: 13, 8, 7", []string{"http.version: version is \"99\""}},
		{"426 without versions", "99", 426, "Upgrade: websocket", []string{"http.version: 99", "http.response-version: version 99 refused"}},
		{"426 without Upgrade", "13", 426, "", []string{"http.upgrade-required: missing"}},
		{"403", "13", 403, "", nil},
		{"200", "13", 200, "Content-Length: 5", nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			req := &Request{Method: "GET", Version: "1.1", Fields: edit(goodRequest, "Sec-WebSocket-Version: "+row.version)}
			resp := &Response{Status: row.status, Fields: fields(row.fields)}
			if resp.IsUpgrade() || Switched(req, resp) {
				t.Errorf("%d is taken for a switch", row.status)
			}
			compareFaults(t, CheckHandshake(req, resp), row.want)
		})
	}
}

func TestHazard_H7_OtherProtocols(t *testing.T) {
	t.Parallel()
	for _, upgrade := range []string{"h2c", "TLS/1.0", "websocketx", "IRC/6.9, RTA/x11"} {
		req := &Request{Method: "GET", Version: "1.1", Fields: fields("Upgrade: " + upgrade + "\nConnection: Upgrade")}
		resp := &Response{Status: 101, Fields: fields("Upgrade: " + upgrade + "\nConnection: Upgrade")}
		if req.IsUpgrade() || resp.IsUpgrade() || Switched(req, resp) {
			t.Errorf("%s is taken for WebSocket", upgrade)
		}
	}
}

func TestHazard_H13_Spellings(t *testing.T) {
	t.Parallel()
	for _, lines := range []string{
		"Upgrade: WebSocket\nConnection: UPGRADE",
		"upgrade: WEBSOCKET\nconnection: keep-alive, Upgrade",
		"UPGRADE: h2c,websocket\nConnection: keep-alive\nConnection: upgrade",
		"Upgrade: h2c\nUpgrade: \t websocket \nConnection:Upgrade",
	} {
		f := fields(lines)
		req := &Request{Method: "GET", Version: "1.1", Fields: append(edit(goodRequest, "-Upgrade", "-Connection"), f...)}
		if !req.IsUpgrade() {
			t.Errorf("%q is not taken for an upgrade", lines)
		}
		compareFaults(t, CheckHandshake(req, nil), nil)
	}
}

func TestHazard_H16_Extensions(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name   string
		values []string
		want   string // joined by " | "
		bad    string
	}{
		{"one", []string{"permessage-deflate"}, "permessage-deflate", ""},
		{"parameters", []string{"a; b=1 ;c; d=x"}, "a; b=1; c; d=x", ""},
		{"several fields in order", []string{"a, b", "c"}, "a | b | c", ""},
		{"quoted value", []string{`a; b="10"`}, "a; b=10", ""},
		{"quoted comma is no token", []string{`a; b="1,2", c`}, "a; b=1,2 | c", "quoted value is not a token"},
		{"escape in quotes", []string{`a; b="1\0"`}, "a; b=10", ""},
		{"empty elements", []string{", a,, b ,"}, "a | b", ""},
		{"empty field", []string{""}, "", "no extension"},
		{"quote not closed", []string{`a; b="1`}, "a; b=1", "quote not closed"},
		{"value missing", []string{"a; b="}, "a; b=", "value missing after ="},
		{"parameter without a name", []string{"a; =1, c"}, "a; =1 | c", "parameter without a name"},
		{"two words", []string{"a b, c"}, "a | c", "unexpected b"},
		{"webkit", []string{"x-webkit-deflate-frame"}, "x-webkit-deflate-frame", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			list, bad := ParseExtensions(row.values)
			var names []string
			for _, e := range list {
				names = append(names, e.String())
			}
			if got := strings.Join(names, " | "); got != row.want || bad != row.bad {
				t.Errorf("%q: got %q and %q, want %q and %q", row.values, got, bad, row.want, row.bad)
			}
		})
	}
}

func TestHazard_H16_UnknownExtensions(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"deflate-frame": "deflate-frame",
		"permessage-deflate, deflate-frame, permessage-x": "deflate-frame",
		"permessage-deflate":                              "",
		"bbf-usp-protocol; eid=1":                         "",
	} {
		n := Negotiate(nil, &Response{Status: 101, Fields: fields("Sec-WebSocket-Extensions: " + value)})
		if n.Unknown != want || (n.Deflate != nil) != strings.Contains(value, "permessage-deflate") {
			t.Errorf("%s: unknown %q, deflate %+v, want %q", value, n.Unknown, n.Deflate, want)
		}
	}
}

func TestHazard_H17_NotOffered(t *testing.T) {
	runRows(t, []checkRow{
		{"extension", nil, []string{"Sec-WebSocket-Extensions: permessage-deflate"}, []string{"http.extension-not-offered: permessage-deflate"}},
		{"subprotocol", nil, []string{"Sec-WebSocket-Protocol: other"}, []string{"http.subprotocol-not-offered: other"}},
		{"subprotocol in other case", nil, []string{"Sec-WebSocket-Protocol: Chat"}, []string{"http.subprotocol-not-offered: Chat"}},
		{"none offered", []string{"-Sec-WebSocket-Protocol"}, nil, []string{"http.subprotocol-not-offered: chat"}},
		{"empty", nil, []string{"Sec-WebSocket-Protocol:"}, []string{"http.subprotocol-not-offered: empty"}},
		{"two", nil, []string{"Sec-WebSocket-Protocol: chat, superchat"}, []string{"http.subprotocol-many: 2 subprotocols"}},
		{"two fields", nil, []string{"+Sec-WebSocket-Protocol: superchat"}, []string{"http.subprotocol-many: 2 subprotocols"}},
		{"offered twice", []string{"Sec-WebSocket-Protocol: chat, chat"}, nil, []string{"http.subprotocol-syntax: offered twice"}},
		{"no token", []string{"Sec-WebSocket-Protocol: chat, a/b"}, nil, []string{"http.subprotocol-syntax: not a token"}},
		{"broken grammar", nil, []string{"Sec-WebSocket-Extensions: ;"}, []string{"http.extension-syntax: without a name"}},
	})
}

func TestHazard_H19_RequestLine(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		method, version string
		want            []string
	}{
		{"GET", "1.1", nil},
		{"GET", "1.2", nil},
		{"GET", "2.0", nil},
		{"POST", "1.1", []string{"http.method: POST"}},
		{"GET", "1.0", []string{"http.http-version: 1.0"}},
		{"GET", "x", []string{"http.http-version: x"}},
		{"", "", nil},
	} {
		compareFaults(t, CheckHandshake(&Request{Method: row.method, Version: row.version, Fields: fields(goodRequest)}, nil), row.want)
	}
}

func TestRequestFields(t *testing.T) {
	runRows(t, []checkRow{
		{"no host", []string{"-Host"}, nil, []string{"http.host: missing"}},
		{"two hosts", []string{"+Host: b"}, nil, []string{"http.host: 2 times"}},
		{"no upgrade", []string{"-Upgrade"}, nil, []string{"http.upgrade: missing"}},
		{"no connection token", []string{"Connection: keep-alive"}, nil, []string{"http.connection: keep-alive"}},
		{"no version", []string{"-Sec-WebSocket-Version"}, nil, []string{"http.version: missing"}},
		{"two versions", []string{"+Sec-WebSocket-Version: 8"}, nil, []string{"http.version: 2 times"}},
		{"version 99 accepted", []string{"Sec-WebSocket-Version: 99"}, nil, []string{"http.version: 99", "http.response-version: does not exist"}},
		{"two origins", []string{"+Origin: http://b"}, nil, []string{"http.origin: 2"}},
		{"no origin", []string{"-Origin"}, nil, nil},
		{"a body", []string{"Content-Length: 5"}, nil, []string{"http.request-body: 5"}},
		{"no body", []string{"Content-Length: 0"}, nil, nil},
		{"chunked", []string{"Transfer-Encoding: chunked"}, nil, []string{"http.request-body: chunked"}},
	})
}

// TestHazard_T10_HalfAHandshake: what was not captured is not a fault.
func TestHazard_T10_HalfAHandshake(t *testing.T) {
	t.Parallel()
	resp := &Response{Status: 101, Fields: edit(goodResponse, "Sec-WebSocket-Extensions: permessage-deflate")}
	compareFaults(t, CheckHandshake(nil, resp), nil)
	compareFaults(t, CheckHandshake(&Request{Method: "GET", Version: "1.1", Fields: fields(goodRequest)}, nil), nil)
	compareFaults(t, CheckHandshake(nil, nil), nil)
	compareFaults(t, CheckHandshake(&Request{Method: "GET", Partial: true}, &Response{Status: 101, Partial: true}), nil)
	if n := Negotiate(nil, nil); n.Deflate != nil || n.Unknown != "" || Subprotocol(nil) != "" {
		t.Errorf("something was agreed on by nothing: %+v", n)
	}
	if !Switched(nil, resp) || Switched(nil, nil) {
		t.Error("a lone 101 with Upgrade is a switch, nothing is none")
	}
}

func FuzzHandshake(f *testing.F) {
	f.Add(goodRequest, goodResponse, 101)
	f.Add("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=\"8\"", 101)
	f.Add("Sec-WebSocket-Version: 8\nSec-WebSocket-Protocol: ,,", "Sec-WebSocket-Protocol: \"", 426)
	f.Fuzz(func(t *testing.T, a, b string, status int) {
		req := &Request{Method: "GET", Version: "1.1", Fields: fields(a)}
		resp := &Response{Status: status, Fields: fields(b)}
		for _, x := range CheckHandshake(req, resp) {
			if x.Rule == nil || x.Detail == "" {
				t.Fatalf("a fault without rule or detail: %+v", x)
			}
		}
		n := Negotiate(req, resp)
		if d := n.Deflate; d != nil {
			for _, bits := range d.WindowBits {
				if bits < 8 || bits > 15 {
					t.Fatalf("window of %d bits", bits)
				}
			}
		}
		for _, e := range n.Extensions {
			if !isToken(e.Name) {
				t.Fatalf("extension name %q", e.Name)
			}
		}
		DraftOf(req, resp)
		Switched(req, resp)
	})
}

func BenchmarkCheckHandshake(b *testing.B) {
	req := &Request{Method: "GET", Version: "1.1", Fields: edit(goodRequest, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")}
	resp := &Response{Status: 101, Fields: edit(goodResponse, "Sec-WebSocket-Extensions: permessage-deflate")}
	b.ReportAllocs()
	for b.Loop() {
		if len(CheckHandshake(req, resp)) != 0 {
			b.Fatal("faults in a good handshake")
		}
	}
}
