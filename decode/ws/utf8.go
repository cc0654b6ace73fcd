package ws

import (
	"encoding/binary"
	"math/bits"
)

// utf8State validates UTF-8 (RFC 3629) that comes in pieces. Its zero value
// waits for the first byte of a sequence.
type utf8State struct {
	// left is how many continuation bytes the sequence still needs, and the next of
	// them lies in [lo,hi].
	left, lo, hi uint8
}

const high8 = 0x8080808080808080

// pending says that the bytes so far end inside a sequence.
func (u *utf8State) pending() bool { return u.left > 0 }

// feed takes the next bytes. It returns the index of the first byte that cannot go on
// a valid text, -1 where all can; after that the state means nothing any more.
func (u *utf8State) feed(b []byte) int {
	i := 0
	for i < len(b) && u.left > 0 {
		if !u.next(b[i]) {
			return i
		}
		i++
	}
	for i < len(b) {
		i = skipASCII(b, i)
		n := sequences(b, i)
		if n == i {
			return u.slow(b, i)
		}
		i = n
	}
	return -1
}

// skipASCII is the index of the first byte from i on that is not ASCII, len(b) where all are.
func skipASCII(b []byte, i int) int {
	for len(b)-i >= 32 {
		p := b[i : i+32]
		w := binary.LittleEndian.Uint64(p) | binary.LittleEndian.Uint64(p[8:]) |
			binary.LittleEndian.Uint64(p[16:]) | binary.LittleEndian.Uint64(p[24:])
		if w&high8 != 0 {
			break
		}
		i += 32
	}
	for len(b)-i >= 8 {
		if w := binary.LittleEndian.Uint64(b[i:]) & high8; w != 0 {
			return i + bits.TrailingZeros64(w)/8
		}
		i += 8
	}
	for i < len(b) && b[i] < 0x80 {
		i++
	}
	return i
}

// sequences steps over valid sequences of 2 to 4 bytes from i on (RFC 3629 section 4), as long as one follows the
// other and 4 bytes are there to look at.
func sequences(b []byte, i int) int {
	for len(b)-i >= 4 {
		w := binary.LittleEndian.Uint32(b[i:])
		c, d := byte(w), byte(w>>8)
		switch {
		case w&0xc0e0 == 0x80c0 && c >= 0xc2:
			i += 2
		case w&0xc0c0f0 == 0x8080e0 && (c != 0xe0 || d >= 0xa0) && (c != 0xed || d < 0xa0):
			i += 3
		case w&0xc0c0c0f8 == 0x808080f0 && (c != 0xf0 || d >= 0x90) && (c < 0xf4 || c == 0xf4 && d < 0x90):
			i += 4
		default:
			return i
		}
	}
	return i
}

// slow goes byte by byte from i on: to the bad byte, or to the end. It is only called near one of them.
func (u *utf8State) slow(b []byte, i int) int {
	for ; i < len(b); i++ {
		if u.left > 0 {
			if !u.next(b[i]) {
				return i
			}
			continue
		}
		if b[i] < 0x80 {
			continue
		}
		if *u = leads[b[i]-0x80]; u.left == 0 {
			return i
		}
	}
	return -1
}

// next takes a byte where a continuation byte is due.
func (u *utf8State) next(c byte) bool {
	if c < u.lo || c > u.hi {
		return false
	}
	*u = utf8State{u.left - 1, 0x80, 0xbf}
	return true
}

// leads says what follows a first byte of 0x80 and above (RFC 3629 section 4); left is 0 for those that begin nothing.
var leads = leadTable()

func leadTable() (t [128]utf8State) {
	for _, r := range []struct {
		from, to byte
		utf8State
	}{
		{0xc2, 0xdf, utf8State{1, 0x80, 0xbf}},
		{0xe0, 0xe0, utf8State{2, 0xa0, 0xbf}},
		{0xe1, 0xec, utf8State{2, 0x80, 0xbf}},
		{0xed, 0xed, utf8State{2, 0x80, 0x9f}},
		{0xee, 0xef, utf8State{2, 0x80, 0xbf}},
		{0xf0, 0xf0, utf8State{3, 0x90, 0xbf}},
		{0xf1, 0xf3, utf8State{3, 0x80, 0xbf}},
		{0xf4, 0xf4, utf8State{3, 0x80, 0x8f}},
	} {
		for c := r.from; c <= r.to; c++ {
			t[c-0x80] = r.utf8State
		}
	}
	return t
}
