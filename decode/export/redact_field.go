package export

import (
	"bytes"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// colon looks at what a colon may belong to.
func (s *scanner) colon(i int) int {
	if bytes.HasPrefix(s.p[i:], []byte("://")) {
		return s.userinfo(i)
	}
	if name, level, ok := s.key(i); ok {
		if secretField(name) {
			return s.value(i+1, level)
		}
		return i
	}
	return s.line(i)
}

// userinfo replaces user and password of a URL.
func (s *scanner) userinfo(i int) int {
	const longest = 512
	from := i + len("://")
	for at := from; at < min(len(s.p), from+longest); at++ {
		switch c := s.p[at]; {
		case c == '@' && at > from:
			return s.replace(from, at, SecretUserinfo)
		case c <= ' ', bytes.IndexByte([]byte("/?#\"'<>\\@"), c) >= 0:
			return i
		}
	}
	return i
}

// key is the name of the JSON field whose colon is at i. level is how many backslashes come before its
// quotes: 0, or, for JSON inside a string of JSON, 1, 3, 7.
func (s *scanner) key(i int) (name []byte, level jsontext.Nested, ok bool) {
	end := i
	for end > s.done && jsontext.IsSpace(s.p[end-1]) && i-end < maxName {
		end--
	}
	if end == s.done || s.p[end-1] != '"' {
		return nil, 0, false
	}
	end--
	level = jsontext.NestedBefore(s.p, end, s.done)
	end -= int(level)
	from := end
	for from > s.done && end-from <= maxName && s.p[from-1] != '"' {
		from--
	}
	if from == s.done && (from == 0 || s.p[from-1] != '"') || end-from > maxName {
		return nil, 0, false
	}
	return s.p[from:end], level, true
}

// value replaces the value that starts at or after i: a string, a number, or the strings of an object or array.
func (s *scanner) value(i int, level jsontext.Nested) int {
	if i = jsontext.Space(s.p, i); i == len(s.p) {
		return i
	}
	switch c := s.p[i]; {
	case level.QuoteAt(s.p, i):
		return s.str(i, level)
	case c == '{', c == '[':
		return s.composite(i, level)
	case c == '-', c >= '0' && c <= '9':
		return s.number(i, level)
	}
	return i
}

// str replaces the string that starts with its quote at i, but for an authentication scheme.
func (s *scanner) str(i int, level jsontext.Nested) int {
	from := i + int(level) + 1
	end, next := level.Close(s.p, from)
	if end == from {
		return next
	}
	from += schemeLen(s.p[from:end])
	s.replaceValue(from, end, SecretField, level.Unquote(s.p[from:end]))
	return next
}

// number replaces a number with a string.
func (s *scanner) number(i int, level jsontext.Nested) int {
	end := i
	for end < len(s.p) && (tokenByte[s.p[end]]) {
		end++
	}
	quote := append(bytes.Repeat([]byte{'\\'}, int(level)), '"')
	value := s.p[i:end]
	s.out = append(append(s.out, s.p[s.done:i]...), quote...)
	s.done = i
	s.replaceValue(i, end, SecretField, value)
	s.out = append(s.out, quote...)
	return end
}

// composite replaces every string in an object or array that is not a key.
func (s *scanner) composite(i int, level jsontext.Nested) int {
	depth := 0
	for i < len(s.p) {
		switch c := s.p[i]; {
		case level.QuoteAt(s.p, i):
			i = s.member(i, level)
			continue
		case c == '"': // of a string around it
			return i
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return i
}

// member steps over a key, or replaces a string.
func (s *scanner) member(i int, level jsontext.Nested) int {
	_, next := level.Close(s.p, i+int(level)+1)
	if after := jsontext.Space(s.p, next); after < len(s.p) && s.p[after] == ':' {
		return max(next, i+1)
	}
	return max(s.str(i, level), i+1)
}

// line replaces the value of a header line (Authorization: ..), where the name starts a line.
func (s *scanner) line(i int) int {
	from := i
	for from > s.done && i-from <= maxName && (letter(s.p[from-1]) || s.p[from-1] == '-' || s.p[from-1] == '_') {
		from--
	}
	if from > 0 && s.p[from-1] == '\\' && from < i && (s.p[from] == 'n' || s.p[from] == 'r') {
		from++ // the n of \n, inside JSON
	} else if from > 0 && s.p[from-1] != '\n' && s.p[from-1] != '\r' {
		return i
	}
	if from == i || i-from > maxName || !secretField(s.p[from:i]) {
		return i
	}
	return s.lineValue(i + 1)
}

func (s *scanner) lineValue(from int) int {
	for from < len(s.p) && s.p[from] == ' ' {
		from++
	}
	end := from
	for end < len(s.p) && s.p[end] >= ' ' && s.p[end] != '"' && s.p[end] != '\\' {
		end++
	}
	from += schemeLen(s.p[from:end])
	if from == end {
		return from
	}
	return s.replace(from, end, SecretField)
}
