package jsontext

import "bytes"

// Kind is what a value is (RFC 8259 section 3).
type Kind uint8

// The kinds of values. Array and Object, the last two, have children.
const (
	Null Kind = iota
	Bool
	Number
	Text
	Array
	Object
)

// Node is a value in a Document.
type Node struct {
	// Kind is what the value is.
	Kind Kind
	// Key is the decoded name in the object around it, nil if there is none.
	Key []byte
	// Raw is the value as written.
	Raw []byte
	// Text is the decoded string; for every other kind it is Raw.
	Text []byte
	// First and Next are the indexes of the first child and of the next sibling, 0 if there is none.
	First, Next int32
	// Children counts the members or elements.
	Children int32
}

const (
	// MaxDepth is how deep a Document nests at most (RFC 8259 section 9 allows a limit).
	MaxDepth = 128
	// MaxNodes is how many values a Document holds at most.
	MaxNodes = 1 << 20
)

// Document is a JSON text that was read strictly. The zero value is ready for Parse, which reuses its memory.
type Document struct {
	// Nodes are the values in the order of the text; 0 is the outermost. They refer to the text that was parsed.
	Nodes []Node

	src []byte
	pos int
}

// Parse reads src, which must be one object or array with nothing but white space around it, within MaxDepth and MaxNodes.
// It reports false for everything else; Nodes is then of no use.
func (d *Document) Parse(src []byte) bool {
	d.Nodes, d.src, d.pos = d.Nodes[:0], src, 0
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

func (d *Document) space() { d.pos = Space(d.src, d.pos) }

func (d *Document) value(key []byte, depth int) (at int32, ok bool) {
	if d.pos >= len(d.src) || depth > MaxDepth || len(d.Nodes) >= MaxNodes {
		return 0, false
	}
	at = int32(len(d.Nodes))
	d.Nodes = append(d.Nodes, Node{Key: key})
	from := d.pos
	switch c := d.src[d.pos]; {
	case c == '{':
		ok = d.children(at, depth, '}', d.member)
	case c == '[':
		ok = d.children(at, depth, ']', func(depth int) (int32, bool) { return d.value(nil, depth) })
	case c == '"':
		d.Nodes[at].Kind = Text
		d.Nodes[at].Text, ok = d.str()
	case c == '-' || isDigit(c):
		d.Nodes[at].Kind = Number
		ok = d.number()
	default:
		ok = d.word(at)
	}
	n := &d.Nodes[at]
	n.Raw = d.src[from:d.pos]
	if n.Kind != Text {
		n.Text = n.Raw
	}
	return at, ok
}

// children reads the elements of an array, or the members of an object.
func (d *Document) children(parent int32, depth int, end byte, one func(depth int) (int32, bool)) bool {
	d.Nodes[parent].Kind = Array
	if end == '}' {
		d.Nodes[parent].Kind = Object
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
		if d.Nodes[parent].Children++; last == 0 {
			d.Nodes[parent].First = at
		} else {
			d.Nodes[last].Next = at
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

func (d *Document) member(depth int) (int32, bool) {
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

func (d *Document) take(c byte) bool {
	if d.pos < len(d.src) && d.src[d.pos] == c {
		d.pos++
		return true
	}
	return false
}

// words are the values that are words.
var words = [...]struct {
	text string
	kind Kind
}{{"true", Bool}, {"false", Bool}, {"null", Null}}

func (d *Document) word(at int32) bool {
	for _, w := range words {
		if len(d.src)-d.pos >= len(w.text) && string(d.src[d.pos:d.pos+len(w.text)]) == w.text {
			d.Nodes[at].Kind = w.kind
			d.pos += len(w.text)
			return true
		}
	}
	return false
}

// number reads a number: an integer without leading zeros, a fraction, an exponent.
func (d *Document) number() bool {
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

func (d *Document) digits() bool {
	from := d.pos
	for d.pos < len(d.src) && isDigit(d.src[d.pos]) {
		d.pos++
	}
	return d.pos > from
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// str reads a string. The result is part of the source if nothing in it is escaped.
func (d *Document) str() ([]byte, bool) {
	from, escaped := d.pos+1, false
	for d.pos = from; d.pos < len(d.src); d.pos++ {
		switch c := d.src[d.pos]; {
		case c == '"':
			s := d.src[from:d.pos]
			if d.pos++; escaped {
				s = AppendUnquoted(nil, s)
			}
			return s, true
		case c == '\\':
			escaped = true
			if !d.escape() {
				return nil, false
			}
		case c < 0x20:
			return nil, false
		}
	}
	return nil, false
}

// escape checks an escape, and leaves pos at its last byte.
func (d *Document) escape() bool {
	if d.pos++; d.pos >= len(d.src) {
		return false
	}
	if d.src[d.pos] != 'u' {
		return bytes.IndexByte([]byte(`"\/bfnrt`), d.src[d.pos]) >= 0
	}
	if _, ok := hex4(d.src[d.pos+1:]); !ok {
		return false
	}
	d.pos += 4
	return true
}
