package stack_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/ws"
)

// TestReports holds the captures made after public bug reports: each message that an endpoint logged is reported as exact.
func TestReports(t *testing.T) {
	t.Parallel()
	truths, _ := filepath.Glob("../../../shared/captures/reports/*.truth.json")
	if len(truths) == 0 {
		t.Skip("the captures of ../shared are not there")
	}
	for _, name := range truths {
		base := strings.TrimSuffix(name, ".truth.json")
		t.Run(filepath.Base(base), func(t *testing.T) {
			t.Parallel()
			file, err := os.ReadFile(base + ".pcap")
			if err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			r := decodeAll(t, file, everything)
			r.mustHold(t)
			v := truthOf(t, raw)
			if len(r.sessions) != len(v.Connections) {
				t.Fatalf("%d sessions, want %d", len(r.sessions), len(v.Connections))
			}
			for i := range v.Connections {
				for d := ws.C2S; d <= ws.S2C; d++ {
					want, got := v.Connections[i].items(d, true), r.exact(i+1, d, true)
					if len(got) != len(want) {
						t.Errorf("%s: %d messages exact, want %d", d, len(got), len(want))
						continue
					}
					for k := range want {
						if got[k] != want[k] {
							t.Errorf("%s message %d: %v, want %v", d, k, got[k], want[k])
						}
					}
				}
			}
		})
	}
}
