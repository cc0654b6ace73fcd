package filter

import (
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode/ws"
)

// Filter is a compiled filter. It is not changed by use, and may be used by several goroutines, each with Rows of its own.
type Filter struct {
	src    string
	root   *node
	leaves []*leaf
	needs  Needs
	match  func(*Row) bool
}

// Compile compiles a filter. An error is an *Error. Nothing but blanks is an error too.
func Compile(src string) (*Filter, error) {
	p := &parser{src: src}
	var err *Error
	if p.toks, err = lex(src); err != nil {
		return nil, err
	}
	root, err := p.or()
	if err == nil && p.peek().kind != tokenEnd {
		err = p.unexpected(p.peek())
	}
	if err != nil {
		return nil, err
	}
	f := &Filter{src: src, root: root, leaves: p.leaves}
	for _, l := range f.leaves {
		f.needs = f.needs.or(l.needs)
	}
	f.match = build(root, (*leaf).ask)
	return f, nil
}

// build makes a closure of an expression; ask makes those of its questions.
func build(n *node, ask func(*leaf) func(*Row) bool) func(*Row) bool {
	if n.kind == nodeLeaf {
		return ask(n.leaf)
	}
	kids := make([]func(*Row) bool, len(n.kids))
	for i, k := range n.kids {
		kids[i] = build(k, ask)
	}
	switch n.kind {
	case nodeNot:
		a := kids[0]
		return func(r *Row) bool { return !a(r) }
	case nodeAnd:
		return every(kids)
	}
	return some(kids)
}

func every(kids []func(*Row) bool) func(*Row) bool {
	if len(kids) == 2 {
		a, b := kids[0], kids[1]
		return func(r *Row) bool { return a(r) && b(r) }
	}
	return func(r *Row) bool {
		for _, k := range kids {
			if !k(r) {
				return false
			}
		}
		return true
	}
}

func some(kids []func(*Row) bool) func(*Row) bool {
	return func(r *Row) bool {
		for _, k := range kids {
			if k(r) {
				return true
			}
		}
		return false
	}
}

// Match reports whether a row passes. What r holds besides is set again by each call.
func (f *Filter) Match(r *Row) bool {
	r.payload, r.fetched, r.counted, r.list, r.listed = nil, false, false, nil, false
	return f.match(r)
}

// matchCounted is Match with the answers of frames known.
func (f *Filter) matchCounted(r *Row, yes, no uint64) bool {
	r.payload, r.fetched = nil, false
	r.yes, r.no, r.counted = yes, no, true
	return f.match(r)
}

// count adds what a frame answers.
func (f *Filter) count(fr *ws.Frame, yes, no *uint64) {
	for _, l := range f.leaves {
		if l.frame != nil {
			l.count(fr, yes, no)
		}
	}
}

// String is the source.
func (f *Filter) String() string { return f.src }

// Needs says what has to be known of rows.
func (f *Filter) Needs() Needs { return f.needs }

// Late reports whether the answer may change until the session has ended: it asks for a field of how that ends.
func (f *Filter) Late() bool {
	return slices.ContainsFunc(f.leaves, func(l *leaf) bool { return l.field.where&late != 0 })
}

// NeedsPayload reports whether rows need payloads.
func (f *Filter) NeedsPayload() bool { return f.needs.Payload }

// Hint says, where a filter that lets nothing through searches for a word that is also the name of a value, how to ask for
// that; else it is empty. It may quote the source.
func (f *Filter) Hint() string {
	for _, l := range f.leaves {
		if !l.word {
			continue
		}
		word := f.src[l.pos:l.end]
		for _, name := range []string{"websocket.opcode", "ws.dir", "ws.state", "ws.finding"} {
			if x, _ := lookup(name); x.knows(word) {
				return word + " was searched for in payloads; perhaps you mean " + name + " == " + word
			}
		}
	}
	return ""
}

// Finder returns what finds in a piece of a payload what the filter looks for in payloads: its first place and length, at -1
// if there is none. It is nil where nothing is looked for. What stands after a ! is not found.
func (f *Filter) Finder() func(p []byte) (at, n int) {
	var finds []func([]byte) (int, int)
	positive(f.root, false, func(l *leaf) {
		if l.find != nil {
			finds = append(finds, l.find)
		}
	})
	if len(finds) == 0 {
		return nil
	}
	return func(p []byte) (at, n int) {
		at = -1
		for _, find := range finds {
			if i, k := find(p); i >= 0 && k > 0 && (at < 0 || i < at) {
				at, n = i, k
			}
		}
		return at, n
	}
}

// positive visits the questions that want yes.
func positive(n *node, negated bool, visit func(*leaf)) {
	switch {
	case n.kind == nodeLeaf && !negated:
		visit(n.leaf)
	case n.kind == nodeNot:
		negated = !negated
	}
	for _, k := range n.kids {
		positive(k, negated, visit)
	}
}

// View is what is listed.
type View uint8

// The views: rows are messages, frames, sessions or findings.
const (
	Messages View = iota
	Frames
	Sessions
	Findings
)

var views = [...]struct {
	name string
	in   where
}{
	Messages: {"messages", inMessage}, Frames: {"frames", inFrame}, Sessions: {"sessions", inSession}, Findings: {"findings", inFinding},
}

// Check says, as an *Error, which part of the filter cannot be known where a run's rows of a view are reported as they
// come; nil where all can. Sessions know everything: one is listed where a message of it passes.
func (f *Filter) Check(v View) error {
	answers := 0
	for _, l := range f.leaves {
		w := l.field.where
		switch {
		case v == Sessions && w&inSession == 0:
			if answers++; answers > maxAnswers {
				return f.fail(l, "too long: sessions are asked at most ten questions about their messages")
			}
		case v == Sessions:
		case w&late != 0:
			return f.fail(l, l.field.Name+" is known when a session has ended: it goes with sessions")
		case w&views[v].in == 0 && l.word:
			return f.fail(l, "payloads are searched with messages and sessions, "+views[v].name+" have none")
		case w&views[v].in == 0:
			return f.fail(l, views[v].name+" have no "+l.field.Name+": it goes with "+strings.Join(viewsOf(w), " and "))
		}
	}
	return nil
}

// OfSessions says, as an *Error, which part of the filter asks about messages: a row that is a session alone, with Row.Text for
// words, cannot answer that. It is nil if none does.
func (f *Filter) OfSessions() error {
	for _, l := range f.leaves {
		if !l.word && l.field.where&inSession == 0 {
			return f.fail(l, l.field.Name+" is a field of messages: open a session (or all), and filter there")
		}
	}
	return nil
}

// Known reports whether a word is the name of a field, or the start that many have (ws.json.).
func Known(word string) bool {
	_, ok := lookup(word)
	return ok || strings.HasSuffix(word, ".")
}

// OfSession reports whether a word is the name of a field that sessions have.
func OfSession(word string) bool {
	f, ok := lookup(word)
	return ok && f.where&inSession != 0 || hasPrefixFold(word, headerPrefix)
}

func (f *Filter) fail(l *leaf, reason string) error {
	return &Error{Src: f.src, Pos: l.pos, End: l.end, Reason: reason}
}

func viewsOf(w where) (names []string) {
	for v := range views {
		if w&views[v].in != 0 || View(v) == Sessions {
			names = append(names, views[v].name)
		}
	}
	return names
}
