package bpf

import "strings"

const (
	// maxLength bounds an expression in bytes, maxDepth how deep brackets and nots nest.
	maxLength = 1 << 16
	maxDepth  = 200
)

// Parse reads an expression; an empty one means every packet. Errors are *Error.
func Parse(expr string) (*Filter, error) {
	f := &Filter{source: expr}
	if len(expr) > maxLength {
		return nil, &Error{Expr: expr, Pos: Whole, Why: "longer than 65,536 bytes"}
	}
	tokens, fault := scan(expr)
	if fault != nil {
		return nil, fault
	}
	if len(tokens) == 1 {
		return f, nil
	}
	p := &parser{tokens: tokens, closing: closings(tokens)}
	f.root, _ = p.expression(qualifiers{})
	if p.fault == nil && p.peek().kind != end {
		p.fail(p.peek(), "and, or, or the end expected")
	}
	if p.fault != nil {
		p.fault.Expr = expr
		return nil, p.fault
	}
	f.tagged = p.tags > 0
	return f, nil
}

// closings is, for each opening bracket, the place of its closing one, else 0.
func closings(tokens []token) []int {
	list, open := make([]int, len(tokens)), []int(nil)
	for i, t := range tokens {
		switch {
		case t.is("(", "["):
			open = append(open, i)
		case t.is(")", "]") && len(open) > 0:
			list[open[len(open)-1]] = i
			open = open[:len(open)-1]
		}
	}
	return list
}

// parser reads tokens from left to right. After the first fault it sees only the end.
type parser struct {
	tokens  []token
	closing []int
	at      int
	tags    int // how many times vlan was said so far: it counts for all that comes after
	depth   int
	fault   *Error
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) take() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

// accept takes the next token if it is one of the texts.
func (p *parser) accept(texts ...string) bool {
	if p.peek().is(texts...) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.fail(p.peek(), "a "+text+" expected")
	}
}

// fail notes a mistake in the expression, refuse what tcpdump may understand.
func (p *parser) fail(t token, why string) node   { return p.stop(t, why, false) }
func (p *parser) refuse(t token, why string) node { return p.stop(t, why, true) }

func (p *parser) stop(t token, why string, unsupported bool) node {
	if p.fault == nil {
		p.fault = &Error{Pos: t.pos, Token: t.text, Why: why, Unsupported: unsupported}
	}
	p.at = len(p.tokens) - 1
	return nothing
}

// nothing takes the place of a fault.
var nothing node = relation{a: &sum{}, b: &sum{}}

// deeper counts nesting; false at the bound.
func (p *parser) deeper() bool {
	if p.depth++; p.depth > maxDepth {
		p.refuse(p.peek(), "nested too deep")
	}
	return p.depth <= maxDepth
}

// expression reads terms joined by and and or, which bind alike, from the left. A term
// that is a mere address or number takes the qualifiers of what comes before it.
func (p *parser) expression(before qualifiers) (node, qualifiers) {
	n, q := p.term(before)
	for p.peek().is("and", "or") {
		op := p.take()
		var m node
		if p.addressAhead() {
			m = p.address(q)
		} else {
			m, q = p.term(q)
		}
		n = combine(op, n, m)
	}
	return n, q
}

func combine(op token, a, b node) node {
	if op.is("and") {
		return both{a, b}
	}
	return either{a, b}
}

// addressAhead reports whether an address, a number or a name comes next, perhaps after nots
// and brackets, and not a comparison of numbers.
func (p *parser) addressAhead() bool {
	i := p.at
	for p.tokens[i].is("not", "(") {
		i++
	}
	t := p.tokens[i]
	if t.kind != number {
		return t.kind == dotted || t.kind == ipv6 || t.kind == mac || t.kind == escaped || t.kind == word && !isReserved(t.text)
	}
	for i++; p.tokens[i].is(")"); i++ {
	}
	return !p.tokens[i].is(arithmetic...)
}

// arithmetic are the operators of sums and of comparisons.
var arithmetic = []string{"+", "-", "*", "/", "&", "|", "<<", ">>", "<", ">", "<=", ">=", "=", "!="}

func isReserved(text string) bool {
	if _, ok := constants[text]; ok {
		return true
	}
	if _, ok := protocolNamed(token{kind: word, text: text}); ok {
		return true
	}
	return strings.Contains(" "+reservedWords+" ", " "+text+" ")
}

// term reads what is between and and or, and says what qualifiers it leaves.
func (p *parser) term(before qualifiers) (node, qualifiers) {
	if !p.deeper() {
		return nothing, before
	}
	defer func() { p.depth-- }()
	t := p.peek()
	switch {
	case p.sumAhead():
		return p.comparison(), qualifiers{}
	case p.accept("not"):
		n, q := p.term(before)
		return not{n}, q
	case p.accept("("):
		n, _ := p.expression(before)
		p.expect(")")
		return n, before
	case p.accept("less", "greater"):
		return p.lengthTest(t), qualifiers{}
	case p.accept("vlan"):
		return p.vlan(t), qualifiers{}
	}
	return p.primitive()
}

// address reads an address or number, or several in brackets, with the qualifiers q.
func (p *parser) address(q qualifiers) node {
	if !p.deeper() {
		return nothing
	}
	defer func() { p.depth-- }()
	switch {
	case p.accept("not"):
		return not{p.address(q)}
	case p.accept("("):
		n := p.address(q)
		for p.peek().is("and", "or") {
			n = combine(p.take(), n, p.address(q))
		}
		p.expect(")")
		return n
	}
	return p.build(q, p.take())
}
