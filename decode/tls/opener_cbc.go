package tls

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rc4"
	"hash"
)

const (
	version10 = 0x0301
	version11 = 0x0302
	version12 = 0x0303
	version13 = 0x0304
)

// recordMAC is the HMAC of TLS 1.2 and before (RFC 5246 section 6.2.3.1).
type recordMAC struct {
	h     hash.Hash
	extra [13]byte
	sum   []byte
}

func newRecordMAC(k hashKind, key []byte) *recordMAC {
	return &recordMAC{h: hmac.New(k.maker(), key)}
}

// right reports whether sum is the MAC of content as record number seq.
func (m *recordMAC) right(seq uint64, r record, content, sum []byte) bool {
	m.h.Reset()
	m.h.Write(macHeader(&m.extra, seq, r, len(content)))
	m.h.Write(content)
	m.sum = m.h.Sum(m.sum[:0])
	return hmac.Equal(m.sum, sum)
}

// cbcOpener opens records of CBC ciphers, in which the MAC is encrypted (RFC 5246 section 6.2.3.2) or covers what is (RFC 7366).
type cbcOpener struct {
	block cipher.Block
	mac   *recordMAC
	etm   bool
	// chained means TLS 1.0: the IV is the last block of the record before, last; nil after a gap.
	chained bool
	last    []byte
	kept    [16]byte
}

func newCBC(b *bulk, block cipher.Block, version uint16, etm bool, k keyMaterial) *cbcOpener {
	o := &cbcOpener{block: block, mac: newRecordMAC(b.mac, k.mac), etm: etm, chained: version <= version10}
	if o.chained {
		o.last = append(o.kept[:0], k.iv...)
	}
	return o
}

// pass notes the last block of a record, which the next one needs in TLS 1.0.
func (o *cbcOpener) pass(r record) {
	n := o.block.BlockSize()
	o.last = nil
	end := len(r)
	if o.etm {
		end -= o.mac.h.Size()
	}
	if o.chained && end >= headerLen+n {
		o.last = append(o.kept[:0], r[end-n:end]...)
	}
}

func (o *cbcOpener) cost() cost {
	n := o.block.BlockSize()
	c := cost{fixed: headerLen + o.mac.h.Size() + 1, vary: n - 1}
	if !o.chained {
		c.fixed += n
	}
	return c
}

func (o *cbcOpener) open(dst []byte, seq uint64, r record, _ lost) ([]byte, contentType, bool) {
	sealed, ok := o.outer(seq, r)
	if !ok {
		return nil, 0, false
	}
	iv := o.last
	if !o.chained {
		iv, sealed = sealed[:o.block.BlockSize()], sealed[o.block.BlockSize():]
	}
	if iv == nil || len(sealed) == 0 {
		return nil, 0, false
	}
	out := append(dst, sealed...)
	cipher.NewCBCDecrypter(o.block, iv).CryptBlocks(out[len(dst):], out[len(dst):])
	content, ok := o.inner(seq, r, out[len(dst):])
	if !ok {
		return nil, 0, false
	}
	o.pass(r)
	return out[:len(dst)+len(content)], r.typ(), true
}

// outer checks the length, and the MAC where it covers what is encrypted, and returns what is encrypted.
func (o *cbcOpener) outer(seq uint64, r record) ([]byte, bool) {
	sealed, n := r.body(), o.block.BlockSize()
	if o.etm {
		at := len(sealed) - o.mac.h.Size()
		if at < 0 || !o.mac.right(seq, r, sealed[:at], sealed[at:]) {
			return nil, false
		}
		sealed = sealed[:at]
	}
	return sealed, len(sealed)%n == 0 && (o.chained || len(sealed) > n)
}

// inner takes the padding off, and the MAC where it is encrypted, which it checks.
func (o *cbcOpener) inner(seq uint64, r record, b []byte) ([]byte, bool) {
	pad := int(b[len(b)-1]) + 1
	if pad > len(b) {
		return nil, false
	}
	for _, v := range b[len(b)-pad:] {
		if int(v) != pad-1 {
			return nil, false
		}
	}
	b = b[:len(b)-pad]
	if o.etm {
		return b, true
	}
	at := len(b) - o.mac.h.Size()
	if at < 0 {
		return nil, false
	}
	return b[:at], o.mac.right(seq, r, b[:at], b[at:])
}

// streamOpener opens records of RC4, and of suites without encryption (keys is nil).
type streamOpener struct {
	keys *rc4.Cipher
	mac  *recordMAC
}

// maxKeystream is how many lost bytes of keystream are made up for at most.
const maxKeystream = 1 << 20

func (o *streamOpener) pass(record) {}

func (o *streamOpener) cost() cost {
	return cost{fixed: headerLen + o.mac.h.Size(), sure: true}
}

func (o *streamOpener) open(dst []byte, seq uint64, r record, h lost) ([]byte, contentType, bool) {
	missing := h.bytes - headerLen*int64(h.records)
	if len(r.body()) < o.mac.h.Size() || missing < 0 || missing > maxKeystream {
		return nil, 0, false
	}
	out := append(dst, r.body()...)
	var after rc4.Cipher
	if o.keys != nil {
		after = *o.keys
		skipKeystream(&after, missing)
		after.XORKeyStream(out[len(dst):], out[len(dst):])
	}
	at := len(out) - o.mac.h.Size()
	if !o.mac.right(seq, r, out[len(dst):at], out[at:]) {
		return nil, 0, false
	}
	if o.keys != nil {
		*o.keys = after
	}
	return out[:at], r.typ(), true
}

// skipKeystream lets n bytes of keystream pass.
func skipKeystream(c *rc4.Cipher, n int64) {
	var b [1024]byte
	for n > 0 {
		k := min(n, int64(len(b)))
		c.XORKeyStream(b[:k], b[:k])
		n -= k
	}
}
