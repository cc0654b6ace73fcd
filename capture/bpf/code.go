package bpf

import "golang.org/x/net/bpf"

// target is what packets look like where the program runs.
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

// cooked says whether packets begin with their network header.
func (t target) cooked() bool { return t.socket && t.link == SLL2 }

// network is the offset of the network header behind a number of VLAN tags.
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

// label is a place in a program that is not known yet: an index in coder.labels.
type label int

// step is an instruction. A branch goes to yes or no, which both lie after it.
type step struct {
	ins     bpf.Instruction
	branch  bool
	yes, no label
}

// coder makes a program.
type coder struct {
	target target
	steps  []step
	labels []int // the step that each label stands before
	fault  *Error
}

func (c *coder) label() label {
	c.labels = append(c.labels, -1)
	return label(len(c.labels) - 1)
}

func (c *coder) place(l label) { c.labels[l] = len(c.steps) }

func (c *coder) add(list ...bpf.Instruction) {
	for _, i := range list {
		c.steps = append(c.steps, step{ins: i})
	}
}

func (c *coder) jump(ins bpf.Instruction, yes, no label) {
	c.steps = append(c.steps, step{ins: ins, branch: true, yes: yes, no: no})
}

// whole makes the program of an expression.
func (c *coder) whole(root node) {
	yes, no := c.label(), c.label()
	if root != nil {
		root.code(c, yes, no)
	}
	c.place(yes)
	c.add(bpf.RetConstant{Val: Accept})
	c.place(no)
	c.add(bpf.RetConstant{Val: 0})
}

// tagInMetadata makes two programs: for packets whose outer VLAN tag the kernel keeps
// beside them, and for the others.
func (c *coder) tagInMetadata(root node) {
	beside, inside := c.label(), c.label()
	c.add(bpf.LoadExtension{Num: bpf.ExtVLANTagPresent})
	c.jump(bpf.JumpIf{Cond: jumpEqual, Val: 0}, inside, beside)
	c.place(beside)
	c.target.stripped = true
	c.whole(root)
	c.place(inside)
	c.target.stripped = false
	c.whole(root)
}

func (n both) code(c *coder, yes, no label) {
	next := c.label()
	n.a.code(c, next, no)
	c.place(next)
	n.b.code(c, yes, no)
}

func (n either) code(c *coder, yes, no label) {
	next := c.label()
	n.a.code(c, yes, next)
	c.place(next)
	n.b.code(c, yes, no)
}

func (n not) code(c *coder, yes, no label) { n.a.code(c, no, yes) }

func (n test) code(c *coder, yes, no label) {
	if n.mask == 0 { // of no bit
		c.jump(bpf.Jump{}, yes, yes)
		return
	}
	c.load(n.place, n.size)
	if n.mask != full {
		c.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: n.mask})
	}
	c.jump(bpf.JumpIf{Cond: n.cond, Val: n.value}, yes, no)
}

// tagTypes are the EtherTypes that announce a VLAN tag.
var tagTypes = []uint32{0x8100, 0x88a8, 0x9100}

func (n tag) code(c *coder, yes, no label) {
	if c.target.stripped && n.tags == 0 {
		c.add(bpf.LoadExtension{Num: bpf.ExtVLANTag})
	} else {
		number := c.label()
		for _, v := range tagTypes {
			next := c.label()
			c.load(place{base: atType, tags: n.tags, pos: n.pos}, 2)
			c.jump(bpf.JumpIf{Cond: jumpEqual, Val: v}, number, next)
			c.place(next)
		}
		c.jump(bpf.Jump{}, no, no)
		c.place(number)
		if n.id >= 0 {
			c.load(place{base: atNetwork, tags: n.tags, pos: n.pos}, 2)
		}
	}
	if n.id < 0 {
		c.jump(bpf.Jump{}, yes, yes)
		return
	}
	c.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0x0fff})
	c.jump(bpf.JumpIf{Cond: jumpEqual, Val: uint32(n.id)}, yes, no)
}

// load loads bytes of the packet.
func (c *coder) load(at place, size int) {
	off := c.target.network(at.tags)
	switch at.base {
	case atLink:
		c.linkOnly(at)
		c.add(bpf.LoadAbsolute{Off: at.off, Size: size})
	case atType:
		c.loadType(at.tags)
	case atNetwork:
		c.add(bpf.LoadAbsolute{Off: off + at.off, Size: size})
	case atAfterV4:
		c.add(bpf.LoadMemShift{Off: off}, bpf.LoadIndirect{Off: off + at.off, Size: size})
	}
}

// loadType loads the EtherType, which is the last field before the network header, but for
// the first one of Linux's second cooked header.
func (c *coder) loadType(tags int) {
	off := c.target.network(tags)
	switch {
	case c.target.cooked() && off == 0:
		c.add(bpf.LoadExtension{Num: bpf.ExtProto})
	case c.target.link == SLL2 && off == 20 && !c.target.socket:
		c.add(bpf.LoadAbsolute{Off: 0, Size: 2})
	default:
		c.add(bpf.LoadAbsolute{Off: off - 2, Size: 2})
	}
}

// linkOnly notes that the packets have no Ethernet header.
func (c *coder) linkOnly(at place) {
	if c.target.link != Ethernet && c.fault == nil {
		c.fault = &Error{Pos: at.pos.pos, Token: at.pos.text,
			Why: "packets of this interface have no Ethernet header (any has none)"}
	}
}
