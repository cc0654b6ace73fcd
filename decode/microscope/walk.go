package microscope

import (
	"bytes"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// maxDepth is how deep fields are looked for.
const maxDepth = 16

// walk adds up what the values of a JSON text take.
type walk struct {
	m    *Measure
	text []byte
	cost []uint16
	path []byte
}

// message looks for fields in the whole text of a message; text that is no JSON has none.
func (w *walk) message(m *Measure, text []byte, cost []uint16) {
	i := jsontext.Space(text, 0)
	if i < 0 || i >= len(text) || text[i] != '{' && text[i] != '[' || jsontext.Strict(text, i) < 0 {
		return
	}
	w.m, w.text, w.cost, w.path = m, text, cost, append(w.path[:0], '$')
	w.value(i, 0)
	w.m, w.text, w.cost = nil, nil, nil
}

// value takes the value at i, which is valid, and returns its end.
func (w *walk) value(i, depth int) int {
	open := w.text[i]
	if open != '{' && open != '[' || depth == maxDepth {
		end := jsontext.Value(w.text, i)
		w.add(i, end)
		return end
	}
	at, was := jsontext.Space(w.text, i+1), len(w.path)
	for c := w.text[at]; c != '}' && c != ']'; c = w.text[at] {
		if open == '{' {
			name, value := jsontext.Member(w.text, at)
			w.path = append(append(w.path, '.'), jsontext.Inner(name)...)
			at = value
		} else {
			w.path = append(w.path, "[]"...)
		}
		at = jsontext.Space(w.text, w.value(jsontext.Space(w.text, at), depth+1))
		w.path = w.path[:was]
		if w.text[at] == ',' {
			at = jsontext.Space(w.text, at+1)
		}
	}
	return at + 1
}

// add adds a value to its field.
func (w *walk) add(from, to int) {
	path := w.path
	if len(path) > longestPath {
		path = bytes.ToValidUTF8(path[:longestPath], nil)
	}
	f := w.m.field(string(path))
	if f == nil {
		return
	}
	if to-from >= 2 && w.text[from] == '"' {
		from, to = from+1, to-1
	}
	f.Values++
	f.Bytes += int64(to - from)
	for _, c := range w.cost[from:to] {
		if c&isLiteral != 0 {
			f.Literals++
		}
		f.cost += int64(c &^ isLiteral)
	}
}
