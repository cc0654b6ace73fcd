package tls

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"
)

// ccm is the AEAD of RFC 3610. It is a cipher.AEAD for one goroutine at a time.
type ccm struct {
	block cipher.Block
	// tag and nonce are lengths in bytes; the length of a message has 15-nonce bytes.
	tag, nonce int
}

// ccmNonce is the length of the nonces of TLS (RFC 6655 section 3).
const ccmNonce = 12

var errAuthentication = errors.New("ccm: message authentication failed")

// newCCM makes the AEAD with tags of 8 or 16 bytes. The block must be one of 16 bytes.
func newCCM(block cipher.Block, tag int) cipher.AEAD { return &ccm{block, tag, ccmNonce} }

// NonceSize is the length of nonces, 12 in TLS.
func (c *ccm) NonceSize() int { return c.nonce }

// Overhead is the length of the tag.
func (c *ccm) Overhead() int { return c.tag }

// Seal encrypts plain and appends the result and its tag to dst.
func (c *ccm) Seal(dst, nonce, plain, extra []byte) []byte {
	tag := c.mac(nonce, plain, extra)
	out := append(dst, plain...)
	c.stream(nonce, out[len(dst):], &tag)
	return append(out, tag[:c.tag]...)
}

// Open decrypts sealed and appends the result to dst, if its tag is right.
func (c *ccm) Open(dst, nonce, sealed, extra []byte) ([]byte, error) {
	n := len(sealed) - c.tag
	if n < 0 || n > maxBody || len(nonce) != c.nonce {
		return nil, errAuthentication
	}
	var got [16]byte
	copy(got[:], sealed[n:])
	out := append(dst, sealed[:n]...)
	c.stream(nonce, out[len(dst):], &got)
	want := c.mac(nonce, out[len(dst):], extra)
	if subtle.ConstantTimeCompare(got[:c.tag], want[:c.tag]) != 1 {
		clear(out[len(dst):])
		return nil, errAuthentication
	}
	return out, nil
}

// stream applies counter mode: block 0 to the tag, the following ones to the message (section 2.3).
func (c *ccm) stream(nonce, b []byte, tag *[16]byte) {
	start := [16]byte{0: byte(14 - c.nonce)}
	copy(start[1:], nonce)
	s := cipher.NewCTR(c.block, start[:])
	s.XORKeyStream(tag[:], tag[:])
	s.XORKeyStream(b, b)
}

// mac is the CBC-MAC of section 2.2.
func (c *ccm) mac(nonce, plain, extra []byte) [16]byte {
	var x [16]byte
	x[0] = byte((c.tag-2)/2)<<3 | byte(14-c.nonce)
	if len(extra) > 0 {
		x[0] |= 1 << 6
	}
	copy(x[1:], nonce)
	binary.BigEndian.PutUint16(x[14:], uint16(len(plain))) // a record is shorter than 64 KiB
	c.block.Encrypt(x[:], x[:])
	if len(extra) > 0 {
		c.absorb(&x, ccmExtra(extra))
	}
	c.absorb(&x, plain)
	return x
}

// ccmExtra is additional data after its length. TLS has 5 or 13 bytes of it: longer data is not supported.
func ccmExtra(extra []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(extra))), extra...)
}

// absorb goes on with the CBC-MAC over b, filled up with zeros.
func (c *ccm) absorb(x *[16]byte, b []byte) {
	for len(b) > 0 {
		n := subtle.XORBytes(x[:], x[:], b)
		c.block.Encrypt(x[:], x[:])
		b = b[n:]
	}
}
