package diff_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/diff"
)

const mark = "REDACTED-0123456789ab"

// redactedHAR is a side as a HAR of wspeek's gives it, whose messages hold marks.
func redactedHAR(path, reason string, list ...string) *diff.Side {
	s := withPath(path, reason, list...)
	s.Bare, s.Control, s.Redacted = true, false, map[int]bool{}
	for i := range list {
		s.Redacted[i] = true
	}
	return s
}

func withPath(path, reason string, list ...string) *diff.Side {
	s := texts(list...)
	info := *s.Info
	info.Path, info.HandshakeSeen, info.Close = path, true, &decode.Close{Code: 1000, Reason: []byte(reason)}
	s.Info = &info
	return s
}

func TestRedactedHAR(t *testing.T) {
	t.Parallel()
	const path, reason, text = "/chat?room=1&token=s3cret&x=1", "bye token=s3cret", "jwt is eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N ok"
	for _, c := range []struct {
		name, path, reason    string
		handshake, end, notes int
	}{
		{"only secrets", "/chat?room=1&token=" + mark + "&x=1", "bye token=" + mark, 0, 0, 3},
		{"a secret at the end", "/chat?room=1&token=" + mark, "bye " + mark, 0, 0, 3},
		{"another room", "/chat?room=2&token=" + mark + "&x=1", "by token=" + mark, 1, 1, 1},
		{"something behind it", "/chat?room=1&token=" + mark + "&x=2", "bye token=" + mark + "!", 1, 1, 1},
		{"a word that looks like a mark", "/chat?token=REDACTED-", "REDACTED-", 1, 1, 1},
	} {
		for _, swap := range []bool{false, true} {
			h, wire := redactedHAR(c.path, c.reason, "jwt is "+mark+" ok"), withPath(path, reason, text)
			if swap {
				h, wire = wire, h
			}
			got := diff.Compare(h, wire, &diff.Options{Strict: true})
			if len(got.Handshake) != c.handshake || len(got.Ending) != c.end || len(got.Notes) != c.notes {
				t.Errorf("%s: got handshake %v, end %v, notes %q", c.name, got.Handshake, got.Ending, got.Notes)
			}
			if got.Counts[diff.Unclear] != 1 || got.Counts[diff.OnlyA]+got.Counts[diff.OnlyB] != 0 {
				t.Errorf("%s: got %v, want one message of which nobody can tell", c.name, got.Counts)
			}
		}
	}
}
