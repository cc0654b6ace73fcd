package diff_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// sample is a comparison with a row of each kind.
func sample() *diff.Comparison {
	a := texts("hello", `{"id":"2f1e8a3c-1111-4222-8333-444455556666","n":1}`, "gone in B", "one", "two", "three", "four", "moves down",
		"five", "six", `{"user":{"name":"Zoë"},"list":[1,2,3]}`, "cut off", "in doubt")
	b := texts("hello", `{"id":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee","n":1}`, "one", "two", "three", "four", "five", "moves down", "six",
		`{"user":{"name":"船\u001b[31m"},"list":[1,3]}`, "new \x1b[2J\u202ein B", "cut off", "in doubt")
	b.Messages[11].State, b.Messages[11].Missing, b.Messages[11].Payload = ws.Partial, 3, []byte("off")
	a.Messages[12].State = ws.Conflict
	b.Info.Path, a.Info.Path = "/chat?room=7", "/chat?room=7"
	return diff.Compare(a, b, &diff.Options{})
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		text diff.Text
	}{
		{"unified", diff.Text{Width: 80, Context: 1}},
		{"side", diff.Text{Width: 80, SideBySide: true}},
		{"side-wide", diff.Text{Width: 160, SideBySide: true, Context: -1}},
		{"color", diff.Text{Width: 60, Color: true}},
		{"no-payload", diff.Text{Width: 80, NoPayload: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out := c.text.Comparison(c.text.Head(nil, "a.pcap", "b.har"), sample())
			for l := range strings.SplitSeq(string(out), "\n") {
				if w := ansi.StringWidth(l); w > c.text.Width {
					t.Errorf("%d columns: %q", w, l)
				}
			}
			if plain := bytes.Contains(out, []byte("\x1b")); plain != c.text.Color {
				t.Errorf("escapes: %v", plain)
			}
			pcaps.Golden(t, c.name, out)
		})
	}
}

func TestJSONLines(t *testing.T) {
	t.Parallel()
	var j diff.JSON
	c := sample()
	pcaps.Golden(t, "json", j.Summary(j.Comparison(nil, c), []*diff.Comparison{c}, []string{"bytes missing"}))
}
