package tls

import "fmt"

// algorithm is how a cipher protects records.
type algorithm uint8

const (
	algNull algorithm = iota
	algRC4
	algAES
	alg3DES
	algCamellia
	algChaCha20
)

// mode is how an algorithm is used.
type mode uint8

const (
	modeStream mode = iota
	modeCBC
	modeGCM
	modeCCM
	modeCCM8
	modePoly1305
)

// bulk is the part of a cipher suite that protects records.
type bulk struct {
	name string
	alg  algorithm
	mode mode
	// key is the length of the key in bytes.
	key int
	// mac is the hash of the MAC; hashNone for an AEAD.
	mac hashKind
	// hash is that of the key schedule of TLS 1.2 and 1.3.
	hash hashKind
}

// aead reports whether records are protected by an AEAD.
func (b *bulk) aead() bool { return b.mode >= modeGCM }

// tag is the length of an AEAD's tag in bytes.
func (b *bulk) tag() int {
	switch {
	case !b.aead():
		return 0
	case b.mode == modeCCM8:
		return 8
	}
	return 16
}

// block is the length of a CBC cipher's block in bytes; 0 for others.
func (b *bulk) block() int {
	switch {
	case b.mode != modeCBC:
		return 0
	case b.alg == alg3DES:
		return 8
	}
	return 16
}

// fixedIV is how many bytes of the key block of TLS 1.2 are an AEAD's IV.
func (b *bulk) fixedIV() int {
	switch {
	case b.mode == modePoly1305:
		return 12
	case b.aead():
		return 4
	}
	return 0
}

// suite is a cipher suite.
type suite struct {
	id   uint16
	kx   string
	bulk *bulk
}

// name is the IANA name.
func (s *suite) name() string {
	if s.kx == "" {
		return "TLS_" + s.bulk.name
	}
	return "TLS_" + s.kx + "_WITH_" + s.bulk.name
}

// suiteByID finds a suite whose records can be decrypted; nil if there is none.
func suiteByID(id uint16) *suite {
	for i := range suiteRows {
		r := &suiteRows[i]
		for _, k := range r.ids {
			if k.id == id {
				return &suite{id: id, kx: k.kx, bulk: &r.bulk}
			}
		}
	}
	return nil
}

// suiteName is the IANA name of a suite, or its number if it is not in the table.
func suiteName(id uint16) string {
	if s := suiteByID(id); s != nil {
		return s.name()
	}
	return fmt.Sprintf("0x%04X", id)
}
