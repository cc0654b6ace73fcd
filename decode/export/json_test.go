package export_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// noon is 2026-11-20T12:00:00.123456789Z.
var noon = capture.Time(time.Date(2026, 11, 20, 12, 0, 0, 123456789, time.UTC).UnixNano())

var ref = &decode.SessionRef{N: 3, Stream: &decode.Stream{N: 7, First: 1}, Client: netip.MustParseAddrPort("192.0.2.1:50000"),
	Server: netip.MustParseAddrPort("[2001:db8::1]:443")}

// object parses one line of JSON, which must end with a line feed and hold each name once.
func object(t *testing.T, line []byte) map[string]any {
	t.Helper()
	if !bytes.HasSuffix(line, []byte("}\n")) || bytes.Count(line, []byte("\n")) != 1 {
		t.Fatalf("%q is not one line", line)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%s: %v in %s", name, err, line)
		}
		if _, twice := out[name.(string)]; twice {
			t.Fatalf("%s is there twice in %s", name, line)
		}
		out[name.(string)] = v
	}
	return out
}

// has checks some members of an object; a nil value wants the member to be absent.
func has(t *testing.T, got map[string]any, want map[string]any) {
	t.Helper()
	for name, w := range want {
		if n, isInt := w.(int); isInt {
			b, _ := json.Marshal(n)
			w = json.Number(b)
		}
		if g, ok := got[name]; !reflect.DeepEqual(g, w) || ok != (w != nil) {
			t.Errorf("%s: got %#v, want %#v", name, g, w)
		}
	}
}

func numbers(ns ...string) (out []any) {
	for _, n := range ns {
		out = append(out, json.Number(n))
	}
	return out
}

func TestJSONMessage(t *testing.T) {
	t.Parallel()
	m := ws.Message{N: 4, Dir: ws.S2C, Opcode: ws.OpText, Last: ws.Stamp{Packet: 12, Time: noon}, Min: 9, Max: 12, Len: 5, WireLen: 7,
		Frames: 2, Compressed: true, Payload: []byte("h\u00e9\"\n"), ValidUTF8: true, CloseCode: -1, Findings: []*rule.Rule{rule.Gap}}
	j := export.JSON{}
	got := object(t, j.Message(nil, ref, &m))
	has(t, got, map[string]any{
		"schema": 1, "type": "message", "session": 3, "stream": 7, "n": 4, "dir": "s2c", "opcode": 1, "kind": "text",
		"time": "2026-11-20T12:00:00.123456789Z", "packets": numbers("9", "12"), "len": 5, "wire_len": 7, "frames": 2,
		"compressed": true, "state": "exact", "text": "h\u00e9\"\n", "base64": nil, "client": "192.0.2.1:50000", "server": "[2001:db8::1]:443",
		"findings": []any{rule.Gap.ID}, "missing": nil, "why": nil, "confidence": nil, "close": nil, "sha256": nil, "file": nil, "conflict": nil,
	})
}

// What each state adds to the line of a message.
func TestJSONStates(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		change func(*ws.Message)
		want   map[string]any
	}{
		{"a length that is not known", func(m *ws.Message) { m.Len = -1 }, map[string]any{"len": nil, "wire_len": 3}},
		{"bytes are missing", func(m *ws.Message) {
			m.State, m.Missing, m.Holes = ws.Partial, 6, []ws.Hole{{At: 1, N: 2}, {At: 3, N: 4}}
		},
			map[string]any{"state": "partial", "missing": 6, "text": nil, "base64": base64.StdEncoding.EncodeToString([]byte("abc")),
				"holes": []any{map[string]any{"at": json.Number("1"), "n": json.Number("2")}, map[string]any{"at": json.Number("3"), "n": json.Number("4")}}}},
		{"missing and conflicting", func(m *ws.Message) { m.State, m.Conflict = ws.Partial, true }, map[string]any{"state": "partial", "conflict": true}},
		{"conflicting", func(m *ws.Message) { m.State, m.Conflict = ws.Conflict, true }, map[string]any{"state": "conflict", "conflict": nil, "text": "abc"}},
		{"undecodable", func(m *ws.Message) { m.State, m.Why = ws.Undecodable, ws.UnknownExtension },
			map[string]any{"state": "undecodable", "why": "unknown extension", "text": nil, "base64": base64.StdEncoding.EncodeToString([]byte("abc"))}},
		{"guessed", func(m *ws.Message) { m.State, m.Confidence = ws.Guessed, 0.95 },
			map[string]any{"state": "guessed", "confidence": json.Number("0.95"), "text": "abc"}},
		{"not UTF-8", func(m *ws.Message) { m.ValidUTF8 = false }, map[string]any{"text": nil, "base64": "YWJj"}},
		{"binary that is UTF-8", func(m *ws.Message) { m.Opcode = ws.OpBinary }, map[string]any{"kind": "binary", "text": nil, "base64": "YWJj"}},
		{"ping", func(m *ws.Message) { m.Opcode = ws.OpPing }, map[string]any{"kind": "ping", "opcode": 9, "text": "abc"}},
		{"reserved opcode", func(m *ws.Message) { m.Opcode = 3 }, map[string]any{"kind": "reserved", "opcode": 3, "base64": "YWJj"}},
		{"close", func(m *ws.Message) { m.Opcode, m.CloseCode, m.Payload = ws.OpClose, 1001, []byte("\x03\xe9bye") },
			map[string]any{"kind": "close", "text": "bye", "close": map[string]any{"code": json.Number("1001"), "reason": "bye"}}},
		{"close without a code", func(m *ws.Message) { m.Opcode, m.Payload = ws.OpClose, nil },
			map[string]any{"kind": "close", "close": map[string]any{}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			m := message(ws.OpText, "abc")
			m.WireLen = 3
			row.change(m)
			has(t, object(t, (&export.JSON{}).Message(nil, ref, m)), row.want)
		})
	}
}

