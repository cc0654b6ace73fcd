package filter

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode/jsontext"
)

const (
	jsonPrefix = "ws.json."
	// maxSteps is how long a path into a JSON text may be.
	maxSteps = 32
)

// step is a part of a path into a JSON text: a key, or an element of an array.
type step struct {
	key   string
	index int
	// kind is what the step names.
	kind stepKind
}

type stepKind uint8

const (
	stepKey stepKind = iota
	stepIndex
	stepAny // [*]: every element
)

// parsePath reads a.b[0].c[*]."d e"; ok is false where it is not a path.
func parsePath(s string) (path []step, ok bool) {
	for s != "" {
		var st step
		if st, s, ok = nextStep(s); !ok || len(path) == maxSteps {
			return nil, false
		}
		path = append(path, st)
		if rest, dot := strings.CutPrefix(s, "."); dot && rest != "" {
			s = rest
		} else if s != "" && s[0] != '[' {
			return nil, false
		}
	}
	return path, len(path) > 0
}

func nextStep(s string) (st step, rest string, ok bool) {
	switch {
	case s[0] == '"':
		key, rest, ok := strings.Cut(s[1:], `"`)
		return step{key: key}, rest, ok
	case s[0] != '[':
		n := strings.IndexAny(s, ".[")
		if n < 0 {
			n = len(s)
		}
		return step{key: s[:n]}, s[n:], n > 0
	}
	in, rest, ok := strings.Cut(s[1:], "]")
	if in == "*" {
		return step{kind: stepAny}, rest, ok
	}
	i, err := strconv.ParseUint(in, 10, 31)
	return step{kind: stepIndex, index: int(i)}, rest, ok && err == nil
}

// askJSON makes the question about the values at a path.
func askJSON(path []step, all bool, test func(*Row, []byte) bool) func(*Row) bool {
	return func(r *Row) bool {
		p, ok := r.decoded()
		if !ok || r.Message.Opcode.Control() {
			return false
		}
		if hs := r.Message.Holes; len(hs) > 0 {
			p = p[:max(0, min(hs[0].At, int64(len(p))))]
		}
		w := walk{r: r, p: p, test: test, all: all, cut: !r.whole()}
		w.value(jsontext.Space(p, 0), path)
		return w.yes
	}
}

// walk looks for the values at a path, in one pass without a tree: its depth is that of the path, its
// work the length of the text times it at most. It is lenient: what it does not look at may be broken.
type walk struct {
	r    *Row
	p    []byte
	test func(*Row, []byte) bool
	all  bool
	// cut says that more may have followed p.
	cut bool
	// yes is the answer so far, done that it is the last.
	yes, done bool
}

// value looks at the value at i.
func (w *walk) value(i int, path []step) {
	if len(path) == 0 {
		w.ask(i)
		return
	}
	if i >= len(w.p) {
		return
	}
	switch st := path[0]; {
	case st.kind == stepKey && w.p[i] == '{':
		w.object(i+1, st.key, path[1:])
	case st.kind != stepKey && w.p[i] == '[':
		w.array(i+1, st, path[1:])
	}
}

func (w *walk) ask(i int) {
	end := jsontext.Value(w.p, i)
	if end < 0 || end == len(w.p) && w.cut && w.p[end-1] != '"' && w.p[end-1] != '}' && w.p[end-1] != ']' {
		return
	}
	w.yes = w.test(w.r, w.p[i:end])
	w.done = w.yes != w.all
}

func (w *walk) object(i int, key string, path []step) {
	for i = jsontext.Space(w.p, i); i < len(w.p) && !w.done; {
		name, at := jsontext.Member(w.p, i)
		if at < 0 {
			return
		}
		if jsontext.NameIs(name, key) {
			w.value(at, path)
		}
		if i = w.comma(at); i < 0 {
			return
		}
	}
}

func (w *walk) array(i int, st step, path []step) {
	i = jsontext.Space(w.p, i)
	for n := 0; i < len(w.p) && w.p[i] != ']' && !w.done; n++ {
		if st.kind == stepAny || n == st.index {
			w.value(i, path)
			if st.kind == stepIndex {
				return
			}
		}
		if i = w.comma(i); i < 0 {
			return
		}
	}
}

// comma is the place of what follows the value at i and its comma, less than 0 where nothing does.
func (w *walk) comma(i int) int { return jsontext.Next(w.p, jsontext.Value(w.p, i)) }

// content is a value as bytes: of a string what it holds, of others their JSON.
func (r *Row) content(v []byte) []byte {
	if v[0] != '"' {
		return v
	}
	in := jsontext.Inner(v)
	if bytes.IndexByte(in, '\\') < 0 {
		return in
	}
	r.scratch = jsontext.AppendUnquoted(r.scratch[:0], in)
	return r.scratch
}

// quantity is a number of JSON: exact where it is an integer of 64 bits.
type quantity struct {
	i     int64
	f     float64
	whole bool
}

func quantityOf(v []byte) (q quantity, ok bool) {
	if len(v) == 0 || v[0] != '-' && (v[0] < '0' || v[0] > '9') {
		return q, false
	}
	if n, ok := integer(v); ok {
		return quantity{n, float64(n), true}, true
	}
	f, err := strconv.ParseFloat(string(v), 64)
	return quantity{f: f}, err == nil
}

// integer reads at most 18 digits with a sign.
func integer(v []byte) (n int64, ok bool) {
	digits := bytes.TrimPrefix(v, []byte("-"))
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) < len(v) {
		n = -n
	}
	return n, true
}

func (q quantity) compare(o quantity) int {
	if q.whole && o.whole {
		return cmp.Compare(q.i, o.i)
	}
	return cmp.Compare(q.f, o.f)
}
