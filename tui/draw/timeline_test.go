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

// Parts of any stretch of time hold each message once, also those outside of it.
func TestTimelineOverAStretch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var x Timeline
		n := rapid.IntRange(0, 50).Draw(t, "messages")
		start := capture.Time(rapid.Int64Range(0, 1<<60).Draw(t, "start"))
		for range n {
			x.Add(start+capture.Time(rapid.Int64Range(0, 1<<40).Draw(t, "at")), ws.S2C)
		}
		from := start + capture.Time(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "from"))
		to := from + capture.Time(rapid.Int64Range(0, 1<<41).Draw(t, "span"))
		columns := rapid.IntRange(1, 300).Draw(t, "columns")
		got := x.Over(from, to, columns)
		sum := uint32(0)
		for _, c := range got {
			sum += c
		}
		if sum != uint32(n) || len(got) != columns {
			t.Fatalf("%d of %d in %d columns", sum, n, len(got))
		}
	})
}

func TestBars(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n, top uint32
		want   string
	}{{0, 9, " "}, {1, 1000, "▁"}, {1000, 1000, "█"}, {9, 3, "█"}, {500, 1000, "▄"}, {1, 0, "▁"}} {
		if got := Bar(c.n, c.top); got != c.want {
			t.Errorf("%d of %d: %q, want %q", c.n, c.top, got, c.want)
		}
	}
}
