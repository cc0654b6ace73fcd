package link

import (
	"math/bits"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// IP protocol numbers of tunnels.
const (
	protoUDP     = 17
	protoGRE     = 47
	protoEtherIP = 97
	protoMPLS    = 137
)

// decoders is all there is of gopacket here: headers that are decoded in place. Its
// decoders panic on damaged headers, which is recovered.
type decoders struct {
	gre     layers.GRE
	vxlan   layers.VXLAN
	erspan2 layers.ERSPANII
	etherip layers.EtherIP
}

// MayCarry tells the IP protocols whose payload Tunnel can find an IP packet in.
func MayCarry(protocol uint8) bool {
	switch protocol {
	case protoUDP, protoGRE, protoEtherIP, protoMPLS:
		return true
	}
	return false
}

// Tunnel takes the tunnel header off that an IP packet of the given protocol number carries, and
// all before the inner IP header. SkipNoTunnel is told of UDP to other ports and of
// protocols that MayCarry denies. IP directly in IP is left to the caller.
func (u *Unwrapper) Tunnel(protocol uint8, r Inner) (Inner, Skip) {
	next, skip := u.outer(protocol, &r)
	if skip != 0 {
		return r, skip
	}
	r.Depth++
	skip = u.walk(next, &r)
	return r, skip
}

func (u *Unwrapper) outer(protocol uint8, r *Inner) (etherType, Skip) {
	switch protocol {
	case protoUDP:
		return u.udp(r)
	case protoGRE:
		return u.gre(r)
	case protoEtherIP:
		return typeEthernet, u.decode(&u.tunnels.etherip, 2, r)
	case protoMPLS:
		return typeMPLS, 0
	}
	return 0, SkipNoTunnel
}

// udp looks at the destination port alone: of a tunnel the source port is only entropy.
func (u *Unwrapper) udp(r *Inner) (etherType, Skip) {
	b := r.Data
	if !r.Skip(8) {
		return 0, r.short(8, SkipNoTunnel)
	}
	switch be16(b[2:]) {
	case 4789, 8472: // IANA's, and Linux's before there was one
		return u.vxlan(r)
	case 4790:
		return u.vxlanGPE(r)
	case 6081:
		return 0, SkipGeneve
	case 2152:
		return 0, SkipGTP
	}
	return 0, SkipNoTunnel
}

// vxlan is RFC 7348 section 5: without the I flag it is something else on that port.
func (u *Unwrapper) vxlan(r *Inner) (etherType, Skip) {
	skip := u.decode(&u.tunnels.vxlan, 8, r)
	if skip == 0 && !u.tunnels.vxlan.ValidIDFlag {
		return 0, SkipNoTunnel
	}
	return typeEthernet, skip
}

// vxlanGPE is the draft "Generic Protocol Extension for VXLAN": with the P flag the last byte before
// the VNI names what follows.
func (u *Unwrapper) vxlanGPE(r *Inner) (etherType, Skip) {
	b := r.Data
	next, skip := u.vxlan(r)
	if skip != 0 || b[0]&4 == 0 {
		return next, skip
	}
	switch b[3] {
	case 1, 2:
		return typeRaw, 0
	case 3:
		return typeEthernet, 0
	}
	return 0, SkipNotIP
}

// gre is RFC 2784 and RFC 2890, and version 1, which carries PPP (RFC 2637).
func (u *Unwrapper) gre(r *Inner) (etherType, Skip) {
	if len(r.Data) < 4 {
		return 0, r.short(4, SkipTunnelHeader)
	}
	u.tunnels.gre = layers.GRE{}
	g := &u.tunnels.gre
	if skip := u.decode(g, greLen(r.Data), r); skip != 0 {
		return 0, skip
	}
	switch t := etherType(g.Protocol); {
	case g.Version > 1 || t < 0x600:
		return 0, SkipNotIP
	case t == typeERSPAN && !g.SeqPresent: // type I has no header of its own
		return typeEthernet, 0
	default:
		return t, 0
	}
}

// greLen is the length in bytes of a GRE header without routing.
func greLen(b []byte) int {
	n := 4 + 4*bits.OnesCount8(b[0]&0x30) + int(b[1]>>7)*4
	if b[0]&0xc0 != 0 {
		n += 4
	}
	return n
}

// erspan is type II, or type III, which is 12 bytes and 8 more where its last bit says so.
func (u *Unwrapper) erspan(t etherType, r *Inner) (etherType, Skip) {
	if t == typeERSPAN {
		return typeEthernet, u.decode(&u.tunnels.erspan2, 8, r)
	}
	b := r.Data
	if !r.Skip(12) {
		return 0, r.short(12, SkipTunnelHeader)
	}
	if b[11]&1 == 1 && !r.Skip(8) {
		return 0, r.short(8, SkipTunnelHeader)
	}
	if b[10]&0x7c == 2<<2 { // the frame type says IP
		return typeRaw, 0
	}
	return typeEthernet, 0
}

// decode runs one decoder of gopacket on a header of at least size bytes and takes off what it consumed.
func (u *Unwrapper) decode(l gopacket.DecodingLayer, size int, r *Inner) (skip Skip) {
	if len(r.Data) < size {
		return r.short(size, SkipTunnelHeader)
	}
	defer func() {
		if recover() != nil {
			skip = SkipPanic
		}
	}()
	if l.DecodeFromBytes(r.Data, gopacket.NilDecodeFeedback) != nil {
		return SkipTunnelHeader
	}
	if !r.Skip(len(r.Data) - len(l.LayerPayload())) {
		return SkipTunnelHeader
	}
	return 0
}
