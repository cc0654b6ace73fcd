package filter

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// comparison is a field, an operator, and what follows, under way to a leaf.
type comparison struct {
	p     *parser
	field *field
	op    operator
	// at is the field's token.
	at token
}

// span is [lo,hi].
type span[T any] struct{ lo, hi T }

// leaf reads the right side and makes the question.
func (c *comparison) leaf() (*leaf, *Error) {
	f := c.field
	if !f.kind.takes(c.op) {
		return nil, c.p.fail(c.at, "%s is %s: %s does not go with it", f.Name, f.kind.article(), c.op)
	}
	l := &leaf{field: f, needs: f.needs, all: c.op.all()}
	var err *Error
	switch f.kind {
	case kindText:
		l.test, err = c.text()
	case kindRule:
		err = c.rules(l)
	case kindAddress:
		l.test, err = c.address()
	case kindBytes, kindPayload:
		err = c.bytes(l)
	case kindJSON:
		l.test, err = c.json()
	case kindFloat:
		l.test, err = c.float()
	default:
		err = c.number(l)
	}
	if l.frame != nil {
		l.needs.Frames = true
	}
	return l, err
}

// ordered makes the test of one value.
func ordered[T cmp.Ordered](op operator, s []span[T]) func(T) bool {
	x := s[0].lo
	switch op {
	case opNe, opAnyNe:
		return func(v T) bool { return v != x }
	case opGt:
		return func(v T) bool { return v > x }
	case opLt:
		return func(v T) bool { return v < x }
	case opGe:
		return func(v T) bool { return v >= x }
	case opLe:
		return func(v T) bool { return v <= x }
	case opIn:
		return func(v T) bool {
			for i := range s {
				if s[i].lo <= v && v <= s[i].hi {
					return true
				}
			}
			return false
		}
	}
	return func(v T) bool { return v == x }
}

// quantify asks about any or all of some values.
func quantify[T any](vs []T, all bool, test func(T) bool) bool {
	for i := range vs {
		if test(vs[i]) != all {
			return !all
		}
	}
	return all && len(vs) > 0
}

// number makes the question of everything that is kept as an integer.
func (c *comparison) number(l *leaf) *Error {
	s, err := operands(c, c.integer)
	if err != nil {
		return err
	}
	test := ordered(c.op, s)
	if c.op == opBits {
		test = func(v int64) bool { return v&s[0].lo != 0 }
	}
	switch f := c.field; {
	case f.frame != nil:
		l.frame = func(fr *ws.Frame) (bool, bool) {
			v, ok := f.frame(fr)
			return ok, ok && test(v)
		}
	case f.nums != nil:
		l.test = func(r *Row) bool {
			v, n := f.nums(r)
			return quantify(v[:n], l.all, test)
		}
	case f.saidNum != nil:
		l.test = askSaidNum(f.saidNum, l.all, test)
	default:
		l.test = one(f.num, test)
	}
	return nil
}

func one[T any](get func(*Row) (T, bool), test func(T) bool) func(*Row) bool {
	return func(r *Row) bool {
		v, ok := get(r)
		return ok && test(v)
	}
}

func (c *comparison) float() (func(*Row) bool, *Error) {
	s, err := operands(c, c.decimal)
	if err != nil {
		return nil, err
	}
	return one(c.field.float, ordered(c.op, s)), nil
}

// text makes the question of a text or a header.
func (c *comparison) text() (func(*Row) bool, *Error) {
	test, err := c.textTest()
	f, all := c.field, c.op.all()
	if plain := test; f.mapped != nil && err == nil {
		test = func(s string) bool { return plain(string(f.mapped([]byte(s)))) }
	}
	if err == nil && f.said != nil {
		return askSaid(f.said, all, test), nil
	}
	if err != nil || f.header == "" {
		return one(f.str, test), err
	}
	return func(r *Row) bool { return r.header(f.header, all, test) }, nil
}

