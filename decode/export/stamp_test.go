package export

import (
	"math"
	"testing"

	"github.com/wspeek/wspeek/capture"
)

func TestStampClock(t *testing.T) {
	t.Parallel()
	var c stampClock
	for _, at := range []capture.Time{0, 1, 999_999_999, 1_000_000_000, 1_700_000_000_123_456_789,
		1_700_000_000_999_999_999, 1_700_000_001_000_000_000, -1, math.MaxInt64, math.MinInt64, 1_700_000_001_000_000_000} {
		got, want := string(c.append(nil, at)), string(at.AppendRFC3339(nil))
		if got != want {
			t.Errorf("%d: got %s, want %s", at, got, want)
		}
	}
}
