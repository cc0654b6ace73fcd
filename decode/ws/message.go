package ws

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/rule"
)

// Dir is a direction of a session.
type Dir uint8

const (
	// C2S is from the client (who sent the opening handshake's request) to the server.
	C2S Dir = 0
	// S2C is from the server to the client.
	S2C Dir = 1
)

// String is "c2s" or "s2c", as in the JSON.
func (d Dir) String() string {
	if d == C2S {
		return "c2s"
	}
	return "s2c"
}

// State says how far the bytes of a message or frame are known, never whether they are legal.
type State uint8

const (
	// Exact means: every byte seen once or repeated identically, decoded without assumption.
	Exact State = iota
	// Conflict means: retransmissions differed; the peer may have seen other bytes.
	Conflict
	// Partial means: bytes are missing; where and how many is known.
	Partial
	// Guessed means: found by heuristic.
	Guessed
	// Undecodable means: raw bytes only.
	Undecodable
)

var stateNames = [...]string{"exact", "conflict", "partial", "guessed", "undecodable"}

// String is the state's name as in the JSON.
func (s State) String() string { return stateNames[s] }

// Worse is the state that claims less: of two that differ, the later one in the list of
// states, but for a message that is both guessed and partial, which is partial.
func (s State) Worse(o State) State {
	if (s == Guessed && o == Partial) || (s == Partial && o == Guessed) {
		return Partial
	}
	return max(s, o)
}

// Why is the reason for Undecodable; the zero value where it is not.
type Why uint8

const (
	_ Why = iota
	// WindowLost means: compressed data needs bytes that are not known: of an earlier message of the direction (D12, D16), or
	// of this one.
	WindowLost
	// WindowEvicted means: the window was dropped to stay within Limits.Windows.
	WindowEvicted
	// Limit means: a bound of Limits bit.
	Limit
	// UnknownExtension means: a negotiated extension that we do not know may have changed the payload.
	UnknownExtension
	// InflateError means: the compressed data is damaged.
	InflateError
	// BadLength means: the length of the frame cannot be (RFC 6455 section 5.2), so neither its payload nor anything after it is known.
	BadLength
)

var whyNames = [...]string{"", "window lost", "window evicted", "limit", "unknown extension", "inflate error", "bad length"}

// String is the reason as in the JSON.
func (w Why) String() string { return whyNames[w] }

// Range is the stream range [Start,End) in bytes, offsets of the direction's TCP stream.
type Range struct{ Start, End int64 }

// Hole is a run of missing bytes of a payload.
type Hole struct {
	// At is its offset in the payload of the message as sent (holes counted), N its length in bytes. Of a compressed message that is
	// Guessed it is one of the application data, for want of what an earlier message said.
	At, N int64
}

// Stamp is a packet and its time.
type Stamp struct {
	Packet int
	Time   capture.Time
}

// Frame is one wire frame (RFC 6455 section 5.2). Slices belong to the batch's Arena.
type Frame struct {
	// N numbers the frames of a session from 1, Message is the number of its message (both when the header is complete).
	N, Message int
	Dir        Dir
	Fin        bool
	// RSV is RSV1..3 as a number (RSV1 = 4).
	RSV       uint8
	Opcode    Opcode
	Masked    bool
	MaskKey   [4]byte
	HeaderLen int
	// Len is the declared payload length in bytes, before any limit. With the most
	// significant bit set (a broken rule) it is negative.
	Len int64
	// Seen is how many bytes of the payload were captured.
	Seen int64
	// Offset is that of the first header byte in the direction's stream.
	Offset int64
	// First and Last are the packets that carried its first and last byte seen; Min and Max
	// the smallest and largest number of all that carried a part of it.
	First, Last Stamp
	Min, Max    int
	// MaxTime is when packet Max was captured.
	MaxTime capture.Time
	State   State
	// Findings are the rules that this frame broke.
	Findings []*rule.Rule
}

