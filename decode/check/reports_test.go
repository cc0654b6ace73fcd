package check_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/rule"
)

// The verdicts of captures made after public bug reports say in a sentence what one needed to know.
func TestVerdictsOfReports(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "..", "..", "shared", "captures", "reports")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no captures of reports beside the repository: %v", err)
	}
	for name, says := range map[string][][]string{
		"frames-after-403": {{"refused the opening handshake for /ws with 403 Forbidden", "the client sent a frame anyway (packet 8)"}},
		"no-101":           {{"the server never answered the opening handshake", "packet 6"}},
		"server-keeps-tcp": {{"the server left TCP open for 10.0 s after the closing handshake", "until the client closed it (packet 14)"}},
		"stripped-upgrade": {{"with 400", "no Upgrade", "a proxy took it out"}, {"with 200", "no Upgrade"}, {"with 426", "no Upgrade", "a proxy took it out"}},
		"window-swapped":   {{"1007", "the server broke deflate.window (packet 12)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := os.ReadFile(filepath.Join(dir, name+".pcap"))
			if err != nil {
				t.Fatal(err)
			}
			all := reports(t, file)
			if len(all) != len(says) {
				t.Fatalf("%d verdicts, want %d", len(all), len(says))
			}
			for i, r := range all {
				for _, want := range says[i] {
					if got := r.Verdict.Text(); !strings.Contains(got, want) {
						t.Errorf("session %d: %q does not say %q", i+1, got, want)
					}
				}
				kept := false
				for k := range r.Findings {
					f := &r.Findings[k]
					kept = kept || f.Rule == rule.TCPKeptOpen && f.At.Packet == 14
				}
				if kept != (name == "server-keeps-tcp") {
					t.Errorf("session %d: a finding that the server kept TCP open: %v", i+1, kept)
				}
			}
		})
	}
	file, err := os.ReadFile(filepath.Join(dir, "webkit-deflate.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	if all := reports(t, file); slices.ContainsFunc(all, func(r *check.Report) bool { return strings.Contains(r.Verdict.Text(), "utf8") }) {
		t.Error("webkit-deflate: somebody is blamed for UTF-8")
	}
}
