package http2

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// Finding is a rule that was broken.
type Finding struct {
	Rule *rule.Rule
	// Stream is the stream identifier, 0 for the connection.
	Stream uint32
	Dir    reassembly.Dir
	// Offset is the place in the connection's stream; Packet and Time are those of the byte that showed it.
	Offset int64
	Packet int
	Time   capture.Time
	Detail string
}

// maxFindings is how many findings of one rule are reported of a connection; the others are counted.
const maxFindings = 64
