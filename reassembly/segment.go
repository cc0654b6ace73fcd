package reassembly

import (
	"net/netip"

	"github.com/wspeek/wspeek/capture"
)

// Flags are the bits of byte 13 of the TCP header (RFC 9293 section 3.1).
type Flags uint8

// The flags that matter here.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
)

// Flow is the unordered pair of endpoints of a connection: A is the lower. It is comparable.
// VLAN and interface are no part of it.
type Flow struct {
	A, B         [16]byte
	APort, BPort uint16
	V6           bool
}

// Segment is one TCP segment as captured.
type Segment struct {
	// Packet is the number of the packet that completed it and Time when that was captured.
	Packet int
	Time   capture.Time
	Flow   Flow
	// FromB says that endpoint B of Flow sent it.
	FromB    bool
	Flags    Flags
	Seq, Ack uint32
	// Window is the advertised window as in the header, unscaled.
	Window uint16
	// Scale is the window scale option (RFC 7323) of a SYN, -1 if there is none.
	Scale int8
	// MSS is the maximum segment size that a SYN offers, 0 if it says nothing.
	MSS uint16
	// Payload are the captured bytes and Missing is how many more the wire carried after them (snaplen).
	// Payload lies in the batch, or in memory of its own where fragments were joined.
	Payload []byte
	Missing int
	// Comment is the comment that the capture has for the packet, nil for none. It lies in the batch.
	Comment []byte
	// IPID is the identification of the IPv4 header, 0 for IPv6.
	IPID uint16
	// TTL is the time to live of the IPv4 header, or the hop limit of IPv6.
	TTL uint8
	// Joined says that it was put together from IP fragments, which may be of different datagrams.
	Joined bool

	tcpBytes []byte // header and payload as captured, for ChecksumOK
	// sum is the sum64 of Payload, if hasSum.
	sum    uint64
	hasSum bool
}

// Src and Dst are the sender and the receiver.
func (s *Segment) Src() netip.AddrPort { return s.Flow.endpoint(s.FromB) }

// Dst is the receiver.
func (s *Segment) Dst() netip.AddrPort { return s.Flow.endpoint(!s.FromB) }

func (f *Flow) endpoint(b bool) netip.AddrPort {
	addr, port := f.A, f.APort
	if b {
		addr, port = f.B, f.BPort
	}
	ip := netip.AddrFrom16(addr)
	if !f.V6 {
		ip = ip.Unmap()
	}
	return netip.AddrPortFrom(ip, port)
}

// Hash spreads flows over shards; both directions of a connection have the same.
func (f *Flow) Hash() uint64 {
	const k = 0x9e3779b97f4a7c15
	h := uint64(f.APort)<<16 | uint64(f.BPort)
	for i := 0; i < 16; i += 8 {
		h = (h ^ le64(f.A[i:])) * k
		h = (h ^ h>>29 ^ le64(f.B[i:])) * k
	}
	return h ^ h>>32
}

func le64(b []byte) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}
