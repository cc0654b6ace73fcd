package link

// Skip says why no IP packet was found in a packet; 0 where one was.
type Skip uint8

// The reasons, in the order of skipNames.
const (
	// SkipLinkType: the link type is not decoded; capture.LinkType.String names it.
	SkipLinkType Skip = iota + 1
	// SkipLength: more bytes captured than were on the wire, so that neither length can be believed.
	SkipLength
	// SkipNotIP: another protocol than IP.
	SkipNotIP
	// SkipCut: the capture cut the packet (snaplen) inside a header.
	SkipCut
	// SkipLinkHeader: the packet ends inside its link header though the capture did not cut it.
	SkipLinkHeader
	// SkipTunnelHeader: as SkipLinkHeader, of a tunnel, or the header contradicts itself.
	SkipTunnelHeader
	// SkipDepth: more headers are nested than MaxDepth.
	SkipDepth
	// SkipNoTunnel: the IP payload is of no tunnel that is known here.
	SkipNoTunnel
	// SkipGeneve: a Geneve tunnel (RFC 8926), recognised by its UDP port and not decoded.
	SkipGeneve
	// SkipGTP: a GTP-U tunnel (3GPP TS 29.281), recognised by its UDP port and not decoded.
	SkipGTP
	// SkipPanic: a decoder of a tunnel header panicked.
	SkipPanic
	// SkipRows is the number of values, 0 included.
	SkipRows
)

var skipNames = [SkipRows]string{
	"", "link type not decoded", "caplen larger than length", "not ip", "cut inside headers",
	"damaged link header", "damaged tunnel header", "tunnel too deep", "no tunnel",
	"tunnel geneve", "tunnel gtp-u", "decoder panic",
}

// String is the reason in words; "" for 0.
func (s Skip) String() string {
	if s >= SkipRows {
		return "unknown"
	}
	return skipNames[s]
}
