package filter

import (
	"bytes"
)

// literal is what a JSON value is compared with. Without quotes a number, true, false and null are
// what they are in JSON; everything else is a text.
type literal struct {
	text   []byte
	number quantity
	kind   literalKind
}

type literalKind uint8

const (
	literalText literalKind = iota
	literalNumber
	literalWord // true, false, null
)

func (c *comparison) literal(t token) (span[literal], *Error) {
	l := literal{text: []byte(t.text)}
	if t.kind == tokenWord {
		var ok bool
		if l.number, ok = quantityOf(l.text); ok {
			l.kind = literalNumber
		} else if t.text == "true" || t.text == "false" || t.text == "null" {
			l.kind = literalWord
		}
	}
	return span[literal]{l, l}, nil
}

// json makes the question about a field of a JSON payload.
func (c *comparison) json() (func(*Row) bool, *Error) {
	var test func(*Row, []byte) bool
	switch c.op {
	case opContains:
		x, err := c.octets()
		if err != nil {
			return nil, err
		}
		test = func(r *Row, v []byte) bool { return bytes.Contains(r.content(v), x) }
	case opMatches:
		x, err := c.pattern()
		if err != nil {
			return nil, err
		}
		test = func(r *Row, v []byte) bool { return x.passes(r, r.content(v)) }
	default:
		s, err := operands(c, c.literal)
		if err != nil {
			return nil, err
		}
		test = jsonTest(c.op, s)
	}
	if c.field.args {
		return askArgs(c.field.path, c.op.all(), test), nil
	}
	return askJSON(c.field.path, c.op.all(), test), nil
}

// jsonTest makes the test of one value.
func jsonTest(op operator, s []span[literal]) func(*Row, []byte) bool {
	x := s[0].lo
	switch op {
	case opIn:
		return func(r *Row, v []byte) bool {
			for i := range s {
				lo, ok := r.against(v, &s[i].lo)
				hi, ok2 := r.against(v, &s[i].hi)
				if ok && ok2 && lo >= 0 && hi <= 0 {
					return true
				}
			}
			return false
		}
	case opNe, opAnyNe:
		return func(r *Row, v []byte) bool {
			n, ok := r.against(v, &x)
			return !ok || n != 0
		}
	}
	holds := ordered(op, []span[int]{{}})
	return func(r *Row, v []byte) bool {
		n, ok := r.against(v, &x)
		return ok && holds(n)
	}
}

// against compares a value with a literal; ok is false where they are of different kinds.
func (r *Row) against(v []byte, x *literal) (n int, ok bool) {
	switch x.kind {
	case literalNumber:
		q, ok := quantityOf(v)
		return q.compare(x.number), ok
	case literalWord:
		return bytes.Compare(v, x.text), v[0] == 't' || v[0] == 'f' || v[0] == 'n'
	}
	return bytes.Compare(r.content(v), x.text), v[0] == '"'
}
