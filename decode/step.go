package decode

import "github.com/wspeek/wspeek/reassembly"

// Call is what one layer asks of the next.
type Call uint8

const (
	// CallData passes bytes on (the first four are the methods of reassembly.Handler).
	CallData Call = iota + 1
	// CallGap reports bytes that were never captured.
	CallGap
	// CallConflict reports copies that differed.
	CallConflict
	// CallClose reports the end of a direction.
	CallClose
	// CallBecomes says that the layer has decided what its stream is, and that Next takes its place.
	CallBecomes
	// CallEmits says that the layer emits an event.
	CallEmits
)

// String is the name of the call.
func (c Call) String() string {
	return [...]string{"", "data", "gap", "conflict", "close", "becomes", "emits"}[c]
}

// Step is one thing that happens between two layers of a connection. It is for looking at the decoder at work.
type Step struct {
	Stream *Stream
	// Packet is the number of the packet that is looked at; at the end of the capture math.MaxInt.
	Packet int
	// Depth is how many layers the call has gone through on its way, Layer the name of the one that is called.
	Depth int
	Layer string
	Call  Call
	// Dir is the direction of the TCP connection, and [Off, Off+N) the range of the stream that the layer reads.
	Dir    reassembly.Dir
	Off, N int64
	// Kind is how a direction ended, with CallClose.
	Kind reassembly.CloseKind
	// Next is the name of the layer that takes the stream, with CallBecomes.
	Next string
	// Event is what is emitted, with CallEmits, and Batch what it points to; both are valid as long as the Batch is.
	Event Event
	Batch *Batch
}
