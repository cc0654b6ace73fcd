package reassembly

import "encoding/binary"

// plain fills s from an IPv4 packet that is as nearly all are: no options, no fragment, TCP,
// captured whole. False says nothing but that the long way has to look at it.
func (s *Segment) plain(ip []byte) bool {
	if len(ip) < 40 || ip[0] != 0x45 || ip[9] != protoTCP || be16(ip[6:])&0x3fff != 0 {
		return false
	}
	total := int(be16(ip[2:]))
	if total < 40 || total > len(ip) || !plainSumOK(ip) {
		return false
	}
	t := ip[20:total]
	size := int(t[12]>>4) * 4
	if size < 20 || size > len(t) {
		return false
	}
	s.IPID, s.TTL = be16(ip[4:]), ip[8]
	s.flow4(be32(ip[12:]), be32(ip[16:]), be16(t), be16(t[2:]))
	s.Missing, s.Payload = 0, t[size:]
	s.header(t, size)
	return true
}

// tcp fills s from a TCP segment (RFC 9293 section 3.1). Of the options may be missing what
// the capture cut: where the payload would start is known all the same.
func (s *Segment) tcp(h *ipHeader) Reason {
	t, wire := h.rest.Data, h.rest.Wire
	if len(t) < 20 {
		if wire >= 20 {
			return CutInHeaders
		}
		return DamagedTCP
	}
	size := int(t[12]>>4) * 4
	if size < 20 || size > wire {
		return DamagedTCP
	}
	s.IPID, s.TTL = h.ipid, h.ttl
	if h.v6 {
		s.flow6(h.src, h.dst, be16(t), be16(t[2:]))
	} else {
		s.flow4(be32(h.src), be32(h.dst), be16(t), be16(t[2:]))
	}
	s.Payload = t[min(size, len(t)):]
	s.Missing = wire - size - len(s.Payload)
	s.header(t, min(size, len(t)))
	return OK
}

// header fills in what does not depend on IP. size is how many bytes of the header were captured.
func (s *Segment) header(t []byte, size int) {
	s.tcpBytes, s.Joined, s.hasSum = t, false, false
	s.Seq, s.Ack = be32(t[4:]), be32(t[8:])
	s.Flags = Flags(t[13])
	s.Window = be16(t[14:])
	s.Scale, s.MSS = -1, 0
	if s.Flags&SYN != 0 {
		s.options(t[20:size])
	}
}

// options finds the maximum segment size (RFC 9293 section 3.2) and the window scale (RFC 7323 section 2.2). A scale of more than
// 14 counts as 14 (section 2.3).
func (s *Segment) options(o []byte) {
	for len(o) > 0 && o[0] != 0 {
		n := 1
		switch {
		case o[0] == 1:
		case len(o) < 2 || o[1] < 2 || int(o[1]) > len(o):
			return
		default:
			n = int(o[1])
		}
		switch {
		case o[0] == 2 && n == 4:
			s.MSS = be16(o[2:])
		case o[0] == 3 && n == 3:
			s.Scale = int8(min(o[2], 14))
		}
		o = o[n:]
	}
}

// flow4 sets Flow and FromB from IPv4 addresses and ports in the order sender, receiver.
func (s *Segment) flow4(src, dst uint32, srcPort, dstPort uint16) {
	s.FromB = src > dst || (src == dst && srcPort > dstPort)
	if s.FromB {
		src, dst, srcPort, dstPort = dst, src, dstPort, srcPort
	}
	f := &s.Flow
	setMapped(&f.A, src)
	setMapped(&f.B, dst)
	f.APort, f.BPort, f.V6 = srcPort, dstPort, false
}

// setMapped stores the IPv4-mapped form of an address (RFC 4291 section 2.5.5.2), as two words.
func setMapped(to *[16]byte, a uint32) {
	binary.BigEndian.PutUint64(to[:8], 0)
	binary.BigEndian.PutUint64(to[8:], 0xffff<<32|uint64(a))
}

// flow6 is flow4 for IPv6.
func (s *Segment) flow6(src, dst []byte, srcPort, dstPort uint16) {
	f := &s.Flow
	f.A, f.B = [16]byte(src), [16]byte(dst)
	f.APort, f.BPort, f.V6 = srcPort, dstPort, true
	c := compare16(&f.A, &f.B)
	s.FromB = c > 0 || (c == 0 && srcPort > dstPort)
	if s.FromB {
		f.A, f.B, f.APort, f.BPort = f.B, f.A, f.BPort, f.APort
	}
}

func compare16(a, b *[16]byte) int {
	for i := range a {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return 0
}
