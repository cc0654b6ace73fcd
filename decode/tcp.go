package decode

import (
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// TCP is what the TCP connection under a session went through, from its first packet to its last: several
// sessions may have shared it. What is by direction is so by the session's: C2S is what its client sent.
type TCP struct {
	First, Last ws.Stamp
	Stats       [2]reassembly.Stats
	// Doubts are what is not certain about the bytes.
	Doubts [2]reassembly.Doubts
	// Unacked is how many bytes were sent that had not been acknowledged when the connection (or the capture) ended.
	Unacked [2]int64
	// FIN and RST are by the side that sent them; Packet is 0 if there was none.
	FIN, RST [2]ws.Stamp
	// Incidents are the first reassembly.MaxIncidents; More counts the others.
	Incidents []Incident
	More      int64
}

// Incident is something that held up a stream, and the packet that shows it.
type Incident struct {
	Kind reassembly.IncidentKind
	Dir  ws.Dir
	At   ws.Stamp
}
