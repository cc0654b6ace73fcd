package link

import "encoding/binary"

// beginsWithIP reports whether Data begins with an IP header beyond doubt: an IPv4 header whose checksum is right, or
// an IPv6 header of TCP or UDP, whose lengths fit what was on the wire.
func (r *Inner) beginsWithIP() bool {
	b := r.Data
	if len(b) < 20 {
		return false
	}
	switch b[0] >> 4 {
	case 4:
		size, total := int(b[0]&15)*4, int(be16(b[2:]))
		return size >= 20 && size <= len(b) && total >= size && total <= r.Wire && checksum(b[:size]) == 0xffff
	case 6:
		const tcp, udp = 6, 17
		return len(b) >= 40 && 40+int(be16(b[4:])) == r.Wire && b[7] != 0 && (b[6] == tcp || b[6] == udp)
	}
	return false
}

// checksum is the ones' complement sum of 16-bit words (RFC 1071); b has an even length.
func checksum(b []byte) uint16 {
	sum := uint32(0)
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}
