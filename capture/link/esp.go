package link

// IP protocol numbers that an IPsec packet may carry.
const (
	protoIPv4 = 4
	protoIPv6 = 41
)

// espTrailers are the lengths of integrity check values: none, 96 bits (RFC 2403, RFC 2404), 128, 192 and 256 bits
// (RFC 4868, RFC 4543).
var espTrailers = [...]int{12, 16, 24, 32, 0}

// espVectors are the lengths of what may come before the payload: nothing, or the vector of AES-GMAC (RFC 4543).
var espVectors = [...]int{0, 8}

// NullESP takes the headers and the trailer off an IPsec packet (RFC 4303) that is not encrypted (RFC 2410), and
// returns the protocol of what was inside. Nothing in a packet says whether it is encrypted, nor how long its trailer is:
// ok is true only if padding and next header are right and the payload is valid beyond doubt: an IP packet, or one for
// which valid, if not nil, is true.
func NullESP(r Inner, valid func(protocol uint8, payload []byte) bool) (protocol uint8, inner Inner, ok bool) {
	if !r.Skip(8) {
		return 0, r, false
	}
	for _, vector := range espVectors {
		inner := r
		if !inner.Skip(vector) {
			break
		}
		if len(inner.Data) < inner.Wire { // the trailer was not captured
			if inner.beginsWithIP() {
				return ipVersion(inner.Data), inner, true
			}
			continue
		}
		for _, check := range espTrailers {
			opened, protocol, ok := inner.espPayload(check)
			if ok && opened.espValid(protocol, valid) {
				return protocol, opened, true
			}
		}
	}
	return 0, r, false
}

// espPayload takes off a trailer with an integrity check value of the given length. The padding must count 1, 2, 3
// (RFC 4303 section 2.4).
func (r *Inner) espPayload(check int) (inner Inner, protocol uint8, ok bool) {
	end := len(r.Data) - check
	if end < 2 {
		return *r, 0, false
	}
	protocol = r.Data[end-1]
	padding := int(r.Data[end-2])
	size := end - 2 - padding
	if size < 0 {
		return *r, 0, false
	}
	for i, b := range r.Data[size : end-2] {
		if int(b) != i+1 {
			return *r, 0, false
		}
	}
	inner = *r
	inner.limit(size)
	return inner, protocol, true
}

func (r *Inner) espValid(protocol uint8, valid func(uint8, []byte) bool) bool {
	if protocol == protoIPv4 || protocol == protoIPv6 {
		return r.beginsWithIP() && ipVersion(r.Data) == protocol
	}
	return valid != nil && valid(protocol, r.Data)
}

// ipVersion is the protocol number of an IP packet inside another packet.
func ipVersion(b []byte) uint8 {
	if b[0]>>4 == 6 {
		return protoIPv6
	}
	return protoIPv4
}
