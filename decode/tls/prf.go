package tls

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"
)

// hashKind is a hash that TLS uses in its key schedule or as a MAC.
type hashKind uint8

const (
	hashNone hashKind = iota
	hashMD5
	hashSHA1
	hashSHA256
	hashSHA384
	// hashLegacy is MD5 and SHA-1 together: what TLS 1.0 and 1.1 use (RFC 2246 section 5).
	hashLegacy
)

// maker returns the function that makes the hash; nil for hashNone and hashLegacy.
func (k hashKind) maker() func() hash.Hash {
	switch k {
	case hashMD5:
		return md5.New
	case hashSHA1:
		return sha1.New
	case hashSHA256:
		return sha256.New
	case hashSHA384:
		return sha512.New384
	}
	return nil
}

// size is the length of the hash in bytes.
func (k hashKind) size() int {
	switch k {
	case hashMD5:
		return md5.Size
	case hashSHA1:
		return sha1.Size
	case hashSHA256:
		return sha256.Size
	case hashSHA384:
		return sha512.Size384
	}
	return 0
}

// sum is the hash of a transcript; for hashLegacy that of MD5 followed by that of SHA-1.
func (k hashKind) sum(b []byte) []byte {
	if k == hashLegacy {
		return append(hashMD5.sum(b), hashSHA1.sum(b)...)
	}
	h := k.maker()()
	h.Write(b)
	return h.Sum(nil)
}

// prf is the pseudorandom function of TLS 1.2 and before (RFC 5246 section 5, RFC 2246 section 5).
func prf(k hashKind, secret []byte, label string, seed []byte, n int) []byte {
	seed = append([]byte(label), seed...)
	if k != hashLegacy {
		return pHash(k, secret, seed, n)
	}
	half := (len(secret) + 1) / 2
	out := pHash(hashMD5, secret[:half], seed, n)
	for i, b := range pHash(hashSHA1, secret[len(secret)-half:], seed, n) {
		out[i] ^= b
	}
	return out
}

// pHash is P_hash of RFC 5246 section 5.
func pHash(k hashKind, secret, seed []byte, n int) []byte {
	m := hmac.New(k.maker(), secret)
	round := func(parts ...[]byte) []byte {
		m.Reset()
		for _, p := range parts {
			m.Write(p)
		}
		return m.Sum(nil)
	}
	var out []byte
	for a := round(seed); len(out) < n; a = round(a) {
		out = append(out, round(a, seed)...)
	}
	return out[:n]
}

// expandLabel is HKDF-Expand-Label with an empty context (RFC 8446 section 7.1).
func expandLabel(k hashKind, secret []byte, label string, n int) []byte {
	const prefix = "tls13 "
	info := binary.BigEndian.AppendUint16(nil, uint16(n))
	info = append(info, byte(len(prefix)+len(label)))
	info = append(info, prefix+label...)
	info = append(info, 0)
	out, err := hkdf.Expand(k.maker(), secret, string(info), n)
	if err != nil {
		return nil // only for lengths that no caller asks for
	}
	return out
}
