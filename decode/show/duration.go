package show

import (
	"fmt"
	"strconv"
	"time"

	"github.com/wspeek/wspeek/capture"
)

// Duration writes a length of time for people, with three digits that count: "0.42 ms" as "420 µs", "30.2 s", "2 min 5 s".
func Duration(d capture.Time) string {
	switch {
	case d < 0:
		return "-" + Duration(-d)
	case d < 1000:
		return strconv.FormatInt(int64(d), 10) + " ns"
	case d < 999_500:
		return digits(float64(d)/1e3) + " µs"
	case d < 999_500_000:
		return digits(float64(d)/1e6) + " ms"
	case d < 119_500_000_000:
		return digits(float64(d)/1e9) + " s"
	}
	s := (int64(d) + 5e8) / 1e9
	if s >= 2*3600 {
		return withRest(s/3600, " h", s%3600/60, " min")
	}
	return withRest(s/60, " min", s%60, " s")
}

// ShortDuration writes a length of time in few cells: "420.0ms", "30.2s", "2m05s", "3h20m".
func ShortDuration(d capture.Time) string {
	switch t := time.Duration(d); {
	case t >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(t.Hours()), int(t.Minutes())%60)
	case t >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(t.Minutes()), int(t.Seconds())%60)
	case t >= time.Second:
		return fmt.Sprintf("%.1fs", t.Seconds())
	}
	return fmt.Sprintf("%.1fms", float64(d)/1e6)
}

func withRest(n int64, unit string, rest int64, small string) string {
	out := strconv.FormatInt(n, 10) + unit
	if rest > 0 {
		out += " " + strconv.FormatInt(rest, 10) + small
	}
	return out
}

// digits writes v, below 1000, with three digits.
func digits(v float64) string {
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f", v)
	case v < 99.95:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}
