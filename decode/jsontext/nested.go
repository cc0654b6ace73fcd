package jsontext

import (
	"bytes"
	"encoding/json"
	"math/bits"
)

// Nested is how many backslashes are before each quote of a JSON text: 0, or, if the text is inside a string of JSON, 1, and
// for each string around that one twice as many and one more: 3, 7.
type Nested int

// maxBackslashes is how many backslashes before a quote are looked at.
const maxBackslashes = 64

// NestedBefore counts the backslashes before the quote at i, looking back no further than from.
func NestedBefore(p []byte, i, from int) Nested {
	n := 0
	for i-n > from && n < maxBackslashes && p[i-n-1] == '\\' {
		n++
	}
	return Nested(n)
}

// QuoteAt reports whether the quote of a string of that depth, with its backslashes, starts at i.
func (n Nested) QuoteAt(p []byte, i int) bool {
	if i+int(n) >= len(p) || p[i+int(n)] != '"' {
		return false
	}
	for k := range int(n) {
		if p[i+k] != '\\' {
			return false
		}
	}
	return true
}

// Close returns where the string ends whose first byte after the quote is at from, and the offset after its closing quote.
// A string that is not closed ends with p, or with the string around it.
func (n Nested) Close(p []byte, from int) (end, next int) {
	level, run := int(n), 0
	for i := from; i < len(p); i++ {
		switch p[i] {
		case '\\':
			run++
			continue
		case '"':
			// An escaped quote has more backslashes; those before the closing one are pairs, each pair
			// doubled as often as the level says. Fewer close a string around it.
			if run < level {
				return i - run, i - run
			}
			if (run-level)%(2<<bits.Len(uint(level))) == 0 {
				return i - level, i + 1
			}
		}
		run = 0
	}
	return len(p), len(p)
}

// Unquote undoes the escapes of a string at that depth, given without its quotes. It returns s itself if it has none, and
// what is left of the work if it is not valid.
func (n Nested) Unquote(s []byte) []byte {
	for range bits.Len(uint(n)) + 1 {
		if bytes.IndexByte(s, '\\') < 0 {
			return s
		}
		var v string
		if json.Unmarshal(append(append([]byte{'"'}, s...), '"'), &v) != nil {
			return s
		}
		s = []byte(v)
	}
	return s
}
