package jsontext

import "encoding/binary"

// Shallow is an object or array whose members are known by where they are. Its text was read strictly (RFC 8259), but what the
// members hold was not taken apart, so that it takes no memory for each value inside. The zero value is ready for Parse, which
// reuses its memory.
type Shallow struct {
	// Items are the members or elements, in order. They refer to the text that was parsed.
	Items []Item
	// Object says that it is an object.
	Object bool
}

// Item is a member of an object, or an element of an array.
type Item struct {
	// Key is the name as it is written, without its quotes; nil in an array.
	Key []byte
	// Value is the value as it is written.
	Value []byte
}

// Parse reads src, which must be one object or array with nothing but white space around it, nested MaxDepth deep at most. It
// reports false for everything else; Items is then of no use.
func (s *Shallow) Parse(src []byte) bool {
	s.Items = s.Items[:0]
	i := Space(src, 0)
	if i >= len(src) || src[i] != '{' && src[i] != '[' {
		return false
	}
	s.Object = src[i] == '{'
	end := s.items(src, i+1, src[i]+2)
	return end >= 0 && Space(src, end) == len(src)
}

// items reads members or elements from i on, and returns the offset after the closing bracket; -1 if something is wrong.
func (s *Shallow) items(src []byte, i int, closing byte) int {
	if i = Space(src, i); i < len(src) && src[i] == closing {
		return i + 1
	}
	for {
		var it Item
		if s.Object {
			var ok bool
			if it.Key, i, ok = key(src, i); !ok {
				return -1
			}
		}
		from := i
		if i = Strict(src, i); i < 0 {
			return -1
		}
		it.Value = src[from:i]
		s.Items = append(s.Items, it)
		if i = Space(src, i); i >= len(src) {
			return -1
		}
		if src[i] == closing {
			return i + 1
		}
		if src[i] != ',' {
			return -1
		}
		i = Space(src, i+1)
	}
}

// key reads a name and its colon, and returns where the value is.
func key(src []byte, i int) (name []byte, value int, ok bool) {
	if i >= len(src) || src[i] != '"' {
		return nil, 0, false
	}
	end := strictString(src, i)
	if end < 0 {
		return nil, 0, false
	}
	at := after(src, end)
	if at >= len(src) || src[at] != ':' {
		return nil, 0, false
	}
	return src[i+1 : end-1], after(src, at+1), true
}

// Get is the value of the member with that name, the last if there are several; nil if there is none.
func (s *Shallow) Get(name string) []byte {
	for i := len(s.Items) - 1; i >= 0; i-- {
		if string(s.Items[i].Key) == name {
			return s.Items[i].Value
		}
	}
	return nil
}

// At is element i; nil if there is none.
func (s *Shallow) At(i int) []byte {
	if i < 0 || i >= len(s.Items) {
		return nil
	}
	return s.Items[i].Value
}

// after is Space: most often there is none.
func after(src []byte, i int) int {
	if i < len(src) && src[i] > ' ' {
		return i
	}
	return Space(src, i)
}

// Strict returns the offset after the value that starts at i, which is checked (RFC 8259) and nested MaxDepth deep at most; -1 if it
// is not valid.
func Strict(src []byte, i int) int {
	var stack [MaxDepth]byte // the closing brackets that are still to come
	depth := 0
	for {
		if i = after(src, i); i >= len(src) {
			return -1
		}
		if c := src[i]; c == '{' || c == '[' {
			if depth == MaxDepth {
				return -1
			}
			stack[depth] = c + 2
			depth++
			next, empty := opened(src, i+1, c+2)
			if next < 0 {
				return -1
			}
			if i = next; !empty {
				continue
			}
			depth--
		} else if i = strictScalar(src, i); i < 0 {
			return -1
		}
		if i, depth = closed(src, i, stack[:depth]); i < 0 || depth == 0 {
			return i
		}
	}
}

// opened returns where the first value after an opening bracket is, or, if the brackets are empty, what is after them.
func opened(src []byte, i int, closing byte) (next int, empty bool) {
	if i = Space(src, i); i < len(src) && src[i] == closing {
		return i + 1, true
	}
	if closing == ']' {
		return i, false
	}
	_, value, ok := key(src, i)
	if !ok {
		return -1, false
	}
	return value, false
}

// closed takes off what may follow a value: brackets that close, then a comma and, in an object, the next name. It returns where the next
// value is, or the end of the outermost value if the depth is 0; -1 if something is wrong.
func closed(src []byte, i int, stack []byte) (next, depth int) {
	for depth = len(stack); depth > 0; {
		if i = after(src, i); i >= len(src) {
			return -1, depth
		}
		switch c := src[i]; {
		case c == stack[depth-1]:
			depth--
			i++
			continue
		case c != ',':
			return -1, depth
		}
		if i = after(src, i+1); stack[depth-1] == ']' {
			return i, depth
		}
		_, value, ok := key(src, i)
		if !ok {
			return -1, depth
		}
		return value, depth
	}
	return i, 0
}

// strictScalar returns the offset after a string, number or word.
func strictScalar(src []byte, i int) int {
	c := src[i]
	if c == '"' {
		return strictString(src, i)
	}
	if c == '-' || isDigit(c) {
		return strictNumber(src, i)
	}
	for _, w := range words {
		if len(src)-i >= len(w.text) && string(src[i:i+len(w.text)]) == w.text {
			return i + len(w.text)
		}
	}
	return -1
}

// strictNumber returns the offset after the number at i: an integer without leading zeros, a fraction, an exponent; -1 if it is not
// valid.
func strictNumber(src []byte, i int) int {
	if src[i] == '-' {
		i++
	}
	from := i
	if i = digitsEnd(src, i); i == from || src[from] == '0' && i > from+1 {
		return -1
	}
	if i < len(src) && src[i] == '.' {
		from = i + 1
		if i = digitsEnd(src, from); i == from {
			return -1
		}
	}
	if i < len(src) && src[i]|0x20 == 'e' {
		if i++; i < len(src) && (src[i] == '+' || src[i] == '-') {
			i++
		}
		from = i
		if i = digitsEnd(src, i); i == from {
			return -1
		}
	}
	return i
}

func digitsEnd(src []byte, i int) int {
	for i < len(src) && isDigit(src[i]) {
		i++
	}
	return i
}

// plainInString marks the bytes that mean themselves in a string.
var plainInString = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return t
}()

// strictString returns the offset after the string whose opening quote is at i; -1 if it is not valid.
func strictString(src []byte, i int) int {
	for i++; ; i++ {
		for i+8 <= len(src) && allPlain(binary.LittleEndian.Uint64(src[i:])) {
			i += 8
		}
		for i < len(src) && plainInString[src[i]] {
			i++
		}
		if i >= len(src) {
			return -1
		}
		switch src[i] {
		case '"':
			return i + 1
		case '\\':
			d := Document{src: src, pos: i}
			if !d.escape() {
				return -1
			}
			i = d.pos
		default:
			return -1
		}
	}
}

// allPlain reports whether eight bytes are surely none of a quote, a backslash and a control character. It looks at them at once:
// in a word without one of these no subtraction borrows from the byte above.
func allPlain(x uint64) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quote, backslash := x^(ones*'"'), x^(ones*'\\')
	return ((x-ones*0x20)&^x|(quote-ones)&^quote|(backslash-ones)&^backslash)&highs == 0
}
