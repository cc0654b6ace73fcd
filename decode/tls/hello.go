package tls

import (
	"crypto/sha256"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// Types of handshake messages (RFC 8446 section 4, RFC 5246 section 7.4).
const (
	msgHelloRequest      = 0
	msgClientHello       = 1
	msgServerHello       = 2
	msgNewSessionTicket  = 4
	msgEndOfEarlyData    = 5
	msgEncryptedExt      = 8
	msgCertificate       = 11
	msgServerHelloDone   = 14
	msgClientKeyExchange = 16
	msgFinished          = 20
	msgKeyUpdate         = 24
)

// Extensions (IANA TLS ExtensionType Values).
const (
	extServerName        = 0
	extALPN              = 16
	extEncryptThenMAC    = 22
	extExtendedMaster    = 23
	extSessionTicket     = 35
	extPreSharedKey      = 41
	extEarlyData         = 42
	extSupportedVersions = 43
)

// retryRandom is the random of a ServerHello that is a HelloRetryRequest (RFC 8446 section 4.1.3).
var retryRandom = [randomLen]byte{
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
}

// clientHello is what is used of a ClientHello.
type clientHello struct {
	version   uint16
	random    [randomLen]byte
	sessionID string
	suites    []uint16
	sni       string
	alpn      []string
	// ticket is the ticketID of the session that the client wants to resume.
	ticket string
	early  bool
}

// serverHello is what is used of a ServerHello. Version is the negotiated one.
type serverHello struct {
	version   uint16
	random    [randomLen]byte
	sessionID string
	suite     uint16
	// compressed means that records are compressed, which is not supported.
	compressed bool
	alpn       string
	etm, ems   bool
	psk        bool
}

func (h *serverHello) retry() bool { return h.random == retryRandom }

// maxOffered bounds what is kept of a list that a client sends.
const maxOffered = 256

func parseClientHello(body []byte) (*clientHello, bool) {
	var h clientHello
	s := cryptobyte.String(body)
	var id, suites, compression cryptobyte.String
	ok := s.ReadUint16(&h.version) && s.CopyBytes(h.random[:]) && s.ReadUint8LengthPrefixed(&id) &&
		s.ReadUint16LengthPrefixed(&suites) && s.ReadUint8LengthPrefixed(&compression)
	if !ok || len(id) > 32 || h.version>>8 != 3 {
		return nil, false
	}
	h.sessionID = string(id)
	for v := uint16(0); len(h.suites) < maxOffered && suites.ReadUint16(&v); {
		h.suites = append(h.suites, v)
	}
	ok = extensions(s, func(kind uint16, e cryptobyte.String) { h.extension(kind, e) })
	return &h, ok
}

func (h *clientHello) extension(kind uint16, e cryptobyte.String) {
	switch kind {
	case extServerName:
		h.sni = serverName(e)
	case extALPN:
		h.alpn = protocols(e)
	case extSessionTicket:
		h.ticket = ticketID(e)
	case extEarlyData:
		h.early = true
	}
}

func parseServerHello(body []byte) (*serverHello, bool) {
	var h serverHello
	s := cryptobyte.String(body)
	var id cryptobyte.String
	var compression uint8
	ok := s.ReadUint16(&h.version) && s.CopyBytes(h.random[:]) && s.ReadUint8LengthPrefixed(&id) &&
		s.ReadUint16(&h.suite) && s.ReadUint8(&compression)
	if !ok || len(id) > 32 || h.version>>8 != 3 {
		return nil, false
	}
	h.sessionID, h.compressed = string(id), compression != 0
	ok = extensions(s, func(kind uint16, e cryptobyte.String) { h.extension(kind, e) })
	return &h, ok
}

func (h *serverHello) extension(kind uint16, e cryptobyte.String) {
	switch kind {
	case extALPN:
		if p := protocols(e); len(p) > 0 {
			h.alpn = p[0]
		}
	case extEncryptThenMAC:
		h.etm = true
	case extExtendedMaster:
		h.ems = true
	case extPreSharedKey:
		h.psk = true
	case extSupportedVersions:
		var v uint16
		if e.ReadUint16(&v) {
			h.version = v
		}
	}
}

// encryptedExtensions is what is used of the message of that name.
type encryptedExtensions struct {
	alpn  string
	early bool
}

func parseEncryptedExtensions(body []byte) (e encryptedExtensions, ok bool) {
	ok = extensions(cryptobyte.String(body), func(kind uint16, b cryptobyte.String) {
		switch kind {
		case extALPN:
			if p := protocols(b); len(p) > 0 {
				e.alpn = p[0]
			}
		case extEarlyData:
			e.early = true
		}
	})
	return e, ok
}

// extensions calls each with the extensions of a list, which may be absent.
func extensions(s cryptobyte.String, each func(kind uint16, e cryptobyte.String)) bool {
	if s.Empty() {
		return true
	}
	var list, e cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&list) {
		return false
	}
	for !list.Empty() {
		var kind uint16
		if !list.ReadUint16(&kind) || !list.ReadUint16LengthPrefixed(&e) {
			return false
		}
		each(kind, e)
	}
	return true
}

// serverName is the host name of a server_name extension (RFC 6066 section 3).
func serverName(e cryptobyte.String) string {
	var list, name cryptobyte.String
	var kind uint8
	if e.ReadUint16LengthPrefixed(&list) && list.ReadUint8(&kind) && kind == 0 &&
		list.ReadUint16LengthPrefixed(&name) && len(name) <= 255 {
		return string(name)
	}
	return ""
}

// protocols are the names of an ALPN extension (RFC 7301 section 3.1).
func protocols(e cryptobyte.String) []string {
	var list, name cryptobyte.String
	var out []string
	for e.ReadUint16LengthPrefixed(&list); len(out) < maxOffered && list.ReadUint8LengthPrefixed(&name); {
		out = append(out, string(name))
	}
	return slices.Clip(out)
}

// ticketID stands for a ticket, which may be long: it is "" for an empty one.
func ticketID(ticket []byte) string {
	if len(ticket) == 0 {
		return ""
	}
	sum := sha256.Sum256(ticket)
	return "ticket " + string(sum[:])
}

// parseTicket is the ID of the ticket of a NewSessionTicket of TLS 1.2 (RFC 5077 section 3.3).
func parseTicket(body []byte) string {
	var ticket cryptobyte.String
	s := cryptobyte.String(body)
	if !s.Skip(4) || !s.ReadUint16LengthPrefixed(&ticket) {
		return ""
	}
	return ticketID(ticket)
}
