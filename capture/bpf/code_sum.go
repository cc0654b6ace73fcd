package bpf

import "golang.org/x/net/bpf"

// slots is how many numbers a program can put aside.
const slots = 16

func (n relation) formula(c *coder, want bool) ref {
	if n.b.kind != constant {
		v := c.second(c.sum(empty, n.a, 0), n.b, 0)
		return c.answer(question{value: v, mask: full, cond: n.cond, x: true, bytes: true}, want)
	}
	a, mask := n.a, uint32(full)
	if a.kind == operation && a.op == bpf.ALUOpAnd && a.b.kind == constant {
		a, mask = a.a, a.b.value
	}
	if a.kind == constant {
		return truth(holds(n.cond, a.value&mask, n.b.value) == want)
	}
	return c.compare(question{value: c.sum(empty, a, 0), mask: mask, cond: n.cond, k: n.b.value, bytes: true}, want)
}

// holds compares two constants.
func holds(cond bpf.JumpTest, a, b uint32) bool {
	switch cond {
	case jumpAbove:
		return a > b
	case jumpAtLeast:
		return a >= b
	}
	return a == b
}

// second puts A aside, computes s into X, and takes A back.
func (c *coder) second(v value, s *sum, slot int) value {
	v = c.sum(c.then(v, bpf.StoreScratch{Src: bpf.RegA, N: slot % slots}), s, slot+1)
	return c.then(v, bpf.TAX{}, bpf.LoadScratch{Dst: bpf.RegA, N: slot % slots})
}

// sum computes s into A; slots from slot on are free.
func (c *coder) sum(v value, s *sum, slot int) value {
	if slot >= slots && c.fault == nil {
		c.fault = &Error{Pos: Whole, Why: "the sums nest too deep"}
	}
	switch s.kind {
	case packetLength:
		return c.then(v, bpf.LoadExtension{Num: bpf.ExtLen})
	case packetBytes:
		return c.bytes(v, s, slot)
	case operation:
		v = c.sum(v, s.a, slot)
		if s.b.kind == constant {
			return c.then(v, bpf.ALUOpConstant{Op: s.op, Val: s.b.value})
		}
		return c.then(c.second(v, s.b, slot), bpf.ALUOpX{Op: s.op})
	}
	return c.then(v, bpf.LoadConstant{Dst: bpf.RegA, Val: s.value})
}

// bytes loads bytes of the packet at a constant or computed place.
func (c *coder) bytes(v value, s *sum, slot int) value {
	c.linkOnly(s.place, true)
	if s.index == nil {
		return c.load(v, s.place, s.size)
	}
	v = c.sum(v, s.index, slot)
	off := c.target.network(s.tags)
	switch s.base {
	case atLink:
		off = 0
	case atAfterV4:
		v = c.then(v, bpf.StoreScratch{Src: bpf.RegA, N: slot % slots}, bpf.LoadMemShift{Off: off},
			bpf.LoadScratch{Dst: bpf.RegA, N: slot % slots}, bpf.ALUOpX{Op: bpf.ALUOpAdd})
	}
	return c.then(v, bpf.TAX{}, bpf.LoadIndirect{Off: off + s.off, Size: s.size})
}
