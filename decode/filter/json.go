package filter

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
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

// parsePath reads a.b[0].c[*]."d e"; ok is false where it is no path.
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
		w.value(space(p, 0), path)
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
	end := skip(w.p, i)
	if end < 0 || end == len(w.p) && w.cut && w.p[end-1] != '"' && w.p[end-1] != '}' && w.p[end-1] != ']' {
		return
	}
	w.yes = w.test(w.r, w.p[i:end])
	w.done = w.yes != w.all
}

func (w *walk) object(i int, key string, path []step) {
	for i = space(w.p, i); i < len(w.p) && !w.done; {
		name, at := member(w.p, i)
		if at < 0 {
			return
		}
		if keyIs(name, key) {
			w.value(at, path)
		}
		if i = w.comma(at); i < 0 {
			return
		}
	}
}

// member is the name, in its quotes, of the member of an object at i, and where its value begins; less than 0 where there is none.
func member(p []byte, i int) (name []byte, at int) {
	if i >= len(p) || p[i] != '"' {
		return nil, -1
	}
	end := skipText(p, i)
	if end < 0 {
		return nil, -1
	}
	name = p[i:end]
	if i = space(p, end); i >= len(p) || p[i] != ':' {
		return nil, -1
	}
	return name, space(p, i+1)
}

// keyIs says whether a name in its quotes is a key.
func keyIs(name []byte, key string) bool {
	in := name[1 : len(name)-1]
	return string(in) == key || bytes.IndexByte(in, '\\') >= 0 && string(unescape(nil, in)) == key
}

func (w *walk) array(i int, st step, path []step) {
	i = space(w.p, i)
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
func (w *walk) comma(i int) int { return comma(w.p, skip(w.p, i)) }

// comma is the place of what follows a comma at end or behind space, less than 0 where nothing does.
func comma(p []byte, end int) int {
	if end < 0 {
		return -1
	}
	if end = space(p, end); end >= len(p) || p[end] != ',' {
		return -1
	}
	return space(p, end+1)
}

func space(p []byte, i int) int {
	for i < len(p) && (p[i] == ' ' || p[i] == '\n' || p[i] == '\r' || p[i] == '\t') {
		i++
	}
	return i
}

// skip is the end of the value at i (nowhere where that is less than 0), less than 0 where it has none. It does not check what is in it.
func skip(p []byte, i int) int {
	if i < 0 || i >= len(p) {
		return -1
	}
	switch p[i] {
	case '"':
		return skipText(p, i)
	case '{', '[':
		return skipNested(p, i)
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

func skipText(p []byte, i int) int {
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

func skipNested(p []byte, i int) int {
	for depth := 0; i < len(p); i++ {
		switch p[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			if i = skipText(p, i) - 1; i < 0 {
				return -1
			}
		}
	}
	return -1
}

// unescape appends what stands between the quotes of a JSON string.
func unescape(dst, s []byte) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			dst = append(dst, s[i])
			continue
		}
		i++
		switch s[i] {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, n := unicodeEscape(s[i+1:])
			dst = utf8.AppendRune(dst, r)
			i += n
		default:
			dst = append(dst, s[i])
		}
	}
	return dst
}

// unicodeEscape is the character that follows \u, and how many bytes it takes, of both halves of a pair.
func unicodeEscape(s []byte) (rune, int) {
	r, ok := hexDigits(string(s[:min(4, len(s))]), 4)
	if !ok {
		return utf8.RuneError, 0
	}
	if !utf16.IsSurrogate(r) || len(s) < 10 || s[4] != '\\' || s[5] != 'u' {
		return r, 4
	}
	if low, ok := hexDigits(string(s[6:10]), 4); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, 10
		}
	}
	return r, 4
}

// content is a value as bytes: of a string what it holds, of others their JSON.
func (r *Row) content(v []byte) []byte {
	if v[0] != '"' {
		return v
	}
	in := v[1 : len(v)-1]
	if bytes.IndexByte(in, '\\') < 0 {
		return in
	}
	r.scratch = unescape(r.scratch[:0], in)
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
