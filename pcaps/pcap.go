package pcaps

import "encoding/binary"

// The magic numbers of classic pcap.
const (
	MagicMicro    uint32 = 0xa1b2c3d4
	MagicNano     uint32 = 0xa1b23c4d
	MagicModified uint32 = 0xa1b2cd34
)

// Pcap writes classic pcap files. The zero value is the usual one: little-endian,
// microseconds, version 2.4, snaplen 262144 and the first packet's link type.
type Pcap struct {
	BigEndian bool
	// Magic is MagicMicro where 0. With MagicModified each record has 8 more bytes, as its readers expect.
	Magic uint32
	// Version is major<<16 | minor; 2.4 where 0.
	Version uint32
	// Snaplen is that of the header; nil is 262144. Packets are not cut to it.
	Snaplen *uint32
	// Network, where not nil, is the whole link type field, FCS bits included.
	Network *uint32
}

// Bytes is the file.
func (f Pcap) Bytes(ps []Packet) []byte {
	order := byteOrder(f.BigEndian)
	out := f.header(order, ps)
	for _, p := range ps {
		out = f.AppendRecord(out, p)
	}
	return out
}

func (f Pcap) header(order order, ps []Packet) []byte {
	magic, version, snaplen, network := f.magic(), f.Version, uint32(262144), uint32(LinkEthernet)
	if version == 0 {
		version = 2<<16 | 4
	}
	if f.Snaplen != nil {
		snaplen = *f.Snaplen
	}
	if len(ps) > 0 {
		network = uint32(ps[0].Link)
	}
	if f.Network != nil {
		network = *f.Network
	}
	out := order.AppendUint32(nil, magic)
	out = order.AppendUint16(out, uint16(version>>16))
	out = order.AppendUint16(out, uint16(version))
	out = append(out, make([]byte, 8)...)
	out = order.AppendUint32(out, snaplen)
	return order.AppendUint32(out, network)
}

// AppendRecord appends a packet with its record header, for files that are too large for Bytes; Bytes(nil) is
// the header of an Ethernet file.
func (f Pcap) AppendRecord(out []byte, p Packet) []byte {
	order, fraction := byteOrder(f.BigEndian), uint32(p.Time.Nanosecond())
	if f.magic() != MagicNano {
		fraction /= 1000
	}
	out = order.AppendUint32(out, uint32(p.Time.Unix()))
	out = order.AppendUint32(out, fraction)
	out = order.AppendUint32(out, uint32(len(p.Data)))
	out = order.AppendUint32(out, uint32(p.length()))
	if f.magic() == MagicModified {
		out = append(out, make([]byte, 8)...)
	}
	return append(out, p.Data...)
}

func (f Pcap) magic() uint32 {
	if f.Magic == 0 {
		return MagicMicro
	}
	return f.Magic
}

// order reads and appends in one byte order.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

func byteOrder(big bool) order {
	if big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}
