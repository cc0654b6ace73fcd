package stack_test

import (
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

// TestGolden holds the JSON lines of each sample against those that were read and found right. Payloads are left
// out: TestTruth compares them with what the endpoints logged, and their hashes are here.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			how := everything
			how.lines = true
			r := decodeAll(t, s.Data, how)
			for _, v := range views {
				pcaps.Golden(t, "golden/"+s.Name+"/"+v, r.lines[v])
			}
		})
	}
}