func TestJSONOptions(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("bye"))
	closing := message(ws.OpClose, "\x03\xe9bye")
	closing.CloseCode, closing.Max = 1001, 12
	secret := message(ws.OpText, `{"token":"abc"}`)
	partial := message(ws.OpText, "abc")
	partial.State = ws.Partial
	for _, row := range []struct {
		name string
		j    export.JSON
		m    *ws.Message
		want map[string]any
	}{
		{"without payload", export.JSON{NoPayload: true}, closing,
			map[string]any{"text": nil, "base64": nil, "close": map[string]any{"code": json.Number("1001")}}},
		{"hash of the reason of a close", export.JSON{Hash: true}, closing, map[string]any{"sha256": hex.EncodeToString(sum[:])}},
		{"no hash of what is not whole", export.JSON{Hash: true}, partial, map[string]any{"sha256": nil}},
		{"no hash of what was redacted", export.JSON{Hash: true, Redact: redactor()}, secret, map[string]any{"sha256": nil, "redacted": 1, "len": 15}},
		{"the file of the last packet", export.JSON{FileOf: func(packet int) string { return map[int]string{12: "b\n.pcap"}[packet] }}, closing,
			map[string]any{"file": "b\n.pcap"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			has(t, object(t, row.j.Message(nil, ref, row.m)), row.want)
		})
	}
}

func TestJSONFrame(t *testing.T) {
	t.Parallel()
	f := ws.Frame{N: 2, Message: 1, Dir: ws.C2S, MaxTime: noon, Min: 3, Max: 4, Fin: true, RSV: 4, Opcode: ws.OpText, Masked: true,
		MaskKey: [4]byte{0x19, 0x91, 8, 0xab}, HeaderLen: 6, Len: 10, Offset: 100}
	j := export.JSON{}
	has(t, object(t, j.Frame(nil, ref, &f)), map[string]any{
		"schema": 1, "type": "frame", "session": 3, "stream": 7, "message": 1, "n": 2, "dir": "c2s", "time": "2026-11-20T12:00:00.123456789Z",
		"packets": numbers("3", "4"), "fin": true, "rsv": 4, "opcode": 1, "masked": true, "mask_key": "199108ab", "header_len": 6, "len": 10,
		"offset": 100, "state": "exact", "findings": []any{},
	})
	f.Masked, f.Len = false, -1 // 2^64-1 on the wire
	has(t, object(t, j.Frame(nil, ref, &f)), map[string]any{"masked": false, "mask_key": nil, "len": json.Number("18446744073709551615")})
}

func TestJSONUpdate(t *testing.T) {
	t.Parallel()
	j := export.JSON{}
	has(t, object(t, j.Update(nil, &decode.Event{Kind: decode.KindAmend, Session: ref, N: 4, State: ws.Conflict})),
		map[string]any{"type": "update", "session": 3, "n": 4, "state": "conflict", "conflict": nil, "message": nil})
	has(t, object(t, j.Update(nil, &decode.Event{Kind: decode.KindAmendFrame, Session: ref, N: 4, Of: 2, State: ws.Conflict, Worse: true})),
		map[string]any{"type": "update", "n": 4, "message": 2, "conflict": true, "state": nil})
}

