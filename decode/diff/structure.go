package diff

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// value compares value i of A's document with value j of B's.
func (c *comparer) value(i, j int32, path uint64) {
	a, b := &c.docA.Nodes[i], &c.docB.Nodes[j]
	if bytes.Equal(a.Raw, b.Raw) || c.left() {
		return
	}
	path = mix(path, uint64(a.Kind))
	switch {
	case a.Kind != b.Kind:
		c.differ(a, b)
	case a.Kind == jsontext.Object:
		c.objects(a, b, path)
	case a.Kind == jsontext.Array:
		c.arrays(a, b, path)
	case a.Kind == jsontext.Number:
		c.numbers(a, b, path)
	case bytes.Equal(a.Text, b.Text): // escaped in another way
	case a.Kind == jsontext.Text && (c.sameID(a.Text, b.Text) || c.covered(a.Text, b.Text)):
	default:
		c.differ(a, b)
	}
}

// left reports whether a rule leaves out the value at c.steps, and counts it.
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
func (c *comparer) differ(a, b *jsontext.Node) {
	x := Change{Path: pathString(c.steps)}
	if a != nil {
		x.A, x.InA = string(a.Raw), true
	}
	if b != nil {
		x.B, x.InB = string(b.Raw), true
	}
	c.change(x)
}

// member is a member of an object, for sorting.
type member struct {
	key []byte
	at  int32
}

func members(d *jsontext.Document, n *jsontext.Node) []member {
	out := make([]member, 0, n.Children)
	for c := n.First; c != 0; c = d.Nodes[c].Next {
		out = append(out, member{d.Nodes[c].Key, c})
	}
	slices.SortStableFunc(out, func(a, b member) int { return bytes.Compare(a.key, b.key) })
	return out
}

// objects compares members by key; of equal keys the first with the first and so on.
func (c *comparer) objects(a, b *jsontext.Node, path uint64) {
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
			c.alone(step{key: string(ma[0].key), index: -1}, &c.docA.Nodes[ma[0].at], nil)
			ma = ma[1:]
		case 1:
			c.alone(step{key: string(mb[0].key), index: -1}, nil, &c.docB.Nodes[mb[0].at])
			mb = mb[1:]
		default:
			c.steps = append(c.steps, step{key: string(ma[0].key), index: -1})
			c.value(ma[0].at, mb[0].at, mix(path, hashBytes(fnvOffset, ma[0].key)))
			c.steps = c.steps[:len(c.steps)-1]
			ma, mb = ma[1:], mb[1:]
		}
	}
}

// alone reports a value that only one side has.
func (c *comparer) alone(s step, a, b *jsontext.Node) {
	c.steps = append(c.steps, s)
	if !c.left() {
		c.differ(a, b)
	}
	c.steps = c.steps[:len(c.steps)-1]
}

// arrays compares element by element; where the lengths differ, what is between the same start and the same end, the first with
// the first and so on.
func (c *comparer) arrays(a, b *jsontext.Node, path uint64) {
	ea, eb := elements(&c.docA, a), elements(&c.docB, b)
	from, end := 0, 0
	if len(ea) != len(eb) {
		same := func(i, j int) bool { return bytes.Equal(c.docA.Nodes[ea[i]].Raw, c.docB.Nodes[eb[j]].Raw) }
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
			c.alone(s, &c.docA.Nodes[ea[i]], nil)
		case i >= len(ea):
			c.alone(s, nil, &c.docB.Nodes[eb[i]])
		default:
			c.steps = append(c.steps, s)
			c.value(ea[i], eb[i], mix(path, uint64(from+i)+1))
			c.steps = c.steps[:len(c.steps)-1]
		}
	}
}

func elements(d *jsontext.Document, n *jsontext.Node) []int32 {
	out := make([]int32, 0, n.Children)
	for c := n.First; c != 0; c = d.Nodes[c].Next {
		out = append(out, c)
	}
	return out
}

// numbers compares by value: times near the session and counters are volatile.
func (c *comparer) numbers(a, b *jsontext.Node, path uint64) {
	opt := c.w.opt
	switch {
	case !opt.Strict && sameNumber(a.Text, b.Text):
	case c.sameID(a.Text, b.Text), c.covered(a.Text, b.Text):
	case !opt.Strict && c.counter(a.Text, b.Text, path):
		c.uses.class(classCounter)
	default:
		c.differ(a, b)
	}
}

// counter reports whether two numbers are values of a counter that goes its own way on both sides.
func (c *comparer) counter(a, b []byte, path uint64) bool {
	va, okA := integer(a)
	vb, okB := integer(b)
	return okA && okB && c.w.leads.known(c.dir, path, vb-va)
}
