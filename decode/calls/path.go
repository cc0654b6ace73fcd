package calls

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// Path is a place in a JSON text: $.id, $.meta.corr, $[1].
type Path struct {
	steps []step
	text  string
}

// step is a member by name or, where the name is empty, an element by index.
type step struct {
	name  string
	index int
}

// maxSteps is how many steps a path has at most.
const maxSteps = 8

// ErrPath is the error of ParsePath.
var ErrPath = errors.New(`want a path such as $.id, $.meta.corr or $[1]`)

// ParsePath reads a path: $, then .NAME, ["NAME"] or [INDEX] for each step.
func ParsePath(s string) (Path, error) {
	p := Path{text: s}
	rest, ok := strings.CutPrefix(s, "$")
	if !ok || rest == "" {
		return Path{}, ErrPath
	}
	for rest != "" {
		var st step
		if st, rest, ok = cutStep(rest); !ok || len(p.steps) == maxSteps {
			return Path{}, ErrPath
		}
		p.steps = append(p.steps, st)
	}
	return p, nil
}

// cutStep reads the first step of s.
func cutStep(s string) (st step, rest string, ok bool) {
	if name, yes := strings.CutPrefix(s, "."); yes {
		end := strings.IndexAny(name, ".[")
		if end < 0 {
			end = len(name)
		}
		return step{name: name[:end]}, name[end:], end > 0
	}
	in, yes := strings.CutPrefix(s, "[")
	if !yes {
		return st, s, false
	}
	if strings.HasPrefix(in, `"`) {
		quoted, err := strconv.QuotedPrefix(in)
		if err != nil {
			return st, s, false
		}
		name, err := strconv.Unquote(quoted)
		rest, closed := strings.CutPrefix(in[len(quoted):], "]")
		return step{name: name}, rest, err == nil && closed && name != ""
	}
	digits, rest, closed := strings.Cut(in, "]")
	n, err := strconv.ParseUint(digits, 10, 16)
	return step{index: int(n)}, rest, err == nil && closed
}

// String is the path as it is written.
func (p Path) String() string { return p.text }

// isZero reports whether p is no path.
func (p Path) isZero() bool { return len(p.steps) == 0 }

// last is the name of the last step, empty for an element.
func (p Path) last() string {
	if p.isZero() {
		return ""
	}
	return p.steps[len(p.steps)-1].name
}

// appendStep writes a step as ParsePath reads it.
func appendStep(dst []byte, name []byte, index int) []byte {
	switch {
	case len(name) == 0:
		dst = append(dst, '[')
		return append(strconv.AppendInt(dst, int64(index), 10), ']')
	case isWord(name):
		return append(append(dst, '.'), name...)
	}
	return append(strconv.AppendQuote(append(dst, '['), string(name)), ']')
}

func isWord(name []byte) bool {
	for _, c := range name {
		if c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// find returns the value that st leads to in the object or array that starts at i of p; nil if there is none.
func (st *step) find(p []byte, i int) []byte {
	if i >= len(p) {
		return nil
	}
	switch {
	case p[i] == '{' && st.name != "":
		for i = jsontext.Space(p, i+1); i >= 0; {
			name, at := jsontext.Member(p, i)
			end := jsontext.Value(p, at)
			if end < 0 {
				return nil
			}
			if jsontext.NameIs(name, st.name) {
				return p[at:end]
			}
			i = jsontext.Next(p, end)
		}
	case p[i] == '[' && st.name == "":
		i = jsontext.Space(p, i+1)
		for k := 0; i >= 0; k++ {
			end := jsontext.Value(p, i)
			if end < 0 {
				return nil
			}
			if k == st.index {
				return p[i:end]
			}
			i = jsontext.Next(p, end)
		}
	}
	return nil
}

// findAll returns the value that the steps lead to, v being an object or array.
func findAll(v []byte, steps []step) []byte {
	for i := range steps {
		if v = steps[i].find(v, 0); v == nil {
			return nil
		}
	}
	return v
}

// isID reports whether a value can tie a reply to its request: a text that is not empty or a whole number.
func isID(v []byte) bool {
	if len(v) == 0 || len(v) > maxID {
		return false
	}
	if v[0] == '"' {
		return len(v) > 2
	}
	return isWhole(v)
}

// isWhole reports whether a value is a whole number.
func isWhole(v []byte) bool {
	v = bytes.TrimPrefix(v, []byte("-"))
	for _, c := range v {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(v) > 0
}

// unquotedKey is unquoted for a string, and takes no memory if nothing in it is escaped.
func unquotedKey(key string) string {
	if len(key) < 2 || key[0] != '"' || strings.IndexByte(key, '\\') >= 0 {
		return unquoted([]byte(key))
	}
	return key[1 : len(key)-1]
}

// unquoted is a text without quotes and escapes; other values are as they are written.
func unquoted(v []byte) string {
	if len(v) < 2 || v[0] != '"' {
		return string(v)
	}
	in := jsontext.Inner(v)
	if bytes.IndexByte(in, '\\') < 0 {
		return string(in)
	}
	return string(jsontext.AppendUnquoted(nil, in))
}
