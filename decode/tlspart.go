package decode

import "github.com/wspeek/wspeek/decode/tls"

// TLSPart is a record or a handshake message of a TLS connection. What is not decrypted has none.
type TLSPart struct {
	// Layer is which TLS connection of the TCP connection it belongs to, from 1: one may lie in another.
	Layer int
	// FromClient says that the client of the TLS connection sent it.
	FromClient bool
	// Record is the record, with its content only if Options.TLSContent asks for it; nil for a message.
	Record *tls.Record
	// Message is the handshake message, nil for a record.
	Message *tls.Message
	// Alert says what an alert means, in a few words, besides Record; empty for everything else.
	Alert string
}
