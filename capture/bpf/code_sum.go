package bpf

import "golang.org/x/net/bpf"

// slots is how many numbers a program can put aside.
const slots = 16

func (n relation) code(c *coder, yes, no label) {
	c.sum(n.a, 0)
	if n.b.kind == constant {
		c.jump(bpf.JumpIf{Cond: n.cond, Val: n.b.value}, yes, no)
		return
	}
	c.second(n.b, 0)
	c.jump(bpf.JumpIfX{Cond: n.cond}, yes, no)
}

// second puts A aside, computes s into X, and takes A back.
func (c *coder) second(s *sum, slot int) {
	c.add(bpf.StoreScratch{Src: bpf.RegA, N: slot % slots})
	c.sum(s, slot+1)
	c.add(bpf.TAX{}, bpf.LoadScratch{Dst: bpf.RegA, N: slot % slots})
}

// sum computes s into A; slots from slot on are free.
func (c *coder) sum(s *sum, slot int) {
	if slot >= slots && c.fault == nil {
		c.fault = &Error{Why: "the sums nest too deep", Token: "..."}
	}
	switch s.kind {
	case constant:
		c.add(bpf.LoadConstant{Dst: bpf.RegA, Val: s.value})
	case packetLength:
		c.add(bpf.LoadExtension{Num: bpf.ExtLen})
	case packetBytes:
		c.bytes(s, slot)
	case operation:
		c.sum(s.a, slot)
		if s.b.kind == constant {
			c.add(bpf.ALUOpConstant{Op: s.op, Val: s.b.value})
			return
		}
		c.second(s.b, slot)
		c.add(bpf.ALUOpX{Op: s.op})
	}
}

// bytes loads bytes of the packet at a constant or computed place.
func (c *coder) bytes(s *sum, slot int) {
	if s.index == nil {
		c.load(s.place, s.size)
		return
	}
	c.sum(s.index, slot)
	off := c.target.network(s.tags)
	switch s.base {
	case atLink:
		c.linkOnly(s.place)
		off = 0
	case atAfterV4:
		c.add(bpf.StoreScratch{Src: bpf.RegA, N: slot % slots}, bpf.LoadMemShift{Off: off},
			bpf.LoadScratch{Dst: bpf.RegA, N: slot % slots}, bpf.ALUOpX{Op: bpf.ALUOpAdd})
	}
	c.add(bpf.TAX{}, bpf.LoadIndirect{Off: off + s.off, Size: s.size})
}
