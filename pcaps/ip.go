package pcaps

import (
	"encoding/binary"
	"net/netip"
)

// The IP protocol numbers that the builders write.
const (
	ProtoIPv4 byte = 4
	ProtoTCP  byte = 6
	ProtoUDP  byte = 17
	ProtoIPv6 byte = 41
	ProtoGRE  byte = 47
	ProtoESP  byte = 50
	ProtoL2TP byte = 115
)

// IP is one IPv4 or IPv6 packet without options; which one, Src says.
type IP struct {
	Src, Dst netip.Addr
	// Proto is the protocol number, or the next header.
	Proto byte
	// ID is IPv4's identification; DF is set where it is 0.
	ID      uint16
	Payload []byte
}

// Bytes is the packet with its header and, for IPv4, the right checksum.
func (p IP) Bytes() []byte {
	if p.Src.Is4() {
		return p.v4()
	}
	h := make([]byte, 40, 40+len(p.Payload))
	h[0], h[6], h[7] = 0x60, p.Proto, 64
	binary.BigEndian.PutUint16(h[4:], uint16(len(p.Payload)))
	src, dst := p.Src.As16(), p.Dst.As16()
	copy(h[8:], src[:])
	copy(h[24:], dst[:])
	return append(h, p.Payload...)
}

func (p IP) v4() []byte {
	h := make([]byte, 20, 20+len(p.Payload))
	h[0], h[8], h[9] = 0x45, 64, p.Proto
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(p.Payload)))
	binary.BigEndian.PutUint16(h[4:], p.ID)
	if p.ID == 0 {
		h[6] = 0x40
	}
	src, dst := p.Src.As4(), p.Dst.As4()
	copy(h[12:], src[:])
	copy(h[16:], dst[:])
	FixIPv4(h)
	return append(h, p.Payload...)
}

// FixIPv4 writes the header checksum of an IPv4 packet anew, after a test has edited it.
func FixIPv4(ip []byte) {
	h := ip[:ip[0]&15*4]
	h[10], h[11] = 0, 0
	binary.BigEndian.PutUint16(h[10:], ^sum(0, h))
}

// Fragment cuts an IPv4 or IPv6 packet into fragments with size bytes of payload each;
// size is rounded down to a multiple of 8 (RFC 791 section 3.2, RFC 8200 section 4.5).
func Fragment(ip []byte, size int) [][]byte {
	header, size := 40, size&^7
	if ip[0]>>4 == 4 {
		header = int(ip[0]&15) * 4
	}
	body := ip[header:]
	var out [][]byte
	for off := 0; off < len(body); off += size {
		end := min(off+size, len(body))
		out = append(out, fragment(ip[:header], body[off:end], off, end < len(body)))
	}
	return out
}

func fragment(header, piece []byte, off int, more bool) []byte {
	f := append([]byte(nil), header...)
	if f[0]>>4 == 6 {
		f = append(f, f[6], 0, 0, 0, 0, 0, 0x5e, 0xed)
		binary.BigEndian.PutUint16(f[42:], uint16(off)|flagBit(more, 1))
		binary.BigEndian.PutUint16(f[4:], uint16(8+len(piece)))
		f[6] = 44
		return append(f, piece...)
	}
	binary.BigEndian.PutUint16(f[2:], uint16(len(f)+len(piece)))
	binary.BigEndian.PutUint16(f[6:], uint16(off/8)|flagBit(more, 0x2000))
	FixIPv4(f)
	return append(f, piece...)
}

func flagBit(on bool, bit uint16) uint16 {
	if on {
		return bit
	}
	return 0
}

// transport is the checksum of a TCP or UDP segment whose checksum field is 0, pseudo header included.
func transport(src, dst netip.Addr, proto byte, segment []byte) uint16 {
	acc := uint32(proto) + uint32(len(segment)) + uint32(sum(0, src.AsSlice())) + uint32(sum(0, dst.AsSlice()))
	return ^sum(acc, segment)
}

// sum is the ones' complement sum of 16-bit words (RFC 1071).
func sum(acc uint32, b []byte) uint16 {
	for i := 0; i+1 < len(b); i += 2 {
		acc += uint32(b[i])<<8 | uint32(b[i+1])
	}
	if len(b)%2 == 1 {
		acc += uint32(b[len(b)-1]) << 8
	}
	for acc>>16 != 0 {
		acc = acc&0xffff + acc>>16
	}
	return uint16(acc)
}
