package export

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// saying is a message and what it says.
func saying() (*decode.SessionRef, *ws.Message, []payload.App) {
	end := netip.MustParseAddrPort("127.0.0.1:1")
	p := []byte(`42["a",1]`)
	return &decode.SessionRef{N: 1, Stream: &decode.Stream{}, Client: end, Server: end},
		&ws.Message{N: 3, Opcode: ws.OpText, Payload: p, Len: int64(len(p)), ValidUTF8: true, CloseCode: -1},
		[]payload.App{{Protocol: "socket.io", Event: "event", Name: "a", Summary: "a(1)", Args: json.RawMessage(`[1]`)}}
}

func TestJSON_MessageThatSays(t *testing.T) {
	t.Parallel()
	ref, m, said := saying()
	for _, row := range []struct {
		name string
		j    JSON
		want string // after the state
	}{
		{"whole", JSON{Apps: said}, `"text":"42[\"a\",1]","app":{"protocol":"socket.io","event":"event","name":"a","summary":"a(1)","args":[1]},"findings":[]}`},
		{"no payload", JSON{Apps: said, NoPayload: true}, `"app":{"protocol":"socket.io","event":"event","name":"a"},"findings":[]}`},
		{"says nothing", JSON{}, `"text":"42[\"a\",1]","findings":[]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, got, _ := strings.Cut(string(row.j.Message(nil, ref, m)), `"state":"exact",`)
			if got != row.want+"\n" {
				t.Errorf("got  %swant %s", got, row.want)
			}
		})
	}
}

func TestText_MessageThatSays(t *testing.T) {
	t.Parallel()
	ref, m, said := saying()
	for _, row := range []struct {
		name string
		x    Text
		want string
	}{
		{"summary", Text{Apps: said}, "9  a(1)\n"},
		{"no payload", Text{Apps: said, NoPayload: true}, "9\n"},
		{"payload", Text{}, "9  42[\"a\",1]\n"},
		{"a part says nothing", Text{Apps: []payload.App{{Event: "part"}}}, "9  42[\"a\",1]\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := string(row.x.Message(nil, ref, m)); !strings.HasSuffix(got, "text         "+row.want) {
				t.Errorf("got %q, want %q at its end", got, row.want)
			}
		})
	}
}

// FuzzAppendRawJSON: JSON means the same when it is written on one line with everything inert, and is safe to print.
func FuzzAppendRawJSON(f *testing.F) {
	for _, s := range []string{"{ \"a\" : [ 1 , \"\\\"\" ] }", "[\"\u202e\u2028\x7f\"]", `["\\","\u0000"]`, "[\"\U000e0001\"]", "\"\xff\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		got := appendRawJSON(nil, raw)
		var a, b any
		if json.Unmarshal(raw, &a) != nil || json.Unmarshal(got, &b) != nil && a != nil || utf8.Valid(raw) && !reflect.DeepEqual(a, b) {
			t.Fatalf("%q became %q", raw, got)
		}
		if bytes.ContainsFunc(got, show.Hidden) {
			t.Fatalf("%q has characters that act on a terminal", got)
		}
	})
}

// TestRedactor_KnowsProtocols: credentials without a telling name are replaced in the payload and in what it says.
func TestRedactor_KnowsProtocols(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, payload string
		op            ws.Opcode
		secret, want  string
	}{
		{"Socket.IO", `40{"user":"ann","pin":"hunter2"}`, ws.OpText, "hunter2", `40{"user":"REDACTED-`},
		{"MQTT", "\x10\x1c\x00\x04MQTT\x04\xc2\x00\x0a\x00\x02id\x00\x03ann\x00\x07hunter2", ws.OpBinary, "hunter2", "\x10\x1c\x00\x04MQTT\x04\xc2\x00\x0a\x00\x02id\x00\x03ann\x00\x07REDACTE"},
		{"a token is marked once", `40{"token":"hunter2"}`, ws.OpText, "hunter2", `40{"token":"REDACTED-`},
	} {
		r := NewRedactor([]byte("k"))
		m := &ws.Message{Opcode: row.op, Payload: []byte(row.payload)}
		clean, n := r.Message(m)
		if n == 0 || bytes.Contains(clean.Payload, []byte(row.secret)) || !bytes.HasPrefix(clean.Payload, []byte(row.want)) {
			t.Errorf("%s: %d replaced: %q", row.name, n, clean.Payload)
		}
		if row.op == ws.OpBinary && len(clean.Payload) != len(row.payload) {
			t.Errorf("%s: %d bytes became %d", row.name, len(row.payload), len(clean.Payload))
		}
	}
}

func TestJSON_WhatASecretSays(t *testing.T) {
	t.Parallel()
	ref, m, _ := saying()
	m.Payload = []byte(`40{"pin":"hunter2","n":"ann","token":"t0ken"}`)
	said := []payload.App{{Protocol: "socket.io", Event: "connect", Summary: `connect {"pin":"hunter2"}`, Args: json.RawMessage(`{"pin":"hunter2","n":"ann","token":"t0ken"}`)}}
	j := JSON{Apps: said, Redact: NewRedactor([]byte("k"))}
	if got := string(j.Message(nil, ref, m)); strings.Contains(got, "hunter2") || strings.Contains(got, "t0ken") || strings.Contains(got, "ann") || !json.Valid([]byte(got)) {
		t.Errorf("got %s", got)
	}
}
