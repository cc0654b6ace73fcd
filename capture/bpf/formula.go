package bpf

import (
	"slices"

	"golang.org/x/net/bpf"
)

// ref names a formula. Equal formulas have equal names.
type ref int

// The formulas that nothing has to be asked for.
const (
	never ref = iota
	always
)

func truth(b bool) ref {
	if b {
		return always
	}
	return never
}

// question compares a value, after a mask, with k, or with what is in X.
type question struct {
	value value
	mask  uint32
	cond  bpf.JumpTest // JumpEqual or JumpGreaterOrEqual; with X also JumpGreaterThan
	k     uint32
	x     bool
	bytes bool // the expression names the bytes: a whole packet may end before them
}

// operator is how a formula is made.
type operator uint8

const (
	asked operator = iota // it is the answer to a question
	and
	or
)

// formula is the answer want to a question, or two formulas joined. Chains of one operator
// lean to the right, so that they share their ends: a is not a chain of the same operator.
type formula struct {
	op   operator
	q    question
	want bool
	a, b ref
}

// traits are what is known of a formula beside it.
type traits struct {
	mentions uint64 // a bit for each value asked for; two may have the same
	only     value  // the one value asked for, mixed if there are several
	fixed    bool   // bytes must not be looked at earlier than written
}

const mixed value = -1

// formulas gives equal formulas the same name.
type formulas struct {
	list   []formula
	traits []traits
	ids    map[formula]ref
	guards map[value]bool // the values that say which headers there are
}

func newFormulas() formulas {
	return formulas{list: make([]formula, 2), traits: make([]traits, 2), ids: map[formula]ref{},
		guards: map[value]bool{}}
}

func (t *formulas) name(f formula) ref {
	id, ok := t.ids[f]
	if !ok {
		id = ref(len(t.list))
		t.ids[f] = id
		t.list = append(t.list, f)
		t.traits = append(t.traits, t.traitsOf(f))
	}
	return id
}

func (t *formulas) traitsOf(f formula) traits {
	if f.op == asked {
		return traits{1 << (f.q.value % 64), f.q.value, f.q.bytes}
	}
	a, b := t.traits[f.a], t.traits[f.b]
	if a.only != b.only {
		a.only = mixed
	}
	return traits{a.mentions | b.mentions, a.only, a.fixed || b.fixed}
}

// answer is true if the question has the answer want.
func (t *formulas) answer(q question, want bool) ref {
	return t.name(formula{op: asked, q: q, want: want})
}

// join is a chain of what is listed.
func (t *formulas) join(op operator, list []ref) ref {
	neutral := truth(op == and)
	parts, ok := t.parts(op, list)
	if !ok {
		return always - neutral
	}
	if len(parts) == 0 {
		return neutral
	}
	parts = t.grouped(t.factored(op, parts))
	n := parts[len(parts)-1]
	for i := len(parts) - 2; i >= 0; i-- {
		n = t.name(formula{op: op, a: parts[i], b: n})
	}
	return n
}

// parts are the members of all chains in the list, each once; not ok if one of them decides everything.
func (t *formulas) parts(op operator, list []ref) (parts []ref, ok bool) {
	neutral, seen := truth(op == and), make(map[ref]bool, len(list))
	add := func(f ref) {
		if f != neutral && !seen[f] {
			seen[f] = true
			parts = append(parts, f)
		}
	}
	for _, f := range list {
		for ; t.list[f].op == op; f = t.list[f].b {
			add(t.list[f].a)
		}
		add(f)
	}
	return parts, !seen[always-neutral]
}

// factored joins members that start alike: (a and b) or (a and c) is a and (b or c). So the
// questions about headers come once before a long list of ports.
func (t *formulas) factored(op operator, list []ref) []ref {
	where := make(map[ref]int, len(list))
	var begins []ref
	var rests [][]ref
	for _, f := range list {
		a, b := t.split(op, f)
		i, ok := where[a]
		if t.traits[f].fixed { // nothing is moved over it, nor it over other members
			ok = ok && i == len(begins)-1
			clear(where)
		}
		if !ok {
			i = len(begins)
			begins, rests = append(begins, a), append(rests, nil)
		}
		where[a] = i
		rests[i] = append(rests[i], b)
	}
	if len(begins) == len(list) {
		return list
	}
	list = list[:0]
	for i, a := range begins {
		list = append(list, t.join(and+or-op, []ref{a, t.join(op, rests[i])}))
	}
	return list
}

// split is the first member of f, if that is a chain of the other operator than op, and the others.
func (t *formulas) split(op operator, f ref) (a, b ref) {
	if n := t.list[f]; n.op == and+or-op {
		return n.a, n.b
	}
	return f, truth(op == or)
}

// grouped moves what asks for one value alone to where that value is asked for first: it is
// in the accumulator there. What asks which headers there are comes first: more formulas start alike then.
func (t *formulas) grouped(list []ref) []ref {
	var groups [][]ref
	where, movable := make(map[value]int, len(list)), len(list)
	for _, f := range list {
		v, fixed := t.traits[f].only, t.traits[f].fixed
		if fixed {
			clear(where)
			movable = min(movable, len(groups))
		}
		i, ok := where[v]
		if !ok || v == mixed {
			i = len(groups)
			groups = append(groups, nil)
		}
		where[v] = i
		groups[i] = append(groups[i], f)
	}
	slices.SortStableFunc(groups[:min(movable, len(groups))], func(a, b []ref) int { return t.late(a[0]) - t.late(b[0]) })
	return slices.Concat(groups...)
}

// late is 0 for what asks which headers there are, else 1.
func (t *formulas) late(f ref) int {
	if t.guards[t.traits[f].only] {
		return 0
	}
	return 1
}

// first is the question that has to be asked first.
func (t *formulas) first(f ref) question {
	for t.list[f].op != asked {
		f = t.list[f].a
	}
	return t.list[f].q
}

// after returns f with its first question answered, without further simplification.
func (t *formulas) after(f ref, answer bool) ref {
	n := t.list[f]
	if n.op == asked {
		return truth(answer == n.want)
	}
	switch a := t.after(n.a, answer); {
	case a == truth(n.op == and):
		return n.b
	case a == truth(n.op == or):
		return a
	default:
		return t.prepend(n.op, a, n.b)
	}
}

// prepend joins a and b, neither of them decided, in this order.
func (t *formulas) prepend(op operator, a, b ref) ref {
	if n := t.list[a]; n.op == op {
		return t.name(formula{op: op, a: n.a, b: t.prepend(op, n.b, b)})
	}
	return t.name(formula{op: op, a: a, b: b})
}
