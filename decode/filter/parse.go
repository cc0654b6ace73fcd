package filter

import "fmt"

const (
	// maxDepth is how deep brackets and negations may be nested.
	maxDepth = 100
	// maxTerms is how many questions a filter may ask, maxBits how many of frames.
	maxTerms = 1000
	maxBits  = 64
)

type nodeKind uint8

const (
	nodeLeaf nodeKind = iota
	nodeNot
	nodeAnd
	nodeOr
)

// node is a part of an expression: a question, or how some are joined.
type node struct {
	kind nodeKind
	kids []*node
	leaf *leaf
	// search marks words that are searched for, which may stand side by side.
	search bool
}

type parser struct {
	src  string
	toks []token
	// taken is the end of the token taken last.
	taken  int
	depth  int
	leaves []*leaf
	bits   int
}

func (p *parser) peek() token { return p.toks[0] }

func (p *parser) take() token {
	t := p.toks[0]
	if t.kind != tokenEnd {
		p.toks = p.toks[1:]
		p.taken = t.end
	}
	return t
}

func (p *parser) fail(t token, format string, args ...any) *Error {
	return &Error{Src: p.src, Pos: t.pos, End: t.end, Reason: fmt.Sprintf(format, args...)}
}

// or reads alternatives.
func (p *parser) or() (*node, *Error) {
	return p.chain(nodeOr, p.and, func() bool {
		ok := p.peek().is("||", "or")
		if ok {
			p.take()
		}
		return ok
	})
}

// and reads what must hold together. Searched words need no && between them.
func (p *parser) and() (*node, *Error) {
	search := false
	return p.chain(nodeAnd, func() (*node, *Error) {
		n, err := p.not()
		search = err == nil && n.search
		return n, err
	}, func() bool {
		if p.peek().is("&&", "and") {
			p.take()
			return true
		}
		return search && p.atSearch()
	})
}

// chain reads parts as long as they are joined.
func (p *parser) chain(k nodeKind, part func() (*node, *Error), joined func() bool) (*node, *Error) {
	first, err := part()
	if err != nil {
		return nil, err
	}
	n := &node{kind: k, kids: []*node{first}}
	for joined() {
		kid, err := part()
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, kid)
	}
	if len(n.kids) == 1 {
		return first, nil
	}
	return n, nil
}

// atSearch reports whether a word or text to search for comes next.
func (p *parser) atSearch() bool {
	switch t := p.peek(); t.kind {
	case tokenText:
		return true
	case tokenWord:
		_, isField := lookup(t.text)
		return !isField && !p.keyword(t) && p.function(t, p.toks[1]) == nil && operatorOf(p.toks[1]) == opNone && (!looksLikeField(t.text) || foreignOf(t.text, true) != nil)
	}
	return false
}

func (p *parser) keyword(t token) bool {
	return operatorOf(t) != opNone || t.is("and", "or", "not")
}

func (p *parser) not() (*node, *Error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(p.peek(), "too deep: at most %d brackets and negations may be nested", maxDepth)
	}
	defer func() { p.depth-- }()
	t := p.peek()
	switch {
	case t.is("!", "not"):
		p.take()
		n, err := p.not()
		return &node{kind: nodeNot, kids: []*node{n}}, err
	case t.is("("):
		return p.bracket()
	}
	return p.term()
}

func (p *parser) bracket() (*node, *Error) {
	open := p.take()
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.take(); !t.is(")") {
		if t.kind == tokenEnd {
			return nil, p.fail(open, "the bracket is not closed")
		}
		return nil, p.unexpected(t)
	}
	return n, nil
}

// term reads one question.
func (p *parser) term() (*node, *Error) {
	t := p.take()
	switch {
	case t.kind == tokenText && p.peek().is("&"):
		return nil, p.unexpected(p.peek())
	case t.kind == tokenText && operatorOf(p.peek()) != opNone:
		return nil, p.fail(t, "%s needs a field on its left and a value on its right", p.peek().text)
	case t.kind == tokenText:
		return p.searchFor(t)
	case t.kind != tokenWord || p.keyword(t):
		return nil, p.missing(t)
	}
	f, ok := lookup(t.text)
	if fn := p.function(t, p.peek()); fn != nil {
		var err *Error
		if f, err = p.call(fn, t); err != nil {
			return nil, err
		}
		ok = true
	}
	op := operatorOf(p.peek())
	switch {
	case !ok && p.peek().is("&"):
		return nil, p.unexpected(p.peek())
	case !ok && (op != opNone || looksLikeField(t.text)):
		return nil, p.unknownField(t)
	case !ok:
		return p.searchFor(t)
	case op == opNone:
		l, err := p.presence(f, t)
		return p.leaf(l, t, err)
	}
	p.take()
	c := &comparison{p: p, field: f, op: op, at: t}
	l, err := c.leaf()
	return p.leaf(l, t, err)
}

func (p *parser) missing(t token) *Error {
	switch {
	case t.kind == tokenEnd && len(p.leaves) == 0:
		return p.fail(t, "the filter is empty")
	case t.kind == tokenEnd:
		return p.fail(t, "something is missing at the end: a field or a text to search for")
	}
	return p.fail(t, "a field or a text to search for is missing before %s", t.text)
}

// unexpected says why a token cannot stand after a complete question.
func (p *parser) unexpected(t token) *Error {
	switch {
	case t.is("&"):
		err := p.fail(t, "a single & asks for the bits of a number")
		err.Suggestion = "&&"
		return err
	case t.is(")"):
		return p.fail(t, "the bracket was never opened")
	case t.kind == tokenSign:
		return p.fail(t, "unexpected %s; put text with signs in it in quotes", t.text)
	case operatorOf(t) != opNone:
		return p.fail(t, "%s needs a field on its left; as a text to search for it goes in quotes", t.text)
	}
	return p.fail(t, "&& or || is missing before this")
}

// leaf adds a question to those of the filter.
func (p *parser) leaf(l *leaf, from token, err *Error) (*node, *Error) {
	if err != nil {
		return nil, err
	}
	l.pos, l.end = from.pos, p.taken
	if len(p.leaves) == maxTerms {
		return nil, p.fail(from, "too long: a filter asks at most %d questions", maxTerms)
	}
	if l.frame != nil {
		if p.bits == maxBits {
			return nil, p.fail(from, "too long: a filter asks at most %d questions about frames", maxBits)
		}
		l.bit = 1 << p.bits
		p.bits++
	}
	p.leaves = append(p.leaves, l)
	return &node{leaf: l}, nil
}

// searchFor makes the question whether a payload holds a text, in any case.
func (p *parser) searchFor(t token) (*node, *Error) {
	if t.text == "" {
		return nil, p.fail(t, "there is nothing between the quotes to search for")
	}
	s := newSearch(t.text)
	l := &leaf{field: payloadField, find: s.find, needs: Needs{Payload: true}, word: true}
	in := func(_ *Row, p []byte) bool { return s.in(p) }
	l.test = func(r *Row) bool {
		if r.Text != nil {
			return s.in(r.Text())
		}
		return r.Message != nil && r.pieces(r.bytes(), 0, 0, in)
	}
	n, err := p.leaf(l, t, nil)
	if err == nil {
		n.search = true
	}
	return n, err
}
