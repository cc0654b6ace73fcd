package export_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
)

// TestProcess: a session shows the process that it belongs to, and its other leg, as far as they are known; text from the capture is
// inert.
func TestProcess(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		s          decode.Session
		json, text string
	}{
		{decode.Session{}, "", ""},
		{decode.Session{Process: &decode.Process{PID: 7}}, `"process":{"pid":7}`, "  by [7]"},
		{decode.Session{Process: &decode.Process{Name: "curl", Path: "/bin/curl", Args: `curl "x"`}},
			`"process":{"name":"curl","path":"/bin/curl","args":"curl \"x\""}`, "  by curl"},
		{decode.Session{Process: &decode.Process{PID: 7, Name: "a\x1b[2J", Container: "web", Image: "nginx:1"}},
			`"process":{"pid":7,"name":"a\u001b[2J","container":"web","image":"nginx:1"}`, `  by a\x1b[2J[7] in web`},
		{decode.Session{Process: &decode.Process{Pod: "web-1", Namespace: "shop"}}, `"process":{"pod":"web-1","namespace":"shop"}`, "  by in shop/web-1"},
		{decode.Session{Peer: 4}, `"peer_session":4`, "  the other leg of session 4"},
	} {
		s := test.s
		s.N, s.Host, s.Path = 1, "a.example", "/"
		json, text := string(new(export.JSON).Session(nil, &s)), string(new(export.Text).Session(nil, &s))
		if !strings.Contains(json, test.json) || test.json == "" && (strings.Contains(json, "process") || strings.Contains(json, "peer")) {
			t.Errorf("got %s, want %s", json, test.json)
		}
		if !strings.Contains(text, test.text) || test.text == "" && (strings.Contains(text, "  by ") || strings.Contains(text, "leg")) {
			t.Errorf("got %s, want %s", text, test.text)
		}
		if strings.ContainsRune(json+text, '\x1b') {
			t.Errorf("an escape character got through: %q", json+text)
		}
	}
}