// Message is a data message (section 5.4), or one control frame, or what stands in for one: a
// continuation that continues nothing, a frame with a reserved opcode. Slices belong to the batch's Arena.
type Message struct {
	// N numbers the messages of a session from 1, in order of their first frame header's completion.
	N   int
	Dir Dir
	// Opcode is that of the first frame.
	Opcode Opcode
	// Start and Last are when the first frame's header was complete and when the largest packet of it was captured.
	Start, Last Stamp
	// Min and Max are the smallest and largest number of the packets that carried it.
	Min, Max int
	// Len is the length in bytes of the application data after inflation, before any limit; for a close of its
	// reason alone; -1 where it is not known.
	Len int64
	// WireLen is the sum of the payload lengths of its frames as declared.
	WireLen int64
	// Frames is how many frames it has.
	Frames int
	// Stream is from its first frame's header to its last frame's end.
	Stream     Range
	Compressed bool
	State      State
	Why        Why
	// Confidence, in (0,1], goes with Guessed (and with Partial that is guessed too); else 0.
	Confidence float32
	// Missing is the sum of Holes.
	Missing int64
	Holes   []Hole
	// Conflict says that copies of some of its bytes differed, also if State says something worse.
	Conflict bool
	// Payload is the application data: after inflation; holes left out; raw (compressed) bytes where Undecodable; for
	// a close the whole body with the code. Nil where Config.Keep is off, but for a close.
	Payload []byte
	// Wire is the payload of a compressed message before inflation; nil for others, and where Config.Wire is off.
	Wire []byte
	// ValidUTF8 says that the application data (of a close: the reason) is whole and valid UTF-8 (RFC 3629). Always computed for text and
	// close; for ping and pong too; false for others.
	ValidUTF8 bool
	// CloseCode is the code of a close frame, -1 if there is none (section 7.1.5).
	CloseCode int
	// Findings are the rules that this message or its frames broke, each once.
	Findings []*rule.Rule
}

// Torn says that Payload is not all of the application data.
func (m *Message) Torn() bool {
	return m.State == Partial || m.State == Undecodable || len(m.Holes) > 0
}

// Marked is p, a part of a text's Payload from its start on, with a mark where a hole is, if they are holes for want of a window.
func (m *Message) Marked(p []byte) []byte {
	if m.State != Guessed || len(m.Holes) == 0 {
		return p
	}
	var out []byte
	from, lost := 0, int64(0)
	for _, h := range m.Holes {
		at := int(min(h.At-lost, int64(len(p))))
		if h.At-lost > int64(len(p)) {
			break
		}
		out = append(append(out, p[from:at]...), "…"...)
		from, lost = at, lost+h.N
	}
	return append(out, p[from:]...)
}

// Reason is the application data of m: Payload, for a close without its code.
func (m *Message) Reason() []byte {
	if m.Opcode == OpClose && m.State != Undecodable {
		return m.Payload[min(2, len(m.Payload)):]
	}
	return m.Payload
}

// Finding says that the traffic breaks a rule or is incomplete.
type Finding struct {
	Rule *rule.Rule
	// Message and Frame are the numbers that it belongs to, 0 if it belongs to the session as a whole.
	Message, Frame int
	Dir            Dir
	// At is the packet with the byte concerned; zero for a conflict, which belongs to the packet that it was
	// noticed at.
	At Stamp
	// Offset is that byte's in the direction's stream; -1 where none.
	Offset int64
	// Detail holds the values: "masking key absent", "expected X, got Y". It may quote the wire and is not yet inert.
	Detail string
}

// Sink is told what a Conn decodes. Pointers are valid during the call; what the
// slices in them point to stays valid as long as the Arena.
type Sink interface {
	// Frame is called when a frame has ended (its last byte came, or no more of it can come); a frame
	// before the message that it completes.
	Frame(*Frame)
	// Message is called when a message is complete, or no more of it can come.
	Message(*Message)
	// Amend re-labels a message already reported, by its number; the state only gets worse.
	Amend(n int, s State)
	// Finding is called as soon as a rule is seen broken.
	Finding(*Finding)
}
