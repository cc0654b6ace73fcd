package link

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// udp is a datagram to the port of a tunnel.
func udp(r *Inner) (header, Skip) {
	b := r.Data
	if !r.Skip(8) {
		return 0, r.short(8, SkipNoTunnel)
	}
	port := be16(b[2:])
	for i := range udpRows {
		row := &udpRows[i]
		if row.port == port {
			if row.check != nil && !row.check(r.Data) {
				return 0, SkipNoTunnel
			}
			return row.next, row.skip
		}
	}
	return 0, SkipNoTunnel
}

// vxlan is RFC 7348 section 5: without the I flag it is something else on that port.
func vxlan(r *Inner) (header, Skip) {
	b := r.Data
	if !r.Skip(8) {
		return 0, r.short(8, SkipTunnelHeader)
	}
	if b[0]&8 == 0 {
		return 0, SkipNoTunnel
	}
	return headEthernet, 0
}

// vxlanGPE is the draft "Generic Protocol Extension for VXLAN": with the P flag the last byte before
// the VNI names what follows.
func vxlanGPE(r *Inner) (header, Skip) {
	b := r.Data
	next, skip := vxlan(r)
	if skip != 0 || b[0]&4 == 0 {
		return next, skip
	}
	switch b[3] {
	case 1, 2:
		return headIP, 0
	case 3:
		return headEthernet, 0
	case 4:
		return headNSH, 0
	case 5:
		return headMPLS, 0
	}
	return 0, SkipNotIP
}

// geneve is RFC 8926 section 3.4: version 0, options of up to 252 bytes, and the EtherType of what follows. Amazon's
// load balancers and mirrors put their addresses into options, which are skipped.
func geneve(r *Inner) (header, Skip) {
	b := r.Data
	if len(b) < 8 {
		return 0, r.short(8, SkipTunnelHeader)
	}
	const control = 0x80
	if b[0]>>6 != 0 {
		return 0, SkipNoTunnel
	}
	size := 8 + int(b[0]&0x3f)*4
	if !r.Skip(size) {
		return 0, r.short(size, SkipTunnelHeader)
	}
	if b[1]&control != 0 {
		return 0, SkipNotIP
	}
	return byEtherType(be16(b[2:]))
}

// gtp is GTP-U version 1 (3GPP TS 29.281 section 5.1): flags, type, length, tunnel, then perhaps 4 bytes of optional
// fields, of which the last names an extension header.
func gtp(r *Inner) (header, Skip) {
	const version, optional, userPacket = 0x30, 0x07, 255
	b := r.Data
	if !r.Skip(8) {
		return 0, r.short(8, SkipTunnelHeader)
	}
	if b[0]&0xf0 != version {
		return 0, SkipNoTunnel
	}
	if b[1] != userPacket {
		return 0, SkipNotIP
	}
	r.limit(int(be16(b[2:])))
	if b[0]&optional == 0 {
		return r.gtpUser()
	}
	b = r.Data
	if !r.Skip(4) {
		return 0, r.short(4, SkipTunnelHeader)
	}
	for kind := b[3]; kind != 0; {
		if len(r.Data) == 0 {
			return 0, r.short(1, SkipTunnelHeader)
		}
		size := int(r.Data[0]) * 4
		if size == 0 {
			return 0, SkipTunnelHeader
		}
		b = r.Data
		if !r.Skip(size) {
			return 0, r.short(size, SkipTunnelHeader)
		}
		kind = b[size-1]
	}
	return r.gtpUser()
}

// gtpUser is the user's packet: IP, or an Ethernet frame of a 5G session.
func (r *Inner) gtpUser() (header, Skip) {
	if len(r.Data) == 0 {
		return 0, r.short(1, SkipTunnelHeader)
	}
	if v := r.Data[0] >> 4; v == 4 || v == 6 {
		return headIP, 0
	}
	return headEthernet, 0
}

// tzsp is the protocol in which access points and routers mirror packets: version 1, type (0 or 1: a packet), what
// follows, and tags up to one of type 1.
func tzsp(r *Inner) (header, Skip) {
	b := r.Data
	if !r.Skip(4) {
		return 0, r.short(4, SkipTunnelHeader)
	}
	if b[0] != 1 || b[1] > 1 {
		return 0, SkipNotIP
	}
	for {
		const padding, end = 0, 1
		if len(r.Data) == 0 {
			return 0, r.short(1, SkipTunnelHeader)
		}
		size, kind := 1, r.Data[0]
		if kind > end {
			if len(r.Data) < 2 {
				return 0, r.short(2, SkipTunnelHeader)
			}
			size = 2 + int(r.Data[1])
		}
		if !r.Skip(size) {
			return 0, r.short(size, SkipTunnelHeader)
		}
		if kind == end {
			break
		}
	}
	switch be16(b[2:]) {
	case 1:
		return headEthernet, 0
	case 18:
		return headWiFi, 0
	case 119:
		return headPrism, 0
	case 127:
		return headAVS, 0
	}
	return 0, SkipNotIP
}

