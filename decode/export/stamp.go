package export

import "github.com/wspeek/wspeek/capture"

// stampClock writes moments as capture.Time.AppendRFC3339 does; what goes before the decimals is made once a second.
type stampClock struct {
	second int64
	// text is the moment of second up to and with the point; empty at first.
	text []byte
}

func (c *stampClock) append(dst []byte, t capture.Time) []byte {
	const billion = 1_000_000_000
	if t < 0 {
		return t.AppendRFC3339(dst)
	}
	sec, nano := int64(t)/billion, int64(t)%billion
	if sec != c.second || len(c.text) == 0 {
		whole := capture.Time(sec * billion).AppendRFC3339(c.text[:0])
		c.second, c.text = sec, whole[:len(whole)-len("000000000Z")]
	}
	dst = append(dst, c.text...)
	var digits [10]byte
	digits[9] = 'Z'
	for i := 8; i >= 0; i-- {
		digits[i] = byte('0' + nano%10)
		nano /= 10
	}
	return append(dst, digits[:]...)
}
