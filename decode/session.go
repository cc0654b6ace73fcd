package decode

import (
	"net/netip"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/ws"
)

// SessionState is how far a session got.
type SessionState uint8

const (
	// Connecting means: the opening handshake was not answered (yet).
	Connecting SessionState = iota
	// Open means: the handshake was answered with 101.
	Open
	// Closing means: one side sent a Close frame.
	Closing
	// Closed means: both sides sent one, or the TCP connection ended.
	Closed
	// Refused means: the handshake was answered with another status.
	Refused
	// Unknown means: the handshake was not captured, and no end either.
	Unknown
)

var sessionStates = [...]string{"connecting", "open", "closing", "closed", "refused", "unknown"}

// String is the state as in the JSON.
func (s SessionState) String() string { return sessionStates[s] }

// End is how a session ended: EndClose where the closing handshake was
// completed (RFC 6455 section 7.1.4), else how the TCP connection did.
type End uint8

// The ends; the zero End is none yet.
const (
	EndNone End = iota
	EndClose
	EndFIN
	EndRST
	EndTimeout
	EndReplaced
	EndEvicted
	EndCapture
)

var ends = [...]string{"", "close", "fin", "rst", "timeout", "replaced", "evicted", "capture-end"}

// String is the end as in the JSON.
func (e End) String() string { return ends[e] }

// Close is the first Close frame of a session.
type Close struct {
	// By is the side that sent it, if HasBy: where packets are missing or out of order, it cannot be known which of two came first.
	By    ws.Dir
	HasBy bool
	// Code is -1 where the frame had none.
	Code   int
	Reason []byte
}

// Tunnel is what carries a session besides TCP.
type Tunnel struct {
	// Type is "connect" or "socks5", Target "host:port" as asked for.
	Type, Target string
}

// Agreed is what a handshake negotiated, as far as it changes what the bits of frames mean.
type Agreed struct {
	// Deflate is permessage-deflate with its parameters, nil if it was not accepted (RFC 7692 section 7.1).
	Deflate *ws.Deflate
	// Unknown is the name of the first extension that may change frames in a way we do not know, empty for none.
	Unknown string
}

// TLS is what is known of a TLS connection.
type TLS struct {
	// Version is "1.0" to "1.3", Cipher the IANA name; both are empty until the server's hello.
	Version, Cipher string
	// SNI is the server name that the client asked for, ALPN the protocol that was agreed on.
	SNI, ALPN string
	// Resumed says that a session was resumed, EarlyData that the server accepted early data.
	Resumed, EarlyData bool
	// Began is when the client's first hello was complete, Ready when both sides had finished the handshake; 0 if that was not captured.
	Began, Ready capture.Time
	// Layer is which TLS connection of the TCP connection it is, from 1.
	Layer int
	// Keys says where the secrets come from: "keylog", "dsb", "rsa"; empty if nothing was decrypted.
	Keys string
}

// TLSOf is the TLS that carries the session; of one in clear all is empty.
func (s *Session) TLSOf() TLS {
	if s.TLS == nil {
		return TLS{}
	}
	return *s.TLS
}

// TLSConn is a TLS connection that has ended, whatever it carried.
type TLSConn struct {
	TLS
	Client, Server netip.AddrPort
	// Last is its last packet.
	Last int
	// Reason is why it, or the rest of it, was not decrypted; empty if it was.
	Reason string
	// Alerts say which alerts were sent, in a few words each, but for those of an orderly end.
	Alerts []string
}

// Proxied is a header of the PROXY protocol.
type Proxied struct {
	// Version is 1 (text) or 2 (binary).
	Version int
	// Client and Server are the connection that the load balancer accepted; the zero value if the header names none.
	Client, Server netip.AddrPort
}

// Session is one WebSocket connection from the opening handshake to its end, or an
// opening handshake that was refused. A Session in an event is a snapshot and is not changed later.
type Session struct {
	// N and Stream are the numbers, as the Merger gave them.
	N, Stream      int
	Client, Server netip.AddrPort
	// Scheme is "ws", or "wss" where TLS was decrypted.
	Scheme string
	// HTTPVersion, Method, Host and Path are those of the request, empty if it was not captured.
	HTTPVersion, Method, Host, Path string
	// Status is the response's status code, 0 if there was none.
	Status int
	// Subprotocol and Extensions are as the response chose them, empty for none.
	Subprotocol, Extensions string
	// TLS is what carries the session, nil if it is in clear.
	TLS *TLS
	// H2Stream is the HTTP/2 stream that carries it (RFC 8441), 0 for HTTP/1.1.
	H2Stream uint32
	// Peer is the session on the other side of a proxy, 0 where none is known; see Peers.
	Peer int
	// Masks are the masking keys of the client's first frames, in order.
	Masks [4][4]byte
	// Process is the program that the connection belongs to, as the capture says; nil where it does not.
	Process *Process
	// Proxied is what a load balancer says of the real client before its first byte (PROXY protocol), nil for nothing.
	Proxied *Proxied
	// Agreed is what the handshake negotiated, set once; nil if there was no 101, or it was not captured.
	Agreed *Agreed
	// Fresh says that its request was the first on the connection.
	Fresh bool
	// Draft names an old protocol draft ("hixie-76"), empty for RFC 6455.
	Draft string
	// Zero is when the first packet of the run was captured, of whatever connection: relative times count from there.
	Zero capture.Time
	// Started, Opened and Ended are the times of the request, of the 101, and of the end; HasStarted etc. say whether there was one.
	Started, Opened, Ended          capture.Time
	HasStarted, HasOpened, HasEnded bool
	State                           SessionState
	End                             End
	// EndBy is the side whose FIN or RST came first, where HasEndBy.
	EndBy    ws.Dir
	HasEndBy bool
	Close    *Close
	// Messages counts all messages by direction, control frames too; Bytes sums their Len where known, WireBytes their WireLen.
	Messages, Bytes, WireBytes      [2]int64
	RequestHeaders, ResponseHeaders []http1.Header
	// Unanswered says that the server sent frames without answering the opening handshake, of which nothing is missing.
	Unanswered bool
	// HandshakeSeen says that request and response were captured whole.
	HandshakeSeen bool
	// Confidence, in (0,1], goes with a session that was found by heuristic; else 0.
	Confidence float32
	Findings   int
	// Missing is how many bytes of the session were never captured.
	Missing int64
	// Retransmissions is how many segments carried bytes again.
	Retransmissions int
	// First and Last are its smallest and largest packet number.
	First, Last int
	Tunnel      *Tunnel
	// Reason is the response's reason phrase.
	Reason string
	// Answered is the last packet of the response, 0 if there was none.
	Answered int
	// TCP is what the TCP connection went through; nil until it has ended, or the capture has.
	TCP *TCP
}
