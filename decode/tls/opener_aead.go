package tls

import (
	"crypto/cipher"
	"encoding/binary"
)

// aeadOpener opens records that an AEAD protects (RFC 5246 section 6.2.3.3, RFC 7905, RFC 8446 section 5.2).
type aeadOpener struct {
	aead cipher.AEAD
	iv   [12]byte
	// explicit is how many bytes of the nonce come with the record: 8 for GCM and CCM before TLS 1.3, else 0.
	explicit int
	tls13    bool
	nonce    [12]byte
	extra    [13]byte
}

func newAEAD12(b *bulk, a cipher.AEAD, iv []byte) *aeadOpener {
	o := &aeadOpener{aead: a}
	copy(o.iv[:], iv)
	if b.mode != modePoly1305 {
		o.explicit = 8
	}
	return o
}

func newAEAD13(_ *bulk, a cipher.AEAD, iv []byte) *aeadOpener {
	o := &aeadOpener{aead: a, tls13: true}
	copy(o.iv[:], iv)
	return o
}

func (o *aeadOpener) pass(record) {}

func (o *aeadOpener) cost() cost {
	c := cost{fixed: headerLen + o.explicit + o.aead.Overhead(), sure: true}
	if o.tls13 {
		// The content type follows the content, and padding may follow that.
		c.fixed, c.sure = c.fixed+1, false
	}
	return c
}

func (o *aeadOpener) open(dst []byte, seq uint64, r record, _ lost) ([]byte, contentType, bool) {
	body := r.body()
	n := len(body) - o.explicit - o.aead.Overhead()
	if n < 0 {
		return nil, 0, false
	}
	o.setNonce(seq, body)
	out, err := o.aead.Open(dst, o.nonce[:], body[o.explicit:], o.additional(seq, r, n))
	switch {
	case err != nil:
		return nil, 0, false
	case o.tls13:
		return unpad(out, len(dst))
	}
	return out, r.typ(), true
}

func (o *aeadOpener) setNonce(seq uint64, body []byte) {
	o.nonce = o.iv
	if o.explicit > 0 {
		copy(o.nonce[4:], body[:8])
		return
	}
	binary.BigEndian.PutUint64(o.nonce[4:], binary.BigEndian.Uint64(o.iv[4:])^seq)
}

// additional is the data that the tag covers besides the content.
func (o *aeadOpener) additional(seq uint64, r record, n int) []byte {
	if o.tls13 {
		return r[:headerLen]
	}
	return macHeader(&o.extra, seq, r, n)
}

// macHeader is what the MACs and AEADs of TLS 1.2 and before cover besides the content: number, type, version, length.
func macHeader(b *[13]byte, seq uint64, r record, n int) []byte {
	binary.BigEndian.PutUint64(b[:], seq)
	copy(b[8:], r[:3])
	binary.BigEndian.PutUint16(b[11:], uint16(n))
	return b[:]
}

// unpad takes type and padding off the content of a record of TLS 1.3 (RFC 8446 section 5.4). A record of zeros
// alone is authentic, and has no type.
func unpad(b []byte, from int) ([]byte, contentType, bool) {
	for i := len(b) - 1; i >= from; i-- {
		if b[i] != 0 {
			return b[:i], contentType(b[i]), true
		}
	}
	return b[:from], 0, true
}
