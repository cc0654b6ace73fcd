package payload

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// object reads v as an object; false for everything else.
func object(v []byte) (o jsontext.Shallow, ok bool) {
	if !isObject(bytes.TrimLeft(v, " \t\r\n")) {
		return o, false
	}
	ok = o.Parse(v)
	return o, ok
}

// array reads v as an array; false for everything else.
func array(v []byte) (a jsontext.Shallow, ok bool) {
	if !isArray(bytes.TrimLeft(v, " \t\r\n")) {
		return a, false
	}
	ok = a.Parse(v)
	return a, ok
}

// member is the value at the end of a path of names, nil if there is none.
func member(v []byte, path ...string) []byte {
	for _, name := range path {
		o, ok := object(v)
		if !ok {
			return nil
		}
		v = o.Get(name)
	}
	return v
}

// list is a JSON array of values, for Args.
func list(values [][]byte) any {
	if values == nil {
		return nil
	}
	out := []byte{'['}
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, v...)
	}
	return json.RawMessage(append(out, ']'))
}

// elements are the values of an array from i on; nil if there are none.
func elements(a *jsontext.Shallow, i int) (out [][]byte) {
	for ; i < len(a.Items); i++ {
		out = append(out, a.Items[i].Value)
	}
	return out
}

// tree is a value taken apart, numbers as they are written; nil if it is not valid.
func tree(v []byte) any {
	if jsontext.Strict(v, 0) < 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(v))
	d.UseNumber()
	var out any
	if d.Decode(&out) != nil {
		return nil
	}
	return out
}

// set appends a member to Also if its value is not empty.
func (a *App) set(name string, v any) {
	if s, ok := v.(string); ok && s == "" || v == nil {
		return
	}
	if a.Also == nil {
		a.Also = map[string]any{}
	}
	a.Also[name] = v
}

// memory remembers what belongs to a key, for a bounded number of keys: the oldest is forgotten first.
type memory struct {
	values map[string]string
	keys   []string
	next   int
}

// maxMemory is how many keys a memory has.
const maxMemory = 1 << 12

func (y *memory) put(key, value string) {
	if len(key) > maxKey || len(value) > maxKey {
		return
	}
	if y.values == nil {
		y.values = map[string]string{}
	}
	_, known := y.values[key]
	y.values[key] = value
	switch {
	case known:
	case len(y.keys) < maxMemory:
		y.keys = append(y.keys, key)
	default:
		delete(y.values, y.keys[y.next])
		y.keys[y.next] = key
		y.next = (y.next + 1) % maxMemory
	}
}

func (y *memory) get(key string) string { return y.values[key] }

// isText reports whether m is a whole text message.
func (m *Message) isText() bool { return m.Kind == Text && !m.Cut }

// records splits p at sep, and leaves out what is empty.
func records(p []byte, sep byte) (out [][]byte) {
	for len(p) > 0 {
		r, rest, _ := bytes.Cut(p, []byte{sep})
		if len(r) > 0 {
			out = append(out, r)
		}
		p = rest
	}
	return out
}

// stateless is a Decoder that keeps nothing.
type stateless func(m *Message, out []App) []App

// Decode is Decoder.
func (f stateless) Decode(m *Message, out []App) []App { return f(m, out) }

// Lost is Decoder.
func (stateless) Lost(bool) {}

// beginWith makes a Begin of a Decoder that keeps nothing.
func beginWith(f stateless) func(*Opening) Decoder { return func(*Opening) Decoder { return f } }

// orNil is the first value that is there, nil if none is.
func orNil(values ...[]byte) []byte {
	for _, v := range values {
		if v != nil {
			return v
		}
	}
	return nil
}

// decimal is n in digits.
func decimal(n int) string { return strconv.Itoa(n) }

// quoted is a text in quotes, cut where it is long.
func quoted(s string) string { return strconv.Quote(brief([]byte(s))) }
