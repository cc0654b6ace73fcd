package bpf

// decision asks a question, and goes on to another decision: numbers as of never and always
// are the ends.
type decision struct {
	q       question
	yes, no int
}

// decider makes a graph of decisions of a formula: it asks the first question, and goes on with
// what the formula comes to after either answer. Equal formulas are decided once, and so are
// equal decisions. It remembers the answers about some values: these questions are answered
// wherever they come again. The more it remembers the fewer questions are on each way, and the
// less ways have in common.
type decider struct {
	coder    *coder
	remember func(value) bool
	effort   int // how many formulas may still be looked at
	done     map[ref]int
	list     []decision
	ids      map[decision]int
}

func newDecider(c *coder, effort int, remember func(value) bool) *decider {
	return &decider{coder: c, remember: remember, effort: effort, done: map[ref]int{never: 0, always: 1},
		list: make([]decision, 2), ids: map[decision]int{}}
}

// decide returns the first decision of f. It means nothing after too much effort.
func (d *decider) decide(f ref) int {
	if id, ok := d.done[f]; ok || d.effort < 0 {
		return id
	}
	q := d.coder.first(f)
	n := decision{q, d.decide(d.after(f, q, true)), d.decide(d.after(f, q, false))}
	id, ok := d.ids[n]
	switch {
	case n.yes == n.no:
		id = n.yes
	case !ok:
		id = len(d.list)
		d.list = append(d.list, n)
		d.ids[n] = id
	}
	d.done[f] = id
	return id
}

// after returns f simplified under the assumption that its first question q has the given answer.
func (d *decider) after(f ref, q question, answer bool) ref {
	d.effort--
	if !d.remember(q.value) {
		return d.coder.after(f, answer)
	}
	r := restriction{decider: d, q: q, answer: answer, done: map[ref]ref{}}
	return r.of(f)
}

// restriction puts into formulas what follows from an answer.
type restriction struct {
	*decider
	q      question
	answer bool
	done   map[ref]ref
}

func (r *restriction) of(f ref) ref {
	c := r.coder
	if r.effort < 0 || c.traits[f].mentions&(1<<(r.q.value%64)) == 0 {
		return f
	}
	n := c.list[f]
	if n.op == asked {
		if answer, known := follows(r.q, r.answer, n.q); known {
			return truth(answer == n.want)
		}
		return f
	}
	if g, ok := r.done[f]; ok {
		return g
	}
	g := r.chain(f, n.op)
	r.done[f] = g
	return g
}

// chain puts what follows into each member.
func (r *restriction) chain(f ref, op operator) ref {
	c := r.coder
	var list []ref
	for ; c.formulas.list[f].op == op; f = c.formulas.list[f].b {
		r.effort--
		list = append(list, r.of(c.formulas.list[f].a))
	}
	return c.join(op, append(list, r.of(f)))
}

// follows says what the answer to q is, if it follows from that to p.
func follows(p question, yes bool, q question) (answer, known bool) {
	switch {
	case p == q:
		return yes, true
	case p.value != q.value || p.x || q.x:
		return false, false
	case p.cond == jumpEqual && q.cond == jumpEqual:
		return equalFollows(p, yes, q)
	case p.mask != q.mask:
		return false, false
	case p.cond == jumpEqual:
		return p.k >= q.k, yes
	case q.cond == jumpEqual: // from p.k on, or below it
		return false, yes == (q.k < p.k)
	case yes:
		return true, q.k <= p.k
	}
	return false, q.k >= p.k
}

// equalFollows: the value of some bits determines others, as far as they are the same bits.
func equalFollows(p question, yes bool, q question) (answer, known bool) {
	if p.k&^p.mask != 0 || q.k&^q.mask != 0 { // never equal, but the bytes have to be there
		return false, false
	}
	differ := (p.k^q.k)&p.mask&q.mask != 0
	switch {
	case yes && differ:
		return false, true
	case yes:
		return true, q.mask&^p.mask == 0
	}
	return false, !differ && p.mask&^q.mask == 0
}
