package diff

import (
	"bytes"
	"cmp"
	"slices"
)

// value compares value i of A's document with value j of B's.
func (c *comparer) value(i, j int32, path uint64) {
	a, b := &c.docA.nodes[i], &c.docB.nodes[j]
	if bytes.Equal(a.raw, b.raw) || c.left() {
		return
	}
	path = mix(path, uint64(a.kind))
	switch {
	case a.kind != b.kind:
		c.differ(a, b)
	case a.kind == jObject:
		c.objects(a, b, path)
	case a.kind == jArray:
		c.arrays(a, b, path)
	case a.kind == jNumber:
		c.numbers(a, b, path)
	case bytes.Equal(a.text, b.text): // escaped in another way
	case a.kind == jString && c.covered(a.text, b.text):
	default:
		c.differ(a, b)
	}
}

// left says whether a rule leaves out the value at c.steps, and counts it.
func (c *comparer) left() bool {
	rules := &c.w.opt.Ignore
	i := rules.path(c.steps)
	if i < 0 {
		return false
	}
	c.uses.rule(rules.paths[i].rule)
	return true
}

// differ adds the change from a to b; nil is a value that is not there.
func (c *comparer) differ(a, b *node) {
	x := Change{Path: pathString(c.steps)}
	if a != nil {
		x.A, x.InA = string(a.raw), true
	}
	if b != nil {
		x.B, x.InB = string(b.raw), true
	}
	c.change(x)
}

// member is a member of an object, for sorting.
type member struct {
	key []byte
	at  int32
}

func members(d *document, n *node) []member {
	out := make([]member, 0, n.n)
	for c := n.first; c != 0; c = d.nodes[c].next {
		out = append(out, member{d.nodes[c].key, c})
	}
	slices.SortStableFunc(out, func(a, b member) int { return bytes.Compare(a.key, b.key) })
	return out
}

// objects compares members by key; of equal keys the first with the first and so on.
func (c *comparer) objects(a, b *node, path uint64) {
	ma, mb := members(&c.docA, a), members(&c.docB, b)
	for len(ma) > 0 || len(mb) > 0 {
		order := 0
		switch {
		case len(ma) == 0:
			order = 1
		case len(mb) == 0:
			order = -1
		default:
			order = cmp.Compare(bytes.Compare(ma[0].key, mb[0].key), 0)
		}
		switch order {
		case -1:
			c.alone(step{key: string(ma[0].key), index: -1}, &c.docA.nodes[ma[0].at], nil)
			ma = ma[1:]
		case 1:
			c.alone(step{key: string(mb[0].key), index: -1}, nil, &c.docB.nodes[mb[0].at])
			mb = mb[1:]
		default:
			c.steps = append(c.steps, step{key: string(ma[0].key), index: -1})
			c.value(ma[0].at, mb[0].at, mix(path, hashBytes(fnvOffset, ma[0].key)))
			c.steps = c.steps[:len(c.steps)-1]
			ma, mb = ma[1:], mb[1:]
		}
	}
}

// alone tells of a value that only one side has.
func (c *comparer) alone(s step, a, b *node) {
	c.steps = append(c.steps, s)
	if !c.left() {
		c.differ(a, b)
	}
	c.steps = c.steps[:len(c.steps)-1]
}

// arrays compares element by element; where the lengths differ, what lies between the same begin and the same end, the first with
// the first and so on.
func (c *comparer) arrays(a, b *node, path uint64) {
	ea, eb := elements(&c.docA, a), elements(&c.docB, b)
	from, end := 0, 0
	if len(ea) != len(eb) {
		same := func(i, j int) bool { return bytes.Equal(c.docA.nodes[ea[i]].raw, c.docB.nodes[eb[j]].raw) }
		for from < min(len(ea), len(eb)) && same(from, from) {
			from++
		}
		for end < min(len(ea), len(eb))-from && same(len(ea)-1-end, len(eb)-1-end) {
			end++
		}
	}
	ea, eb = ea[from:len(ea)-end], eb[from:len(eb)-end]
	for i := range max(len(ea), len(eb)) {
		s := step{index: from + i}
		switch {
		case i >= len(eb):
			c.alone(s, &c.docA.nodes[ea[i]], nil)
		case i >= len(ea):
			c.alone(s, nil, &c.docB.nodes[eb[i]])
		default:
			c.steps = append(c.steps, s)
			c.value(ea[i], eb[i], mix(path, uint64(from+i)+1))
			c.steps = c.steps[:len(c.steps)-1]
		}
	}
}

func elements(d *document, n *node) []int32 {
	out := make([]int32, 0, n.n)
	for c := n.first; c != 0; c = d.nodes[c].next {
		out = append(out, c)
	}
	return out
}

// numbers compares by value: times near the session and counters are volatile.
func (c *comparer) numbers(a, b *node, path uint64) {
	opt := c.w.opt
	switch {
	case !opt.Strict && sameNumber(a.text, b.text):
	case c.covered(a.text, b.text):
	case !opt.Strict && c.counter(a.text, b.text, path):
		c.uses.class(classCounter)
	default:
		c.differ(a, b)
	}
}

// counter says whether two numbers are values of a counter that goes its own way on both sides.
func (c *comparer) counter(a, b []byte, path uint64) bool {
	va, okA := integer(a)
	vb, okB := integer(b)
	return okA && okB && c.w.leads.known(c.dir, path, vb-va)
}
