package link

import (
	"encoding/binary"

	"github.com/wspeek/wspeek/capture"
)

// nflog is a family and a list of attributes, one of which is the packet. Their lengths and types
// are in the byte order of the capturing host, which nothing tells.
func nflog(r *Inner) (etherType, Skip) {
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
			return typeRaw, 0
		}
		if padded := (size + 3) &^ 3; !r.Skip(padded) {
			return 0, r.short(padded, SkipLinkHeader)
		}
	}
	return 0, r.short(4, SkipNotIP)
}

// attribute reads the header of a netlink attribute. Types are small, so that a large one is swapped.
func attribute(b []byte) (size, kind int) {
	order := binary.ByteOrder(binary.LittleEndian)
	if order.Uint16(b[2:]) > 0xff {
		order = binary.BigEndian
	}
	return int(order.Uint16(b)), int(order.Uint16(b[2:])) & 0x3fff
}

// pktap is a header that begins with its own length, and names the link type of what follows at offset 8
// (both little-endian).
func pktap(r *Inner) (etherType, Skip) {
	b := r.Data
	if len(b) < 12 {
		return 0, r.short(12, SkipLinkHeader)
	}
	size, inner := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[8:])
	if size < 12 || size > 1<<12 {
		return 0, SkipLinkHeader
	}
	if !r.Skip(int(size)) {
		return 0, r.short(int(size), SkipLinkHeader)
	}
	if inner > 0xffff || capture.LinkType(inner) == capture.LinkPKTAP {
		return 0, SkipNotIP
	}
	next, skip := linkHeader(capture.LinkType(inner), r)
	if skip == SkipLinkType { // the packet's own link type is decoded
		skip = SkipNotIP
	}
	return next, skip
}
