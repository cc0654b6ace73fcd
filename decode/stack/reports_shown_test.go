package stack_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// shown is what must be shown of a capture made after a public bug report; the .md of its name has the words.
type shown struct {
	sessions, messages int
	// findings are those that there must be: level, rule, direction and packet. Of the others none may be of level must.
	findings []string
	// status is that of the sessions, 0 for 101.
	status []int
	// more is what else must hold of the first session.
	more func(s *decode.Session) bool
}

var reportsShown = map[string]shown{
	"frames-after-403": {sessions: 1, findings: []string{"must http.frames-after-refusal c2s 8"}, status: []int{403}},
	"no-101": {sessions: 1, messages: 3, findings: []string{"must http.response-missing s2c 6"},
		more: func(s *decode.Session) bool { return s.Unanswered }},
	"proxy-v1": {sessions: 1, messages: 4, more: func(s *decode.Session) bool {
		return s.Proxied != nil && s.Proxied.Version == 1 && s.Proxied.Client.IsValid()
	}},
	"rvi-ether-raw":    {sessions: 1, messages: 8},
	"server-keeps-tcp": {sessions: 1, messages: 3},
	"stripped-upgrade": {sessions: 3, status: []int{400, 200, 426},
		findings: []string{"must http.upgrade c2s 4", "must http.connection c2s 4", "must http.upgrade c2s 14", "must http.connection c2s 14",
			"must http.upgrade c2s 24", "must http.connection c2s 24"}},
	"webkit-deflate": {sessions: 1, messages: 7},
	"wide":           {sessions: 1, messages: -1},
	"window-swapped": {sessions: 1, messages: 5, findings: []string{"must deflate.window s2c 12"}},
}

// TestReportsShown holds what each of these captures must show besides its messages.
func TestReportsShown(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "..", "..", "shared", "captures", "reports")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no captures of reports beside the repository: %v", err)
	}
	for name, want := range reportsShown {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := os.ReadFile(filepath.Join(dir, name+".pcap"))
			if err != nil {
				t.Fatal(err)
			}
			r := decodeAll(t, file, everything)
			r.mustHold(t)
			want.check(t, r)
		})
	}
}

func (w *shown) check(t *testing.T, r *result) {
	t.Helper()
	if len(r.sessions) != w.sessions || w.messages >= 0 && len(r.messages) != w.messages {
		t.Fatalf("%d sessions and %d messages, want %d and %d", len(r.sessions), len(r.messages), w.sessions, w.messages)
	}
	var got []string
	for i := range r.findings {
		f := &r.findings[i]
		line := fmt.Sprintf("%v %s %v %d", f.Rule.Level, f.Rule.ID, f.Dir, f.At.Packet)
		if strings.HasPrefix(line, "must ") || slices.Contains(w.findings, line) {
			got = append(got, line)
		}
	}
	if !slices.Equal(got, w.findings) {
		t.Errorf("findings %q, want %q", got, w.findings)
	}
	for i, status := range w.status {
		if s := r.sessions[i]; s.Status != status || s.State != decode.Refused {
			t.Errorf("session %d: %d and %v, want it to be refused with %d", i+1, s.Status, s.State, status)
		}
	}
	if w.more != nil && !w.more(r.sessions[0]) {
		t.Errorf("session 1 is %+v", *r.sessions[0])
	}
	if len(r.account.Why) > 0 {
		t.Errorf("incomplete: %q", r.account.Why)
	}
	for _, m := range r.messages {
		if m.State != ws.Exact && m.Confidence == 0 {
			t.Errorf("%v is neither exact nor guessed", m)
		}
	}
}
