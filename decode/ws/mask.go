package ws

import "encoding/binary"

// keyAt is the masking key as a little-endian word for a run of payload that
// begins at position pos of the frame's payload (RFC 6455 section 5.3).
func keyAt(key [4]byte, pos int64) uint32 {
	k, n := binary.LittleEndian.Uint32(key[:]), uint(pos&3)*8
	return k>>n | k<<(32-n)
}

// unmask writes src unmasked with key to dst, which is at least as long. They may be the same memory.
func unmask(dst, src []byte, key uint32) {
	k := uint64(key) | uint64(key)<<32
	dst = dst[:len(src)]
	for len(src) >= 32 && len(dst) >= 32 {
		xor8(dst[0:8], src[0:8], k)
		xor8(dst[8:16], src[8:16], k)
		xor8(dst[16:24], src[16:24], k)
		xor8(dst[24:32], src[24:32], k)
		dst, src = dst[32:], src[32:]
	}
	for len(src) >= 8 && len(dst) >= 8 {
		xor8(dst[0:8], src[0:8], k)
		dst, src = dst[8:], src[8:]
	}
	for i := range src {
		dst[i] = src[i] ^ byte(k)
		k >>= 8
	}
}

func xor8(dst, src []byte, k uint64) {
	binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src)^k)
}
