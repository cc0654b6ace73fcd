package ws

import (
	"github.com/wspeek/wspeek/reassembly"
)

// Config says how a Conn decodes. Its zero value decodes a session without extensions whose client is Fwd.
type Config struct {
	// Client is the direction of the TCP connection that the client sends in.
	Client reassembly.Dir
	// Deflate is what the response negotiated, nil for none (RFC 7692 section 7).
	Deflate *Deflate
	// Unknown says that the response negotiated an extension that we do not know.
	Unknown bool
	// Assumed says that the opening handshake was not seen as a whole: what is told is at best Guessed,
	// and what compression was negotiated is not known: RSV1 on a first frame is taken as permessage-deflate
	// with an empty window.
	Assumed bool
	// Confidence goes with Assumed.
	Confidence float32
	// Resync says that the first byte of a direction may be anywhere in a frame: a boundary is searched for.
	Resync bool
	// Keep keeps payloads; without it only lengths and checks are made.
	Keep bool
	// Frames asks for Sink.Frame (finding numbers are right without it too).
	Frames bool

	Limits Limits
	// Shared is what the conns of one worker share: the arena, scratch memory, inflaters. Never nil.
	Shared *Shared
	Bytes  *reassembly.Bytes
}

// Limits bounds what is kept; a zero field means its default.
type Limits struct {
	// Message is how many bytes of a message are kept, on the wire and after inflation (default 256 MiB).
	Message int64
	// Ratio bounds inflated size by wire size, beyond 8 MiB of output (default 400).
	Ratio int64
	// Fragments is how many frames a message may have before it is Undecodable (default 1<<20).
	Fragments int
	// Search is how many bytes a direction is searched for a frame boundary, each time (default 1 MiB).
	Search int64
	// Inflaters is how many live inflaters (about 40 KB each) one worker keeps (default 512).
	Inflaters int
	// Windows is how many bytes of DEFLATE windows one worker keeps besides (default 64 MiB).
	Windows int64
}

// Deflate is permessage-deflate as negotiated by the response (RFC 7692 section 7.1).
type Deflate struct {
	// NoTakeover is server_ and client_no_context_takeover, by the direction that it binds.
	NoTakeover [2]bool
	// WindowBits is server_ and client_max_window_bits, by the direction that it binds; 15 where absent or invalid.
	WindowBits [2]int
}
