package link

// Skip is the reason why no IP packet was found in a packet; 0 if one was.
type Skip uint8

// The reasons, in the order of skipNames.
const (
	// SkipLinkType means: the link type is not decoded; capture.LinkType.String names it.
	SkipLinkType Skip = iota + 1
	// SkipLength means: more bytes were captured than were on the wire, so neither length can be trusted.
	SkipLength
	// SkipNotIP means: another protocol than IP.
	SkipNotIP
	// SkipCut means: the capture cut the packet (snaplen) inside a header.
	SkipCut
	// SkipLinkHeader means: the packet ends inside its link header although the capture did not cut it, or the header
	// contradicts itself.
	SkipLinkHeader
	// SkipTunnelHeader means: the same for the header of a tunnel.
	SkipTunnelHeader
	// SkipDepth means: more headers are nested than MaxDepth.
	SkipDepth
	// SkipNoTunnel means: the IP payload is not a tunnel that is known here.
	SkipNoTunnel
	// SkipWiFiEncrypted means: an IEEE 802.11 frame whose body is encrypted.
	SkipWiFiEncrypted
	// SkipWiFiFragment means: a fragment of an IEEE 802.11 frame; these are not reassembled.
	SkipWiFiFragment
	// SkipWiFiAggregate means: an IEEE 802.11 A-MSDU with several packets, of which none is decoded.
	SkipWiFiAggregate
	// SkipWiFiChecksum means: an IEEE 802.11 frame that the receiver marked as damaged (bad frame check sequence).
	SkipWiFiChecksum
	// SkipMACsec means: a frame encrypted by IEEE 802.1AE.
	SkipMACsec
	// SkipPDU means: a PDU exported by Wireshark that is not a packet, and whose place in a TCP stream is not recorded.
	SkipPDU
	// SkipCAPWAP, SkipLISP, SkipTeredo and SkipWireGuard: tunnels over UDP that are recognised and not decoded.
	SkipCAPWAP
	SkipLISP
	SkipTeredo
	SkipWireGuard
	// SkipRows is the number of values, including 0.
	SkipRows
)

var skipNames = [SkipRows]string{
	"", "link type not decoded", "caplen larger than length", "not ip", "cut inside headers",
	"damaged link header", "damaged tunnel header", "tunnel too deep", "no tunnel",
	"encrypted wi-fi", "wi-fi fragment", "wi-fi aggregate of several packets", "damaged wi-fi frame",
	"encrypted by macsec", "exported pdu without a place in a stream",
	"tunnel capwap", "tunnel lisp", "tunnel teredo", "encrypted tunnel wireguard",
}

// String is the reason in words; "" for 0.
func (s Skip) String() string {
	if s >= SkipRows {
		return "unknown"
	}
	return skipNames[s]
}

// Damaged reports whether the packet itself is wrong: what it carried cannot be known. Other packets that were skipped
// are whole, but of a kind that is not decoded.
func (s Skip) Damaged() bool {
	switch s {
	case SkipLength, SkipCut, SkipLinkHeader, SkipTunnelHeader, SkipDepth, SkipWiFiChecksum:
		return true
	}
	return false
}
