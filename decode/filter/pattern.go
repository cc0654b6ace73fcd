package filter

import (
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// expression is a regular expression with a text that every match of it holds, for a quick look before; nil where none is known.
type expression struct {
	*regexp.Regexp
	holds *search
	// edge says which edges of a text it asks about.
	edge edge
}

// newExpression compiles a pattern, in any case.
func newExpression(pattern string) (*expression, error) {
	tree, err := syntax.Parse("(?i)"+pattern, syntax.Perl)
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile("(?i)" + pattern)
	if err != nil {
		return nil, err
	}
	x := &expression{Regexp: re, edge: edges(tree)}
	if s := required(tree); s != "" {
		x.holds = newSearch(s)
	}
	return x, nil
}

// passes reports whether a match is in p.
func (x *expression) passes(r *Row, p []byte) bool {
	switch {
	case x.holds != nil && !x.holds.in(p):
		return false
	case len(p) > manyBytes && r != nil && r.GiveUp != nil:
		return x.MatchReader(&runes{p: p, giveUp: r.GiveUp})
	}
	return x.Match(p)
}

// manyBytes is from which length on a pattern may be given up, and how many bytes it goes through before it asks.
const manyBytes = 1 << 20

// runes reads the characters of p, until it is given up.
type runes struct {
	p      []byte
	giveUp func() bool
	at     int
	asked  int
}

// ReadRune is io.RuneReader.
func (s *runes) ReadRune() (rune, int, error) {
	if s.at-s.asked > manyBytes {
		if s.asked = s.at; s.giveUp() {
			s.p = s.p[:s.at]
		}
	}
	if s.at >= len(s.p) {
		return 0, 0, io.EOF
	}
	r, n := utf8.DecodeRune(s.p[s.at:])
	s.at += n
	return r, n, nil
}

func (x *expression) find(p []byte) (at, n int) {
	if x.holds != nil && !x.holds.in(p) {
		return -1, 0
	}
	if m := x.FindIndex(p); m != nil {
		return m[0], m[1] - m[0]
	}
	return -1, 0
}

// required is a text that each match of a pattern holds in some case, the longest that is easy to see.
func required(re *syntax.Regexp) (best string) {
	switch {
	case re.Op == syntax.OpLiteral:
		return plainRun(re.Rune)
	case re.Op == syntax.OpConcat, re.Op == syntax.OpCapture, re.Op == syntax.OpPlus, re.Op == syntax.OpRepeat && re.Min > 0:
		for _, sub := range re.Sub {
			if s := required(sub); len(s) > len(best) {
				best = s
			}
		}
	}
	return best
}

// plainRun is the longest run of ASCII but K and S, which have cases outside of it.
func plainRun(rs []rune) (best string) {
	odd := func(r rune) bool { return r >= utf8.RuneSelf || r == 'k' || r == 'K' || r == 's' || r == 'S' }
	for _, run := range strings.FieldsFunc(string(rs), odd) {
		if len(run) > len(best) {
			best = run
		}
	}
	return best
}

// edges says which edges of a text a pattern asks about anywhere in it.
func edges(re *syntax.Regexp) edge {
	var e edge
	switch re.Op {
	case syntax.OpBeginText, syntax.OpBeginLine:
		e = atStart
	case syntax.OpEndText, syntax.OpEndLine:
		e = atEnd
	}
	for _, sub := range re.Sub {
		e |= edges(sub)
	}
	return e
}
