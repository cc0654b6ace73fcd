package link

// ethernet is an Ethernet header (IEEE 802.3).
func (r *Inner) ethernet() (header, Skip) { return r.tagged(14) }

func (r *Inner) tag4() (header, Skip)  { return r.tagged(4) }
func (r *Inner) vnTag() (header, Skip) { return r.tagged(6) }
func (r *Inner) eTag() (header, Skip)  { return r.tagged(8) }

// iTag is the service tag of a provider backbone bridge, with the customer's Ethernet addresses.
func (r *Inner) iTag() (header, Skip) { return r.tagged(18) }

// tagged is a header of size bytes, of which the last two are the type of what follows.
func (r *Inner) tagged(size int) (header, Skip) {
	b := r.Data
	if !r.Skip(size) {
		return 0, r.short(size, SkipLinkHeader)
	}
	return typeOrLength(be16(b[size-2:]))
}

// typeOrLength reads a field that is an EtherType from 0x600 on, and the length of an LLC frame up to 1500.
func typeOrLength(t uint16) (header, Skip) {
	if t <= 1500 {
		return headLLC, 0
	}
	if t < 0x600 {
		return 0, SkipNotIP
	}
	return byEtherType(t)
}

// llc is IEEE 802.2: IP by its own service access point, or SNAP with an EtherType (RFC 1042).
func llc(r *Inner) (header, Skip) {
	b := r.Data
	if len(b) < 3 {
		return 0, r.short(3, SkipLinkHeader)
	}
	if b[0] == 6 && b[1] == 6 && b[2] == 3 {
		r.Skip(3)
		return headIP, 0
	}
	if b[0] != 0xaa || b[1] != 0xaa || b[2] != 3 {
		return 0, SkipNotIP
	}
	if !r.Skip(8) {
		return 0, r.short(8, SkipLinkHeader)
	}
	if b[3] != 0 || b[4] != 0 || (b[5] != 0 && b[5] != 0xf8) || be16(b[6:]) < 0x600 {
		return 0, SkipNotIP
	}
	return byEtherType(be16(b[6:]))
}

// macsec is the tag of IEEE 802.1AE, with or without the sender's 8-byte identifier. Its frames may be encrypted, or
// only protected against changes.
func macsec(r *Inner) (header, Skip) {
	const encrypted, changed, identifier = 8, 4, 0x20
	b := r.Data
	if len(b) < 1 {
		return 0, r.short(1, SkipLinkHeader)
	}
	if b[0]&(encrypted|changed) != 0 {
		return 0, SkipMACsec
	}
	if b[0]&identifier != 0 {
		return r.tagged(6 + 8 + 2)
	}
	return r.tagged(6 + 2)
}

// mpls is one entry of a label stack (RFC 3032). Nothing in it names what follows the last
// one: that is IP by its version field, else a pseudowire, with a control word if the first
// four bits are 0 (RFC 4385 section 3).
func mpls(r *Inner) (header, Skip) {
	b := r.Data
	if !r.Skip(4) {
		return 0, r.short(4, SkipLinkHeader)
	}
	if b[2]&1 == 0 {
		return headMPLS, 0
	}
	if len(r.Data) == 0 {
		return 0, r.short(1, SkipLinkHeader)
	}
	switch r.Data[0] >> 4 {
	case 4, 6:
		return headIP, 0
	case 1: // associated channel: management
		return 0, SkipNotIP
	case 0:
		if !r.Skip(4) {
			return 0, r.short(4, SkipLinkHeader)
		}
	}
	return headEthernet, 0
}

// nsh is a network service header (RFC 8300 section 2.2): its length in words of 4 bytes, and the number of what follows.
func nsh(r *Inner) (header, Skip) {
	b := r.Data
	if len(b) < 8 {
		return 0, r.short(8, SkipTunnelHeader)
	}
	size := int(b[1]&0x3f) * 4
	if size < 8 {
		return 0, SkipTunnelHeader
	}
	if !r.Skip(size) {
		return 0, r.short(size, SkipTunnelHeader)
	}
	switch b[3] {
	case 1, 2:
		return headIP, 0
	case 3:
		return headEthernet, 0
	case 5:
		return headMPLS, 0
	}
	return 0, SkipNotIP
}
