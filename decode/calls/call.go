package calls

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// State is what became of a call.
type State uint8

// The states.
const (
	// Answered means: the reply came.
	Answered State = iota
	// Failed means: the reply came and tells of an error.
	Failed
	// Unanswered means: no reply came until the session or the capture ended, or the same id was used again.
	Unanswered
	// Cancelled means: the side that asked took the request back, or a reply of a language model was interrupted.
	Cancelled
)

var states = [...]string{"answered", "error", "unanswered", "cancelled"}

// String is the state as in the JSON.
func (s State) String() string { return states[s] }

// Call is a request and what came of it.
type Call struct {
	// Session is the newest snapshot of its session; it is not changed.
	Session *decode.Session
	// Request and Reply are the numbers of the messages in their session; Reply is 0 if there is none. Of a packet that spans
	// messages, Request is the first and Reply the last.
	Request, Reply int
	// Packet is the last packet of the request.
	Packet int
	// Dir is the direction of the request.
	Dir ws.Dir
	// Protocol is its name in JSON: "json-rpc", or "json" where the field that pairs messages was found or given.
	Protocol string
	// Name is the method, action or event; empty if the request has none. ID ties request and reply, as it is on the wire.
	Name, ID string
	// At is the time of the request, Took how long it was from the end of the request to the end of the reply, if Took is known
	// (HasTook). A call that was cancelled or not answered has no Took.
	At, Took capture.Time
	HasTook  bool
	// Items counts the parts of a reply of several messages, First is the time to the first of them.
	Items int
	First capture.Time
	// Open says that a stream of items had not ended with its session or the capture.
	Open  bool
	State State
	// Pair is how plain JSON is paired, nil for all else.
	Pair *Pair
	// Turn is what else is known of a turn of a language model, nil for all else.
	Turn *Turn
	// Passes says that the request or the reply passed the filter.
	Passes bool
}

// Turn is a reply of a language model.
type Turn struct {
	Model string
	// Response is the id of the response.
	Response string
	// Status is how it ended, in the protocol's words: "completed", "cancelled", "incomplete", "failed"; Reason is why, if it says so.
	Status, Reason string
	// Input and Output count tokens, -1 where that is not told.
	Input, Output int64
	// Rate is the tokens of output a second from the first one to the end, 0 if it is not known.
	Rate float64
	// Deltas counts the pieces of the reply, Text joins those of text, up to maxTurnText bytes; TextCut says that there were more.
	Deltas  int
	Text    []byte
	TextCut bool
}
