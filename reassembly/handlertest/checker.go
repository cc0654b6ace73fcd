package handlertest

import (
	"bytes"
	"fmt"

	"github.com/wspeek/wspeek/reassembly"
)

// T is the part of testing.TB that a Checker needs.
type T interface {
	Helper()
	Errorf(format string, args ...any)
}

// Checker is a Handler that reports each call that breaks the contract to T, records what it was called with,
// and passes every call on to Next. Its zero value with T set is ready.
type Checker struct {
	T T
	// Next gets every call after it was checked; nil for none.
	Next reassembly.Handler
	// Name stands before each report.
	Name string
	// AckBeyond allows Chunk.Ack to lie beyond the end of the opposite direction: an acknowledgement may be false.
	AckBeyond bool
	// Unrecorded keeps nothing of the calls, so that Calls and Bytes are empty.
	Unrecorded bool

	streams [2]stream
}

// stream is one direction as the Checker has seen it.
type stream struct {
	begun     bool
	first     int64
	next      int64
	highAck   int64
	close     reassembly.CloseKind
	calls     []Call
	conflicts []Call
}

// Data checks and records a call of Handler.Data.
func (k *Checker) Data(d reassembly.Dir, c reassembly.Chunk) {
	k.T.Helper()
	if len(c.Data) == 0 {
		k.errorf("direction %d: Data without bytes at %d", d, c.Off)
	}
	if c.Ack < -1 {
		k.errorf("direction %d: Ack %d at %d, want an offset or -1", d, c.Ack, c.Off)
	}
	k.advance(d, "Data", c.Off, int64(len(c.Data)))
	s := &k.streams[d]
	s.highAck = max(s.highAck, c.Ack)
	if !k.Unrecorded {
		c.Data = bytes.Clone(c.Data)
		s.record(Call{Kind: Data, Dir: d, Chunk: c})
	}
	if k.Next != nil {
		k.Next.Data(d, c)
	}
}

// Gap checks and records a call of Handler.Gap.
func (k *Checker) Gap(d reassembly.Dir, off, n int64) {
	k.T.Helper()
	if n <= 0 {
		k.errorf("direction %d: Gap of %d bytes at %d", d, n, off)
	}
	k.advance(d, "Gap", off, n)
	if !k.Unrecorded {
		k.streams[d].record(Call{Kind: Gap, Dir: d, Off: off, N: n})
	}
	if k.Next != nil {
		k.Next.Gap(d, off, n)
	}
}

// Conflict checks and records a call of Handler.Conflict.
func (k *Checker) Conflict(d reassembly.Dir, off, n int64) {
	k.T.Helper()
	s := &k.streams[d]
	k.open(d, "Conflict")
	if off < 0 || n <= 0 {
		k.errorf("direction %d: Conflict of %d bytes at %d", d, n, off)
	}
	if !k.Unrecorded {
		s.conflicts = append(s.conflicts, Call{Kind: Conflict, Dir: d, Off: off, N: n})
	}
	if k.Next != nil {
		k.Next.Conflict(d, off, n)
	}
}

// Close checks and records a call of Handler.Close.
func (k *Checker) Close(d reassembly.Dir, c reassembly.CloseKind) {
	k.T.Helper()
	k.open(d, "Close")
	if c == 0 {
		k.errorf("direction %d: Close without a kind", d)
	}
	k.streams[d].close = c
	if k.Next != nil {
		k.Next.Close(d, c)
	}
}

// Done checks what can be known only at the end: both directions were closed (unless nothing was passed on at
// all), and no Ack lies beyond the end of the opposite direction.
func (k *Checker) Done() {
	k.T.Helper()
	if !k.Called() {
		return
	}
	for d := reassembly.Fwd; d <= reassembly.Rev; d++ {
		s, o := &k.streams[d], &k.streams[d.Other()]
		if s.close == 0 {
			k.errorf("direction %d was not closed", d)
		}
		if !k.AckBeyond && s.highAck > max(o.next, 0) {
			k.errorf("direction %d: Ack %d, but the opposite direction ends at %d", d, s.highAck, o.next)
		}
	}
}

// Called reports whether anything was called.
func (k *Checker) Called() bool {
	for d := range k.streams {
		s := &k.streams[d]
		if s.begun || s.close != 0 || len(s.conflicts) > 0 {
			return true
		}
	}
	return false
}

// End is the offset after the last byte or gap of d, and First that of the first; 0 if there was none.
func (k *Checker) End(d reassembly.Dir) int64 { return k.streams[d].next }

// First is the offset of the first byte or gap of d.
func (k *Checker) First(d reassembly.Dir) int64 { return k.streams[d].first }

// Closed is how d was closed, 0 if it was not.
func (k *Checker) Closed(d reassembly.Dir) reassembly.CloseKind { return k.streams[d].close }

// Bytes are the bytes of d, with fill for those of gaps.
func (k *Checker) Bytes(d reassembly.Dir, fill byte) (out []byte) {
	for _, c := range k.streams[d].calls {
		if c.Kind == Gap {
			out = append(out, bytes.Repeat([]byte{fill}, int(c.N))...)
			continue
		}
		out = append(out, c.Chunk.Data...)
	}
	return out
}

// Conflicts are the ranges of d that were in conflict, in the order of the calls.
func (k *Checker) Conflicts(d reassembly.Dir) []Call { return k.streams[d].conflicts }

// advance checks that a call goes on where its direction stands.
func (k *Checker) advance(d reassembly.Dir, what string, off, n int64) {
	k.T.Helper()
	k.open(d, what)
	s := &k.streams[d]
	switch {
	case !s.begun && off < 0:
		k.errorf("direction %d: the first %s is at %d, want 0 or more", d, what, off)
	case s.begun && off != s.next:
		k.errorf("direction %d: %s at %d, want %d", d, what, off, s.next)
	}
	if !s.begun {
		s.begun, s.first = true, off
	}
	s.next = off + n
}

// open checks that a direction has not been closed.
func (k *Checker) open(d reassembly.Dir, what string) {
	k.T.Helper()
	if c := k.streams[d].close; c != 0 {
		k.errorf("direction %d: %s after Close(%d)", d, what, c)
	}
}

func (k *Checker) errorf(format string, args ...any) {
	k.T.Helper()
	text := fmt.Sprintf(format, args...)
	if k.Name != "" {
		text = k.Name + ": " + text
	}
	k.T.Errorf("%s", text)
}
