package jsontext

import (
	"bytes"
	"strings"
)

// Space returns the offset of the first byte at or after i that is not white space (RFC 8259 section 2).
func Space(p []byte, i int) int {
	for i < len(p) && IsSpace(p[i]) {
		i++
	}
	return i
}

// IsSpace reports whether c is white space between tokens (RFC 8259 section 2).
func IsSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// Value returns the end of the value that starts at i, and -1 if there is none or its end is missing. What is inside is not
// checked; a number or word ends where something else starts.
func Value(p []byte, i int) int {
	if i < 0 || i >= len(p) {
		return -1
	}
	switch p[i] {
	case '"':
		return String(p, i)
	case '{', '[':
		return composite(p, i)
	}
	end := i
	for end < len(p) && strings.IndexByte(",]}: \n\r\t\"[{\x1e", p[end]) < 0 {
		end++
	}
	if end == i {
		return -1
	}
	return end
}

// String returns the offset after the closing quote of the string whose opening quote is at i, and -1 if it is not closed.
func String(p []byte, i int) int {
	for i++; i < len(p); i++ {
		switch p[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return -1
}

// structural are the bytes that composite looks at. Most are not, and a table is faster than to compare with each.
var structural = [256]bool{'{': true, '[': true, '}': true, ']': true, '"': true}

// composite returns the end of the object or array that starts at i.
func composite(p []byte, i int) int {
	for depth := 0; i < len(p); i++ {
		if !structural[p[i]] {
			continue
		}
		switch p[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			if i = String(p, i) - 1; i < 0 {
				return -1
			}
		}
	}
	return -1
}

// Member returns the name, with its quotes, of the object's member at i, and the offset of its value; -1 if there is no member.
// The name is part of p.
func Member(p []byte, i int) (name []byte, value int) {
	if i < 0 || i >= len(p) || p[i] != '"' {
		return nil, -1
	}
	end := String(p, i)
	if end < 0 {
		return nil, -1
	}
	name = p[i:end]
	if i = Space(p, end); i >= len(p) || p[i] != ':' {
		return nil, -1
	}
	return name, Space(p, i+1)
}

// Next returns the offset of the member or element after the one that ends at end, and -1 if no comma follows.
func Next(p []byte, end int) int {
	if end < 0 {
		return -1
	}
	if end = Space(p, end); end >= len(p) || p[end] != ',' {
		return -1
	}
	return Space(p, end+1)
}

// NameIs reports whether a member's name, as Member returns it, is key once escapes are undone.
func NameIs(name []byte, key string) bool {
	in := Inner(name)
	return string(in) == key || bytes.IndexByte(in, '\\') >= 0 && string(AppendUnquoted(nil, in)) == key
}

// Inner returns a string without its two quotes, escapes as they are.
func Inner(s []byte) []byte { return s[1 : len(s)-1] }
