package pcaps

import (
	"encoding/binary"
	"net/netip"
)

// The flags of a TCP segment (RFC 9293 section 3.1).
const (
	FIN byte = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
)

// Segment is one TCP segment to be written.
type Segment struct {
	Src, Dst netip.AddrPort
	Seq, Ack uint32
	Flags    byte
	// Window is as in the header, unscaled.
	Window uint16
	// Urgent is the urgent pointer.
	Urgent uint16
	// Options are filled up with zeros to a multiple of 4 bytes.
	Options []byte
	Payload []byte
	// ID is the identification of the IPv4 packet.
	ID uint16
	// BadChecksum writes a checksum that is wrong.
	BadChecksum bool
}

// Bytes is the segment in its IP packet, with right checksums unless told otherwise.
func (s Segment) Bytes() []byte {
	opts := append([]byte(nil), s.Options...)
	for len(opts)%4 != 0 {
		opts = append(opts, 0)
	}
	t := make([]byte, 20, 20+len(opts)+len(s.Payload))
	binary.BigEndian.PutUint16(t, s.Src.Port())
	binary.BigEndian.PutUint16(t[2:], s.Dst.Port())
	binary.BigEndian.PutUint32(t[4:], s.Seq)
	binary.BigEndian.PutUint32(t[8:], s.Ack)
	t[12], t[13] = byte(5+len(opts)/4)<<4, s.Flags
	binary.BigEndian.PutUint16(t[14:], s.Window)
	binary.BigEndian.PutUint16(t[18:], s.Urgent)
	t = append(append(t, opts...), s.Payload...)
	c := transport(s.Src.Addr(), s.Dst.Addr(), ProtoTCP, t)
	if s.BadChecksum {
		c ^= 0x5555
	}
	binary.BigEndian.PutUint16(t[16:], c)
	return IP{Src: s.Src.Addr(), Dst: s.Dst.Addr(), Proto: ProtoTCP, ID: s.ID, Payload: t}.Bytes()
}
