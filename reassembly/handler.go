package reassembly

import "github.com/wspeek/wspeek/capture"

// Dir is a direction of a TCP connection.
type Dir uint8

const (
	// Fwd is what the opener of the connection sent (the sender of the first SYN, else the
	// receiver of the first SYN/ACK, else the sender of the first packet seen).
	Fwd Dir = 0
	// Rev is what the other side sent.
	Rev Dir = 1
)

// Other is the opposite direction.
func (d Dir) Other() Dir { return d ^ 1 }

// CloseKind is how one direction of a connection ended.
type CloseKind uint8

const (
	// CloseFIN means: this side sent a FIN and all bytes before it were passed on (or reported as gaps).
	CloseFIN CloseKind = iota + 1
	// CloseRST means: this side sent a RST.
	CloseRST
	// ClosePeerRST means: the other side sent a RST.
	ClosePeerRST
	// CloseReplaced means: a SYN with another initial sequence number starts a new connection between the same ports.
	CloseReplaced
	// CloseEvicted means: the connection was dropped because of Limits.
	CloseEvicted
	// CloseEnd means: the capture ended.
	CloseEnd
)

// Chunk is a run of stream bytes that came in one segment.
type Chunk struct {
	// Off is the stream offset of Data[0].
	Off int64
	// Data is valid only during the call. It is never empty.
	Data []byte
	// Packet is the number of the packet that carried it and Time when it was captured.
	Packet int
	Time   capture.Time
	// Ack is how far, as an offset, the sender had acknowledged the other direction
	// when it sent this; -1 if not known.
	Ack int64
}

// Handler is given the bytes of one connection in order. Within a direction,
// offsets only grow, and Data and Gap together cover each byte once. Conflict
// may name any earlier range, or one still to come, and nothing else looks back. Close is called once a
// direction, and nothing of that direction follows it, Conflict neither.
type Handler interface {
	// Data passes on the next bytes of a direction.
	Data(Dir, Chunk)
	// Gap reports that the n bytes from off were never captured.
	Gap(d Dir, off, n int64)
	// Conflict says that copies of the n bytes from off differed; the first was (or will be) passed on. It also says
	// that the only copy captured has a wrong checksum.
	// The range holds exactly differing bytes (runs with up to 7 equal bytes between may be reported as one).
	Conflict(d Dir, off, n int64)
	// Close ends a direction.
	Close(Dir, CloseKind)
}

// Bytes says what became of the bytes of the streams (the account of a run).
// Every layer adds what it consumed; Stream is added to by the Table alone.
// At the end Stream is the sum of the rest.
type Bytes struct {
	// Stream counts the bytes passed on and those reported as gaps; retransmissions once.
	Stream int64
	// HTTP counts handshakes, other HTTP messages and tunnel set-up.
	HTTP int64
	// TLS counts handshakes, record headers, tags and padding of TLS, and what else of it is not plaintext.
	TLS int64
	// FrameHeaders and Payload count WebSocket frames, payload as on the wire.
	FrameHeaders, Payload int64
	// Undecoded counts bytes that no layer could or did make sense of.
	Undecoded int64
	// Missing counts gaps.
	Missing int64
}

// Add adds o to b.
func (b *Bytes) Add(o Bytes) {
	b.Stream += o.Stream
	b.HTTP += o.HTTP
	b.TLS += o.TLS
	b.FrameHeaders += o.FrameHeaders
	b.Payload += o.Payload
	b.Undecoded += o.Undecoded
	b.Missing += o.Missing
}
