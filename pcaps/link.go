package pcaps

import "encoding/binary"

// The link types of the pcap registry that Link writes.
const (
	LinkNull     uint16 = 0
	LinkEthernet uint16 = 1
	LinkRaw      uint16 = 101
	LinkLoop     uint16 = 108
	LinkSLL      uint16 = 113
	LinkRadiotap uint16 = 127
	LinkUser2    uint16 = 149
	LinkIPNet    uint16 = 226
	LinkIPv4     uint16 = 228
	LinkIPv6     uint16 = 229
	LinkUpperPDU uint16 = 252
	LinkPKTAP    uint16 = 258
	LinkSLL2     uint16 = 276
)

// Link puts a link-layer header before IP packets. The zero value is LinkRaw, without any;
// use Ethernet for the usual one.
type Link struct {
	// Type is the link type; LinkNull is written where Null is set, else 0 stands for LinkRaw.
	Type uint16
	Null bool
	// VLANs are the tags of an Ethernet frame, the outermost first; with two and more the outer are 0x88a8.
	VLANs []uint16
	// Labels is an MPLS stack behind the tags, the outermost first.
	Labels []uint32
	// PPPoE, where not 0, is the session number of a PPPoE header behind the tags.
	PPPoE uint16
	// Pad fills Ethernet frames up to 60 bytes, as a network card does.
	Pad bool
}

// Ethernet is plain Ethernet.
var Ethernet = Link{Type: LinkEthernet}

// Number is the link type's number for the file header.
func (l Link) Number() uint16 {
	if l.Type == 0 && !l.Null {
		return LinkRaw
	}
	return l.Type
}

// Wrap is the packet with its link-layer header.
func (l Link) Wrap(ip []byte) []byte {
	t := etherType(ip)
	switch l.Number() {
	case LinkEthernet:
		return l.ethernet(ip)
	case LinkNull:
		return append(binary.LittleEndian.AppendUint32(nil, family(ip)), ip...)
	case LinkLoop:
		return append(binary.BigEndian.AppendUint32(nil, family(ip)), ip...)
	case LinkSLL:
		h := []byte{0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}
		return append(binary.BigEndian.AppendUint16(h, t), ip...)
	case LinkSLL2:
		h := binary.BigEndian.AppendUint16(nil, t)
		h = append(h, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0)
		return append(h, ip...)
	}
	if wrap, ok := envelopes[l.Number()]; ok {
		return wrap(ip)
	}
	return append([]byte(nil), ip...)
}

func (l Link) ethernet(ip []byte) []byte {
	f := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	for i, id := range l.VLANs {
		tag := uint16(0x8100)
		if i < len(l.VLANs)-1 {
			tag = 0x88a8
		}
		f = binary.BigEndian.AppendUint16(f, tag)
		f = binary.BigEndian.AppendUint16(f, id)
	}
	f = l.shim(f, ip)
	f = append(f, ip...)
	if l.Pad && len(f) < 60 {
		f = append(f, make([]byte, 60-len(f))...)
	}
	return f
}

// shim writes the EtherType and what of PPPoE (RFC 2516) or MPLS (RFC 3032) stands before the packet.
func (l Link) shim(f, ip []byte) []byte {
	switch {
	case l.PPPoE != 0:
		f = append(f, 0x88, 0x64, 0x11, 0)
		f = binary.BigEndian.AppendUint16(f, l.PPPoE)
		f = binary.BigEndian.AppendUint16(f, uint16(2+len(ip)))
		if ip[0]>>4 == 6 {
			return append(f, 0, 0x57)
		}
		return append(f, 0, 0x21)
	case len(l.Labels) > 0:
		f = append(f, 0x88, 0x47)
		for i, label := range l.Labels {
			bottom := uint32(flagBit(i == len(l.Labels)-1, 0x100))
			f = binary.BigEndian.AppendUint32(f, label<<12|bottom|64)
		}
		return f
	}
	return binary.BigEndian.AppendUint16(f, etherType(ip))
}

func etherType(ip []byte) uint16 {
	if ip[0]>>4 == 6 {
		return 0x86dd
	}
	return 0x0800
}

// family is the BSD address family of the NULL and LOOP headers; of the three numbers in use for IPv6 it is macOS's.
func family(ip []byte) uint32 {
	if ip[0]>>4 == 6 {
		return 30
	}
	return 2
}
