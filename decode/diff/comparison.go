package diff

import (
	"github.com/wspeek/wspeek/decode/ws"
)

// State is what became of a pair of messages.
type State uint8

const (
	// Same means: no difference that counts.
	Same State = iota
	// Changed means: the same place in the conversation, but another content (or, if asked for, time or wire form).
	Changed
	// OnlyA means: on side A alone, with nothing on the other side that corresponds to it.
	OnlyA
	// OnlyB means: the same of side B.
	OnlyB
	// Moved means: the same content at another place among the messages.
	Moved
	// Unclear means: bytes are missing or cannot be decoded, so that it cannot be known.
	Unclear
)

var stateNames = [...]string{"same", "changed", "only-a", "only-b", "moved", "unclear"}

// String is the state as in the JSON.
func (s State) String() string { return stateNames[s] }

// Change is one difference. Its strings may quote the wire and are not yet inert.
type Change struct {
	// Path says where: "$.user.name" in JSON, "word 4" in text, "bytes 16-19" in binary, "kind", "close code", "time",
	// "request header Origin".
	Path string
	// A and B are the values: JSON as written, text as it is, bytes in hex. InA and InB say whether there is one.
	A, B     string
	InA, InB bool
}

// Pair is a row of a comparison: a message of each side, or of one.
type Pair struct {
	// A and B are indices of Side.Messages, -1 if there is none.
	A, B  int
	Dir   ws.Dir
	State State
	// Moved says that the place differs; State is Changed where the content does, too.
	Moved bool
	// Why says what makes it Unclear. Doubt names what is not sure about the bytes that were compared ("A is
	// guessed"), whatever the State.
	Why, Doubt string
	// Changes are what differs, More how many differences were left out of it.
	Changes []Change
	More    int
}

// Differs reports whether the row is one to stop at: all but Same.
func (p *Pair) Differs() bool { return p.State != Same }

// Use counts what was left out of the comparison, and by what.
type Use struct {
	// Name is that of a built-in detector, or the rule as the user gave it; Text says what a detector covers.
	Name, Text string
	Count      int
}

// Comparison is what two sessions have in common and where they differ. A or B is nil where a session has no
// counterpart; then there is nothing but Counts.
type Comparison struct {
	A, B *Side
	// Handshake and Ending are the differences of opening handshake and end.
	Handshake, Ending []Change
	// Pairs are the rows: in the order of A, what is only in B where it is in B.
	Pairs []Pair
	// Counts counts Pairs by State, Doubts those with a Doubt.
	Counts [Unclear + 1]int
	Doubts int
	// Ignored says what did not count, Notes what was not or could not be compared.
	Ignored []Use
	Notes   []string
	// Unrecorded says that one side's messages are not known, so that none were compared.
	Unrecorded bool
}

// Different reports whether anything differs for sure.
func (c *Comparison) Different() bool {
	return c.A == nil || c.B == nil || len(c.Handshake) > 0 || len(c.Ending) > 0 ||
		c.Counts[Changed]+c.Counts[OnlyA]+c.Counts[OnlyB]+c.Counts[Moved] > 0
}

// Uncertain reports whether there is something of which it is not known whether it differs.
func (c *Comparison) Uncertain() bool { return c.Counts[Unclear] > 0 || c.Unrecorded }

// Next is the first row after row i that differs, -1 if there is none. Start with -1.
func (c *Comparison) Next(i int) int {
	for i = max(i+1, 0); i < len(c.Pairs); i++ {
		if c.Pairs[i].Differs() {
			return i
		}
	}
	return -1
}

// Previous is the last row before row i that differs, -1 if there is none. Start with len(Pairs).
func (c *Comparison) Previous(i int) int {
	for i = min(i, len(c.Pairs)) - 1; i >= 0; i-- {
		if c.Pairs[i].Differs() {
			return i
		}
	}
	return -1
}

// message is the message of a row, nil if there is none.
func (s *Side) message(i int) *ws.Message {
	if i < 0 {
		return nil
	}
	return &s.Messages[i]
}
