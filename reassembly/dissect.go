package reassembly

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/capture/link"
)

// IP protocol numbers that are followed here; link.Tunnel knows the others.
const (
	protoHopByHop = 0
	protoIPv4     = 4
	protoTCP      = 6
	protoIPv6     = 41
	protoRouting  = 43
	protoFragment = 44
	protoESP      = 50
	protoAH       = 51
	protoNoNext   = 59
	protoDestOpts = 60
	protoMobility = 135
	protoHIP      = 139
	protoShim6    = 140
)

// Dissector makes TCP segments of packets: it takes link headers and tunnels off, joins IP
// fragments, and keeps the account of what came to nothing. The zero value is ready. It
// is for one goroutine at a time.
type Dissector struct {
	// Fragments bounds what waits for the rest of its datagram; to be set before the first packet.
	Fragments FragmentLimits

	ip        ipHeader
	defrag    defragmenter
	parts     []int          // of the packet looked at
	count     [reasons]int64 // count[OK] are the decoded ones
	quic      quicFlows
	linkTypes map[capture.LinkType]int64
	// tornTCP counts fragments of TCP segments that are not whole so far.
	tornTCP int64
	// badIP counts the IPv4 headers with a wrong checksum that were taken all the same.
	badIP int64
}

// Segment fills s with the TCP segment that p carries or completes, and returns OK; else it
// returns the reason, and what is in s means nothing. Payloads lie in p's batch, or in memory
// of their own where fragments were joined.
func (d *Dissector) Segment(p *capture.Packet, s *Segment) Reason {
	s.Packet, s.Time, s.Comment = p.Number, p.Time, p.Comment
	d.parts = d.parts[:0]
	if ip, ok := link.PlainIPv4(p); ok && s.plain(ip) {
		d.count[OK]++
		return OK
	}
	r := d.dissect(p, s)
	if r == LinkTypeUnknown {
		if d.linkTypes == nil {
			d.linkTypes = map[capture.LinkType]int64{}
		}
		d.linkTypes[p.LinkType]++
	}
	d.count[r]++
	return r
}

// Parts are the numbers of the earlier packets that carried fragments of what the last call of Segment was
// about: with OK, of the segment; with FragmentDuplicate, of the datagram that was complete before, with the
// packet that completed it. The slice is valid until the next call.
func (d *Dissector) Parts() []int { return d.parts }

// Decoded is how many packets gave a segment.
func (d *Dissector) Decoded() int64 { return d.count[OK] }

// Skipped is how many packets gave none, by reason. Together with Decoded it is the number of
// packets that were passed to Segment. A fragment that waits may yet move to another row.
func (d *Dissector) Skipped() map[string]int64 {
	m := make(map[string]int64)
	for r := OK + 1; r < reasons; r++ {
		if r != LinkTypeUnknown && d.count[r] > 0 {
			m[r.String()] = d.count[r]
		}
	}
	for l, n := range d.linkTypes {
		m[l.String()] = n
	}
	return m
}

// Damaged is the part of Skipped for which the packets themselves are damaged or were cut, or are fragments of TCP segments that are
// not whole: what they carried cannot be
// known, so the capture is incomplete. The other reasons are kinds of packets that are not decoded.
func (d *Dissector) Damaged() map[string]int64 {
	m := make(map[string]int64)
	for r := OK + 1; r < reasons; r++ {
		if d.count[r] > 0 && r.damaged() {
			m[r.String()] = d.count[r]
		}
	}
	if n := min(d.tornTCP, d.count[FragmentWaiting]); n > 0 {
		m[FragmentWaiting.String()] = n
	}
	return m
}

// SkippedFor is how many packets gave no segment for this reason.
func (d *Dissector) SkippedFor(r Reason) int64 {
	if r == OK || r >= reasons {
		return 0
	}
	return d.count[r]
}

// move re-labels n packets that were counted before.
func (d *Dissector) move(n int64, from, to Reason) {
	d.count[from] -= n
	d.count[to] += n
}

