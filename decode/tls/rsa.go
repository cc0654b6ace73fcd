package tls

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
)

// maxPrivate is how many private keys are kept.
const maxPrivate = 64

var errNoPrivateKey = errors.New("no RSA private key in PEM form")

// AddPrivateKeys adds the RSA private keys of a PEM file (PKCS #1 or PKCS #8, not encrypted). Other blocks are skipped.
// The error says that there was none; it never holds a part of the input.
func (k *Keys) AddPrivateKeys(text []byte) error {
	found := false
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			break
		}
		if key := privateKey(b.Bytes); key != nil && len(k.private) < maxPrivate {
			k.private = append(k.private, key)
			k.version++
			found = true
		}
	}
	if !found {
		return errNoPrivateKey
	}
	return nil
}

func privateKey(der []byte) *rsa.PrivateKey {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil
	}
	r, _ := key.(*rsa.PrivateKey)
	return r
}

// decryptPreMaster finds the premaster secret that a client encrypted with one of the private keys (RFC 5246 section
// 7.4.7.1). It starts with the version that the client offered.
func (k *Keys) decryptPreMaster(sealed []byte, version uint16) []byte {
	for _, key := range k.private {
		if key.Size() != len(sealed) {
			continue
		}
		//lint:ignore SA1019 TLS_RSA suites use it (RFC 5246 section 7.4.7.1)
		out, err := rsa.DecryptPKCS1v15(nil, key, sealed) //nolint:staticcheck // as above
		if err == nil && len(out) == masterLen && uint16(out[0])<<8|uint16(out[1]) == version {
			return out
		}
	}
	return nil
}
