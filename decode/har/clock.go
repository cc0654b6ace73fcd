package har

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/wspeek/wspeek/capture"
)

// maxSeconds is the largest time in seconds that is taken for seconds since 1970: what is larger is in milliseconds.
const maxSeconds = 1e11

// seconds reads a time in seconds since 1970, exact to the nanosecond; 0 where it is none.
func seconds(n number) capture.Time {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || math.Abs(f) >= math.MaxInt64/1e6 {
		return 0
	}
	if f > maxSeconds {
		t, _ := milliseconds(n)
		return t
	}
	return scaled(string(n), f, 9)
}

// milliseconds reads a number of milliseconds; not one below 0.
func milliseconds(n number) (capture.Time, bool) {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || f < 0 || f >= math.MaxInt64/1e6 {
		return 0, false
	}
	return scaled(string(n), f, 6), true
}

// scaled is the decimal number s, whose value is near f, times 10 to the digits-th power, cut to an integer. Numbers with an exponent
// are as exact as f is.
func scaled(s string, f float64, digits int) capture.Time {
	whole, part, _ := strings.Cut(s, ".")
	part = (part + "000000000")[:digits]
	if v, err := strconv.ParseInt(whole+part, 10, 64); err == nil {
		return capture.Time(v)
	}
	if v := f * math.Pow10(digits); math.Abs(v) < math.MaxInt64/2 {
		return capture.Time(v)
	}
	return 0
}

func rfc3339(s string) (capture.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		return 0, false
	}
	return capture.Time(t.UnixNano()), true
}
