package diff

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// kind is what a JSON value is.
type kind uint8

const (
	jNull kind = iota
	jBool
	jNumber
	jString
	jArray
	jObject
)

// node is a value in a document.
type node struct {
	kind kind
	// key is the decoded key in the object around it.
	key []byte
	// raw is the value as written, text the decoded string (of other scalars: raw).
	raw, text []byte
	// first and next are the first child and the next sibling, 0 where there is none; n counts the children.
	first, next, n int32
}

const (
	// maxDepth and maxNodes bound what is taken for JSON (RFC 8259 section 9); the rest is compared as text.
	maxDepth = 128
	maxNodes = 1 << 20
)

// document is a parsed JSON text (RFC 8259). Its memory is used again by the next parse. Node 0 is the root.
type document struct {
	nodes []node
	src   []byte
	pos   int
}

// parse reads src, which has to be one object or array and nothing else; others are better compared as text. d refers to src.
func (d *document) parse(src []byte) bool {
	d.nodes, d.src, d.pos = d.nodes[:0], src, 0
	d.space()
	if d.pos >= len(src) || src[d.pos] != '{' && src[d.pos] != '[' {
		return false
	}
	if _, ok := d.value(nil, 0); !ok {
		return false
	}
	d.space()
	return d.pos == len(src)
}

func (d *document) space() {
	for d.pos < len(d.src) {
		switch d.src[d.pos] {
		case ' ', '\t', '\r', '\n':
			d.pos++
		default:
			return
		}
	}
}

func (d *document) value(key []byte, depth int) (at int32, ok bool) {
	if d.pos >= len(d.src) || depth > maxDepth || len(d.nodes) >= maxNodes {
		return 0, false
	}
	at = int32(len(d.nodes))
	d.nodes = append(d.nodes, node{key: key})
	from := d.pos
	switch c := d.src[d.pos]; {
	case c == '{':
		ok = d.children(at, depth, '}', d.member)
	case c == '[':
		ok = d.children(at, depth, ']', func(depth int) (int32, bool) { return d.value(nil, depth) })
	case c == '"':
		d.nodes[at].kind = jString
		d.nodes[at].text, ok = d.str()
	case c == '-' || isDigit(c):
		d.nodes[at].kind = jNumber
		ok = d.number()
	default:
		ok = d.word(at)
	}
	n := &d.nodes[at]
	n.raw = d.src[from:d.pos]
	if n.kind != jString {
		n.text = n.raw
	}
	return at, ok
}

// children reads the elements of an array, or the members of an object.
func (d *document) children(parent int32, depth int, end byte, one func(depth int) (int32, bool)) bool {
	d.nodes[parent].kind = jArray
	if end == '}' {
		d.nodes[parent].kind = jObject
	}
	d.pos++
	if d.space(); d.take(end) {
		return true
	}
	last := int32(0)
	for {
		d.space()
		at, ok := one(depth + 1)
		if !ok {
			return false
		}
		if d.nodes[parent].n++; last == 0 {
			d.nodes[parent].first = at
		} else {
			d.nodes[last].next = at
		}
		last = at
		d.space()
		if d.take(end) {
			return true
		}
		if !d.take(',') {
			return false
		}
	}
}

func (d *document) member(depth int) (int32, bool) {
	if d.pos >= len(d.src) || d.src[d.pos] != '"' {
		return 0, false
	}
	key, ok := d.str()
	if d.space(); !ok || !d.take(':') {
		return 0, false
	}
	d.space()
	return d.value(key, depth)
}

func (d *document) take(c byte) bool {
	if d.pos < len(d.src) && d.src[d.pos] == c {
		d.pos++
		return true
	}
	return false
}

func (d *document) word(at int32) bool {
	for _, w := range []struct {
		text string
		kind kind
	}{{"true", jBool}, {"false", jBool}, {"null", jNull}} {
		if bytes.HasPrefix(d.src[d.pos:], []byte(w.text)) {
			d.nodes[at].kind = w.kind
			d.pos += len(w.text)
			return true
		}
	}
	return false
}

// number reads a number: an integer without leading zeros, a fraction, an exponent.
func (d *document) number() bool {
	d.take('-')
	if !d.take('0') && !d.digits() {
		return false
	}
	if d.take('.') && !d.digits() {
		return false
	}
	if d.take('e') || d.take('E') {
		if !d.take('+') {
			d.take('-')
		}
		return d.digits()
	}
	return true
}

func (d *document) digits() bool {
	from := d.pos
	for d.pos < len(d.src) && isDigit(d.src[d.pos]) {
		d.pos++
	}
	return d.pos > from
}

// str reads a string. It is a part of the source where nothing in it is escaped.
func (d *document) str() ([]byte, bool) {
	d.pos++
	from := d.pos
	for ; d.pos < len(d.src); d.pos++ {
		switch c := d.src[d.pos]; {
		case c == '"':
			d.pos++
			return d.src[from : d.pos-1], true
		case c == '\\':
			return d.escaped(append([]byte(nil), d.src[from:d.pos]...))
		case c < 0x20:
			return nil, false
		}
	}
	return nil, false
}

func (d *document) escaped(out []byte) ([]byte, bool) {
	for d.pos < len(d.src) {
		c := d.src[d.pos]
		d.pos++
		switch {
		case c == '"':
			return out, true
		case c < 0x20:
			return nil, false
		case c != '\\':
			out = append(out, c)
		default:
			var ok bool
			if out, ok = d.escape(out); !ok {
				return nil, false
			}
		}
	}
	return nil, false
}

const escapes = `"\/bfnrt`

func (d *document) escape(out []byte) ([]byte, bool) {
	if d.pos >= len(d.src) {
		return nil, false
	}
	c := d.src[d.pos]
	d.pos++
	if c == 'u' {
		return d.unicode(out)
	}
	if i := bytes.IndexByte([]byte(escapes), c); i >= 0 {
		return append(out, "\"\\/\b\f\n\r\t"[i]), true
	}
	return nil, false
}

// unicode reads what follows \u. A surrogate without its other half is kept as the three bytes that UTF-8 would have
// for it, so that two of them are not taken for equal.
func (d *document) unicode(out []byte) ([]byte, bool) {
	r, ok := d.hex4()
	if !ok {
		return nil, false
	}
	if r&0xfc00 == 0xd800 && bytes.HasPrefix(d.src[d.pos:], []byte(`\u`)) {
		back := d.pos
		d.pos += 2
		if low, ok := d.hex4(); ok && low&0xfc00 == 0xdc00 {
			return utf8.AppendRune(out, 0x10000+(r&0x3ff)<<10+low&0x3ff), true
		}
		d.pos = back
	}
	if r&0xf800 == 0xd800 {
		return append(out, 0xe0|byte(r>>12), 0x80|byte(r>>6&0x3f), 0x80|byte(r&0x3f)), true
	}
	return utf8.AppendRune(out, r), true
}

func (d *document) hex4() (rune, bool) {
	if len(d.src)-d.pos < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(string(d.src[d.pos:d.pos+4]), 16, 16)
	d.pos += 4
	return rune(v), err == nil && d.src[d.pos-4] != '+'
}
