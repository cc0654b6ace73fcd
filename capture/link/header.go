package link

import "github.com/wspeek/wspeek/capture"

// etherType is an EtherType (IEEE 802.3), or one of the numbers below 0x100 that stand
// for what has none.
type etherType uint16

const (
	typeRaw      etherType = 1 // IP by its version field
	typePPP      etherType = 2
	typeLLC      etherType = 4 // the value that Linux's cooked headers use
	typeIPv4     etherType = 0x0800
	typeERSPAN3  etherType = 0x22eb
	typeEthernet etherType = 0x6558 // transparent Ethernet bridging
	typeVLAN     etherType = 0x8100
	typeIPv6     etherType = 0x86dd
	typeGREPPP   etherType = 0x880b
	typeMPLS     etherType = 0x8847
	typeMPLSUp   etherType = 0x8848
	typePPPoE    etherType = 0x8864
	typeQinQ     etherType = 0x88a8
	typeERSPAN   etherType = 0x88be
	typeVNTag    etherType = 0x8926
	typeETag     etherType = 0x893f
	typeOldQinQ  etherType = 0x9100
)

// linkHeader takes the first header off and says what follows it.
func linkHeader(l capture.LinkType, r *Inner) (etherType, Skip) {
	switch l {
	case capture.LinkEthernet:
		return typeEthernet, 0
	case capture.LinkRaw, capture.LinkRawBSD, capture.LinkRawOpenBSD, capture.LinkIPv4, capture.LinkIPv6:
		return typeRaw, 0
	case capture.LinkSLL:
		return cooked(r, 16, 14, 2)
	case capture.LinkSLL2:
		return cooked(r, 20, 0, 8)
	case capture.LinkNull, capture.LinkLoop:
		return family(r)
	case capture.LinkPPP, capture.LinkPPPD:
		return typePPP, 0
	case capture.LinkPPPHDLC, capture.LinkCiscoHDLC:
		return hdlc(r)
	case capture.LinkPPPoE:
		return typePPPoE, 0
	case capture.LinkNFLog:
		return nflog(r)
	case capture.LinkPKTAP:
		return pktap(r)
	}
	return 0, SkipLinkType
}

// cooked is Linux's cooked header of size bytes with the protocol and the device type at their offsets.
func cooked(r *Inner, size, protocol, device int) (etherType, Skip) {
	const netlink = 824 // the protocol field is then no EtherType
	b := r.Data
	if !r.Skip(size) {
		return 0, r.short(size, SkipLinkHeader)
	}
	if be16(b[device:]) == netlink {
		return 0, SkipNotIP
	}
	if t := etherType(be16(b[protocol:])); t >= 0x600 || t == typeLLC {
		return t, 0
	}
	return 0, SkipNotIP
}

// family is the header of NULL and LOOP. The byte order is that of the host that captured, and
// the number of IPv6 that of its system.
func family(r *Inner) (etherType, Skip) {
	b := r.Data
	if !r.Skip(4) {
		return 0, r.short(4, SkipLinkHeader)
	}
	n := be16(b[2:])
	if n == 0 {
		n = uint16(b[1])<<8 | uint16(b[0])
	}
	switch n {
	case 2, 10, 23, 24, 28, 30: // IPv4; IPv6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, Darwin
		return typeRaw, 0
	}
	return 0, SkipNotIP
}

// hdlc is Cisco HDLC (unicast 0x0f or multicast 0x8f, then an EtherType) or PPP.
func hdlc(r *Inner) (etherType, Skip) {
	b := r.Data
	if len(b) < 4 {
		return 0, r.short(4, SkipLinkHeader)
	}
	if b[0] != 0x0f && b[0] != 0x8f {
		return typePPP, 0
	}
	r.Skip(4)
	return etherType(be16(b[2:])), 0
}

