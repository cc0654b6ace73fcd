package export_test

import (
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/export"
)

// Relative times count from where they were told to, not from the first line; differences to the line before do not.
func TestClockFrom(t *testing.T) {
	t.Parallel()
	const second = capture.Time(1e9)
	for format, want := range map[export.ClockFormat][2]string{
		export.SinceFirst:    {"   2.000000", "   5.000000"},
		export.SincePrevious: {"   0.000000", "   3.000000"},
	} {
		c := export.Clock{Format: format}
		c.From(10 * second)
		first := string(c.Append(nil, 12*second))
		c.From(11 * second) // too late
		if got := [2]string{first, string(c.Append(nil, 15*second))}; got != want {
			t.Errorf("format %d: got %q, want %q", format, got, want)
		}
	}
}
