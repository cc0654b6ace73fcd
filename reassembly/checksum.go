package reassembly

import (
	"encoding/binary"
	"math/bits"
)

// sumVerdict is what the TCP checksum of a segment says (RFC 9293 section 3.1).
type sumVerdict uint8

const (
	// sumUnknown: the segment was not captured whole, or did not come from a Dissector.
	sumUnknown sumVerdict = iota
	// sumOffloaded: the field is 0 or the sum of the pseudo-header alone. The sender's network card computes the
	// checksum after the point of capture, so it says nothing.
	sumOffloaded
	// sumGood: the checksum is right.
	sumGood
	// sumBad: the checksum is wrong.
	sumBad
)

// ChecksumOK verifies the TCP checksum (RFC 9293 section 3.1). known is false where the capture cut
// the segment. A wrong one says little where the sender's network card computes it after the capture.
// It is to be called only as long as Payload as it was filled in is valid.
func (s *Segment) ChecksumOK() (ok, known bool) {
	v := s.verifySum()
	return v == sumGood, v != sumUnknown
}

// verifySum verifies the TCP checksum, and takes note of the sum of the payload.
func (s *Segment) verifySum() sumVerdict {
	size := len(s.tcpBytes) - len(s.Payload)
	if s.Missing > 0 || size < 20 {
		return sumUnknown
	}
	header := s.tcpBytes[:size]
	addresses := s.addressSum()
	n := uint64(len(s.tcpBytes))
	pseudo := addresses + protoTCP + n>>16 + n&0xffff
	s.sum, s.hasSum = sum64(s.Payload), true
	// A header has an even length, so the payload's sum can be added.
	if fold(addCarry(addCarry(pseudo, sum64(header)), s.sum)) == 0xffff {
		return sumGood
	}
	if field := be16(header[16:]); field == 0 || field == fold(pseudo) || field == fold(addresses+protoTCP) {
		return sumOffloaded
	}
	return sumBad
}

// addressSum is the sum of the addresses of the pseudo-header. The IPv4-mapped prefix counts for 0xffff, which is
// zero in one's complement.
func (s *Segment) addressSum() uint64 {
	f := &s.Flow
	if !f.V6 {
		a, b := binary.BigEndian.Uint32(f.A[12:]), binary.BigEndian.Uint32(f.B[12:])
		return uint64(a>>16) + uint64(a&0xffff) + uint64(b>>16) + uint64(b&0xffff)
	}
	return uint64(fold(addCarry(sum64(f.A[:]), sum64(f.B[:]))))
}

// sum64 is the one's complement sum of b in 64-bit words, big-endian; a rest shorter than a word is filled with zeros
// (RFC 1071 section 2: the width of the words does not matter once they are folded).
func sum64(b []byte) uint64 {
	var sum, carry uint64
	for len(b) >= 64 {
		w := b[:64]
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(w), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(w[8:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(w[16:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(w[24:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(w[32:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(w[40:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(w[48:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(w[56:]), carry)
		b = b[64:]
	}
	for ; len(b) >= 8; b = b[8:] {
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b), carry)
	}
	if len(b) > 0 {
		var rest [8]byte
		copy(rest[:], b)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(rest[:]), carry)
	}
	sum, carry = bits.Add64(sum, 0, carry)
	// The sum of little-endian words is that of big-endian ones with its bytes swapped (RFC 1071 section 2).
	return bits.ReverseBytes64(sum + carry)
}

func addCarry(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	return sum + carry
}

// fold makes 16 bits of a one's complement sum.
func fold(sum uint64) uint16 {
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	return uint16(sum)
}

// tcpSumGood verifies the TCP checksum of a datagram's payload.
func tcpSumGood(src, dst, tcp []byte) bool {
	n := uint64(len(tcp))
	sum := addCarry(addCarry(sum64(src), sum64(dst)), sum64(tcp))
	return n >= 20 && fold(addCarry(sum, protoTCP+n>>16+n&0xffff)) == 0xffff
}

// ipv4SumOK says whether the checksum of an IPv4 header is right, or was left to the network card (RFC 791 section 3.1).
func ipv4SumOK(header []byte) bool {
	if len(header) == 20 {
		return plainSumOK(header)
	}
	return be16(header[10:]) == 0 || fold(sum64(header)) == 0xffff
}

// plainSumOK is ipv4SumOK for a header without options. The order of the bytes does not matter for a sum of 0xffff.
func plainSumOK(b []byte) bool {
	_ = b[19]
	sum := binary.LittleEndian.Uint64(b)>>32 + binary.LittleEndian.Uint64(b)&0xffffffff +
		binary.LittleEndian.Uint64(b[8:])>>32 + binary.LittleEndian.Uint64(b[8:])&0xffffffff + uint64(binary.LittleEndian.Uint32(b[16:]))
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	return sum == 0xffff || b[10]|b[11] == 0
}

// evidence is what the checksums of one direction have said so far.
type evidence struct {
	good, bad uint16
	// largest is the largest payload that verified, or that the peer said it takes.
	largest   uint16
	offloaded uint8
	// mute says that the checksums of this direction say nothing, so that none is computed any more.
	mute bool
}

const (
	// muteAfter is how many offloaded checksums in a row make a direction mute, wrongAfter how many wrong ones do.
	muteAfter, wrongAfter = 16, 64
	// surelyGood is how many checksums that are right, and none left to the network card, show that none is.
	surelyGood = 8
	// coalesced is the payload beyond which a segment may be several that the receiver's network card put together, with the
	// checksum of the first: Ethernet's 1500 bytes without the headers.
	coalesced = 1460
)

// trusted says that a wrong checksum of this direction means damage: others verify, and not by chance.
func (v *evidence) trusted() bool { return v.good > 0 && int(v.good)*4 >= int(v.bad) }

// loopback says that both ends are the same machine, so that no network card takes part.
func (f *Flow) loopback() bool {
	return !f.V6 && f.A[12] == 127 || f.V6 && f.A == [16]byte{15: 1}
}

// look verifies s, and takes note of the result. It returns sumBad only where that may mean damage.
func (v *evidence) look(s *Segment) sumVerdict {
	if v.mute {
		return sumUnknown
	}
	verdict := s.verifySum()
	if verdict == sumOffloaded && v.good >= surelyGood && v.offloaded == 0 && be16(s.tcpBytes[16:]) == 0 {
		v.offloaded, verdict = 1, sumBad // damaged, and its checksum is 0 by chance
	}
	switch verdict {
	case sumGood:
		if v.good++; v.good == 1<<15 {
			v.good, v.bad = v.good/2, v.bad/2
		}
		v.largest = max(v.largest, uint16(min(len(s.Payload), 0xffff)))
	case sumOffloaded:
		v.offloaded = min(v.offloaded+1, muteAfter)
		v.mute = v.good == 0 && v.bad == 0 && v.offloaded >= muteAfter
	case sumBad:
		if !s.Joined && len(s.Payload) > max(coalesced, int(v.largest)) && !s.Flow.loopback() {
			return sumUnknown
		}
		if !s.Joined {
			v.bad = min(v.bad+1, 1<<15)
		}
		v.mute = v.bad >= wrongAfter && !v.trusted()
	}
	return verdict
}
