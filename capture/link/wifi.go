package link

import "encoding/binary"

// radiotap is a header of the receiver before an IEEE 802.11 frame (little-endian): version 0, its own length, words of
// which each bit says that a field is present, and the fields. Only the flags matter, which come first or after an
// aligned time of 8 bytes.
func radiotap(r *Inner) (header, Skip) {
	b := r.Data
	if len(b) < 8 {
		return 0, r.short(8, SkipLinkHeader)
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if b[0] != 0 || size < 8 {
		return 0, SkipLinkHeader
	}
	if !r.Skip(size) {
		return 0, r.short(size, SkipLinkHeader)
	}
	return r.wifi(radiotapFlags(b[:size]))
}

// Flags of radiotap.
const (
	wifiPadded      = 0x20 // between the header and the body, to a multiple of 4
	wifiBadChecksum = 0x40
)

// radiotapFlags is the field Flags, 0 if it is absent.
func radiotapFlags(b []byte) byte {
	const hasTime, hasFlags, moreWords = 1, 2, 1 << 31
	present := binary.LittleEndian.Uint32(b[4:])
	at := 8
	for word := present; word&moreWords != 0; at += 4 {
		if at+4 > len(b) {
			return 0
		}
		word = binary.LittleEndian.Uint32(b[at:])
	}
	if present&hasTime != 0 {
		at = (at+7)&^7 + 8
	}
	if present&hasFlags == 0 || at >= len(b) {
		return 0
	}
	return b[at]
}

// prism is a header of 144 bytes that says its own length at offset 4, or one of AVS.
func prism(r *Inner) (header, Skip) {
	b := r.Data
	if len(b) < 8 {
		return 0, r.short(8, SkipLinkHeader)
	}
	if isAVS(b) {
		return headAVS, 0
	}
	size := binary.LittleEndian.Uint32(b[4:])
	if size > 1<<12 {
		size = binary.BigEndian.Uint32(b[4:])
	}
	return r.receiver(size)
}

// isAVS reports whether b begins with the magic number of AVS, with any version.
func isAVS(b []byte) bool { return binary.BigEndian.Uint32(b)&^0xfff == 0x80211000 }

// avs is a header (big-endian) with a magic number and its own length.
func avs(r *Inner) (header, Skip) {
	b := r.Data
	if len(b) < 8 {
		return 0, r.short(8, SkipLinkHeader)
	}
	if !isAVS(b) {
		return 0, SkipLinkHeader
	}
	return r.receiver(binary.BigEndian.Uint32(b[4:]))
}

// receiver takes off a header of the receiver with the given length.
func (r *Inner) receiver(size uint32) (header, Skip) {
	if size < 8 || size > 1<<12 {
		return 0, SkipLinkHeader
	}
	if !r.Skip(int(size)) {
		return 0, r.short(int(size), SkipLinkHeader)
	}
	return headWiFi, 0
}

func plainWiFi(r *Inner) (header, Skip) { return r.wifi(0) }

// Bits of the first two bytes of an IEEE 802.11 header (section 9.2.4.1), and of its QoS field.
const (
	wifiType      = 0x0c
	wifiData      = 0x08
	wifiNoData    = 0x40
	wifiQoS       = 0x80
	wifiToFrom    = 0x03
	wifiMore      = 0x04
	wifiProtected = 0x40
	wifiOrder     = 0x80
	wifiAggregate = 0x80
)

// wifi is an IEEE 802.11 frame (section 9.3.2): only whole data frames that are not encrypted carry what is looked for.
func (r *Inner) wifi(flags byte) (header, Skip) {
	b := r.Data
	if flags&wifiBadChecksum != 0 {
		return 0, SkipWiFiChecksum
	}
	if len(b) < 2 {
		return 0, r.short(2, SkipLinkHeader)
	}
	if b[0]&3 != 0 || b[0]&wifiType != wifiData || b[0]&wifiNoData != 0 {
		return 0, SkipNotIP
	}
	size := wifiSize(b)
	if flags&wifiPadded != 0 {
		size = (size + 3) &^ 3
	}
	if !r.Skip(size) {
		return 0, r.short(size, SkipLinkHeader)
	}
	return r.wifiBody(b[:size])
}

// wifiSize is the length of the header of a data frame.
func wifiSize(b []byte) int {
	size := 24
	if b[1]&wifiToFrom == wifiToFrom {
		size += 6 // a fourth address
	}
	if b[0]&wifiQoS != 0 {
		size += 2
		if b[1]&wifiOrder != 0 {
			size += 4 // HT control
		}
	}
	return size
}

// wifiBody decides what to do with the body of a data frame.
func (r *Inner) wifiBody(head []byte) (header, Skip) {
	switch {
	case head[1]&wifiMore != 0 || head[22]&0x0f != 0:
		return 0, SkipWiFiFragment
	case head[1]&wifiProtected != 0 && !r.deciphered():
		if len(r.Data) < longestVector+len(snapHeader) {
			return 0, r.short(longestVector+len(snapHeader), SkipWiFiEncrypted)
		}
		return 0, SkipWiFiEncrypted
	case head[0]&wifiQoS != 0 && head[wifiQoSAt(head)]&wifiAggregate != 0:
		return r.aggregate()
	}
	return headLLC, 0
}

func wifiQoSAt(head []byte) int {
	if head[1]&wifiToFrom == wifiToFrom {
		return 30
	}
	return 24
}

const (
	// snapHeader is how a body begins that is not encrypted.
	snapHeader = "\xaa\xaa\x03\x00\x00\x00"
	// longestVector is the length of the vector of TKIP and CCMP before an encrypted body.
	longestVector = 8
)

// deciphered reports whether the receiver has decrypted the body and left the mark of encryption in the header, and
// takes off the initialisation vector if that was left too.
func (r *Inner) deciphered() bool {
	for _, vector := range [...]int{0, 4, longestVector} {
		if len(r.Data) >= vector+len(snapHeader) && string(r.Data[vector:vector+len(snapHeader)]) == snapHeader {
			return r.Skip(vector)
		}
	}
	return false
}

// aggregate is an A-MSDU (section 9.3.2.2.2): packets that each have addresses and a length. Only one packet can be
// returned, so only aggregates of one are decoded.
func (r *Inner) aggregate() (header, Skip) {
	b := r.Data
	if !r.Skip(14) {
		return 0, r.short(14, SkipLinkHeader)
	}
	n := int(be16(b[12:]))
	const checksum = 4 // the frame's own, which may be captured
	if r.Wire > (n+3)&^3+checksum {
		return 0, SkipWiFiAggregate
	}
	r.limit(n)
	return headLLC, 0
}