func TestJSONFinding(t *testing.T) {
	t.Parallel()
	j := export.JSON{}
	has(t, object(t, j.Finding(nil, ref, &ws.Finding{Rule: rule.Accept, Dir: ws.S2C, Message: 2, Frame: 3, Detail: "got \"x\"\n", At: ws.Stamp{Packet: 5, Time: noon}, Offset: 9})),
		map[string]any{"type": "finding", "session": 3, "message": 2, "frame": 3, "dir": "s2c", "rule": rule.Accept.ID, "level": "must",
			"rfc": rule.Accept.RFC, "section": rule.Accept.Section, "text": rule.Accept.Text, "detail": "got \"x\"\n", "packet": 5, "offset": 9, "time": "2026-11-20T12:00:00.123456789Z"})
	has(t, object(t, j.Finding(nil, ref, &ws.Finding{Rule: rule.Gap, Offset: -1})),
		map[string]any{"message": nil, "frame": nil, "detail": nil, "offset": nil})
}

func TestJSONSession(t *testing.T) {
	t.Parallel()
	s := &decode.Session{N: 2, Stream: 1, Client: ref.Client, Server: ref.Server, Scheme: "wss", HTTPVersion: "1.1", Method: "GET", Host: "h", Path: "/p?q=\"",
		Status: 101, HasStarted: true, Started: noon, HasOpened: true, Opened: noon + 1e6, HasEnded: true, Ended: noon + 5e9, State: decode.Closed, End: decode.EndClose,
		Close: &decode.Close{By: ws.C2S, HasBy: true, Code: 1000, Reason: []byte("done")}, Messages: [2]int64{3, 4}, Bytes: [2]int64{5, 6}, WireBytes: [2]int64{7, 8},
		RequestHeaders: []http1.Header{{Name: "Host", Value: "h"}, {Name: "X", Value: ""}}, ResponseHeaders: []http1.Header{{Name: "Y", Value: "\xff"}},
		HandshakeSeen: true, Missing: 9, Findings: 1, Retransmissions: 2, First: 1, Last: 20}
	has(t, object(t, (&export.JSON{}).Session(nil, s)), map[string]any{
		"schema": 1, "type": "session", "session": 2, "stream": 1, "scheme": "wss", "http_version": "1.1", "method": "GET", "host": "h", "path": "/p?q=\"",
		"status": 101, "subprotocol": "", "extensions": "", "started": "2026-11-20T12:00:00.123456789Z", "opened": "2026-11-20T12:00:00.124456789Z",
		"ended": "2026-11-20T12:00:05.123456789Z", "state": "closed", "messages": map[string]any{"c2s": json.Number("3"), "s2c": json.Number("4")},
		"bytes": map[string]any{"c2s": json.Number("5"), "s2c": json.Number("6")}, "wire_bytes": map[string]any{"c2s": json.Number("7"), "s2c": json.Number("8")},
		"close":           map[string]any{"by": "c2s", "code": json.Number("1000"), "name": ws.CloseName(1000), "reason": "done"},
		"request_headers": []any{[]any{"Host", "h"}, []any{"X", ""}}, "response_headers": nil,
		"response_headers_base64": []any{[]any{base64.StdEncoding.EncodeToString([]byte("Y")), base64.StdEncoding.EncodeToString([]byte("\xff"))}},
		"handshake_seen":          true, "missing": 9, "finding_count": 1, "retransmissions": 2, "packets": numbers("1", "20"), "tunnel": nil, "confidence": nil,
	})
	bare := &decode.Session{N: 1, State: decode.Unknown, Confidence: 0.5, Close: &decode.Close{Code: -1}, Tunnel: &decode.Tunnel{Type: "connect", Target: "h:1"},
		Proxied: &decode.Proxied{Version: 2, Client: ref.Client, Server: ref.Server}}
	has(t, object(t, (&export.JSON{}).Session(nil, bare)), map[string]any{"status": nil, "subprotocol": nil, "host": nil, "started": nil, "opened": nil, "ended": nil,
		"close": map[string]any{}, "confidence": json.Number("0.5"), "tunnel": map[string]any{"type": "connect", "target": "h:1"}, "request_headers": nil,
		"proxy_protocol": map[string]any{"version": json.Number("2"), "client": "192.0.2.1:50000", "server": "[2001:db8::1]:443"}})
}

// FuzzJSON: whatever a payload holds, the line is JSON and gives the payload back.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{"", "\x00\x1f\x7f\"\\", "\u2028\u202e\ufeff", "\xff\xed\xa0\x80", strings.Repeat("é", 300)} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, p []byte, text bool) {
		m := message(ws.OpBinary, string(p))
		if m.ValidUTF8 = strings.ToValidUTF8(string(p), "") == string(p); text && m.ValidUTF8 {
			m.Opcode = ws.OpText
		}
		got := object(t, (&export.JSON{}).Message(nil, ref, m))
		back, _ := got["text"].(string)
		if m.Opcode == ws.OpBinary {
			b, err := base64.StdEncoding.DecodeString(got["base64"].(string))
			if err != nil {
				t.Fatal(err)
			}
			back = string(b)
		}
		if back != string(p) {
			t.Fatalf("%q came back as %q", p, back)
		}
	})
}
