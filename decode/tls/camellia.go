package tls

import (
	"crypto/cipher"
	"encoding/binary"
	"math/bits"
	"strconv"
)

// camellia is the block cipher of RFC 3713. Encryption and decryption differ in the order of the subkeys alone.
type camellia struct{ enc, dec camelliaKeys }

// camelliaKeys are subkeys in the order in which they are used.
type camelliaKeys struct {
	white  [4]uint64
	rounds []uint64
	// layers are the subkeys of FL and its inverse, which follow every sixth round but the last.
	layers []uint64
}

// part names a 128-bit part of the key schedule (RFC 3713 section 2.2).
type part uint8

const (
	partKL part = iota
	partKR
	partKA
	partKB
)

// subkey is a pair of subkeys: the two halves of a part after a rotation to the left.
type subkey struct {
	part part
	left uint
}

// camelliaPlan is where a key length takes its subkeys from. Pairs are complete, but k9 and k10 of 128-bit keys are halves of two.
type camelliaPlan struct{ first, last, rounds, layers []subkey }

var (
	camellia128 = camelliaPlan{
		first: []subkey{{partKL, 0}}, last: []subkey{{partKA, 111}},
		rounds: []subkey{
			{partKA, 0}, {partKL, 15}, {partKA, 15}, {partKL, 45}, {partKA, 45},
			{partKA, 60}, {partKL, 94}, {partKA, 94}, {partKL, 111},
		},
		layers: []subkey{{partKA, 30}, {partKL, 77}},
	}
	camellia256 = camelliaPlan{
		first: []subkey{{partKL, 0}}, last: []subkey{{partKB, 111}},
		rounds: []subkey{
			{partKB, 0}, {partKR, 15}, {partKA, 15}, {partKB, 30}, {partKL, 45}, {partKA, 45},
			{partKR, 60}, {partKB, 60}, {partKL, 77}, {partKR, 94}, {partKA, 94}, {partKL, 111},
		},
		layers: []subkey{{partKR, 30}, {partKL, 60}, {partKA, 77}},
	}
)

// camelliaSigma are the constants of the key schedule.
var camelliaSigma = [6]uint64{
	0xa09e667f3bcc908b, 0xb67ae8584caa73b2, 0xc6ef372fe94f82be,
	0x54ff53a5f1d36f1c, 0x10e527fade682d1d, 0xb05688c2b3e6c1fd,
}

// newCamellia makes the cipher of a key of 16 or 32 bytes.
func newCamellia(key []byte) (cipher.Block, error) {
	var kl, kr u128
	switch len(key) {
	case 16:
		kl = u128From(key)
	case 32:
		kl, kr = u128From(key), u128From(key[16:])
	default:
		return nil, camelliaKeyError(len(key))
	}
	ka, kb := camelliaSchedule(kl, kr)
	parts := [4]u128{partKL: kl, partKR: kr, partKA: ka, partKB: kb}
	plan := &camellia128
	if len(key) == 32 {
		plan = &camellia256
	}
	k := plan.keys(&parts)
	if len(key) == 16 {
		k.rounds[9] = parts[partKL].rotate(60).lo
	}
	return &camellia{enc: k, dec: k.reversed()}, nil
}

type camelliaKeyError int

func (n camelliaKeyError) Error() string {
	return "camellia: key of " + strconv.Itoa(int(n)) + " bytes, want 16 or 32"
}

func (p *camelliaPlan) keys(parts *[4]u128) camelliaKeys {
	var k camelliaKeys
	copy(k.white[:2], pick(p.first, parts))
	copy(k.white[2:], pick(p.last, parts))
	k.rounds = pick(p.rounds, parts)
	k.layers = pick(p.layers, parts)
	return k
}

func pick(list []subkey, parts *[4]u128) []uint64 {
	var out []uint64
	for _, s := range list {
		v := parts[s.part].rotate(s.left)
		out = append(out, v.hi, v.lo)
	}
	return out
}

// reversed are the subkeys of decryption.
func (k camelliaKeys) reversed() camelliaKeys {
	r := camelliaKeys{white: [4]uint64{k.white[2], k.white[3], k.white[0], k.white[1]}}
	r.rounds, r.layers = backwards(k.rounds), backwards(k.layers)
	return r
}

func backwards(list []uint64) []uint64 {
	out := make([]uint64, len(list))
	for i, v := range list {
		out[len(list)-1-i] = v
	}
	return out
}

// camelliaSchedule derives KA and KB.
func camelliaSchedule(kl, kr u128) (ka, kb u128) {
	d := kl.xor(kr)
	d.twoRounds(camelliaSigma[0], camelliaSigma[1])
	d = d.xor(kl)
	d.twoRounds(camelliaSigma[2], camelliaSigma[3])
	ka = d
	d = ka.xor(kr)
	d.twoRounds(camelliaSigma[4], camelliaSigma[5])
	return ka, d
}

// BlockSize is 16.
func (c *camellia) BlockSize() int { return 16 }

// Encrypt encrypts one block.
func (c *camellia) Encrypt(dst, src []byte) { c.enc.crypt(dst, src) }

// Decrypt decrypts one block.
func (c *camellia) Decrypt(dst, src []byte) { c.dec.crypt(dst, src) }

