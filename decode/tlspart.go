package decode

import (
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// TLSPart is a record, a handshake message or plaintext of a TLS connection. What is not decrypted has none. One of Record,
// Message and Plain is there.
type TLSPart struct {
	// Layer is which TLS connection of the TCP connection it belongs to, from 1: one may lie in another.
	Layer int
	// FromClient says that the client of the TLS connection sent it.
	FromClient bool
	// Record is a record, without its content and with the start of its bytes.
	Record *tls.Record
	// Message is a handshake message.
	Message *tls.Message
	// Alert says what an alert means, in a few words, besides Record; empty for everything else.
	Alert string
	// Plain is plaintext of one direction.
	Plain *Plain
}

// Plain is what a TLS connection passes on: bytes, or that some are missing, or the end of a direction.
type Plain struct {
	// Data are the bytes of the chunk, whose memory is its own. Off in it is an offset of the plaintext.
	reassembly.Chunk
	// Lost is how many bytes are missing from Off on.
	Lost int64
	// Close is how the direction ended, 0 if it has not.
	Close reassembly.CloseKind
}
