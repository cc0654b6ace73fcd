package capture

import (
	"math"
	"math/bits"
)

// units turns the timestamps of one pcapng interface into a Time: if_tsresol
// says how many units a second has, if_tsoffset (in seconds) what is added
// (pcapng draft, section 4.2). The conversion is exact, rounds down to whole
// nanoseconds and holds at the nearest Time what does not fit.
type units struct {
	binary bool  // a second has 2^exp units, else 10^exp
	exp    uint8 // 0 to 127
	offset int64 // seconds

	// Up to fastMax units a Time is units*mul + add, without overflow.
	fastMax, mul uint64
	add          int64
}

// newUnits takes the value of if_tsresol: the top bit chooses powers of two, the
// other seven are the exponent.
func newUnits(tsresol uint8, offset int64) units {
	u := units{binary: tsresol&0x80 != 0, exp: tsresol & 0x7f, offset: offset}
	const room = 1 << 61
	if u.binary || u.exp > 9 || offset > room/second || offset < -room/second {
		return u
	}
	u.mul = pow10[9-u.exp]
	u.fastMax = room / u.mul
	u.add = offset * second
	return u
}

// time converts a timestamp.
func (u *units) time(ts uint64) Time {
	if ts <= u.fastMax && u.mul != 0 {
		return Time(int64(ts*u.mul) + u.add)
	}
	sec, nano := u.split(ts)
	return secondsPlus(sec, u.offset, nano)
}

// split returns whole seconds and the nanoseconds beside them.
func (u *units) split(ts uint64) (sec, nano uint64) {
	switch {
	case u.binary && u.exp < 64:
		sec = ts >> u.exp
		hi, lo := bits.Mul64(ts&(1<<u.exp-1), second)
		return sec, hi<<(64-u.exp) | lo>>u.exp
	case u.binary:
		hi, _ := bits.Mul64(ts, second)
		return 0, hi >> (u.exp - 64)
	case u.exp <= 9:
		return ts / pow10[u.exp], ts % pow10[u.exp] * pow10[9-u.exp]
	case u.exp <= 19:
		return ts / pow10[u.exp], ts % pow10[u.exp] / pow10[u.exp-9]
	case u.exp-9 <= 19:
		return 0, ts / pow10[u.exp-9]
	}
	return 0, 0
}

// secondsPlus adds seconds and nanoseconds, holding the sum in Time's range.
func secondsPlus(sec uint64, offset int64, nano uint64) Time {
	total, carry := bits.Add64(sec, uint64(offset), 0)
	// Two's complement: a carry belongs to a negative offset, and cancels it.
	negative := offset < 0 && carry == 0
	tooBig := offset >= 0 && carry == 1 || !negative && total > math.MaxInt64/second
	switch {
	case tooBig:
		return math.MaxInt64
	case negative && int64(total) < math.MinInt64/second-1:
		return math.MinInt64
	}
	return addHeld(int64(total), int64(nano))
}

// addHeld returns sec*1e9+nano, which may just not fit at the ends of the range.
func addHeld(sec, nano int64) Time {
	if sec < 0 {
		// The borrowed second keeps the product in range for the earliest moments.
		sec, nano = sec+1, nano-second
	}
	t := sec*second + nano
	switch {
	case sec > 0 && t < 0:
		return math.MaxInt64
	case sec < 0 && t > 0:
		return math.MinInt64
	}
	return Time(t)
}

// pow10 are the powers of ten that a uint64 holds.
var pow10 = [20]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}
