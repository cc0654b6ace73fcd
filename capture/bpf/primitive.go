package bpf

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/bpf"
)

// The tests that are used; the others are these with yes and no exchanged.
const (
	jumpEqual   = bpf.JumpEqual
	jumpAbove   = bpf.JumpGreaterThan
	jumpAtLeast = bpf.JumpGreaterOrEqual
	jumpSet     = bpf.JumpBitsSet
)

// full is the mask that changes nothing.
const full = 0xffffffff

func (p *parser) place(b base, off uint32, t token) place {
	return place{base: b, off: off, tags: p.tags, pos: t}
}

// etherType is true of packets with an EtherType.
func (p *parser) etherType(v uint32, t token) node {
	return test{place: p.place(atType, 0, t), size: 2, mask: full, value: v}
}

// ipProtocol is true of packets with an IP protocol, in one version of IP or in either
// (0). Over IPv6 the protocol after one fragment header is tested too.
func (p *parser) ipProtocol(v, version uint32, t token) node {
	at := func(off, v uint32) node {
		return test{place: p.place(atNetwork, off, t), size: 1, mask: full, value: v}
	}
	four := all(p.etherType(etherIPv4, t), at(9, v))
	six := all(p.etherType(etherIPv6, t), anyOf(at(6, v), all(at(6, ipFrag6), at(40, v))))
	switch version {
	case etherIPv4:
		return four
	case etherIPv6:
		return six
	}
	return anyOf(four, six)
}

// tunnels marks a node that looks at addresses or protocols of the outer headers.
func tunnels(n node) node { return marked{n, Loss{Tunnels: true}} }

// protocolAlone is true of the packets of a protocol.
func (p *parser) protocolAlone(t token, proto protocol) node {
	switch proto.layer {
	case netLayer:
		return tunnels(p.etherType(proto.number, t))
	case overIPv4:
		return tunnels(p.ipProtocol(proto.number, etherIPv4, t))
	case overIPv6:
		return tunnels(p.ipProtocol(proto.number, etherIPv6, t))
	case overBoth:
		return tunnels(p.ipProtocol(proto.number, 0, t))
	}
	return p.fail(t, "more expected after it, such as host or proto")
}

