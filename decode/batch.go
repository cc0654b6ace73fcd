package decode

import (
	"github.com/wspeek/wspeek/decode/ws"
)

// Batch holds events and what they point to, in the order in which one Decoder
// told them. All of it is valid until the Decoder fills the Batch again.
type Batch struct {
	Events   []Event
	messages []ws.Message
	frames   []ws.Frame
	findings []ws.Finding
	sessions []*Session
	blocks   ws.Blocks
}

// Message is what a KindMessage event tells.
func (b *Batch) Message(e *Event) *ws.Message { return &b.messages[e.index] }

// Frame is what a KindFrame event tells.
func (b *Batch) Frame(e *Event) *ws.Frame { return &b.frames[e.index] }

// Finding is what a KindFinding event tells.
func (b *Batch) Finding(e *Event) *ws.Finding { return &b.findings[e.index] }

// Session is what a KindSession event tells. It is not part of the batch's memory and may be kept, unchanged.
func (b *Batch) Session(e *Event) *Session { return b.sessions[e.index] }

// reset empties b for its next use, and gives the memory of its payloads to an arena.
func (b *Batch) reset(to *ws.Arena) {
	to.Release(b.blocks)
	b.blocks = ws.Blocks{}
	clear(b.messages)
	clear(b.findings)
	clear(b.sessions)
	clear(b.frames)
	b.Events, b.messages, b.frames = b.Events[:0], b.messages[:0], b.frames[:0]
	b.findings, b.sessions = b.findings[:0], b.sessions[:0]
}
