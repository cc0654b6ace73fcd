package link

import (
	"encoding/binary"
	"strings"
)

// Tags before a PDU that Wireshark exported (wsutil/exported_pdu_tlvs.h): number, length, value.
const (
	tagEnd      = 0
	tagName     = 12
	tagSrc4     = 20
	tagDst4     = 21
	tagSrc6     = 22
	tagDst6     = 23
	tagPorts    = 24
	tagSrcPort  = 25
	tagDstPort  = 26
	tagTCP      = 34
	portsOfTCP  = 2
	tcpTagBytes = 19
)

// exported is what the tags say of a PDU.
type exported struct {
	name             string
	src, dst         []byte
	ports            uint32
	srcPort, dstPort uint32
	tcp              []byte
}

// pdu is a PDU that Wireshark exported: an IP packet or a frame, or what TCP carried together with its place in the
// stream.
func pdu(r *Inner) (header, Skip) {
	var e exported
	for {
		if len(r.Data) < 4 {
			return 0, r.short(4, SkipLinkHeader)
		}
		tag, size := be16(r.Data), int(be16(r.Data[2:]))
		r.Skip(4)
		if tag == tagEnd {
			break
		}
		value := r.Data
		if !r.Skip(size) {
			return 0, r.short(size, SkipLinkHeader)
		}
		e.note(tag, value[:size])
	}
	switch {
	case e.name == "ip" || e.name == "ipv6":
		return headIP, 0
	case strings.HasPrefix(e.name, "eth"):
		return headEthernet, 0
	case e.segment():
		return headIP, r.rebuild(&e)
	case e.ports == portsOfTCP:
		return 0, SkipPDU
	}
	return 0, SkipNotIP
}

// note keeps the value of a tag that matters.
func (e *exported) note(tag uint16, value []byte) {
	switch {
	case tag == tagName:
		e.name = strings.TrimRight(string(value), "\x00")
	case tag == tagSrc4 && len(value) == 4, tag == tagSrc6 && len(value) == 16:
		e.src = value
	case tag == tagDst4 && len(value) == 4, tag == tagDst6 && len(value) == 16:
		e.dst = value
	case tag == tagTCP && len(value) >= tcpTagBytes && be16(value) == 1:
		e.tcp = value
	case len(value) != 4:
	case tag == tagPorts:
		e.ports = binary.BigEndian.Uint32(value)
	case tag == tagSrcPort:
		e.srcPort = binary.BigEndian.Uint32(value)
	case tag == tagDstPort:
		e.dstPort = binary.BigEndian.Uint32(value)
	}
}

// segment reports whether the tags say where in a TCP stream the PDU was.
func (e *exported) segment() bool {
	return e.tcp != nil && e.ports == portsOfTCP && e.src != nil && len(e.src) == len(e.dst)
}

// rebuild puts the headers of a TCP segment before the PDU, which take the place of its tags. This is the only step that
// allocates: as much as was captured, and 60 bytes.
func (r *Inner) rebuild(e *exported) Skip {
	if len(r.Data) < r.Wire {
		return SkipCut
	}
	t := e.tcpHeader(len(r.Data))
	size := len(t) + len(r.Data)
	var b []byte
	if len(e.src) == 4 {
		b = e.header4(20 + size)
	} else {
		b = e.header6(size)
	}
	at := len(b)
	b = append(append(b, t...), r.Data...)
	e.setChecksum(b, b[at:])
	r.Data, r.Wire = b, len(b)
	return 0
}

// tcpHeader is the header of a segment with n bytes. The tag holds: version 2, sequence number 4, the next one 4,
// acknowledgement 4, whether the PDU was put together from several segments 1, flags 2, urgent pointer 2. If it was,
// its sequence number is that of the last segment.
func (e *exported) tcpHeader(n int) []byte {
	first, next := binary.BigEndian.Uint32(e.tcp[2:]), binary.BigEndian.Uint32(e.tcp[6:])
	if e.tcp[14] != 0 {
		first = next - uint32(n)
	}
	t := binary.BigEndian.AppendUint16(make([]byte, 0, 20), uint16(e.srcPort))
	t = binary.BigEndian.AppendUint16(t, uint16(e.dstPort))
	t = binary.BigEndian.AppendUint32(t, first)
	t = append(t, e.tcp[10:14]...)
	t = append(t, 5<<4, e.tcp[16], 0xff, 0xff, 0, 0, 0, 0)
	return t
}

// header4 is an IPv4 header for a packet of the given length in all.
func (e *exported) header4(total int) []byte {
	b := make([]byte, 20, total)
	b[0], b[6], b[8], b[9] = 0x45, 0x40, 64, protoTCP
	binary.BigEndian.PutUint16(b[2:], uint16(offloaded(total)))
	copy(b[12:], e.src)
	copy(b[16:], e.dst)
	binary.BigEndian.PutUint16(b[10:], ^checksum(b))
	return b
}

// header6 is an IPv6 header for a payload of the given length.
func (e *exported) header6(payload int) []byte {
	b := make([]byte, 40, 40+payload)
	b[0], b[6], b[7] = 0x60, protoTCP, 64
	binary.BigEndian.PutUint16(b[4:], uint16(offloaded(payload)))
	copy(b[8:], e.src)
	copy(b[24:], e.dst)
	return b
}

// offloaded is the length in an IP header: 0 if it does not fit, as after segmentation offloading.
func offloaded(n int) int {
	if n > 0xffff {
		return 0
	}
	return n
}

const protoTCP = 6

// setChecksum writes the checksum of a segment that b ends with.
func (e *exported) setChecksum(b, segment []byte) {
	pseudo := append(append([]byte(nil), e.src...), e.dst...)
	pseudo = binary.BigEndian.AppendUint32(pseudo, uint32(len(segment)))
	pseudo = append(pseudo, 0, 0, 0, protoTCP)
	body := segment
	if len(body)%2 == 1 {
		body = append(b[len(b)-len(segment):len(b):len(b)], 0)
	}
	sum := uint32(checksum(pseudo)) + uint32(checksum(body))
	binary.BigEndian.PutUint16(segment[16:], ^uint16(sum&0xffff+sum>>16))
}
