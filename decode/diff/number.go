package diff

import (
	"bytes"
	"strconv"
)

// sameNumber reports whether two JSON numbers have the same value, however large or exact: 1, 1.0 and 1e0 are
// the same, 9007199254740992 and 9007199254740993 are not.
func sameNumber(a, b []byte) bool {
	return bytes.Equal(a, b) || bytes.Equal(canonical(nil, a), canonical(nil, b))
}

// canonical appends a number as its sign, its digits without zeros at either end, and the power of ten of the last of them.
func canonical(dst, s []byte) []byte {
	num, exp := s, 0
	if i := bytes.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(string(bytes.TrimPrefix(s[i+1:], []byte("+"))))
		if err != nil || e > 1<<30 || e < -1<<30 {
			return append(dst, s...) // as written
		}
		num, exp = s[:i], e
	}
	from := len(dst)
	negative := num[0] == '-'
	if negative {
		dst, num = append(dst, '-'), num[1:]
	}
	digits := len(dst)
	point := len(num)
	if i := bytes.IndexByte(num, '.'); i >= 0 {
		point = i
		exp -= len(num) - i - 1
	}
	dst = append(dst, num[:point]...)
	if point < len(num) {
		dst = append(dst, num[point+1:]...)
	}
	trimmed := bytes.TrimLeft(dst[digits:], "0")
	n := len(bytes.TrimRight(trimmed, "0"))
	if n == 0 {
		return append(dst[:from], '0')
	}
	exp += len(trimmed) - n
	dst = append(dst[:digits], trimmed[:n]...)
	return strconv.AppendInt(append(dst, 'e'), int64(exp), 10)
}

// integer is the value of a number that is written as an integer and fits into 63 bits.
func integer(s []byte) (int64, bool) {
	if len(s) > 18 {
		return 0, false
	}
	v, n := int64(0), s
	if s[0] == '-' {
		n = s[1:]
	}
	for _, c := range n {
		if !isDigit(c) {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if len(n) < len(s) {
		v = -v
	}
	return v, true
}

// appendCanonical is canonical for an integer.
func appendCanonical(dst []byte, v int64) []byte {
	var tmp [20]byte
	return canonical(dst, strconv.AppendInt(tmp[:0], v, 10))
}
