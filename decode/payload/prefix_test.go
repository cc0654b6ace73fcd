package payload_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/payload"
)

func TestPrefix(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text    string
		prefix, start int
	}{
		{"object", `{"a":1}`, 0, 0},
		{"white space before an object", " \n{}", 0, 2},
		{"Socket.IO event", `42["a"]`, 2, 2},
		{"Socket.IO namespace", `42/admin,["a"]`, 9, 9},
		{"Socket.IO acknowledgement id", `4312["a"]`, 4, 4},
		{"Socket.IO attachments", `451-["a"]`, 4, 4},
		{"Engine.IO open", `0{"sid":"x"}`, 1, 1},
		{"SockJS messages", `a["x"]`, 1, 1},
		{"SockJS close", `c[3000,"Go away!"]`, 1, 1},
		{"words before JSON", `see this: {}`, 0, 10},
		{"quotes before JSON", `"a",[]`, 4, -1},
		{"control character before JSON", "\x01{}", 0, -1},
		{"characters beyond ASCII before JSON", `ü{}`, 0, 2},
		{"no JSON", "hello", 0, -1},
		{"nothing", "", 0, -1},
		{"JSON at the last place", strings.Repeat("4", 63) + "{", 63, 63},
		{"JSON too far away", strings.Repeat("4", 70) + "{", 0, -1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := payload.Prefix([]byte(row.text)); got != row.prefix {
				t.Errorf("Prefix(%q) = %d, want %d", row.text, got, row.prefix)
			}
			if got := payload.JSONStart([]byte(row.text)); got != row.start {
				t.Errorf("JSONStart(%q) = %d, want %d", row.text, got, row.start)
			}
		})
	}
}

// The registry is without doubles, and every row says how it is recognised and is good for something.
func TestProtocols(t *testing.T) {
	t.Parallel()
	var names, tokens []string
	for i := range payload.Protocols {
		p := payload.Protocols[i]
		if p.Name == "" || p.Evidence == "" {
			t.Errorf("row %d: name %q, evidence %q", i, p.Name, p.Evidence)
		}
		if p.Begin == nil && p.Claim == nil {
			t.Errorf("%s is not decoded", p.Name)
		}
		names = append(names, strings.ToLower(p.Name))
		tokens = append(tokens, p.Tokens...)
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("names are not unique: %q", names)
	}
	slices.Sort(tokens)
	if len(slices.Compact(slices.Clone(tokens))) != len(tokens) {
		t.Errorf("tokens are not unique: %q", tokens)
	}
}

func FuzzPayload(f *testing.F) {
	for _, s := range []string{`42/admin,["a"]`, `{"type":"ping"}`, "{\"type\":6}\x1e", `[null,"7","phoenix","heartbeat",{}]`, `{"type`, "\xc0\x00", ""} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, p []byte, text bool) {
		k := payload.Binary
		if text {
			k = payload.Text
		}
		before := string(p)
		if payload.Heartbeat(k, p) && len(p) > payload.MaxHeartbeat {
			t.Errorf("%q is too long for a heartbeat", p)
		}
		n, start := payload.Prefix(p), payload.JSONStart(p)
		if n > 0 && p[n] != '{' && p[n] != '[' || start >= 0 && p[start] != '{' && p[start] != '[' {
			t.Errorf("no JSON starts at %d or %d in %q", n, start, p)
		}
		if string(p) != before {
			t.Errorf("%q was changed to %q", before, p)
		}
	})
}
