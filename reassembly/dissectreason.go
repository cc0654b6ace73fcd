package reassembly

import "github.com/wspeek/wspeek/capture/link"

// Reason says why a packet gave no segment. The first values are those of link.Skip.
type Reason uint8

const (
	// OK means: the packet reached TCP.
	OK Reason = 0
	// LinkTypeUnknown means: the link type is not decoded; in the account each has a row of its own.
	LinkTypeUnknown = Reason(link.SkipLinkType)
	// CaplenTooLarge means: more bytes captured than were on the wire.
	CaplenTooLarge = Reason(link.SkipLength)
	// NotIP means: another protocol than IP.
	NotIP = Reason(link.SkipNotIP)
	// CutInHeaders means: the capture cut the packet (snaplen) before the end of the fixed TCP header.
	CutInHeaders = Reason(link.SkipCut)
	// TooDeep means: more than link.MaxDepth tags, labels and tunnels.
	TooDeep = Reason(link.SkipDepth)
)

const (
	// NotTCP means: IP with another protocol. ICMP counts here whatever it quotes.
	NotTCP = Reason(link.SkipRows) + iota
	// Encrypted means: IPsec's ESP (RFC 4303), unless it is not encrypted.
	Encrypted
	// DamagedIP means: an IP header, extension header or fragment that contradicts itself.
	DamagedIP
	// DamagedTCP means: a TCP header longer than its segment, or with a data offset below 5 (RFC 9293 section 3.1).
	DamagedTCP
	// FragmentWaiting means: an IP fragment whose datagram is not complete: for now, and in the account for good.
	FragmentWaiting
	// FragmentJoined means: an IP fragment whose datagram was completed by a later packet, which counts for it.
	FragmentJoined
	// FragmentDuplicate means: an IP fragment of a datagram that was already complete, with the same bytes.
	FragmentDuplicate
	// FragmentLimit means: an IP fragment that was dropped because of FragmentLimits.
	FragmentLimit
	// FragmentOverlap means: an IP fragment of a datagram of which two fragments overlap with different bytes (RFC 5722 section 4): what
	// the receiver made of it is not known.
	FragmentOverlap
	// QUIC means: UDP of a connection that began with QUIC's Initial packet (RFC 9000).
	QUIC
	reasons
)

var reasonNames = [reasons]string{
	NotTCP: "not tcp", Encrypted: "encrypted ip (esp)", DamagedIP: "damaged ip header", DamagedTCP: "damaged tcp header",
	FragmentWaiting: "ip fragment, not reassembled", FragmentJoined: "ip fragment, joined",
	QUIC:              "quic",
	FragmentDuplicate: "ip fragment, duplicate", FragmentLimit: "ip fragment, over the limit",
	FragmentOverlap: "ip fragment, overlaps with other bytes",
}

// String is the reason as written in the account; "" for OK.
func (r Reason) String() string {
	if r < Reason(link.SkipRows) {
		return link.Skip(r).String()
	}
	if r >= reasons {
		return "unknown"
	}
	return reasonNames[r]
}

// damaged reports whether packets skipped for this reason are damaged, or cut by the capture.
func (r Reason) damaged() bool {
	if r < Reason(link.SkipRows) {
		return link.Skip(r).Damaged()
	}
	return r == DamagedIP || r == DamagedTCP || r == FragmentOverlap
}

// reasonOf is what a Skip is in the account.
func reasonOf(s link.Skip) Reason {
	if s == link.SkipNoTunnel {
		return NotTCP
	}
	return Reason(s)
}
