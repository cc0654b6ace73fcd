package filter

import (
	"slices"
	"strings"
)

// Candidate is what could stand at a place of a filter.
type Candidate struct {
	// Text is what to put in, Help one sentence about it (empty for values).
	Text, Help string
}

// Complete says what could be in src at byte pos: each candidate replaces src[from:pos].
func Complete(src string, pos int) (from int, out []Candidate) {
	pos = max(0, min(pos, len(src)))
	toks, err := lex(src[:pos])
	if err != nil { // within a text in quotes
		return pos, nil
	}
	toks = toks[:len(toks)-1]
	word := ""
	from = pos
	if n := len(toks); n > 0 && toks[n-1].kind == tokenWord && toks[n-1].end == pos {
		word, from = toks[n-1].text, toks[n-1].pos
		toks = toks[:n-1]
	}
	return from, matching(word, expected(toks))
}

// expected is what may follow tokens.
func expected(toks []token) []Candidate {
	n := len(toks)
	if n == 0 || toks[n-1].is("&&", "||", "!", "(", "and", "or", "not") {
		return fieldCandidates()
	}
	if f, ok := lookup(toks[n-1].text); ok && toks[n-1].kind == tokenWord {
		return operatorCandidates(f)
	}
	if f := compared(toks); f != nil {
		return valueCandidates(f)
	}
	return []Candidate{{"&&", "Both hold."}, {"||", "At least one holds."}}
}

// compared is the field that a value is expected for after toks, nil where none is.
func compared(toks []token) *field {
	n := len(toks)
	for i := n - 1; i > 0 && toks[n-1].is("{", ","); i-- {
		if toks[i].is("in") {
			n = i + 1
			break
		}
	}
	if n < 2 || operatorOf(toks[n-1]) == opNone {
		return nil
	}
	f, ok := lookup(toks[n-2].text)
	if !ok {
		return nil
	}
	return f
}

func fieldCandidates() []Candidate {
	out := make([]Candidate, 0, len(fields))
	for i := range fields {
		f := &fields[i]
		name := f.Name
		if f.pattern() {
			name = name[:strings.LastIndexByte(name, '.')+1]
		}
		out = append(out, Candidate{name, f.Text})
	}
	return out
}

func operatorCandidates(f *field) []Candidate {
	var out []Candidate
	for i := range operators {
		if o := &operators[i]; o.op == opNone || f.kind.takes(o.op) {
			out = append(out, Candidate{o.Names[0], o.Text})
		}
	}
	return slices.DeleteFunc(out, func(c Candidate) bool { return c.Text == "!" })
}

func valueCandidates(f *field) []Candidate {
	var out []Candidate
	for _, n := range f.names {
		out = append(out, Candidate{Text: n.name})
	}
	for _, v := range f.values {
		if strings.Contains(v, " ") {
			v = `"` + v + `"`
		}
		out = append(out, Candidate{Text: v})
	}
	return out
}

// matching are the candidates that start with a word, then those that hold it.
func matching(word string, all []Candidate) []Candidate {
	var begin, hold []Candidate
	for _, c := range all {
		switch {
		case hasPrefixFold(c.Text, word) && c.Text != word:
			begin = append(begin, c)
		case len(word) > 1 && strings.Contains(c.Text, strings.ToLower(word)) && c.Text != word:
			hold = append(hold, c)
		}
	}
	return append(begin, hold...)
}
