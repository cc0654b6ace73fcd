package filter

import (
	"strconv"
	"strings"
)

// Function is a row of the language's table of functions.
type Function struct {
	// Name is how it is written; case does not count. The last row is the slice.
	Name string
	// Text says in one sentence what it returns.
	Text string
	make func(f *field) (*field, bool)
}

var functions = []Function{
	{"len(FIELD)", "The length in bytes of a text or of bytes.", lengthField},
	{"upper(FIELD)", "A text or bytes with ASCII letters in upper case.", func(f *field) (*field, bool) { return mappedField(f, upper) }},
	{"lower(FIELD)", "A text or bytes with ASCII letters in lower case.", func(f *field) (*field, bool) { return mappedField(f, lower) }},
	{"FIELD[FROM:LENGTH]", "Some of its bytes: [0:4], [4:], [:4], [2-3], [0]; a negative FROM counts from the end.", nil},
}

// Functions are the functions of the language, and the slice. The slice is shared: do not change it.
func Functions() []Function { return functions }

// function is the function that the next two tokens call, nil if they call none.
func (p *parser) function(t, next token) *Function {
	if t.kind != tokenWord || !next.is("(") {
		return nil
	}
	for i := range functions {
		if name, _, ok := strings.Cut(functions[i].Name, "("); ok && strings.EqualFold(name, t.text) {
			return &functions[i]
		}
	}
	return nil
}

// call reads a function's argument after its name: a field, or another call.
func (p *parser) call(fn *Function, at token) (*field, *Error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(at, "too deep: at most %d brackets and negations may be nested", maxDepth)
	}
	defer func() { p.depth-- }()
	p.take() // the bracket
	t := p.take()
	var arg *field
	if inner := p.function(t, p.peek()); inner != nil {
		var err *Error
		if arg, err = p.call(inner, t); err != nil {
			return nil, err
		}
	} else if f, ok := lookup(t.text); ok && t.kind == tokenWord {
		arg = f
	} else {
		return nil, p.fail(t, "%s needs a field in its brackets", at.text)
	}
	end := p.take()
	if !end.is(")") {
		return nil, p.fail(end, "the bracket of %s is not closed", at.text)
	}
	f, ok := fn.make(arg)
	if !ok {
		return nil, p.fail(t, "%s takes a text or bytes; %s is %s", at.text, arg.Name, arg.kind.article())
	}
	f.Name = strings.ToLower(at.text) + "(" + arg.Name + ")"
	return f, nil
}

// derived is a copy of f for another value of the same rows, without its names and values.
func derived(f *field) *field {
	d := *f
	d.names, d.values, d.bareIsTrue, d.present = nil, nil, false, nil
	return &d
}

// lengthField is the length of a field's value. The length of what is not whole is not known.
func lengthField(f *field) (*field, bool) {
	d := derived(f)
	d.kind, d.str, d.bytes, d.frameBytes, d.header = kindNumber, nil, nil, nil, ""
	switch {
	case f.str != nil:
		d.num = func(r *Row) (int64, bool) { s, ok := f.str(r); return int64(len(s)), ok }
	case f.header != "":
		d.num = func(r *Row) (n int64, ok bool) {
			ok = r.header(f.header, false, func(s string) bool { n = int64(len(s)); return true })
			return n, ok
		}
	case f.bytes != nil:
		d.num = func(r *Row) (int64, bool) {
			v, ok := f.bytes(r)
			return int64(len(v)), ok && r.whole()
		}
	default:
		return nil, false
	}
	return d, true
}

// mappedField is a field with each byte of its value mapped, which keeps its length.
func mappedField(f *field, one func(byte) byte) (*field, bool) {
	if f.str == nil && f.header == "" && f.bytes == nil {
		return nil, false
	}
	d := derived(f)
	before := f.mapped
	d.mapped = func(p []byte) []byte {
		if before != nil {
			p = before(p)
		}
		out := make([]byte, len(p))
		for i, c := range p {
			out[i] = one(c)
		}
		return out
	}
	return d, true
}

// slice is a part of a value: length bytes from a place, or to the end if length is less than 0. A place less than 0 counts
// from the end.
type slice struct{ from, length int }

// parseSlice reads [0:4], [4:], [:4], [2-3] or [0] without the brackets, as Wireshark has them.
func parseSlice(s string) (x slice, ok bool) {
	number := func(s string) (int, bool) {
		n, err := strconv.ParseInt(s, 0, 32)
		return int(n), err == nil
	}
	if from, length, colon := strings.Cut(s, ":"); colon {
		x.length, ok = -1, true
		if from != "" {
			x.from, ok = number(from)
		}
		if ok && length != "" {
			x.length, ok = number(length)
			return x, ok && x.length > 0
		}
		return x, ok && from != ""
	}
	if x.from, ok = number(s); ok {
		x.length = 1
		return x, true
	}
	i := strings.LastIndexByte(s, '-')
	if i <= 0 {
		return x, false
	}
	to := 0
	if x.from, ok = number(s[:i]); ok {
		to, ok = number(s[i+1:])
	}
	x.length = to - x.from + 1
	return x, ok && x.from >= 0 && x.length > 0
}

// of is the part of a value; ok is false if the value does not reach so far.
func (x slice) of(n int) (from, to int, ok bool) {
	from, to = x.from, n
	if from < 0 {
		from += n
	}
	if x.length >= 0 {
		to = from + x.length
	}
	return from, to, from >= 0 && from < to && to <= n
}

// sliceField is FIELD[...]: a part of a text, or of bytes. Of a payload that is not whole no part is known to be there.
func sliceField(word string) (*field, bool) {
	at := strings.IndexByte(word, '[')
	if at <= 0 || !strings.HasSuffix(word, "]") {
		return nil, false
	}
	f, known := lookup(word[:at])
	x, ok := parseSlice(word[at+1 : len(word)-1])
	if !known || !ok || f.str == nil && f.bytes == nil && f.frameBytes == nil {
		return nil, false
	}
	d := derived(f)
	d.Name = word
	switch {
	case f.str != nil:
		d.str = func(r *Row) (string, bool) {
			s, ok := f.str(r)
			from, to, in := x.of(len(s))
			if !ok || !in {
				return "", false
			}
			return s[from:to], true
		}
	case f.bytes != nil:
		d.kind = kindBytes
		d.bytes = func(r *Row) ([]byte, bool) {
			p, ok := f.bytes(r)
			from, to, in := x.of(len(p))
			if !ok || !in || !r.whole() {
				return nil, false
			}
			return p[from:to], true
		}
	default:
		return nil, false
	}
	return d, true
}
