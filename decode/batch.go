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
	tls      []*TLSConn
	polls    []*Poll
	keys     [][]byte
	parts    []*TLSPart
	blocks   ws.Blocks
}

// Message is what a KindMessage event reports.
func (b *Batch) Message(e *Event) *ws.Message { return &b.messages[e.index] }

// Frame is what a KindFrame event reports.
func (b *Batch) Frame(e *Event) *ws.Frame { return &b.frames[e.index] }

// Finding is what a KindFinding event reports.
func (b *Batch) Finding(e *Event) *ws.Finding { return &b.findings[e.index] }

// Session is what a KindSession event reports. It is not part of the batch's memory and may be kept, unchanged.
func (b *Batch) Session(e *Event) *Session { return b.sessions[e.index] }

// Add appends an event that has nothing in the batch: KindStream, KindAmend, KindAmendFrame.
func (b *Batch) Add(e Event) { b.Events = append(b.Events, e) }

// AddMessage appends a copy of m and e, which becomes its KindMessage event.
func (b *Batch) AddMessage(e Event, m *ws.Message) {
	b.messages = append(b.messages, *m)
	b.add(e, KindMessage, len(b.messages))
}

// AddFrame appends a copy of f and e, which becomes its KindFrame event.
func (b *Batch) AddFrame(e Event, f *ws.Frame) {
	b.frames = append(b.frames, *f)
	b.add(e, KindFrame, len(b.frames))
}

// AddFinding appends a copy of f and e, which becomes its KindFinding event.
func (b *Batch) AddFinding(e Event, f *ws.Finding) {
	b.findings = append(b.findings, *f)
	b.add(e, KindFinding, len(b.findings))
}

// AddSession appends s, which is not changed afterwards but for its numbers, and e, which becomes its KindSession event.
func (b *Batch) AddSession(e Event, s *Session) {
	b.sessions = append(b.sessions, s)
	b.add(e, KindSession, len(b.sessions))
}

// AddTLS appends t and e, which becomes its KindTLS event.
func (b *Batch) AddTLS(e Event, t *TLSConn) {
	b.tls = append(b.tls, t)
	b.add(e, KindTLS, len(b.tls))
}

// AddTLSPart appends p and e, which becomes its KindTLSPart event.
func (b *Batch) AddTLSPart(e Event, p *TLSPart) {
	b.parts = append(b.parts, p)
	b.add(e, KindTLSPart, len(b.parts))
}

// TLSPart is what a KindTLSPart event reports. It may be kept.
func (b *Batch) TLSPart(e *Event) *TLSPart { return b.parts[e.index] }

// AddKeys appends lines of a key log and e, which becomes their KindKeys event.
func (b *Batch) AddKeys(e Event, lines []byte) {
	b.keys = append(b.keys, lines)
	b.add(e, KindKeys, len(b.keys))
}

// Keys are what a KindKeys event reports: lines of a key log. They must not be shown, and may be kept.
func (b *Batch) Keys(e *Event) []byte { return b.keys[e.index] }

// TLS is what a KindTLS event reports. It may be kept.
func (b *Batch) TLS(e *Event) *TLSConn { return b.tls[e.index] }

// AddPoll appends p and e, which becomes its KindPoll event.
func (b *Batch) AddPoll(e Event, p *Poll) {
	b.polls = append(b.polls, p)
	b.add(e, KindPoll, len(b.polls))
}

// Poll is what a KindPoll event reports. It may be kept.
func (b *Batch) Poll(e *Event) *Poll { return b.polls[e.index] }

func (b *Batch) add(e Event, k Kind, n int) {
	e.Kind, e.index = k, int32(n-1)
	b.Events = append(b.Events, e)
}

// Hold gives the batch the memory that its payloads lie in.
func (b *Batch) Hold(m ws.Blocks) { b.blocks = m }

// Reset empties b for its next use, and gives the memory of its payloads to an arena.
func (b *Batch) Reset(to *ws.Arena) {
	to.Release(b.blocks)
	b.blocks = ws.Blocks{}
	clear(b.messages)
	clear(b.findings)
	clear(b.sessions)
	clear(b.tls)
	clear(b.polls)
	clear(b.keys)
	clear(b.parts)
	clear(b.frames)
	b.Events, b.messages, b.frames = b.Events[:0], b.messages[:0], b.frames[:0]
	b.findings, b.sessions = b.findings[:0], b.sessions[:0]
	b.tls, b.keys, b.parts = b.tls[:0], b.keys[:0], b.parts[:0]
}
