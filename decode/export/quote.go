package export

import (
	"encoding/base64"
	"strconv"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode/show"
)

const hexDigits = "0123456789abcdef"

// plain marks the ASCII characters that stand for themselves in a JSON string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x7f; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// appendQuoted appends valid UTF-8 as a JSON string; what could act on a terminal is written \uXXXX.
func appendQuoted[T ~string | ~[]byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		if plain[s[i]] {
			i++
			continue
		}
		if s[i] < utf8.RuneSelf {
			dst = append(dst, s[from:i]...)
			dst = appendEscape(dst, s[i])
			i++
			from = i
			continue
		}
		r, n := decodeRune(s, i)
		if show.Hidden(r) {
			dst = append(dst, s[from:i]...)
			dst = appendUnicode(dst, r)
			from = i + n
		}
		i += n
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// decodeRune decodes the valid UTF-8 character of at least two bytes at s[i].
func decodeRune[T ~string | ~[]byte](s T, i int) (rune, int) {
	c := rune(s[i])
	switch {
	case c < 0xe0 && i+1 < len(s):
		return c&0x1f<<6 | rune(s[i+1])&0x3f, 2
	case c < 0xf0 && i+2 < len(s):
		return c&0x0f<<12 | rune(s[i+1])&0x3f<<6 | rune(s[i+2])&0x3f, 3
	case i+3 < len(s):
		return c&0x07<<18 | rune(s[i+1])&0x3f<<12 | rune(s[i+2])&0x3f<<6 | rune(s[i+3])&0x3f, 4
	}
	return utf8.RuneError, 1
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

func appendUnicode(dst []byte, r rune) []byte {
	if r >= 0x10000 {
		r -= 0x10000
		return appendUnicode(appendUnicode(dst, 0xd800+r>>10), 0xdc00+r&0x3ff)
	}
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// appendKey appends `,"name":`.
func appendKey(dst []byte, name string) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}

func appendInt(dst []byte, name string, n int64) []byte {
	return strconv.AppendInt(appendKey(dst, name), n, 10)
}

func appendBool(dst []byte, name string, v bool) []byte {
	return strconv.AppendBool(appendKey(dst, name), v)
}

// appendText appends a string from the wire: as NAME where it is valid UTF-8, else as NAME_base64.
func appendText[T ~string | ~[]byte](dst []byte, name string, s T) []byte {
	if utf8.ValidString(string(s)) {
		return appendQuoted(appendKey(dst, name), s)
	}
	return appendBase64(dst, name+"_base64", []byte(s))
}

func appendBase64(dst []byte, name string, p []byte) []byte {
	dst = append(appendKey(dst, name), '"')
	dst = base64.StdEncoding.AppendEncode(dst, p)
	return append(dst, '"')
}
