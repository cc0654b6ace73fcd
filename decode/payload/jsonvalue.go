package payload

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// maxBrief is how many bytes of a value a Summary quotes.
const maxBrief = 160

// isObject reports whether v starts as an object.
func isObject(v []byte) bool { return len(v) > 0 && v[0] == '{' }

// isArray reports whether v starts as an array.
func isArray(v []byte) bool { return len(v) > 0 && v[0] == '[' }

// isString reports whether v starts as a string.
func isString(v []byte) bool { return len(v) > 0 && v[0] == '"' }

// isInteger reports whether v is an integer without fraction and exponent.
func isInteger(v []byte) bool {
	d := bytes.TrimPrefix(v, []byte("-"))
	if len(d) == 0 {
		return false
	}
	for _, c := range d {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// isNull reports whether v is missing or null.
func isNull(v []byte) bool { return len(v) == 0 || string(v) == "null" }

// str is the text of a string; "" for every other value.
func str(v []byte) string {
	if !isString(v) {
		return ""
	}
	in := jsontext.Inner(v)
	if bytes.IndexByte(in, '\\') < 0 {
		return string(in)
	}
	return strings.ToValidUTF8(string(jsontext.AppendUnquoted(nil, in)), "\ufffd")
}

// scalar is the text of a string, and of a number or word what is written; "" for null and for objects and arrays.
func scalar(v []byte) string {
	switch {
	case isString(v):
		return str(v)
	case isNull(v), isObject(v), isArray(v):
		return ""
	}
	return string(v)
}

// own is a copy of a value for Args; nil if there is none.
func own(v []byte) any {
	if len(v) == 0 {
		return nil
	}
	return json.RawMessage(bytes.Clone(v))
}

// inner is the value that a string holds as JSON, else the string itself.
func inner(v []byte) any {
	if !isString(v) {
		return own(v)
	}
	s := str(v)
	if t := strings.TrimSpace(s); strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") {
		if jsontext.Strict([]byte(t), 0) == len(t) {
			return json.RawMessage(t)
		}
	}
	return s
}

// brief is the start of a value for a Summary, without white space between tokens.
func brief(v []byte) string {
	var buf [maxBrief + 4]byte
	return string(appendBrief(buf[:0], v))
}

// appendBrief appends what brief returns.
func appendBrief(dst, v []byte) []byte {
	cut := v
	if len(v) > maxBrief {
		cut = v[:maxBrief]
		for len(cut) > 0 && !utf8.RuneStart(v[len(cut)]) {
			cut = cut[:len(cut)-1]
		}
	}
	if bytes.IndexByte(cut, '\n') >= 0 {
		cut = squeeze(cut)
	}
	dst = append(dst, cut...)
	if len(cut) < len(v) {
		dst = append(dst, "…"...)
	}
	return dst
}

// squeeze leaves out the white space between tokens.
func squeeze(v []byte) []byte {
	out, inText := make([]byte, 0, len(v)), false
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c == '"' && (i == 0 || v[i-1] != '\\') {
			inText = !inText
		}
		if inText || !jsontext.IsSpace(c) {
			out = append(out, c)
		}
	}
	return out
}

// call is a Summary: what is called with what, and the id that the answer will have.
func call(name string, args []byte, id string) string {
	var buf [2 * maxBrief]byte
	b := append(buf[:0], name...)
	if !isNull(args) {
		from := len(b)
		b = appendBrief(append(b, '('), args)
		if isArray(args) && b[len(b)-1] == ']' && len(b) > from+2 {
			b = append(b[:from+1], b[from+2:len(b)-1]...)
		}
		b = append(b, ')')
	}
	if id != "" {
		b = append(append(b, " #"...), id...)
	}
	return string(b)
}

// line is a Summary: words with a blank between them, empty ones left out.
func line(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		if w == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// number is "#id", or "" without an id.
func number(id string) string {
	if id == "" {
		return ""
	}
	return "#" + id
}

// begins makes a an exchange of its own, begun by who sent m.
func (a *App) begins(m *Message, key string) {
	a.Role, a.Key, a.AskedByClient = Request, key, m.FromClient
}

// answers makes a an answer of role to what the other side asked.
func (a *App) answers(m *Message, role Role, key string) {
	a.Role, a.Key, a.AskedByClient = role, key, !m.FromClient
}

// titled is a Summary: a word with an id, and the start of a value.
func titled(word, id string, v []byte) string {
	var buf [2 * maxBrief]byte
	b := append(buf[:0], word...)
	if id != "" {
		b = append(append(b, " #"...), id...)
	}
	return string(appendBrief(append(b, ": "...), v))
}
