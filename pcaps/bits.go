package pcaps

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Bits writes bytes as the RFC draws them: "1 000 0001 1 0000101" is 81 85. Blanks
// stand anywhere; a word that begins with 0x is whole bytes in hex. It panics on
// other signs, and where the bits do not fill the last byte.
func Bits(s string) []byte {
	var out []byte
	var acc, n int
	for _, word := range strings.Fields(s) {
		if digits, ok := strings.CutPrefix(word, "0x"); ok && n == 0 {
			out = append(out, Hex(digits)...)
			continue
		}
		for _, c := range word {
			if c != '0' && c != '1' {
				panic(fmt.Sprintf("pcaps: bits %q: %q is no bit", s, c))
			}
			if acc, n = acc<<1|int(c-'0'), n+1; n == 8 {
				out, acc, n = append(out, byte(acc)), 0, 0
			}
		}
	}
	if n != 0 {
		panic(fmt.Sprintf("pcaps: bits %q: %d bits short of a byte", s, 8-n))
	}
	return out
}

// Hex writes bytes in hex, with blanks and colons anywhere: "81 05 48:65". It panics on anything else.
func Hex(s string) []byte {
	s = strings.NewReplacer(":", "", " ", "", "\t", "", "\n", "").Replace(s)
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(fmt.Sprintf("pcaps: hex %q: %v", s, err))
	}
	return b
}

// Join puts pieces one behind the other.
func Join(pieces ...[]byte) []byte {
	var out []byte
	for _, p := range pieces {
		out = append(out, p...)
	}
	return out
}
