package bpf

import "golang.org/x/net/bpf"

// target says what packets look like when the program runs.
type target struct {
	link     uint16
	socket   bool
	stripped bool // the outer VLAN tag is not in the packet but beside it
}

func (t target) known() bool {
	if t.socket {
		return t.link == Ethernet || t.link == SLL2
	}
	return t.link == Ethernet || t.link == SLL || t.link == SLL2
}

// cooked reports whether packets start with their network header.
func (t target) cooked() bool { return t.socket && t.link == SLL2 }

// network is the offset of the network header after a number of VLAN tags.
func (t target) network(tags int) uint32 {
	if t.stripped && tags > 0 {
		tags--
	}
	size := map[uint16]uint32{Ethernet: 14, SLL: 16, SLL2: 20}[t.link]
	if t.cooked() {
		size = 0
	}
	return size + 4*uint32(tags)
}

// coder makes a program.
type coder struct {
	target target
	values
	formulas
	fault *Error
}

func newCoder(t target) *coder {
	return &coder{target: t, values: newValues(), formulas: newFormulas()}
}

// root is the formula of a filter.
func (c *coder) root(f *Filter) ref {
	switch {
	case f.root == nil:
		return always
	case f.tagged && c.target.socket:
		return c.tagInMetadata(f.root)
	}
	return f.root.formula(c, true)
}

// tagInMetadata joins two formulas: for packets whose outer VLAN tag the kernel keeps
// beside them, and for the others.
func (c *coder) tagInMetadata(root node) ref {
	present := c.then(empty, bpf.LoadExtension{Num: bpf.ExtVLANTagPresent})
	c.guards[present] = true
	inside := question{value: present, mask: full}
	c.target.stripped = true
	beside := root.formula(c, true)
	c.target.stripped = false
	return c.join(or, []ref{
		c.join(and, []ref{c.answer(inside, true), root.formula(c, true)}),
		c.join(and, []ref{c.answer(inside, false), beside}),
	})
}

func (n both) formula(c *coder, want bool) ref   { return c.chain(n, want) }
func (n either) formula(c *coder, want bool) ref { return c.chain(n, want) }
func (n not) formula(c *coder, want bool) ref    { return n.a.formula(c, !want) }

// chain is the formula of nodes that are joined: a not before them changes and to or.
func (c *coder) chain(n node, want bool) ref {
	op := or
	if _, ok := n.(both); ok == want {
		op = and
	}
	return c.join(op, c.members(op, n, want, nil))
}

// members appends what is joined by an operator in n, however it is nested.
func (c *coder) members(op operator, n node, want bool, list []ref) []ref {
	switch n := n.(type) {
	case both:
		if want == (op == and) {
			return c.members(op, n.b, want, c.members(op, n.a, want, list))
		}
	case either:
		if want == (op == or) {
			return c.members(op, n.b, want, c.members(op, n.a, want, list))
		}
	case not:
		return c.members(op, n.a, !want, list)
	case marked:
		return c.members(op, n.node, want, list)
	}
	return append(list, n.formula(c, want))
}

func (n test) formula(c *coder, want bool) ref {
	if n.mask == 0 { // of no bit
		return truth(want)
	}
	c.linkOnly(n.place, false)
	v := c.load(empty, n.place, n.size)
	if n.base == atType || n.base == atNetwork && (n.size == 1 || n.off == offFragment) {
		c.guards[v] = true
	}
	return c.compare(question{value: v, mask: n.mask, cond: n.cond, k: n.value}, want)
}

// compare is true if the answer to a question is as wanted; here all kinds of jumps may be in it.
func (c *coder) compare(q question, want bool) ref {
	switch {
	case q.cond == jumpSet: // none of the bits, denied
		q.mask, q.cond, q.k, want = q.mask&q.k, jumpEqual, 0, !want
	case q.cond == jumpAbove && q.k == full:
		return truth(!want)
	case q.cond == jumpAbove:
		q.cond, q.k = jumpAtLeast, q.k+1
	}
	return c.answer(q, want)
}

// tagNumber are the bits of a VLAN tag that are its number.
const tagNumber = 0x0fff

// tagTypes are the EtherTypes that announce a VLAN tag.
var tagTypes = []uint32{0x8100, 0x88a8, 0x9100}

func (n tag) formula(c *coder, want bool) ref {
	if c.target.stripped && n.tags == 0 {
		if n.id < 0 {
			return truth(want)
		}
		v := c.then(empty, bpf.LoadExtension{Num: bpf.ExtVLANTag})
		return c.answer(question{value: v, mask: tagNumber, k: uint32(n.id)}, want)
	}
	var types []node
	for _, v := range tagTypes {
		types = append(types, n.test(atType, full, v))
	}
	m := anyOf(types...)
	if n.id >= 0 {
		m = all(m, n.test(atNetwork, tagNumber, uint32(n.id)))
	}
	return m.formula(c, want)
}

func (n tag) test(b base, mask, value uint32) node {
	return test{place: place{base: b, tags: n.tags, pos: n.pos}, size: 2, mask: mask, value: value}
}

// load is v with bytes of the packet loaded after it.
func (c *coder) load(v value, at place, size int) value {
	off := c.target.network(at.tags)
	switch at.base {
	case atLink:
		return c.then(v, bpf.LoadAbsolute{Off: at.off, Size: size})
	case atType:
		return c.then(v, c.loadType(at.tags))
	case atAfterV4:
		return c.then(v, bpf.LoadMemShift{Off: off}, bpf.LoadIndirect{Off: off + at.off, Size: size})
	}
	return c.then(v, bpf.LoadAbsolute{Off: off + at.off, Size: size})
}

// loadType loads the EtherType, which is the last field before the network header, but for
// the first one of Linux's second cooked header.
func (c *coder) loadType(tags int) bpf.Instruction {
	off := c.target.network(tags)
	switch {
	case c.target.cooked() && off == 0:
		return bpf.LoadExtension{Num: bpf.ExtProto}
	case c.target.link == SLL2 && off == 20 && !c.target.socket:
		return bpf.LoadAbsolute{Off: 0, Size: 2}
	}
	return bpf.LoadAbsolute{Off: off - 2, Size: 2}
}

// linkOnly notes that the packets have no Ethernet header. tcpdump may still take numbers for bytes of the
// header that they have.
func (c *coder) linkOnly(at place, bytes bool) {
	if at.base == atLink && c.target.link != Ethernet && c.fault == nil {
		c.fault = &Error{Pos: at.pos.pos, Token: at.pos.text, Unsupported: bytes,
			Why: "packets of this interface have no Ethernet header (any has none)"}
	}
}
