package bpf

import (
	"strings"

	"golang.org/x/net/bpf"
)

// sumAhead reports whether a comparison of numbers comes next.
func (p *parser) sumAhead() bool {
	t, after := p.peek(), p.tokens[min(p.at+1, len(p.tokens)-1)]
	if _, ok := constants[t.text]; ok && t.kind == word {
		return true
	}
	if _, ok := protocolNamed(t); ok {
		return after.is("[")
	}
	if t.is("(") {
		closing := p.closing[p.at]
		return closing != 0 && p.tokens[closing+1].is(arithmetic...)
	}
	return t.kind == number || t.is("-", "len", "length")
}

// relations are the comparisons; those that a program has no jump for are the others denied.
var relations = map[string]struct {
	cond   bpf.JumpTest
	denied bool
}{
	"=": {jumpEqual, false}, "!=": {jumpEqual, true}, ">": {jumpAbove, false}, "<=": {jumpAbove, true},
	">=": {jumpAtLeast, false}, "<": {jumpAtLeast, true},
}

// comparison reads two sums and what compares them. Packets that lack bytes of a protocol that is
// asked for do not match, whatever the comparison.
func (p *parser) comparison() node {
	a := p.sum(0)
	op := p.take()
	r, ok := relations[op.text]
	if !ok || op.kind != sign {
		return p.fail(op, "a comparison such as = or > expected")
	}
	b := p.sum(0)
	var n node = relation{r.cond, a, b}
	if r.denied {
		n = not{n}
	}
	guards := append(a.guard, b.guard...)
	if len(guards) == 0 {
		return n
	}
	n = all(append(guards, n)...)
	return marked{n, lossOf(a, b)}
}

// lossOf is what a comparison loses: after the IP header it looks at first fragments only.
func lossOf(list ...*sum) (l Loss) {
	for _, s := range list {
		if s == nil {
			continue
		}
		if s.kind == packetBytes {
			l.Tunnels = l.Tunnels || s.base != atLink
			l.Fragments = l.Fragments || s.base == atAfterV4
		}
		inner := lossOf(s.a, s.b, s.index)
		l.Tunnels, l.Fragments = l.Tunnels || inner.Tunnels, l.Fragments || inner.Fragments
	}
	return l
}

// lengthTest is less N (at most) or greater N (at least).
func (p *parser) lengthTest(t token) node {
	v, ok := p.number(p.take(), full)
	if !ok {
		return nothing
	}
	n := relation{jumpAtLeast, &sum{kind: packetLength}, &sum{kind: constant, value: v}}
	if t.is("less") {
		n.cond = jumpAbove
		return not{n}
	}
	return n
}

// binds is how tight an operator binds; 0 is none.
var binds = map[string]struct {
	level int
	op    bpf.ALUOp
}{
	"|": {1, bpf.ALUOpOr}, "&": {1, bpf.ALUOpAnd},
	"<<": {2, bpf.ALUOpShiftLeft}, ">>": {2, bpf.ALUOpShiftRight},
	"+": {3, bpf.ALUOpAdd}, "-": {3, bpf.ALUOpSub},
	"*": {4, bpf.ALUOpMul}, "/": {4, bpf.ALUOpDiv},
}

// sum reads operands joined by operators that bind tighter than level.
func (p *parser) sum(level int) *sum {
	if !p.deeper() {
		return &sum{}
	}
	defer func() { p.depth-- }()
	a := p.operand()
	for {
		op := p.peek()
		b := binds[op.text]
		if op.kind != sign || b.level <= level {
			return a
		}
		p.take()
		a = p.operate(op, b.op, a, p.sum(b.level))
	}
}

func (p *parser) operate(t token, op bpf.ALUOp, a, b *sum) *sum {
	if b.kind == constant {
		switch {
		case op == bpf.ALUOpDiv && b.value == 0:
			p.fail(t, "division by zero")
		case (op == bpf.ALUOpShiftLeft || op == bpf.ALUOpShiftRight) && b.value > 31:
			p.fail(t, "shift by more than 31 bits")
		}
	}
	return &sum{kind: operation, op: op, a: a, b: b, guard: append(a.guard[:len(a.guard):len(a.guard)], b.guard...)}
}

// operand reads a number, a packet's length, bytes of a packet, or a sum in brackets.
func (p *parser) operand() *sum {
	t := p.take()
	if v, ok := constants[t.text]; ok && t.kind == word {
		return &sum{kind: constant, value: v}
	}
	if proto, ok := protocolNamed(t); ok {
		return p.bytes(t, proto)
	}
	switch {
	case t.kind == number:
		v, _ := p.number(t, full)
		return &sum{kind: constant, value: v}
	case t.is("len", "length"):
		return &sum{kind: packetLength}
	case t.is("-"):
		a := p.sum(5)
		if a.kind == constant {
			return &sum{kind: constant, value: -a.value}
		}
		return p.operate(t, bpf.ALUOpSub, &sum{kind: constant}, a)
	case t.is("("):
		s := p.sum(0)
		p.expect(")")
		return s
	}
	known := t.is(tcpdumpOnly...) || strings.HasPrefix(t.text, "icmp6") // constants such as icmp6-echo
	p.stop(t, "a number or bytes of a packet expected", known)
	return &sum{}
}

// farthest bounds a constant offset in a header.
const farthest = 0xffff

// bytes reads "[offset]" or "[offset:size]" after a protocol.
func (p *parser) bytes(t token, proto protocol) *sum {
	p.expect("[")
	if !proto.bytes {
		p.fail(t, "its bytes cannot be asked for")
	}
	at := p.peek()
	s := &sum{kind: packetBytes, size: 1, index: p.sum(0)}
	s.guard = s.index.guard
	if p.accept(":") {
		size := p.take()
		v, _ := p.number(size, 4)
		if v != 1 && v != 2 && v != 4 {
			p.fail(size, "a size of 1, 2 or 4 expected")
		}
		s.size = int(v)
	}
	p.expect("]")
	p.header(s, proto, t)
	if s.index.kind == constant && s.index.value > farthest {
		p.stop(at, "an offset from 0 to 65535 expected", s.index.value > 1<<31) // before the header
	}
	if s.index.kind == constant {
		s.off, s.index = s.off+s.index.value, nil
	}
	return s
}

// header sets where the bytes of a protocol start, and what is true of its packets.
func (p *parser) header(s *sum, proto protocol, t token) {
	guard := func(n ...node) { s.guard = append(s.guard[:len(s.guard):len(s.guard)], n...) }
	switch proto.layer {
	case linkLayer:
		s.place = p.place(atLink, 0, t)
	case netLayer:
		s.place = p.place(atNetwork, 0, t)
		guard(p.etherType(proto.number, t))
	case overIPv6:
		s.place = p.place(atNetwork, 40, t)
		guard(p.etherType(etherIPv6, t), p.networkByte(6, proto.number, t))
	default:
		s.place = p.place(atAfterV4, 0, t)
		guard(p.etherType(etherIPv4, t), p.networkByte(9, proto.number, t), p.firstFragment(t))
	}
}
