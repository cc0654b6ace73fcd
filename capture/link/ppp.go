package link

// ppp is a PPP frame: address and control may be left out, and the protocol may be
// compressed to one byte, which is odd (RFC 1661 section 6.5, RFC 1662).
func ppp(r *Inner) (header, Skip) {
	if len(r.Data) < 2 {
		return 0, r.short(2, SkipLinkHeader)
	}
	if b := r.Data; b[1] == 3 && (b[0] == 0xff || b[0] <= 1) {
		r.Skip(2)
	}
	b, size := r.Data, 2
	if len(b) > 0 && b[0]&1 == 1 {
		size = 1
	}
	if !r.Skip(size) {
		return 0, r.short(size, SkipLinkHeader)
	}
	protocol := uint16(b[0])
	if size == 2 {
		protocol = be16(b)
	}
	switch protocol {
	case 0x21, 0x57:
		return headIP, 0
	case 0x281, 0x283:
		return headMPLS, 0
	}
	return 0, SkipNotIP
}

// pppoe is the header of a session packet (RFC 2516 section 4): code 0, and a length that ends it.
func pppoe(r *Inner) (header, Skip) {
	b := r.Data
	if !r.Skip(6) {
		return 0, r.short(6, SkipLinkHeader)
	}
	if b[1] != 0 {
		return 0, SkipNotIP
	}
	r.limit(int(be16(b[4:])))
	return headPPP, 0
}

// hdlc is Cisco HDLC (unicast 0x0f or multicast 0x8f, then an EtherType) or PPP.
func hdlc(r *Inner) (header, Skip) {
	b := r.Data
	if len(b) < 4 {
		return 0, r.short(4, SkipLinkHeader)
	}
	if b[0] != 0x0f && b[0] != 0x8f {
		return headPPP, 0
	}
	r.Skip(4)
	return byEtherType(be16(b[2:]))
}

// Bits of the first two bytes of L2TP (RFC 2661 section 3.1).
const (
	l2tpControl  = 0x8000
	l2tpLength   = 0x4000
	l2tpSequence = 0x0800
	l2tpOffset   = 0x0200
	l2tpVersion  = 0x000f
)

// l2tp is L2TP over UDP: version 2, which carries PPP, or version 3 (RFC 3931 section 4.1.2).
func l2tp(r *Inner) (header, Skip) {
	b := r.Data
	if len(b) < 6 {
		return 0, r.short(6, SkipTunnelHeader)
	}
	flags := be16(b)
	switch {
	case flags&l2tpVersion == 3 && flags&l2tpControl == 0:
		r.Skip(4)
		return headL2TPv3, 0
	case flags&l2tpControl != 0:
		return 0, SkipNotIP
	case flags&l2tpVersion != 2:
		return 0, SkipNoTunnel
	}
	size := 6
	if flags&l2tpLength != 0 {
		r.limit(int(be16(b[2:])))
		size += 2
	}
	if flags&l2tpSequence != 0 {
		size += 4
	}
	return r.l2tpData(flags, size)
}

// l2tpData takes off a header of size bytes, and the padding that the Offset Size field after it announces.
func (r *Inner) l2tpData(flags uint16, size int) (header, Skip) {
	if flags&l2tpOffset != 0 {
		if len(r.Data) < size+2 {
			return 0, r.short(size+2, SkipTunnelHeader)
		}
		size += 2 + int(be16(r.Data[size:]))
	}
	if !r.Skip(size) {
		return 0, r.short(size, SkipTunnelHeader)
	}
	return headPPP, 0
}

// l2tpv3 is a session header of version 3 (RFC 3931 section 4.1): a session number, which is 0 for control messages,
// then a cookie of 0, 4 or 8 bytes, then sometimes 4 bytes of a sublayer (section 4.6). How long these are, and what
// follows, was agreed beforehand: it is found by the IP header.
func l2tpv3(r *Inner) (header, Skip) {
	b := r.Data
	if !r.Skip(4) {
		return 0, r.short(4, SkipTunnelHeader)
	}
	if be16(b) == 0 && be16(b[2:]) == 0 {
		return 0, SkipNotIP
	}
	for _, extra := range [...]int{0, 4, 8, 12} {
		for _, first := range [...]header{headEthernet, headHDLC, headIP} {
			inner := *r
			if !inner.Skip(extra) || inner.walk(first) != 0 || !inner.beginsWithIP() {
				continue
			}
			*r = inner
			return headIP, 0
		}
	}
	return 0, r.short(len(r.Data)+1, SkipNotIP)
}
