package show

import "strconv"

// Count is a number with its unit: "1 byte", "2 bytes", "12345 bytes".
func Count[N ~int | ~int64](n N, unit string) string {
	return strconv.FormatInt(int64(n), 10) + " " + plural(int64(n), unit)
}

// CountGrouped is Count with a comma at each thousand: "12,345 bytes".
func CountGrouped[N ~int | ~int64](n N, unit string) string {
	return Thousands(int64(n)) + " " + plural(int64(n), unit)
}

// Bytes is Count of bytes.
func Bytes[N ~int | ~int64](n N) string { return Count(n, "byte") }

func plural(n int64, unit string) string {
	if n == 1 {
		return unit
	}
	return unit + "s"
}

// Thousands is n with a comma at each thousand.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Short is n in at most 6 characters: "99999", "1.2M", "3.4G".
func Short(n int64) string {
	if n < 100000 && n > -10000 {
		return strconv.FormatInt(n, 10)
	}
	f := float64(n)
	for _, u := range []string{"k", "M", "G", "T", "P"} {
		if f /= 1000; f < 1000 {
			return strconv.FormatFloat(f, 'f', 1, 64) + u
		}
	}
	return "huge"
}
