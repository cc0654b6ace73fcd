package decode

import (
	"net/netip"

	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// Kind is what an event reports.
type Kind uint8

const (
	// KindStream means: a TCP connection was seen for the first time.
	KindStream Kind = iota + 1
	// KindSession means: a session was recognised, or is reported again because it changed. Batch.Session has it.
	KindSession
	// KindFrame means: a frame ended. Batch.Frame has it.
	KindFrame
	// KindMessage means: a message is complete, or no more of it can come. Batch.Message has it.
	KindMessage
	// KindAmend means: a conflict was found in message N of the session after it was reported.
	KindAmend
	// KindAmendFrame means: the same of frame N, which belongs to message Of.
	KindAmendFrame
	// KindTLS means: a TLS connection has ended. Batch.TLS has it; there is no Session.
	KindTLS
	// KindKeys means: secrets have opened their first records of a TLS connection. Batch.Keys has them; there is no Session. It
	// comes only with Options.Secrets.
	KindKeys
	// KindPoll means: a body of Engine.IO's polling transport has ended. Batch.Poll has it; there is no Session.
	KindPoll
	// KindTLSPart means: a TLS record or handshake message was read, or plaintext was passed on. Batch.TLSPart has it; there is no
	// Session. It comes only with Options.TLSParts or TLSContent.
	KindTLSPart
	// KindFinding means: a rule is broken or something is missing. Batch.Finding has it.
	KindFinding
)

// Stream is a TCP connection.
type Stream struct {
	// N is Wireshark's tcp.stream, from 0. The Merger sets it; it is not known before.
	N int
	// First is the number of its first packet.
	First int
	// Flow is what its packets are known by, until another connection has the same.
	Flow reassembly.Flow
}

// SessionRef identifies a session in events.
type SessionRef struct {
	// N numbers sessions from 1. The Merger sets it; it is not known before.
	N      int
	Stream *Stream
	// Client sent the opening handshake's request, or what was masked. They are those of the TCP connection, also inside a tunnel.
	Client, Server netip.AddrPort
}

// Event is one thing that happened. What it points to lies in its Batch.
type Event struct {
	Kind Kind
	// State is what the message or frame amended is now, unless Worse: then it keeps its state, which claims less, and has a conflict besides.
	State ws.State
	Worse bool
	index int32
	// N is the message that KindAmend amends, or the frame of KindAmendFrame; Of is that frame's message.
	N  int
	Of int
	// Packet is the number of the packet that was looked at when it happened; at the
	// end of the capture math.MaxInt.
	Packet  int
	Stream  *Stream
	Session *SessionRef
}