// gre is RFC 2784 and RFC 2890, with routing (RFC 1701), and version 1, which carries PPP (RFC 2637).
func gre(r *Inner) (header, Skip) {
	const routing, sequence = 0x40, 0x10
	b := r.Data
	if len(b) < 4 {
		return 0, r.short(4, SkipTunnelHeader)
	}
	version, t := b[1]&7, be16(b[2:])
	if version > 1 || t < 0x600 {
		return 0, SkipNotIP
	}
	if size := greSize(b); !r.Skip(size) {
		return 0, r.short(size, SkipTunnelHeader)
	}
	if b[0]&routing != 0 {
		if skip := r.greRoutes(); skip != 0 {
			return 0, skip
		}
	}
	next, skip := byEtherType(t)
	if next == headERSPAN2 && b[0]&sequence == 0 { // type I does not have a header of its own
		return headEthernet, 0
	}
	return next, skip
}

// greSize is the length in bytes of a GRE header without routing.
func greSize(b []byte) int {
	n := 4 + 4*bits.OnesCount8(b[0]&0x30) + int(b[1]>>7)*4
	if b[0]&0xc0 != 0 {
		n += 4
	}
	return n
}

// greRoutes takes off source routes: 4 bytes of which the last is a length, up to one of length 0.
func (r *Inner) greRoutes() Skip {
	for {
		b := r.Data
		if len(b) < 4 {
			return r.short(4, SkipTunnelHeader)
		}
		size := 4 + int(b[3])
		if !r.Skip(size) {
			return r.short(size, SkipTunnelHeader)
		}
		if b[3] == 0 {
			return 0
		}
	}
}

// wccp is a redirected packet of the Web Cache Communication Protocol: version 2 has 4 bytes before it.
func wccp(r *Inner) (header, Skip) {
	if len(r.Data) == 0 {
		return 0, r.short(1, SkipTunnelHeader)
	}
	if v := r.Data[0] >> 4; v != 4 && v != 6 && !r.Skip(4) {
		return 0, r.short(4, SkipTunnelHeader)
	}
	return headIP, 0
}

// erspan2 is ERSPAN type II, a header of 8 bytes.
func erspan2(r *Inner) (header, Skip) {
	if !r.Skip(8) {
		return 0, r.short(8, SkipTunnelHeader)
	}
	return headEthernet, 0
}

// erspan3 is ERSPAN type III, 12 bytes, and 8 more if its last bit says so.
func erspan3(r *Inner) (header, Skip) {
	b := r.Data
	if !r.Skip(12) {
		return 0, r.short(12, SkipTunnelHeader)
	}
	if b[11]&1 == 1 && !r.Skip(8) {
		return 0, r.short(8, SkipTunnelHeader)
	}
	if b[10]&0x7c == 2<<2 { // the frame type says IP
		return headIP, 0
	}
	return headEthernet, 0
}

// etherIP is RFC 3378: version 3 and 12 bits that are 0.
func etherIP(r *Inner) (header, Skip) {
	if !r.Skip(2) {
		return 0, r.short(2, SkipTunnelHeader)
	}
	return headEthernet, 0
}

// The checks of tunnels that are recognised only.

// isCAPWAP: version 0, and a header that is not encrypted (RFC 5415 section 4.3) or is (type 1).
func isCAPWAP(b []byte) bool { return len(b) >= 8 && b[0]&0xfe == 0 }

// isLISP: the flags N, L or E, or an instance, and an IP header after 8 bytes (RFC 6830 section 5.3).
func isLISP(b []byte) bool {
	return len(b) > 8 && b[0]&7 == 0 && (b[8]>>4 == 4 || b[8]>>4 == 6)
}

// isTeredo: an IPv6 header, or one of the two indications before it (RFC 4380 section 5.1.1).
func isTeredo(b []byte) bool {
	return len(b) > 2 && (b[0]>>4 == 6 || b[0] == 0 && b[1] <= 1)
}

// isWireGuard: a type of 1 to 4 and three zeros.
func isWireGuard(b []byte) bool {
	return len(b) >= 32 && b[0] >= 1 && b[0] <= 4 && bytes.Equal(b[1:4], []byte{0, 0, 0})
}

// espInUDP is RFC 3948: an IPsec packet (see NullESP), unless it is a key exchange, which begins with 0, or a keep-alive of
// one byte.
func espInUDP(r *Inner) (header, Skip) {
	if len(r.Data) >= 8 && binary.BigEndian.Uint32(r.Data) != 0 {
		if _, inner, ok := NullESP(*r, nil); ok {
			*r = inner
			return headIP, 0
		}
	}
	return 0, SkipNoTunnel
}
