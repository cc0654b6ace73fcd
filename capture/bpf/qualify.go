package bpf

// qualifiers are what comes before an address: which protocol, which direction, what kind.
type qualifiers struct {
	known bool // there are some; else an address alone means nothing
	proto protocol
	dir   direction
	kind  string // host, net, port, portrange, proto; "" is none
}

// direction is which of two addresses is meant.
type direction uint8

const (
	eitherEnd direction = iota
	source
	destination
	bothEnds
)

// primitive reads qualifiers with an address, or a protocol alone.
func (p *parser) primitive() (node, qualifiers) {
	first := p.peek()
	var q qualifiers
	if proto, ok := protocolNamed(first); ok {
		p.take()
		q.proto = proto
	}
	if t := p.peek(); p.accept("broadcast", "multicast") {
		return p.group(q.proto, t), qualifiers{}
	}
	directed := p.direction(&q)
	if t := p.peek(); t.is("host", "net", "port", "portrange") || t.is("proto") && !directed {
		q.kind, q.known = p.take().text, true
	}
	q.known = q.known || directed
	switch {
	case q.known:
		return p.address(q), q
	case q.proto.layer != noLayer && (p.peek().kind == end || p.peek().is("and", "or", ")")):
		return p.protocolAlone(first, q.proto), qualifiers{}
	case q.proto.layer != noLayer:
		return p.misplaced(p.peek(), q.proto.layer == netLayer && p.peek().is("protochain")), q
	}
	return p.misplaced(first, first.is(tcpdumpOnly...)), q
}

// misplaced refuses a token where a term should go on or begin, elsewhere if tcpdump takes it there.
func (p *parser) misplaced(t token, elsewhere bool) node {
	switch {
	case elsewhere:
		return p.refuse(t, "not understood here")
	case t.kind == end:
		return p.fail(t, "something to compare expected")
	case t.kind == word && isReserved(t.text) && !t.is("and", "or", "mask", "len", "length"):
		return p.fail(t, "not understood here")
	case t.kind == word:
		return p.fail(t, "not understood")
	}
	return p.fail(t, "a word such as host, net or port is missing before it")
}

// direction reads src, dst, or both with and or or between them.
func (p *parser) direction(q *qualifiers) bool {
	first := p.peek()
	if !p.accept("src", "dst") {
		return false
	}
	q.dir = source
	if first.text == "dst" {
		q.dir = destination
	}
	op, second := p.peek(), p.tokens[min(p.at+1, len(p.tokens)-1)]
	if !op.is("and", "or") || !second.is("src", "dst") || second.text == first.text {
		return true
	}
	p.at += 2
	q.dir = eitherEnd
	if op.is("and") {
		q.dir = bothEnds
	}
	return true
}

// build makes the test of one address or number.
func (p *parser) build(q qualifiers, t token) node {
	switch {
	case !q.known:
		return p.misplaced(t, false)
	case t.kind == end:
		return p.fail(t, "an address or number expected")
	case q.kind == "port" || q.kind == "portrange":
		return p.ports(q, t)
	case q.kind == "proto":
		return p.protocolNumber(q, t)
	}
	switch t.kind {
	case ipv6:
		return p.host6(q, t)
	case mac:
		return p.hostEther(q, t)
	case dotted, number:
		return p.host4(q, t)
	case word, escaped:
		if !t.isName() {
			return p.fail(t, "an address expected")
		}
		return p.refuse(t, "names are not looked up: write the address")
	}
	return p.fail(t, "an address expected")
}

// group is broadcast or multicast.
func (p *parser) group(proto protocol, t token) node {
	switch {
	case proto.layer <= linkLayer && t.is("multicast"):
		return test{place: p.place(atLink, 0, t), size: 1, mask: 1, cond: jumpSet, value: 1}
	case proto.layer <= linkLayer:
		return all(
			test{place: p.place(atLink, 2, t), size: 4, mask: full, value: 0xffffffff},
			test{place: p.place(atLink, 0, t), size: 2, mask: full, value: 0xffff})
	case proto.name == "ip" && t.is("multicast"):
		return all(p.etherType(etherIPv4, t),
			test{place: p.place(atNetwork, 16, t), size: 1, mask: full, cond: jumpAtLeast, value: 224})
	case proto.name == "ip6" && t.is("multicast"):
		return all(p.etherType(etherIPv6, t),
			test{place: p.place(atNetwork, 24, t), size: 1, mask: full, value: 255})
	}
	return p.stop(t, "not understood after "+proto.name, proto.name == "ip")
}
