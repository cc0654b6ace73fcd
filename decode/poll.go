package decode

import (
	"net/netip"
	"strings"

	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// MaxPoll is how much of the body of a Poll is kept, in bytes.
const MaxPoll = 1 << 20

// Poll is the body of an HTTP message of Engine.IO's polling transport: it carries what would be messages of a session, before
// the client has changed to WebSocket, or where it never does.
type Poll struct {
	// Client sent the request. They are those of the TCP connection.
	Client, Server netip.AddrPort
	Dir            ws.Dir
	// Target is that of the request; Status 0 for a request.
	Target string
	Status int
	// Type and Coding are Content-Type and Content-Encoding.
	Type, Coding string
	// Body is not to be changed. Cut reports that there was more of it.
	Body []byte
	Cut  bool
	// First is where the header section of the message starts, Last where the body ends.
	First, Last reassembly.Stamp
}

// Polls reports whether the target of a request is that of Engine.IO's polling transport.
func Polls(target string) bool {
	_, query, _ := strings.Cut(target, "?")
	return strings.Contains(query, "EIO=") && strings.Contains(query, "transport=polling")
}
