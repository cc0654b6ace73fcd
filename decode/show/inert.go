package show

import (
	"unicode"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// maxMarks is how many combining marks may stand on one character before the rest is spelled out.
const maxMarks = 3

// AppendInert appends text from the wire so that it cannot act on a terminal: control characters
// (C0, DEL, C1) as \x1b, \n and the like, bytes that are not UTF-8 as \xff, and characters that are
// invisible or change the order of others (bidi overrides, zero width, tags) as <U+202E>. All
// text from the wire goes through here before a person sees it.
func AppendInert[T ~string | ~[]byte](dst []byte, s T) []byte {
	marks := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			dst = appendASCII(dst, c)
			marks = 0
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == utf8.RuneError && n == 1, r < 0xa0:
			for _, b := range []byte(s[i : i+n]) {
				dst = append(dst, '\\', 'x', hex[b>>4], hex[b&15])
			}
		case Hidden(r) || marks > maxMarks:
			dst = appendCodePoint(dst, r)
		default:
			dst = append(dst, s[i:i+n]...)
		}
		i += n
	}
	return dst
}

// Inert is AppendInert for a string.
func Inert(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= 0x7f {
			return string(AppendInert(nil, s))
		}
	}
	return s
}

func appendASCII(dst []byte, c byte) []byte {
	switch {
	case c == '\n':
		return append(dst, '\\', 'n')
	case c == '\r':
		return append(dst, '\\', 'r')
	case c == '\t':
		return append(dst, '\\', 't')
	case c < 0x20 || c == 0x7f:
		return append(dst, '\\', 'x', hex[c>>4], hex[c&15])
	}
	return append(dst, c)
}

func appendCodePoint(dst []byte, r rune) []byte {
	dst = append(dst, "<U+"...)
	for shift := 20; shift >= 0; shift -= 4 {
		if d := r >> shift; d > 0 || shift < 16 {
			dst = append(dst, "0123456789ABCDEF"[d&15])
		}
	}
	return append(dst, '>')
}

// Hidden says whether r is invisible or acts on what stands beside it: controls, format
// characters (bidi, zero width, tags), line separators, fillers, private use and what is not assigned, of
// which nobody knows how wide it is.
func Hidden(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xad:
		return true
	case r < 0x300:
		return false
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x2028, r == 0x2029:
		return true
	case r >= 0xfff0 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe0fff:
		return true
	case r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000: // private use: nobody knows what a terminal draws
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cn, r)
}
