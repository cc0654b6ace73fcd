package capture

import "time"

const (
	second       = 1_000_000_000 // in nanoseconds
	secondsInDay = 86_400
)

// Std returns t as a time.Time in UTC. It is exact.
func (t Time) Std() time.Time {
	return time.Unix(0, int64(t)).UTC()
}

// String returns t as AppendRFC3339 writes it.
func (t Time) String() string {
	return string(t.AppendRFC3339(make([]byte, 0, 30)))
}

// AppendRFC3339 appends t as RFC 3339 section 5.6 has it, in UTC and always with
// nine decimals: "2026-11-20T10:00:00.000001000Z". It allocates nothing if b
// has room for 30 bytes.
func (t Time) AppendRFC3339(b []byte) []byte {
	sec, nano := floorDiv(int64(t), second)
	day, inDay := floorDiv(sec, secondsInDay)
	b = appendDate(b, day)
	b = append(b, 'T')
	b = appendDigits(b, inDay/3600, 2)
	b = append(b, ':')
	b = appendDigits(b, inDay/60%60, 2)
	b = append(b, ':')
	b = appendDigits(b, inDay%60, 2)
	b = append(b, '.')
	b = appendDigits(b, nano, 9)
	return append(b, 'Z')
}

// appendDate appends a day, counted from 1970-01-01, as year-month-day.
func appendDate(b []byte, day int64) []byte {
	year, month, dom := civil(day)
	b = appendDigits(b, year, 4)
	b = append(b, '-')
	b = appendDigits(b, month, 2)
	b = append(b, '-')
	return appendDigits(b, dom, 2)
}

// civil turns days since 1970-01-01 into a date of the Gregorian calendar. It
// counts years from the first of March, so that the leap day is a year's last
// and the months before it have a regular pattern: 153 days every five months.
func civil(day int64) (year, month, dom int64) {
	const (
		daysIn400Years = 146_097
		fromMarch0000  = 719_468 // days from 0000-03-01 to 1970-01-01
	)
	era, doe := floorDiv(day+fromMarch0000, daysIn400Years)
	yoe := (doe - doe/1460 + doe/36_524 - doe/146_096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	m := (5*doy + 2) / 153
	dom = doy - (153*m+2)/5 + 1
	year = era*400 + yoe
	if m >= 10 {
		return year + 1, m - 9, dom
	}
	return year, m + 3, dom
}

// appendDigits appends the last n decimal digits of v, which is not negative.
func appendDigits(b []byte, v int64, n int) []byte {
	var d [9]byte
	for i := n - 1; i >= 0; i-- {
		d[i] = byte('0' + v%10)
		v /= 10
	}
	return append(b, d[:n]...)
}

// floorDiv divides by a positive d, rounding down: the rest is never negative.
func floorDiv(v, d int64) (quotient, rest int64) {
	quotient, rest = v/d, v%d
	if rest < 0 {
		quotient, rest = quotient-1, rest+d
	}
	return quotient, rest
}
