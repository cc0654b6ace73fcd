package reassembly

import "github.com/wspeek/wspeek/capture/link"

// maxExtensions bounds the extension headers of one packet; sixteen is more than any
// legal order of them has.
const maxExtensions = 16

// ipHeader is an IPv4 or IPv6 header (RFC 791, RFC 8200) with what follows it.
type ipHeader struct {
	v6 bool
	// proto is the protocol of rest.
	proto uint8
	// src and dst lie in the packet; dst is the last one of a source route.
	src, dst []byte
	// rest is the payload. Its Wire is the length in the header.
	rest link.Inner
	ipid uint16
	ttl  uint8
	// fragment says that rest is a part of a datagram's payload only.
	fragment, more bool
	offset         int
	id             uint32

	// badSum says that the checksum of an IPv4 header is wrong, joined that rest was put together from fragments.
	badSum, joined bool

	exts    int
	noTotal bool // the payload length was 0: an option may tell it
}

// parse reads the header that r begins with, and the extension headers after it.
func (h *ipHeader) parse(r link.Inner) Reason {
	*h = ipHeader{rest: r}
	if len(r.Data) == 0 {
		return h.short(1)
	}
	var reason Reason
	switch r.Data[0] >> 4 {
	case 4:
		reason = h.parse4()
	case 6:
		reason = h.parse6()
	default:
		return DamagedIP
	}
	if reason != OK || h.fragment {
		return reason
	}
	return h.extensions()
}

// short distinguishes a header of n bytes that the capture cut from one that was never whole.
func (h *ipHeader) short(n int) Reason {
	if h.rest.Wire >= n {
		return CutInHeaders
	}
	return DamagedIP
}

func (h *ipHeader) parse4() Reason {
	b := h.rest.Data
	if len(b) < 20 {
		return h.short(20)
	}
	size, total := int(b[0]&0xf)*4, int(be16(b[2:]))
	if size < 20 || (total != 0 && total < size) {
		return DamagedIP
	}
	if total != 0 {
		h.trim(total)
	}
	h.badSum = size <= len(b) && !ipv4SumOK(b[:size])
	if !h.rest.Skip(size) {
		return h.short(size)
	}
	h.src, h.dst, h.proto, h.ipid, h.ttl = b[12:16], b[16:20], b[9], be16(b[4:]), b[8]
	flags := be16(b[6:])
	h.setFragment(int(flags&0x1fff)*8, flags&0x2000 != 0, uint32(h.ipid))
	return OK
}

// trim sets the length in the header, which may be less than was captured
// (Ethernet's padding) or more (a capture that was cut), but not more than a header around it says.
func (h *ipHeader) trim(total int) {
	if h.rest.FromHeader {
		total = min(total, h.rest.Wire)
	}
	h.rest.Data, h.rest.Wire, h.rest.FromHeader = h.rest.Data[:min(total, len(h.rest.Data))], total, true
}

func (h *ipHeader) setFragment(offset int, more bool, id uint32) {
	h.fragment = offset != 0 || more
	h.offset, h.more, h.id = offset, more, id
}

func (h *ipHeader) parse6() Reason {
	b := h.rest.Data
	if len(b) < 40 {
		return h.short(40)
	}
	h.v6, h.src, h.dst, h.proto, h.ttl = true, b[8:24], b[24:40], b[6], b[7]
	length := int(be16(b[4:]))
	// Length 0 is a jumbo payload (RFC 2675) or segmentation offloading, unless there is no payload.
	h.noTotal = length == 0 && h.proto != protoNoNext
	if !h.noTotal {
		h.trim(40 + length)
	}
	h.rest.Skip(40)
	return OK
}

// extensions walks the headers between the IP header and its payload.
func (h *ipHeader) extensions() Reason {
	for h.extension(h.proto) {
		if h.exts++; h.exts > maxExtensions {
			return DamagedIP
		}
		if r := h.next(); r != OK || h.fragment {
			return r
		}
	}
	return OK
}

// extension distinguishes extension headers from payloads. IPv4 has only the authentication header.
func (h *ipHeader) extension(proto uint8) bool {
	switch proto {
	case protoAH:
		return true
	case protoHopByHop, protoRouting, protoFragment, protoDestOpts, protoMobility, protoHIP, protoShim6:
		return h.v6
	}
	return false
}

// next takes one extension header off.
func (h *ipHeader) next() Reason {
	b := h.rest.Data
	if len(b) < 8 {
		return h.short(8)
	}
	size := (int(b[1]) + 1) * 8
	switch h.proto {
	case protoFragment:
		size = 8
	case protoAH:
		size = (int(b[1]) + 2) * 4
	}
	if !h.rest.Skip(size) {
		return h.short(size)
	}
	kind := h.proto
	h.proto = b[0]
	switch kind {
	case protoHopByHop:
		return h.jumbo(b[:size])
	case protoRouting:
		h.route(b[:size])
	case protoFragment:
		h.setFragment(int(be16(b[2:])&0xfff8), b[3]&1 != 0, be32(b[4:]))
	}
	return OK
}

// jumbo looks for the jumbo payload option (RFC 2675 section 2) in a hop-by-hop header.
func (h *ipHeader) jumbo(b []byte) Reason {
	if !h.noTotal {
		return OK
	}
	for i := 2; i+1 < len(b); {
		if b[i] == 0 {
			i++
			continue
		}
		if b[i] == 0xc2 && b[i+1] == 4 && i+6 <= len(b) {
			return h.setJumbo(int64(be32(b[i+2:])) - int64(len(b)))
		}
		i += 2 + int(b[i+1])
	}
	return OK
}

// setJumbo takes the length after the hop-by-hop header. No wire length confirms one beyond it.
func (h *ipHeader) setJumbo(n int64) Reason {
	if n < 0 || n > int64(h.rest.Wire) {
		return DamagedIP
	}
	h.trim(int(n))
	h.noTotal = false
	return OK
}

// route takes the last address of a source route that is not yet at its end: the TCP
// endpoint (RFC 8200 section 4.4; types 0 and 2, and segment routing, whose list is reversed, RFC 8754).
func (h *ipHeader) route(b []byte) {
	left, addresses := b[3], (len(b)-8)/16
	if left == 0 || addresses == 0 {
		return
	}
	switch b[2] {
	case 0, 2:
		h.dst = b[8+16*(addresses-1):][:16]
	case 4:
		h.dst = b[8:24]
	}
}

func be16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }

func be32(b []byte) uint32 {
	_ = b[3]
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}