func (k *camelliaKeys) crypt(dst, src []byte) {
	d := u128From(src).xor(u128{k.white[0], k.white[1]})
	for i := 0; i < len(k.rounds); i += 2 {
		if i > 0 && i%6 == 0 {
			d.hi = camelliaFL(d.hi, k.layers[i/3-2])
			d.lo = camelliaInverseFL(d.lo, k.layers[i/3-1])
		}
		d.twoRounds(k.rounds[i], k.rounds[i+1])
	}
	binary.BigEndian.PutUint64(dst, d.lo^k.white[2])
	binary.BigEndian.PutUint64(dst[8:], d.hi^k.white[3])
}

func camelliaFL(x, k uint64) uint64 {
	hi, lo := uint32(x>>32), uint32(x)
	lo ^= bits.RotateLeft32(hi&uint32(k>>32), 1)
	hi ^= lo | uint32(k)
	return uint64(hi)<<32 | uint64(lo)
}

func camelliaInverseFL(x, k uint64) uint64 {
	hi, lo := uint32(x>>32), uint32(x)
	hi ^= lo | uint32(k)
	lo ^= bits.RotateLeft32(hi&uint32(k>>32), 1)
	return uint64(hi)<<32 | uint64(lo)
}

// camelliaF is the round function (RFC 3713 section 2.4.1).
func camelliaF(x, k uint64) uint64 {
	x ^= k
	s := &camelliaSbox
	t1, t8 := s[x>>56], s[byte(x)]
	t2, t5 := bits.RotateLeft8(s[byte(x>>48)], 1), bits.RotateLeft8(s[byte(x>>24)], 1)
	t3, t6 := bits.RotateLeft8(s[byte(x>>40)], 7), bits.RotateLeft8(s[byte(x>>16)], 7)
	t4, t7 := s[bits.RotateLeft8(byte(x>>32), 1)], s[bits.RotateLeft8(byte(x>>8), 1)]
	return uint64(t1^t3^t4^t6^t7^t8)<<56 | uint64(t1^t2^t4^t5^t7^t8)<<48 |
		uint64(t1^t2^t3^t5^t6^t8)<<40 | uint64(t2^t3^t4^t5^t6^t7)<<32 |
		uint64(t1^t2^t6^t7^t8)<<24 | uint64(t2^t3^t5^t7^t8)<<16 |
		uint64(t3^t4^t5^t6^t8)<<8 | uint64(t1^t4^t5^t6^t7)
}

// u128 is a block or a part of the key schedule.
type u128 struct{ hi, lo uint64 }

func u128From(b []byte) u128 {
	return u128{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

func (v u128) xor(w u128) u128 { return u128{v.hi ^ w.hi, v.lo ^ w.lo} }

func (v u128) rotate(n uint) u128 {
	if n >= 64 {
		v, n = u128{v.lo, v.hi}, n-64
	}
	if n == 0 {
		return v
	}
	return u128{v.hi<<n | v.lo>>(64-n), v.lo<<n | v.hi>>(64-n)}
}

func (v *u128) twoRounds(k1, k2 uint64) {
	v.lo ^= camelliaF(v.hi, k1)
	v.hi ^= camelliaF(v.lo, k2)
}

// camelliaSbox is SBOX1; the others are rotations of it.
var camelliaSbox = [256]byte{
	112, 130, 44, 236, 179, 39, 192, 229, 228, 133, 87, 53, 234, 12, 174, 65,
	35, 239, 107, 147, 69, 25, 165, 33, 237, 14, 79, 78, 29, 101, 146, 189,
	134, 184, 175, 143, 124, 235, 31, 206, 62, 48, 220, 95, 94, 197, 11, 26,
	166, 225, 57, 202, 213, 71, 93, 61, 217, 1, 90, 214, 81, 86, 108, 77,
	139, 13, 154, 102, 251, 204, 176, 45, 116, 18, 43, 32, 240, 177, 132, 153,
	223, 76, 203, 194, 52, 126, 118, 5, 109, 183, 169, 49, 209, 23, 4, 215,
	20, 88, 58, 97, 222, 27, 17, 28, 50, 15, 156, 22, 83, 24, 242, 34,
	254, 68, 207, 178, 195, 181, 122, 145, 36, 8, 232, 168, 96, 252, 105, 80,
	170, 208, 160, 125, 161, 137, 98, 151, 84, 91, 30, 149, 224, 255, 100, 210,
	16, 196, 0, 72, 163, 247, 117, 219, 138, 3, 230, 218, 9, 63, 221, 148,
	135, 92, 131, 2, 205, 74, 144, 51, 115, 103, 246, 243, 157, 127, 191, 226,
	82, 155, 216, 38, 200, 55, 198, 59, 129, 150, 111, 75, 19, 190, 99, 46,
	233, 121, 167, 140, 159, 110, 188, 142, 41, 245, 249, 182, 47, 253, 180, 89,
	120, 152, 6, 106, 231, 70, 113, 186, 212, 37, 171, 66, 136, 162, 141, 250,
	114, 7, 185, 85, 248, 238, 172, 10, 54, 73, 42, 104, 60, 56, 241, 164,
	64, 40, 211, 123, 187, 201, 67, 193, 21, 227, 173, 244, 119, 199, 128, 158,
}
