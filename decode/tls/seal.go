package tls

import "strconv"

// Seal is how a record is protected. Its slices are new.
type Seal struct {
	// How names the kind of protection.
	How SealKind
	// Nonce is what the AEAD is used with; Additional is what the tag covers besides the content.
	Nonce, Additional []byte
	// Explicit is how many bytes of the nonce, or of the IV, stand before the ciphertext.
	Explicit int
	// Tag is how long the tag or MAC is. It ends the record, but for MACThenEncrypt and Stream, where it is encrypted.
	Tag int
	// Sum is the tag or MAC, nil where it is encrypted.
	Sum []byte
	// Padding is how many bytes of padding are encrypted with the content, the length byte of CBC and not the type of TLS 1.3.
	Padding int
}

// SealKind is a kind of protection.
type SealKind uint8

const (
	// AEAD12 is an AEAD of TLS 1.2 (RFC 5246 section 6.2.3.3).
	AEAD12 SealKind = iota + 1
	// AEAD13 is TLS 1.3 (RFC 8446 section 5.2).
	AEAD13
	// MACThenEncrypt is CBC (RFC 5246 section 6.2.3.2).
	MACThenEncrypt
	// EncryptThenMAC is CBC under RFC 7366.
	EncryptThenMAC
	// Stream is a stream cipher, or none, with a MAC (RFC 5246 section 6.2.3.1).
	Stream
)

func (o *aeadOpener) seal(seq uint64, r record, n int) Seal {
	s := Seal{How: AEAD12, Explicit: o.explicit, Tag: o.aead.Overhead()}
	o.setNonce(seq, r.body())
	if o.tls13 {
		s.How, s.Padding = AEAD13, len(r.body())-s.Tag-n-1
	}
	s.Nonce = append(s.Nonce, o.nonce[:]...)
	s.Additional = append(s.Additional, o.additional(seq, r, n)...)
	s.Sum = append(s.Sum, r[len(r)-s.Tag:]...)
	return s
}

func (o *cbcOpener) seal(seq uint64, r record, n int) Seal {
	s := Seal{How: MACThenEncrypt, Tag: o.mac.h.Size()}
	if !o.chained {
		s.Explicit = o.block.BlockSize()
	}
	if o.etm {
		s.How = EncryptThenMAC
		s.Sum = append(s.Sum, r[len(r)-s.Tag:]...)
	}
	s.Padding = len(r.body()) - s.Explicit - s.Tag - n
	s.Additional = append(s.Additional, macHeader(&o.mac.extra, seq, r, o.covered(r, n))...)
	return s
}

// covered is the length that the MAC covers.
func (o *cbcOpener) covered(r record, n int) int {
	if o.etm {
		return len(r.body()) - o.mac.h.Size()
	}
	return n
}

func (o *streamOpener) seal(seq uint64, r record, n int) Seal {
	return Seal{How: Stream, Tag: o.mac.h.Size(), Additional: append([]byte(nil), macHeader(&o.mac.extra, seq, r, n)...)}
}

// messageNames are the names of handshake messages (IANA TLS HandshakeType).
var messageNames = map[byte]string{
	msgHelloRequest: "HelloRequest", msgClientHello: "ClientHello", msgServerHello: "ServerHello", msgNewSessionTicket: "NewSessionTicket",
	msgEndOfEarlyData: "EndOfEarlyData", msgEncryptedExt: "EncryptedExtensions", msgCertificate: "Certificate", 12: "ServerKeyExchange",
	13: "CertificateRequest", msgServerHelloDone: "ServerHelloDone", 15: "CertificateVerify", msgClientKeyExchange: "ClientKeyExchange",
	msgFinished: "Finished", 22: "CertificateStatus", 23: "SupplementalData", msgKeyUpdate: "KeyUpdate", 25: "CompressedCertificate",
}

// says is what a whole handshake message is, in a few words.
func says(n *negotiation, m []byte) string {
	name := messageNames[m[0]]
	if name == "" {
		return "handshake message " + strconv.Itoa(int(m[0]))
	}
	switch body := m[messageHeader:]; m[0] {
	case msgClientHello:
		if h, ok := parseClientHello(body); ok {
			return name + h.says()
		}
	case msgServerHello:
		h, ok := parseServerHello(body)
		switch {
		case ok && h.retry():
			return "HelloRetryRequest, " + suiteName(h.suite)
		case ok:
			return name + ", TLS " + versionName(h.version) + ", " + suiteName(h.suite)
		}
	case msgEncryptedExt:
		if n.server != nil && n.server.alpn != "" {
			return name + ", ALPN " + n.server.alpn
		}
		if e, ok := parseEncryptedExtensions(body); ok && e.alpn != "" {
			return name + ", ALPN " + e.alpn
		}
	}
	return name
}

// says are the server name and the protocols that a client asks for.
func (h *clientHello) says() (s string) {
	if h.sni != "" {
		s += " for " + h.sni
	}
	for i, p := range h.alpn {
		if i == 0 {
			s += ", ALPN"
		}
		s += " " + p
	}
	if h.early {
		s += ", early data"
	}
	return s
}
