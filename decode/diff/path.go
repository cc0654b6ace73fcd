package diff

import (
	"errors"
	"strconv"
	"strings"
)

// step is a place in a JSON value: a key of an object, or an index of an array.
type step struct {
	key   string
	index int // -1 where it is a key
}

// segment is a part of a path in a rule.
type segment struct {
	step
	// any is *, deep is .. : at any depth.
	any, deep bool
}

type pathRule struct {
	rule string
	path []segment
}

var errPath = errors.New("want a path like $.a.b, $..id, $.list[*].x or $['a key']")

// maxSegments bounds a path, and what matching it may cost.
const maxSegments = 32

// parsePath reads a small part of JSONPath (RFC 9535): names, indices, wildcards and descendants.
func parsePath(s string) ([]segment, error) {
	rest, ok := strings.CutPrefix(s, "$")
	if !ok {
		return nil, errPath
	}
	var path []segment
	for rest != "" {
		var seg segment
		if seg.deep = strings.HasPrefix(rest, ".."); seg.deep {
			rest = rest[1:]
		}
		var err error
		if rest, err = seg.parse(rest); err != nil || len(path) == maxSegments {
			return nil, errPath
		}
		path = append(path, seg)
	}
	return path, nil
}

func (g *segment) parse(s string) (rest string, err error) {
	g.index = -1
	if g.deep && strings.HasPrefix(s, ".[") {
		s = s[1:]
	}
	switch {
	case strings.HasPrefix(s, "["):
		return g.bracket(s[1:])
	case !strings.HasPrefix(s, "."):
		return "", errPath
	}
	n := strings.IndexAny(s[1:], ".[")
	if n < 0 {
		n = len(s) - 1
	}
	g.key, rest = s[1:1+n], s[1+n:]
	if g.any = g.key == "*"; g.key == "" {
		return "", errPath
	}
	return rest, nil
}

func (g *segment) bracket(s string) (rest string, err error) {
	if s != "" && (s[0] == '\'' || s[0] == '"') {
		end := strings.Index(s[1:], s[:1]+"]")
		if end < 0 {
			return "", errPath
		}
		g.key = s[1 : 1+end]
		return s[end+3:], nil
	}
	inner, rest, ok := strings.Cut(s, "]")
	if g.any = inner == "*"; g.any {
		return rest, nil
	}
	n, err := strconv.ParseUint(inner, 10, 31)
	if !ok || err != nil {
		return "", errPath
	}
	g.index = int(n)
	return rest, nil
}

func (g *segment) matches(s step) bool {
	return g.any || g.index == s.index && (g.index >= 0 || g.key == s.key)
}

// matchPath reports whether the steps to a value are those of path.
func matchPath(path []segment, at []step) bool {
	reached := uint64(1) // bit i: the first i segments match the steps so far
	for _, s := range at {
		var next uint64
		for i := range path {
			if reached>>i&1 == 0 {
				continue
			}
			if path[i].matches(s) {
				next |= 2 << i
			}
			if path[i].deep {
				next |= 1 << i
			}
		}
		if reached = next; reached == 0 {
			return false
		}
	}
	return reached>>len(path)&1 == 1
}

// pathString writes the steps to a value as a rule would name it.
func pathString(at []step) string {
	b := []byte{'$'}
	for _, s := range at {
		switch {
		case s.index >= 0:
			b = strconv.AppendInt(append(b, '['), int64(s.index), 10)
			b = append(b, ']')
		case plainKey(s.key):
			b = append(append(b, '.'), s.key...)
		default:
			b = append(append(append(b, "['"...), s.key...), "']"...)
		}
	}
	return string(b)
}

func plainKey(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c != '_' && c != '-' && c != '$' && !isAlnum(c) && c < 0x80 {
			return false
		}
	}
	return s != "" && s != "*"
}

func isAlnum(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
