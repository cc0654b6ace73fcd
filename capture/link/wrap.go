package link

import (
	"encoding/binary"

	"github.com/wspeek/wspeek/capture"
)

// sll is Linux's cooked header, version 1; sll2 is version 2.
func sll(r *Inner) (header, Skip)  { return r.cooked(16, 14, 2) }
func sll2(r *Inner) (header, Skip) { return r.cooked(20, 0, 8) }

// cooked is a cooked header of size bytes with the protocol and the device type at their offsets.
func (r *Inner) cooked(size, protocol, device int) (header, Skip) {
	const (
		netlink = 824 // the protocol field is not an EtherType then
		llcType = 4
	)
	b := r.Data
	if !r.Skip(size) {
		return 0, r.short(size, SkipLinkHeader)
	}
	switch t := be16(b[protocol:]); {
	case be16(b[device:]) == netlink:
		return 0, SkipNotIP
	case t == llcType:
		return headLLC, 0
	default:
		return byEtherType(t)
	}
}

// family is the header of NULL and LOOP. The byte order is that of the host that captured, and
// the number of IPv6 that of its system.
func family(r *Inner) (header, Skip) {
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
		return headIP, 0
	}
	return 0, SkipNotIP
}

// ipnet is the header of Solaris's IP observability devices: version 1, address family, and 22 bytes of interfaces and
// zones.
func ipnet(r *Inner) (header, Skip) {
	b := r.Data
	if !r.Skip(24) {
		return 0, r.short(24, SkipLinkHeader)
	}
	const inet, inet6 = 2, 26
	if b[0] != 1 || b[1] != inet && b[1] != inet6 {
		return 0, SkipNotIP
	}
	return headIP, 0
}

// nflog is a family and a list of attributes, one of which is the packet. Their lengths and types
// are in the byte order of the capturing host, which is not recorded.
func nflog(r *Inner) (header, Skip) {
	b := r.Data
	if !r.Skip(4) {
		return 0, r.short(4, SkipLinkHeader)
	}
	if b[0] != 2 && b[0] != 10 {
		return 0, SkipNotIP
	}
	for len(r.Data) >= 4 {
		size, kind := attribute(r.Data)
		if size < 4 {
			return 0, SkipLinkHeader
		}
		if kind == 9 { // NFULA_PAYLOAD
			r.Skip(4)
			return headIP, 0
		}
		if padded := (size + 3) &^ 3; !r.Skip(padded) {
			return 0, r.short(padded, SkipLinkHeader)
		}
	}
	return 0, r.short(4, SkipNotIP)
}

// attribute reads the header of a netlink attribute. Types are small, so a large one is in the other byte order.
func attribute(b []byte) (size, kind int) {
	order := binary.ByteOrder(binary.LittleEndian)
	if order.Uint16(b[2:]) > 0xff {
		order = binary.BigEndian
	}
	return int(order.Uint16(b)), int(order.Uint16(b[2:])) & 0x3fff
}

// pktap is Apple's header (little-endian): its own length, whether a packet follows, and the link type of that packet.
func pktap(r *Inner) (header, Skip) {
	const packet = 1
	b := r.Data
	if len(b) < 12 {
		return 0, r.short(12, SkipLinkHeader)
	}
	size, kind, inner := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	if size < 12 || size > 1<<12 {
		return 0, SkipLinkHeader
	}
	if kind != packet {
		return 0, SkipNotIP
	}
	return r.enveloped(int(size), inner)
}

// pktap149 is the same under the number that Apple's libpcap writes into files, which others use for what they like.
func pktap149(r *Inner) (header, Skip) {
	const smallest = 108 // of the first version of the header
	if b := r.Data; len(b) >= 12 {
		size, kind, inner := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
		if size < smallest || size > 1<<12 || kind > 1 || inner > 0xffff {
			return 0, SkipLinkType
		}
	}
	return pktap(r)
}

// ppi is the Per-Packet Information header (little-endian): its own length at offset 2, the link type of what follows
// at offset 4.
func ppi(r *Inner) (header, Skip) {
	b := r.Data
	if len(b) < 8 {
		return 0, r.short(8, SkipLinkHeader)
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if size < 8 {
		return 0, SkipLinkHeader
	}
	return r.enveloped(size, binary.LittleEndian.Uint32(b[4:]))
}

// enveloped takes off a header of size bytes around a packet of another link type.
func (r *Inner) enveloped(size int, inner uint32) (header, Skip) {
	if !r.Skip(size) {
		return 0, r.short(size, SkipLinkHeader)
	}
	if inner > 0xffff {
		return 0, SkipNotIP
	}
	switch next := linkRow(capture.LinkType(inner)); next {
	case headNone, headPKTAP, headPKTAP149, headPPI, headPDU: // the packet's own link type is decoded, and these do not nest
		return 0, SkipNotIP
	default:
		return next, 0
	}
}