// protocolNumber is what follows proto.
func (p *parser) protocolNumber(q qualifiers, t token) node {
	names, most := ipNames, uint32(255)
	switch {
	case q.proto.layer == linkLayer:
		names, most = etherNames, 0xffff
	case q.proto.layer != noLayer && q.proto.number != etherIPv4 && q.proto.number != etherIPv6:
		return p.fail(t, q.proto.name+" has no protocols")
	}
	v, ok := names[t.text]
	if t.kind == word && ok {
		return p.fail(t, `as the name of a protocol it needs a backslash: \`+t.text)
	}
	if t.kind != escaped || !ok {
		if v, ok = p.number(t, most); !ok {
			return nothing
		}
	}
	if q.proto.layer != linkLayer {
		return tunnels(p.ipProtocol(v, q.proto.number, t))
	}
	if v <= 1500 {
		return p.refuse(t, "the number is a length, not an EtherType")
	}
	return p.etherType(v, t)
}

// number reads a number up to most; octal and hexadecimal ones begin with 0 and 0x.
func (p *parser) number(t token, most uint32) (uint32, bool) {
	if t.kind != number {
		p.stop(t, "a number expected; names are not looked up", t.isName())
		return 0, false
	}
	v, err := strconv.ParseUint(t.text, 0, 32)
	if err != nil || uint32(v) > most {
		p.fail(t, "not a number up to "+strconv.FormatUint(uint64(most), 10))
		return 0, false
	}
	return uint32(v), true
}

// ends joins what is asked of the source and of the destination, in that order.
func (d direction) ends(from, to node) node {
	switch d {
	case source:
		return from
	case destination:
		return to
	case bothEnds:
		return both{from, to}
	}
	return either{from, to}
}

// host6 is an IPv6 address, or a network of them.
func (p *parser) host6(q qualifiers, t token) node {
	length := uint32(128)
	if p.accept("/") {
		var ok bool
		after := p.take()
		if length, ok = p.number(after, 128); !ok {
			return nothing
		}
		if length != 128 && q.kind != "net" {
			return p.fail(after, "a prefix length belongs to net")
		}
	}
	if q.proto.layer != noLayer && q.proto.number != etherIPv6 {
		return p.fail(t, q.proto.name+" has no IPv6 addresses")
	}
	a, _ := netip.ParseAddr(t.text) // the scanner has done so already
	if netip.PrefixFrom(a, int(length)).Masked().Addr() != a {
		return p.fail(t, "bits are set after the prefix")
	}
	return tunnels(all(p.etherType(etherIPv6, t),
		q.dir.ends(p.words6(8, a, length, t), p.words6(24, a, length, t))))
}

// words6 compares the words of an IPv6 address that the prefix covers.
func (p *parser) words6(off uint32, a netip.Addr, length uint32, t token) node {
	address := a.As16()
	n := test{place: p.place(atNetwork, off, t), size: 4, mask: 0}
	var list []node
	for ; length > 0; length -= min(length, 32) {
		n.mask = full << (32 - min(length, 32))
		n.value = binary.BigEndian.Uint32(address[n.off-off:])
		list = append(list, n)
		n.off += 4
	}
	if len(list) == 0 {
		return n // of no bit
	}
	return all(list...)
}

// host4 is an IPv4 address, or a network of them.
func (p *parser) host4(q qualifiers, t token) node {
	parts := strings.Split(t.text, ".")
	if q.kind != "net" && len(parts) != 4 {
		return p.stop(t, "an address of four parts expected", len(parts) < 4)
	}
	a, mask, ok := p.network(parts, t)
	if !ok {
		return nothing
	}
	if q.kind != "net" && mask != full {
		return p.fail(t, "a prefix length or mask belongs to net")
	}
	if a&^mask != 0 {
		return p.fail(t, "bits are set after the prefix or mask")
	}
	in := func(etherType, from, to uint32) node {
		at := func(off uint32) node {
			return test{place: p.place(atNetwork, off, t), size: 4, mask: mask, value: a}
		}
		return both{p.etherType(etherType, t), q.dir.ends(at(from), at(to))}
	}
	switch {
	case q.proto.layer == noLayer:
		return tunnels(anyOf(in(etherIPv4, 12, 16), in(etherARP, 14, 24), in(etherRARP, 14, 24)))
	case q.proto.number == etherIPv4:
		return tunnels(in(etherIPv4, 12, 16))
	case q.proto.number == etherARP || q.proto.number == etherRARP:
		return in(q.proto.number, 14, 24)
	}
	return p.fail(t, q.proto.name+" has no IPv4 addresses")
}

// network reads the parts of an address, and the prefix length or mask that may follow.
func (p *parser) network(parts []string, t token) (a, mask uint32, ok bool) {
	if a, ok = quad(parts); !ok {
		p.fail(t, "not an IPv4 address")
		return 0, 0, false
	}
	mask = full << (32 - 8*len(parts))
	switch {
	case len(parts) == 1 && a == 0:
		mask = full
	case t.kind == dotted && p.accept("/"):
		var length uint32
		length, ok = p.number(p.take(), 32)
		mask = full << (32 - length)
	case t.kind == dotted && p.accept("mask"):
		after := p.take()
		if mask, ok = quad(strings.Split(after.text, ".")); !ok || after.kind != dotted || bits.OnesCount32(mask) == 0 {
			p.fail(after, "a mask expected")
			return 0, 0, false
		}
	}
	return a, mask, ok
}

// quad reads one to four decimal parts as the start of an IPv4 address.
func quad(parts []string) (a uint32, ok bool) {
	if len(parts) > 4 {
		return 0, false
	}
	for i, part := range parts {
		v, err := strconv.ParseUint(part, 10, 8)
		if err != nil || len(part) > 1 && part[0] == '0' {
			return 0, false
		}
		a |= uint32(v) << (24 - 8*i)
	}
	return a, true
}

// hostEther is an Ethernet address.
func (p *parser) hostEther(q qualifiers, t token) node {
	if q.proto.layer != linkLayer || q.kind == "net" {
		return p.fail(t, "an Ethernet address belongs to ether host, ether src or ether dst")
	}
	var a [8]byte
	for i, part := range strings.Split(t.text, ":") {
		v, err := strconv.ParseUint(part, 16, 8)
		if err != nil || len(part) > 2 {
			return p.fail(t, "not an Ethernet address")
		}
		a[i] = byte(v)
	}
	at := func(off uint32) node {
		return all(
			test{place: p.place(atLink, off+2, t), size: 4, mask: full, value: binary.BigEndian.Uint32(a[2:])},
			test{place: p.place(atLink, off, t), size: 2, mask: full, value: uint32(binary.BigEndian.Uint16(a[:]))})
	}
	return q.dir.ends(at(6), at(0))
}

// vlan is true of packets with one more VLAN tag, perhaps of a number; what comes after
// it in the expression is looked for after that tag.
func (p *parser) vlan(t token) node {
	n := tag{tags: p.tags, id: -1, pos: t}
	if p.peek().kind == number {
		v, ok := p.number(p.take(), 4095)
		if !ok {
			return nothing
		}
		n.id = int(v)
	}
	p.tags++
	return n
}
