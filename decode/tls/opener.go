package tls

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/rc4"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// opener decrypts the records of one direction with one set of keys.
type opener interface {
	// open decrypts r as record number seq and appends its content to dst. ok means that the record is
	// authentic; if it is not, the opener is as it was before. What is missing between the last record
	// that was opened and r is described by h.
	open(dst []byte, seq uint64, r record, h lost) (plain []byte, typ contentType, ok bool)
	// pass is called with each record that follows the last one without being opened, and with nil for a gap.
	pass(r record)
	// cost says what a record has on the wire besides its content.
	cost() cost
	// seal says how record number seq, which was opened, is protected; n is the length of its content.
	seal(seq uint64, r record, n int) Seal
}

// lost describes what lies between two records: so many bytes on the wire, in so many records.
type lost struct {
	bytes   int64
	records uint64
}

// cost is what a record has on the wire besides its content: at least fixed bytes, header included, and up to
// fixed+vary for the padding that is usual.
type cost struct {
	fixed, vary int
	// sure means that there is never any padding and that the type of a record can be seen.
	sure bool
}

var errCipher = errors.New("tls: cipher suite is not supported")

// keyMaterial are the keys of one direction.
type keyMaterial struct{ mac, key, iv []byte }

// blockCipher makes the block cipher of b.
func (b *bulk) blockCipher(key []byte) (cipher.Block, error) {
	switch b.alg {
	case algAES:
		return aes.NewCipher(key)
	case alg3DES:
		return des.NewTripleDESCipher(key)
	case algCamellia:
		return newCamellia(key)
	}
	return nil, errCipher
}

// newAEAD makes the AEAD of b.
func (b *bulk) newAEAD(key []byte) (cipher.AEAD, error) {
	if b.mode == modePoly1305 {
		return chacha20poly1305.New(key)
	}
	block, err := b.blockCipher(key)
	if err != nil {
		return nil, err
	}
	if b.mode == modeGCM {
		return cipher.NewGCM(block)
	}
	return newCCM(block, b.tag()), nil
}

// open12 makes the opener of TLS 1.2 and before.
func open12(b *bulk, version uint16, etm bool, k keyMaterial) (opener, error) {
	switch {
	case b.aead():
		a, err := b.newAEAD(k.key)
		if err != nil {
			return nil, err
		}
		return newAEAD12(b, a, k.iv), nil
	case b.mode == modeCBC:
		block, err := b.blockCipher(k.key)
		if err != nil {
			return nil, err
		}
		return newCBC(b, block, version, etm, k), nil
	}
	s := &streamOpener{mac: newRecordMAC(b.mac, k.mac)}
	if b.alg == algRC4 {
		c, err := rc4.NewCipher(k.key)
		if err != nil {
			return nil, err
		}
		s.keys = c
	}
	return s, nil
}

// open13 makes the opener of TLS 1.3 for a traffic secret (RFC 8446 section 7.3).
func open13(b *bulk, secret []byte) (opener, error) {
	a, err := b.newAEAD(expandLabel(b.hash, secret, "key", b.key))
	if err != nil {
		return nil, err
	}
	return newAEAD13(b, a, expandLabel(b.hash, secret, "iv", 12)), nil
}
