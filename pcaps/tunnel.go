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

// GeneveOption is an option of a Geneve header (RFC 8926 section 3.5); Data is a multiple of 4 bytes long.
type GeneveOption struct {
	Class uint16
	Type  byte
	Data  []byte
}

// Geneve carries an IP packet, or an Ethernet frame if frame is set, in a UDP datagram to port 6081 (RFC 8926).
func Geneve(src, dst netip.Addr, vni uint32, inner []byte, frame bool, options ...GeneveOption) []byte {
	var o []byte
	for _, opt := range options {
		o = binary.BigEndian.AppendUint16(o, opt.Class)
		o = append(o, opt.Type, byte(len(opt.Data)/4))
		o = append(o, opt.Data...)
	}
	h := []byte{byte(len(o) / 4), 0}
	if frame {
		h = append(h, 0x65, 0x58)
	} else {
		h = binary.BigEndian.AppendUint16(h, etherType(inner))
	}
	h = append(h, byte(vni>>16), byte(vni>>8), byte(vni), 0)
	return UDP(netip.AddrPortFrom(src, 50000), netip.AddrPortFrom(dst, 6081), 0, append(append(h, o...), inner...))
}

// ERSPAN carries an Ethernet frame in GRE, as Cisco's switches mirror it: type 1, 2 or 3.
func ERSPAN(src, dst netip.Addr, kind int, ethernet []byte) []byte {
	h := []byte{0, 0, 0x88, 0xbe}
	switch kind {
	case 2:
		h = []byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 0, 0, 0, 0, 0}
	case 3:
		h = []byte{0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	}
	return IP{Src: src, Dst: dst, Proto: ProtoGRE, Payload: append(h, ethernet...)}.Bytes()
}

// GTPU carries an IP packet in a UDP datagram to port 2152, with a sequence number (3GPP TS 29.281).
func GTPU(src, dst netip.Addr, tunnel uint32, ip []byte) []byte {
	h := binary.BigEndian.AppendUint16([]byte{0x32, 255}, uint16(4+len(ip)))
	h = binary.BigEndian.AppendUint32(h, tunnel)
	h = append(h, 0, 1, 0, 0)
	return UDP(netip.AddrPortFrom(src, 2152), netip.AddrPortFrom(dst, 2152), 0, append(h, ip...))
}

// L2TP carries an IP packet in PPP in a UDP datagram to port 1701 (RFC 2661), with its length.
func L2TP(src, dst netip.Addr, tunnel, session uint16, ip []byte) []byte {
	h := binary.BigEndian.AppendUint16([]byte{0x40, 2}, uint16(12+len(ip)))
	h = binary.BigEndian.AppendUint16(h, tunnel)
	h = binary.BigEndian.AppendUint16(h, session)
	h = append(h, 0xff, 3, 0, 0x21)
	if ip[0]>>4 == 6 {
		h[len(h)-1] = 0x57
	}
	return UDP(netip.AddrPortFrom(src, 1701), netip.AddrPortFrom(dst, 1701), 0, append(h, ip...))
}

// L2TPv3 carries an Ethernet frame in IP protocol 115 (RFC 3931), after a cookie of 0, 4 or 8 bytes.
func L2TPv3(src, dst netip.Addr, session uint32, cookie, ethernet []byte) []byte {
	h := append(binary.BigEndian.AppendUint32(nil, session), cookie...)
	return IP{Src: src, Dst: dst, Proto: ProtoL2TP, Payload: append(h, ethernet...)}.Bytes()
}

// ESP carries an IP packet in IPsec's tunnel mode without encryption (RFC 4303, RFC 2410), with an integrity check value
// of so many bytes.
func ESP(src, dst netip.Addr, sequence uint32, check int, ip []byte) []byte {
	proto := ProtoIPv4
	if ip[0]>>4 == 6 {
		proto = ProtoIPv6
	}
	return IP{Src: src, Dst: dst, Proto: ProtoESP, Payload: espPayload(sequence, check, proto, ip)}.Bytes()
}

// ESPTransport is an IP packet in IPsec's transport mode without encryption: its headers stay where they are.
func ESPTransport(ip []byte, sequence uint32, check int) []byte {
	p := IP{Proto: ProtoESP}
	if ip[0]>>4 == 6 {
		p.Src, p.Dst = netip.AddrFrom16([16]byte(ip[8:24])), netip.AddrFrom16([16]byte(ip[24:40]))
		p.Payload = espPayload(sequence, check, ip[6], ip[40:])
	} else {
		p.Src, p.Dst = netip.AddrFrom4([4]byte(ip[12:16])), netip.AddrFrom4([4]byte(ip[16:20]))
		p.Payload = espPayload(sequence, check, ip[9], ip[ip[0]&15*4:])
	}
	return p.Bytes()
}

func espPayload(sequence uint32, check int, proto byte, inner []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte{0, 0, 0x10, 1}, sequence)
	b = append(b, inner...)
	padding := byte(0)
	for (len(b)+2)%4 != 0 {
		padding++
		b = append(b, padding)
	}
	b = append(b, padding, proto)
	for i := range check {
		b = append(b, byte(0xa5+i*31))
	}
	return b
}
