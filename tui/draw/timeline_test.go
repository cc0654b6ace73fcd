package draw

import (
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/ws"
	"pgregory.net/rapid"
)

func TestTimelineLosesNoMessage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var x Timeline
		n := rapid.IntRange(1, 50).Draw(t, "n")
		for range n {
			x.Add(capture.Time(rapid.Int64Range(0, 1<<40).Draw(t, "at")), ws.C2S)
		}
		sum := uint32(0)
		for _, c := range x.Columns(rapid.IntRange(1, 99).Draw(t, "columns")) {
			sum += c
		}
		if sum != uint32(n) {
			t.Fatalf("%d of %d", sum, n)
		}
	})
}
