package jsontext

import (
	"unicode/utf16"
	"unicode/utf8"
)

// AppendUnquoted appends the content of a string, given without its quotes, with escapes undone (RFC 8259 section 7), and is
// lenient: an unknown escape is the byte itself, \u without four digits is U+FFFD. A surrogate without its other half becomes
// the three bytes that UTF-8 would have for it, so that two different ones are not equal.
func AppendUnquoted(dst, s []byte) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			dst = append(dst, s[i])
			continue
		}
		i++
		if s[i] == 'u' {
			r, n := unicodeEscape(s[i+1:])
			dst = appendRune(dst, r)
			i += n
			continue
		}
		dst = append(dst, simpleEscape(s[i]))
	}
	return dst
}

func simpleEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

func appendRune(dst []byte, r rune) []byte {
	if utf16.IsSurrogate(r) {
		return append(dst, 0xe0|byte(r>>12), 0x80|byte(r>>6&0x3f), 0x80|byte(r&0x3f))
	}
	return utf8.AppendRune(dst, r)
}

// unicodeEscape is the character that follows \u and how many bytes it takes, counting both halves of a surrogate pair.
func unicodeEscape(s []byte) (r rune, n int) {
	r, ok := hex4(s)
	if !ok {
		return utf8.RuneError, 0
	}
	if !utf16.IsSurrogate(r) || len(s) < 10 || s[4] != '\\' || s[5] != 'u' {
		return r, 4
	}
	if low, ok := hex4(s[6:]); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 10
		}
	}
	return r, 4
}

// hex4 reads four hexadecimal digits.
func hex4(s []byte) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for _, c := range s[:4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
