package check_test

import (
	"slices"
	"testing"

	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/pcaps"
)

// FuzzRun changes captures: nothing panics, every session has a verdict of a known cause, and pings add up.
func FuzzRun(f *testing.F) {
	for _, s := range pcaps.Samples() {
		if len(s.Data) < 8<<10 {
			f.Add(s.Data, uint16(200), byte(1))
		}
	}
	f.Fuzz(func(t *testing.T, file []byte, at uint16, with byte) {
		if len(file) < 100 || len(file) > 64<<10 {
			return
		}
		changed(t, file, int(at), with)
	})
}

// TestChangedCaptures does so at fixed places.
func TestChangedCaptures(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		for i := range 8 {
			changed(t, s.Data, len(s.Data)*(2*i+1)/16, byte(1<<i))
		}
	}
}

var causes = []string{"closed", "close-unanswered", "refused", "no-answer", "fin", "half-close", "rst", "idle", "lifetime",
	"pong-missing", "rule-broken", "peer-vanished", "replaced", "evicted", "open", "unknown"}

// changed looks at the reports of a file in which one byte is changed.
func changed(t *testing.T, file []byte, at int, with byte) {
	t.Helper()
	const header = 24 // of the file: with it changed there is nothing to read
	file = slices.Clone(file)
	file[header+at%(len(file)-header)] ^= with
	for _, r := range tryReports(t, file) {
		if !slices.Contains(causes, r.Verdict.Cause) || r.Verdict.Fact == "" {
			t.Errorf("verdict %+v", r.Verdict)
		}
		for _, p := range r.Pings {
			if p.Sent != p.Answered+p.Skipped+p.Waiting+p.Forgotten {
				t.Errorf("pings do not add up: %+v", p)
			}
		}
		(&check.Text{Width: 80}).Report(nil, r)
		check.AppendJSON(nil, r, "")
	}
}
