package show

import (
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
)

func TestShortDurationFitsSevenCells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0.0ms"}, {420 * time.Microsecond, "0.4ms"}, {999 * time.Millisecond, "999.0ms"}, {30200 * time.Millisecond, "30.2s"},
		{125 * time.Second, "2m05s"}, {200 * time.Minute, "3h20m"}, {999 * time.Hour, "999h00m"},
	} {
		if got := ShortDuration(capture.Time(c.d)); got != c.want || len(got) > 7 {
			t.Errorf("ShortDuration(%v) = %q, want %q", c.d, got, c.want)
		}
	}
}