// step takes off the header that t names; next is 0 when r begins with IP.
func (u *Unwrapper) step(t etherType, r *Inner) (next etherType, skip Skip) {
	switch t {
	case typeIPv4, typeIPv6, typeRaw:
		return 0, 0
	case typeEthernet:
		return tag(r, 14)
	case typeVLAN, typeQinQ, typeOldQinQ: // IEEE 802.1Q
		return tag(r, 4)
	case typeVNTag:
		return tag(r, 6)
	case typeETag: // IEEE 802.1BR
		return tag(r, 8)
	case typeLLC:
		return llc(r)
	case typePPP, typeGREPPP:
		return ppp(r)
	case typePPPoE:
		return pppoe(r)
	case typeMPLS, typeMPLSUp:
		return mpls(r)
	case typeERSPAN, typeERSPAN3:
		return u.erspan(t, r)
	}
	return 0, SkipNotIP
}

// tag is an Ethernet header, or what follows the type of a tag: size bytes, of which the last two are
// the type of what follows.
func tag(r *Inner, size int) (etherType, Skip) {
	b := r.Data
	if !r.Skip(size) {
		return 0, r.short(size, SkipLinkHeader)
	}
	return typeOrLength(b[size-2:])
}

// typeOrLength reads a field that is a type from 0x600 on and the length of an LLC frame up to 1500.
func typeOrLength(b []byte) (etherType, Skip) {
	t := be16(b)
	if t <= 1500 {
		return typeLLC, 0
	}
	if t < 0x600 {
		return 0, SkipNotIP
	}
	return etherType(t), 0
}

// llc is IEEE 802.2: IP by its own service access point, or SNAP with an EtherType (RFC 1042).
func llc(r *Inner) (etherType, Skip) {
	b := r.Data
	if len(b) < 3 {
		return 0, r.short(3, SkipLinkHeader)
	}
	if b[0] == 6 && b[1] == 6 && b[2] == 3 {
		r.Skip(3)
		return typeRaw, 0
	}
	if b[0] != 0xaa || b[1] != 0xaa || b[2] != 3 {
		return 0, SkipNotIP
	}
	if !r.Skip(8) {
		return 0, r.short(8, SkipLinkHeader)
	}
	if b[3] != 0 || b[4] != 0 || (b[5] != 0 && b[5] != 0xf8) || be16(b[6:]) < 0x600 {
		return 0, SkipNotIP
	}
	return etherType(be16(b[6:])), 0
}

// ppp is a PPP frame: address and control may be left out, and the protocol may be
// compressed to one byte, which is odd (RFC 1661 section 6.5, RFC 1662).
func ppp(r *Inner) (etherType, Skip) {
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
		return typeRaw, 0
	case 0x281, 0x283:
		return typeMPLS, 0
	}
	return 0, SkipNotIP
}

// pppoe is the header of a session packet (RFC 2516 section 4): code 0, and a length that ends it.
func pppoe(r *Inner) (etherType, Skip) {
	b := r.Data
	if !r.Skip(6) {
		return 0, r.short(6, SkipLinkHeader)
	}
	if b[1] != 0 {
		return 0, SkipNotIP
	}
	if n := int(be16(b[4:])); n < r.Wire {
		r.Wire, r.Data, r.FromHeader = n, r.Data[:min(n, len(r.Data))], true
	}
	return typePPP, 0
}

// mpls is one entry of a label stack (RFC 3032). Nothing in it names what follows the last
// one: that is IP by its version field, else a pseudowire, with a control word where the first
// four bits are 0 (RFC 4385 section 3).
func mpls(r *Inner) (etherType, Skip) {
	b := r.Data
	if !r.Skip(4) {
		return 0, r.short(4, SkipLinkHeader)
	}
	if b[2]&1 == 0 {
		return typeMPLS, 0
	}
	if len(r.Data) == 0 {
		return 0, r.short(1, SkipLinkHeader)
	}
	switch r.Data[0] >> 4 {
	case 4, 6:
		return typeRaw, 0
	case 1: // associated channel: management
		return 0, SkipNotIP
	case 0:
		if !r.Skip(4) {
			return 0, r.short(4, SkipLinkHeader)
		}
	}
	return typeEthernet, 0
}

func be16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }
