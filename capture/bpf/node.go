package bpf

import "golang.org/x/net/bpf"

// node is a part of an expression that is true or false of a packet.
type node interface {
	// formula is true if the node is, or, if that is wanted, if it is not.
	formula(c *coder, want bool) ref
	// loses notes what the node loses if it is under an even number of nots.
	loses(l *Loss, wanted bool)
}

// base is where an offset counts from.
type base uint8

const (
	atLink    base = iota // the start of the link header
	atType                // the EtherType
	atNetwork             // the start of the IP or ARP header
	atAfterV4             // the start of what follows the IPv4 header
)

// place is where bytes are in a packet, after a number of VLAN tags.
type place struct {
	base base
	off  uint32
	tags int
	pos  token // what named it
}

// both is true if a and b are, either if one of them is. b is asked only if a does not decide.
type (
	both   struct{ a, b node }
	either struct{ a, b node }
	not    struct{ a node }
)

// test compares one to four bytes, after a mask.
type test struct {
	place
	size  int
	mask  uint32
	cond  bpf.JumpTest // JumpEqual, JumpGreaterThan, JumpGreaterOrEqual or JumpBitsSet
	value uint32
}

// tag is true of packets with a VLAN tag, after the tags before it; id -1 is any.
type tag struct {
	tags, id int
	pos      token
}

// relation compares two sums: cond as in test. The guards have to be true first.
type relation struct {
	cond bpf.JumpTest
	a, b *sum
}

// marked notes what a node loses.
type marked struct {
	node
	loss Loss
}

func (n both) loses(l *Loss, wanted bool)   { n.a.loses(l, wanted); n.b.loses(l, wanted) }
func (n either) loses(l *Loss, wanted bool) { n.a.loses(l, wanted); n.b.loses(l, wanted) }
func (n not) loses(l *Loss, wanted bool)    { n.a.loses(l, !wanted) }
func (test) loses(*Loss, bool)              {}
func (tag) loses(*Loss, bool)               {}
func (relation) loses(*Loss, bool)          {}

func (n marked) loses(l *Loss, wanted bool) {
	if wanted {
		l.Fragments = l.Fragments || n.loss.Fragments
		l.Tunnels = l.Tunnels || n.loss.Tunnels
	}
}

// all is true if every node is, asked in their order.
func all(n ...node) node { return join(n, func(a, b node) node { return both{a, b} }) }

// anyOf is true if one of the nodes is, asked in their order.
func anyOf(n ...node) node { return join(n, func(a, b node) node { return either{a, b} }) }

func join(list []node, with func(a, b node) node) node {
	n := list[0]
	for _, next := range list[1:] {
		n = with(n, next)
	}
	return n
}

// sum is a number: a constant, the packet's length, bytes of it, or an operation.
type sum struct {
	kind  sumKind
	value uint32 // of a constant
	place        // of bytes; off is added to index
	size  int
	index *sum // nil: off alone
	op    bpf.ALUOp
	a, b  *sum
	guard []node // what has to be true of the packet for the bytes to be there
}

type sumKind uint8

const (
	constant sumKind = iota
	packetLength
	packetBytes
	operation
)
