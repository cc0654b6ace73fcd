package link

import "github.com/wspeek/wspeek/capture"

// MaxDepth is how many headers may be nested before the innermost IP header: link headers, tags, labels and tunnels
// together.
const MaxDepth = 16

// Inner is the part of a packet that remains when headers have been taken off.
type Inner struct {
	// Data are the captured bytes. They are a part of the packet's.
	Data []byte
	// Wire is how many bytes there were on the wire from Data[0] on, at least len(Data).
	Wire int
	// Depth is how many of the headers that MaxDepth counts were taken off.
	Depth int
	// FromHeader means: Wire comes from a length field, not from the capture's length; an inner header that claims
	// more contradicts it.
	FromHeader bool
}

// Skip takes n bytes off. It returns false and changes nothing if fewer were captured.
func (r *Inner) Skip(n int) bool {
	if len(r.Data) < n {
		return false
	}
	r.Data, r.Wire = r.Data[n:], r.Wire-n
	return true
}

// limit drops what follows the first n bytes, where a header says that so many belong to it.
func (r *Inner) limit(n int) {
	if n < r.Wire {
		r.Wire, r.Data, r.FromHeader = n, r.Data[:min(n, len(r.Data))], true
	}
}

// short is the reason why a header of n bytes is not whole: the capture cut it, or it was not whole on the wire.
func (r *Inner) short(n int, damaged Skip) Skip {
	if r.Wire >= n {
		return SkipCut
	}
	return damaged
}

// PlainIPv4 returns the IPv4 packet in an Ethernet frame without tags. False only means that Unwrap has to look.
func PlainIPv4(p *capture.Packet) ([]byte, bool) {
	b := p.Data
	if p.LinkType != capture.LinkEthernet || len(b) < 34 || len(b) > p.OrigLen || b[12] != 8 || b[13] != 0 {
		return nil, false
	}
	return b[14:], true
}

// Unwrap takes off what comes before the first IP header. It does not look further than the first bytes of that
// header. If it returns a reason, Inner is not to be used.
//
// A packet of an Ethernet capture that is not an Ethernet frame but an IP packet, as a phone's remote interface
// (rvi) delivers it, is recognised by its IP header.
func Unwrap(p *capture.Packet) (Inner, Skip) {
	r := Inner{Data: p.Data, Wire: p.OrigLen}
	if len(p.Data) > p.OrigLen {
		return r, SkipLength
	}
	first := linkRow(p.LinkType)
	if first == headNone {
		return r, SkipLinkType
	}
	whole := r
	skip := r.walk(first)
	if skip != 0 && p.LinkType == capture.LinkEthernet && r.Depth <= 1 && whole.beginsWithIP() {
		return whole, 0
	}
	return r, skip
}

// Tunnel takes off the header of the tunnel that an IP packet of the given protocol number carries, and everything
// else before the inner IP header. SkipNoTunnel means UDP to other ports, or a protocol for which MayCarry is false.
// IP directly in IP, and IPsec, are left to the caller.
func Tunnel(protocol uint8, r Inner) (Inner, Skip) {
	next := ipRows[protocol]
	if next == headNone {
		return r, SkipNoTunnel
	}
	r.Depth++
	skip := r.walk(next)
	return r, skip
}

// MayCarry reports whether Tunnel can find an IP packet in the payload of an IP protocol.
func MayCarry(protocol uint8) bool {
	return ipRows[protocol] != headNone
}

// walk takes headers off until IP, starting with the named one. Each step but the last takes bytes off.
func (r *Inner) walk(h header) Skip {
	for h != headIP {
		next, skip := h.take(r)
		if skip != 0 {
			return skip
		}
		if r.Depth++; r.Depth > MaxDepth {
			return SkipDepth
		}
		h = next
	}
	return 0
}

func be16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }
