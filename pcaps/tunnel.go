package pcaps

import (
	"encoding/binary"
	"net/netip"
)

// UDP is an IP packet with a UDP datagram, with the right checksum.
func UDP(src, dst netip.AddrPort, id uint16, payload []byte) []byte {
	d := make([]byte, 8, 8+len(payload))
	binary.BigEndian.PutUint16(d, src.Port())
	binary.BigEndian.PutUint16(d[2:], dst.Port())
	binary.BigEndian.PutUint16(d[4:], uint16(8+len(payload)))
	d = append(d, payload...)
	c := transport(src.Addr(), dst.Addr(), ProtoUDP, d)
	if c == 0 {
		c = 0xffff
	}
	binary.BigEndian.PutUint16(d[6:], c)
	return IP{Src: src.Addr(), Dst: dst.Addr(), Proto: ProtoUDP, ID: id, Payload: d}.Bytes()
}

// VXLAN carries an Ethernet frame from src to dst in a UDP datagram to port 4789 (RFC 7348).
func VXLAN(src, dst netip.Addr, vni uint32, id uint16, ethernet []byte) []byte {
	h := []byte{8, 0, 0, 0, byte(vni >> 16), byte(vni >> 8), byte(vni), 0}
	return UDP(netip.AddrPortFrom(src, 50000), netip.AddrPortFrom(dst, 4789), id, append(h, ethernet...))
}

// GRE carries an IP packet from src to dst (RFC 2784, without options).
func GRE(src, dst netip.Addr, ip []byte) []byte {
	h := binary.BigEndian.AppendUint16([]byte{0, 0}, etherType(ip))
	return IP{Src: src, Dst: dst, Proto: ProtoGRE, Payload: append(h, ip...)}.Bytes()
}

// IPinIP carries an IP packet as the payload of another (RFC 2003, RFC 4213).
func IPinIP(src, dst netip.Addr, ip []byte) []byte {
	proto := ProtoIPv4
	if ip[0]>>4 == 6 {
		proto = ProtoIPv6
	}
	return IP{Src: src, Dst: dst, Proto: proto, Payload: ip}.Bytes()
}