// textTest makes the test of one text.
func (c *comparison) textTest() (func(string) bool, *Error) {
	switch c.op {
	case opContains:
		t, err := c.value()
		return func(s string) bool { return strings.Contains(s, t.text) }, err
	case opMatches:
		re, err := c.pattern()
		if err != nil {
			return nil, err
		}
		return re.MatchString, nil
	}
	s, err := operands(c, c.word)
	if err != nil {
		return nil, err
	}
	return ordered(c.op, s), nil
}

func (c *comparison) rules(l *leaf) *Error {
	test, err := c.textTest()
	if err != nil {
		return err
	}
	name, all := c.field.rule, c.op.all()
	l.test = func(r *Row) bool {
		if all {
			return r.anyRule(anyOne) && !r.anyRule(func(x *rule.Rule) bool { return !test(name(x)) })
		}
		return r.anyRule(func(x *rule.Rule) bool { return test(name(x)) })
	}
	return nil
}

func anyOne(*rule.Rule) bool { return true }

func (c *comparison) address() (func(*Row) bool, *Error) {
	s, err := operands(c, c.network)
	if err != nil {
		return nil, err
	}
	not := c.op == opNe || c.op == opAnyNe
	test := func(a netip.Addr) bool {
		return slices.ContainsFunc(s, func(n span[netip.Addr]) bool {
			return n.lo.Compare(a) <= 0 && a.Compare(n.hi) <= 0
		}) != not
	}
	get, all := c.field.addr, c.op.all()
	return func(r *Row) bool {
		v, n := get(r)
		return quantify(v[:n], all, test)
	}, nil
}

// bytes makes the question of bytes, or of the text in them.
func (c *comparison) bytes(l *leaf) *Error {
	test, only, err := c.bytesTest(l)
	if err != nil {
		return err
	}
	f, get := c.field, c.field.bytes
	if plain, find := test, l.find; f.mapped != nil {
		test = func(r *Row, p []byte) bool { return plain(r, f.mapped(p)) }
		l.find = func(p []byte) (int, int) { return find(f.mapped(p)) }
	}
	switch {
	case f.frameBytes != nil:
		l.find = nil
		l.frame = func(fr *ws.Frame) (bool, bool) {
			v, ok := f.frameBytes(fr)
			return ok, ok && test(nil, v)
		}
	case c.op == opContains || c.op == opMatches:
		l.test = func(r *Row) bool {
			v, ok := get(r)
			return ok && r.pieces(v, f.skip, only, test)
		}
	default: // what is not whole is equal to nothing, and different from nothing
		l.test = func(r *Row) bool {
			v, ok := get(r)
			return ok && r.whole() && test(r, v)
		}
	}
	return nil
}

// bytesTest makes the test of one run of bytes, and says which edges it is bound to.
func (c *comparison) bytesTest(l *leaf) (func(*Row, []byte) bool, edge, *Error) {
	switch c.op {
	case opContains:
		x, err := c.octets()
		l.find = func(p []byte) (int, int) { return bytes.Index(p, x), len(x) }
		return func(_ *Row, p []byte) bool { return bytes.Contains(p, x) }, 0, err
	case opMatches:
		x, err := c.pattern()
		if err != nil {
			return nil, 0, err
		}
		l.find = x.find
		return x.passes, x.edge, nil
	}
	s, err := operands(c, func(t token) (span[[]byte], *Error) {
		x := c.octetsOf(t)
		return span[[]byte]{x, x}, nil
	})
	if err != nil {
		return nil, 0, err
	}
	not := c.op == opNe || c.op == opAnyNe
	return func(_ *Row, p []byte) bool {
		return slices.ContainsFunc(s, func(x span[[]byte]) bool { return bytes.Equal(x.lo, p) }) != not
	}, 0, nil
}

// pattern reads a regular expression.
func (c *comparison) pattern() (*expression, *Error) {
	t, err := c.value()
	if err != nil {
		return nil, err
	}
	x, bad := newExpression(t.text)
	if bad != nil {
		reason := strings.TrimPrefix(bad.Error(), "error parsing regexp: ")
		return nil, c.p.fail(t, "not a regular expression: %s", strings.ReplaceAll(reason, "(?i)", ""))
	}
	return x, nil
}
