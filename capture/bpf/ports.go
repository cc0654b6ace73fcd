package bpf

import "strings"

// ports is a port or a range of them, of TCP, UDP and SCTP or one of these. Over IPv4
// only first fragments have them.
func (p *parser) ports(q qualifiers, t token) node {
	if q.proto.layer != noLayer && !q.proto.ports {
		return p.fail(t, q.proto.name+" has no ports")
	}
	first, last, ok := p.portNumbers(q, t)
	if !ok {
		return nothing
	}
	six := all(p.etherType(etherIPv6, t), p.portProtocol(q, 6, t), p.portEnds(q, atNetwork, 40, first, last, t))
	four := all(p.etherType(etherIPv4, t), p.portProtocol(q, 9, t), p.firstFragment(t),
		p.portEnds(q, atAfterV4, 0, first, last, t))
	return marked{either{six, four}, Loss{Fragments: true, Tunnels: true}}
}

func (p *parser) networkByte(off, v uint32, t token) node {
	return test{place: p.place(atNetwork, off, t), size: 1, mask: full, value: v}
}

// offFragment is where the fragment offset is in the IPv4 header.
const offFragment = 6

// firstFragment is true of IPv4 packets whose fragment offset is 0 (RFC 791 section 3.1).
func (p *parser) firstFragment(t token) node {
	return not{test{place: p.place(atNetwork, offFragment, t), size: 2, mask: full, cond: jumpSet, value: 0x1fff}}
}

// portProtocol asks the byte of the IP header that names the protocol for the one that was
// named, or for all that have ports.
func (p *parser) portProtocol(q qualifiers, off uint32, t token) node {
	if q.proto.layer != noLayer {
		return p.networkByte(off, q.proto.number, t)
	}
	return anyOf(p.networkByte(off, ipSCTP, t), p.networkByte(off, ipTCP, t), p.networkByte(off, ipUDP, t))
}

// portEnds compares the source and the destination port.
func (p *parser) portEnds(q qualifiers, b base, off, first, last uint32, t token) node {
	at := func(off uint32) node {
		n := test{place: p.place(b, off, t), size: 2, mask: full, value: first}
		if first == last {
			return n
		}
		least, above := n, n
		least.cond, above.cond, above.value = jumpAtLeast, jumpAbove, last
		return both{least, not{above}}
	}
	return q.dir.ends(at(off), at(off+2))
}

// portNumbers reads "80", or if a range is asked for "80-90", in either order.
func (p *parser) portNumbers(q qualifiers, t token) (first, last uint32, ok bool) {
	from, to, ranged := strings.Cut(t.text, "-")
	if q.kind == "portrange" && ranged && t.kind == word {
		first, ok = p.number(token{kind: wordKind(from), text: from, pos: t.pos}, 65535)
		if !ok {
			return 0, 0, false
		}
		last, ok = p.number(token{kind: wordKind(to), text: to, pos: t.pos + len(from) + 1}, 65535)
		return min(first, last), max(first, last), ok
	}
	first, ok = p.number(t, 65535)
	return first, first, ok
}