func (d *Dissector) dissect(p *capture.Packet, s *Segment) Reason {
	rest, skip := link.Unwrap(p)
	for {
		if skip != 0 {
			return reasonOf(skip)
		}
		if r := d.datagram(rest, p); r != OK {
			return r
		}
		h := &d.ip
		switch h.proto {
		case protoTCP:
			return d.tcp(s)
		case protoESP:
			if !d.open(s) {
				return Encrypted
			}
			if h.proto == protoTCP {
				return d.tcp(s)
			}
			skip = d.deeper()
			rest = h.rest
		case protoIPv4, protoIPv6:
			skip = d.deeper()
			rest = h.rest
		default:
			if rest, skip = link.Tunnel(h.proto, h.rest); skip == link.SkipNoTunnel && d.quic.packet(h) {
				return QUIC
			}
		}
	}
}

// tcp fills s from the datagram looked at. An IPv4 header with a wrong checksum is damaged, unless the TCP checksum, which
// covers the addresses, is right, or such headers are the rule here (addresses rewritten, say).
func (d *Dissector) tcp(s *Segment) Reason {
	r := s.tcp(&d.ip)
	if r != OK {
		return r
	}
	s.Joined = d.ip.joined
	if d.ip.badSum && s.verifySum() != sumGood {
		if d.sumsMatter() {
			return DamagedIP
		}
		d.badIP++
	}
	return OK
}

// sumsMatter says that most IPv4 headers have the right checksum.
func (d *Dissector) sumsMatter() bool { return d.count[OK] > 2*d.badIP }

// deeper counts an IP header inside another one.
func (d *Dissector) deeper() link.Skip {
	if d.ip.rest.Depth++; d.ip.rest.Depth > link.MaxDepth {
		return link.SkipDepth
	}
	return 0
}

// open replaces an IPsec payload that is not encrypted by what is inside: an IP packet, or a TCP segment whose checksum is
// right.
func (d *Dissector) open(s *Segment) bool {
	h := &d.ip
	protocol, inner, ok := link.NullESP(h.rest, func(protocol uint8, payload []byte) bool {
		t := *h
		t.rest = link.Inner{Data: payload, Wire: len(payload)}
		if protocol != protoTCP || s.tcp(&t) != OK {
			return false
		}
		right, known := s.ChecksumOK()
		return right && known
	})
	if ok {
		h.proto, h.rest = protocol, inner
	}
	return ok
}

// datagram reads an IP header with its extension headers into d.ip. A fragment that completes
// its datagram is followed by the headers and the payload of that.
func (d *Dissector) datagram(rest link.Inner, p *capture.Packet) Reason {
	h := &d.ip
	r := h.parse(rest)
	for r == OK && h.fragment {
		if r = d.join(h, p); r == OK {
			r = h.extensions()
		}
	}
	return r
}

// join hands a fragment over, and takes the datagram that it completes.
func (d *Dissector) join(h *ipHeader, p *capture.Packet) Reason {
	h.fragment = false
	if h.badSum && d.sumsMatter() {
		return DamagedIP
	}
	if !carries(h.proto) {
		return NotTCP
	}
	if d.defrag.table == nil {
		d.defrag.init(d.Fragments)
	}
	d.move(d.defrag.makeRoom(p.Time, len(h.rest.Data)), FragmentWaiting, FragmentLimit)
	var earlier int64
	var r Reason
	earlier, d.parts, r = d.defrag.add(h, carrier{p.Number, p.Time, d.parts})
	switch {
	case h.proto != protoTCP:
	case r == FragmentWaiting:
		d.tornTCP++
	default:
		d.tornTCP -= earlier
	}
	if r == FragmentOverlap {
		d.move(earlier, FragmentWaiting, FragmentOverlap)
		return r
	}
	d.move(earlier, FragmentWaiting, FragmentJoined)
	h.joined = r == OK
	return r
}

// carries reports the protocols that may lead to TCP: fragments of others need no memory.
func carries(proto uint8) bool {
	switch proto {
	case protoTCP, protoIPv4, protoIPv6, protoHopByHop, protoRouting, protoFragment, protoESP, protoAH, protoDestOpts:
		return true
	}
	return link.MayCarry(proto)
}
