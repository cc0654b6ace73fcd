package reassembly

import (
	"bytes"
	"maps"
)

const protoUDP = 17

// maxQUICFlows bounds the QUIC connections whose later packets are recognised; where there are more, all are forgotten.
const maxQUICFlows = 4096

// quicFlow is the addresses and ports of both sides, in an order that does not depend on who sends.
type quicFlow struct {
	low, high         [16]byte
	lowPort, highPort uint16
}

// quicFlows are the connections that began with an Initial packet, with the port that it was sent to.
type quicFlows struct {
	ports map[quicFlow]uint16
	count map[uint16]int64
}

// QUIC is how many packets were skipped as QUIC, by the server's port.
func (d *Dissector) QUIC() map[uint16]int64 { return maps.Clone(d.quic.count) }

// packet says whether the UDP datagram in h is QUIC, and counts it: it is an Initial packet, or it belongs to a
// connection that such a packet began. The packets after the handshake are encrypted but for one bit.
func (q *quicFlows) packet(h *ipHeader) bool {
	b := h.rest.Data
	if h.proto != protoUDP || len(b) < 9 {
		return false
	}
	src, dst := be16(b), be16(b[2:])
	f := flowOf(h, src, dst)
	port, known := q.ports[f]
	if !known {
		if !isQUICInitial(b[8:], h.rest.Wire-8) {
			return false
		}
		if port = dst; q.ports == nil {
			q.ports, q.count = map[quicFlow]uint16{}, map[uint16]int64{}
		}
		if len(q.ports) >= maxQUICFlows {
			clear(q.ports)
		}
		q.ports[f] = port
	}
	q.count[port]++
	return true
}

func flowOf(h *ipHeader, src, dst uint16) (f quicFlow) {
	var a, b [16]byte
	copy(a[:], h.src)
	copy(b[:], h.dst)
	if c := bytes.Compare(a[:], b[:]); c > 0 || c == 0 && src > dst {
		a, b, src, dst = b, a, dst, src
	}
	return quicFlow{a, b, src, dst}
}

const (
	// minInitial is the least UDP payload of a client's Initial packet (RFC 9000 section 14.1).
	minInitial = 1200
	// maxConnID is the longest connection ID of the versions known (RFC 9000 section 17.2).
	maxConnID = 20
	// minFirstID is the least length of the first destination connection ID (RFC 9000 section 7.2).
	minFirstID = 8

	quic1 = 0x00000001
	quic2 = 0x6b3343cf
)

// isQUICInitial says whether b, the payload of a UDP datagram of wire bytes of which some may not have been captured,
// begins with the Initial packet of a client: by RFC 8999 for versions that are reserved to be refused (RFC 9000 section 15),
// by RFC 9000 section 17.2.2 and RFC 9369 section 3.2 for versions 1 and 2 and the last drafts of version 1.
func isQUICInitial(b []byte, wire int) bool {
	if wire < minInitial || len(b) < 7 || b[0]&0xc0 != 0xc0 {
		return false
	}
	version, kind := be32(b[1:]), b[0]>>4&3
	rest, ok := connIDs(b[5:])
	if !ok {
		return false
	}
	switch {
	case version&0x0f0f0f0f == 0x0a0a0a0a:
		return true
	case version == quic1, version >= 0xff00001d && version <= 0xff000022:
		return kind == 0 && initialLengths(rest, wire)
	case version == quic2:
		return kind == 1 && initialLengths(rest, wire)
	}
	return false
}

// connIDs takes the destination and source connection IDs off b.
func connIDs(b []byte) (rest []byte, ok bool) {
	for i := range 2 {
		if len(b) == 0 || b[0] > maxConnID || i == 0 && b[0] < minFirstID || len(b) <= int(b[0]) {
			return nil, false
		}
		b = b[1+int(b[0]):]
	}
	return b, true
}

// initialLengths checks the token's length and that of the packet number and payload.
func initialLengths(b []byte, wire int) bool {
	token, n := varint(b)
	if n == 0 || token > uint64(wire) {
		return false
	}
	if token >= uint64(len(b)-n) {
		return true // the rest was not captured
	}
	length, n := varint(b[n+int(token):])
	return n > 0 && length >= 20 && length <= uint64(wire)
}

// varint reads a variable-length integer (RFC 9000 section 16); n is 0 where it is cut off.
func varint(b []byte) (v uint64, n int) {
	if len(b) == 0 || len(b) < 1<<(b[0]>>6) {
		return 0, 0
	}
	n = 1 << (b[0] >> 6)
	v = uint64(b[0] & 0x3f)
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	return v, n
}
