package pcaps

import "encoding/binary"

// envelopes are the link types whose headers are more than a type and addresses.
var envelopes = map[uint16]func(ip []byte) []byte{
	LinkRadiotap: radiotap,
	LinkUser2:    pktap,
	LinkPKTAP:    pktap,
	LinkIPNet:    ipnet,
	LinkUpperPDU: upperPDU,
}

// radiotap is an IEEE 802.11 QoS data frame from a station, after the receiver's header with a time and flags, and with a
// check sequence.
func radiotap(ip []byte) []byte {
	f := []byte{0, 0, 18, 0, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x10, 0}
	f = append(f, 0x88, 1, 0, 0, 2, 0, 0, 0, 0, 10, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0)
	f = append(f, 0xaa, 0xaa, 3, 0, 0, 0)
	f = binary.BigEndian.AppendUint16(f, etherType(ip))
	f = append(f, ip...)
	return append(f, 0xde, 0xad, 0xbe, 0xef)
}

// pktap is Apple's header of 108 bytes before an Ethernet frame of interface en0.
func pktap(ip []byte) []byte {
	h := make([]byte, 108)
	binary.LittleEndian.PutUint32(h, 108)
	binary.LittleEndian.PutUint32(h[4:], 1)
	binary.LittleEndian.PutUint32(h[8:], uint32(LinkEthernet))
	copy(h[12:], "en0")
	return append(h, Ethernet.ethernet(ip)...)
}

// ipnet is Solaris's header of 24 bytes.
func ipnet(ip []byte) []byte {
	h := make([]byte, 24)
	h[0], h[1] = 1, 2
	if ip[0]>>4 == 6 {
		h[1] = 26
	}
	binary.BigEndian.PutUint32(h[4:], uint32(len(ip)))
	return append(h, ip...)
}

// upperPDU is what Wireshark exports of layer 4: where the payload of a TCP segment was in its stream, and the payload.
// A segment without payload is exported as the IP packet that it is in.
func upperPDU(ip []byte) []byte {
	header := 40
	if ip[0]>>4 == 4 {
		header = int(ip[0]&15) * 4
	}
	tcp := ip[header:]
	payload := tcp[int(tcp[12]>>4)*4:]
	if len(payload) == 0 {
		name := "ip"
		if header == 40 {
			name = "ipv6"
		}
		return append(pduTag(pduTag(nil, 12, []byte(name + "\x00\x00\x00\x00")[:len(name)/4*4+4]), 0, nil), ip...)
	}
	b := pduTag(nil, 12, []byte("http-over-tcp\x00\x00\x00"))
	if header == 40 {
		b = pduTag(pduTag(b, 22, ip[8:24]), 23, ip[24:40])
	} else {
		b = pduTag(pduTag(b, 20, ip[12:16]), 21, ip[16:20])
	}
	b = pduTag(b, 24, []byte{0, 0, 0, 2})
	b = pduTag(pduTag(b, 25, []byte{0, 0, tcp[0], tcp[1]}), 26, []byte{0, 0, tcp[2], tcp[3]})
	place := append([]byte{0, 1}, tcp[4:8]...)
	place = binary.BigEndian.AppendUint32(place, binary.BigEndian.Uint32(tcp[4:])+uint32(len(payload)))
	place = append(append(place, tcp[8:12]...), 0, 0, tcp[13], 0, 0)
	return append(pduTag(pduTag(b, 34, place), 0, nil), payload...)
}

func pduTag(b []byte, number uint16, value []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, number)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}
