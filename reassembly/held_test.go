package reassembly

import (
	"fmt"
	"slices"
	"testing"
)

// calls writes down what a Handler is called with.
type calls struct{ log []string }

func (c *calls) Data(d Dir, k Chunk) {
	c.log = append(c.log, fmt.Sprintf("data %d %d %q %d %d %d", d, k.Off, k.Data, k.Packet, k.Time, k.Ack))
}
func (c *calls) Gap(d Dir, off, n int64) {
	c.log = append(c.log, fmt.Sprintf("gap %d %d %d", d, off, n))
}
func (c *calls) Conflict(d Dir, off, n int64) {
	c.log = append(c.log, fmt.Sprintf("conflict %d %d %d", d, off, n))
}
func (c *calls) Close(d Dir, k CloseKind) { c.log = append(c.log, fmt.Sprintf("close %d %d", d, k)) }

func TestHeldReplaysWhatItWasGiven(t *testing.T) {
	t.Parallel()
	var direct, later calls
	var h Held
	b := []byte("hello")
	for _, to := range []func(){
		func() { direct.Data(Fwd, Chunk{Off: 3, Data: b, Packet: 7, Time: 9, Ack: -1}) },
		func() { direct.Conflict(Rev, 0, 2) },
		func() { direct.Gap(Fwd, 8, 10) },
		func() { direct.Data(Rev, Chunk{Data: []byte("x"), Ack: 18}) },
		func() { direct.Close(Fwd, CloseFIN) },
	} {
		to()
	}
	h.Data(Fwd, Chunk{Off: 3, Data: b, Packet: 7, Time: 9, Ack: -1}, 0)
	copy(b, "XXXXX") // the bytes were the caller's
	h.Conflict(Rev, 0, 2)
	h.Gap(Fwd, 8, 10, 0)
	h.Data(Rev, Chunk{Data: []byte("x"), Ack: 18}, 0)
	h.Close(Fwd, CloseFIN, 0)
	if h.Bytes() != 6 || h.Closed() != 1 || h.Len() != 5 || h.Ack() != 18 || !h.EndsWithClose() {
		t.Errorf("%d bytes, %d closed, %d calls, ack %d", h.Bytes(), h.Closed(), h.Len(), h.Ack())
	}
	h.Replay(&later)
	if !slices.Equal(direct.log, later.log) {
		t.Errorf("got  %q\nwant %q", later.log, direct.log)
	}
	if !h.Empty() || h.Bytes() != 0 || h.Closed() != 0 {
		t.Errorf("not empty after Replay: %+v", h)
	}
}

func TestHeldCutsAndStaysBounded(t *testing.T) {
	t.Parallel()
	var h Held
	h.Data(Fwd, Chunk{Data: []byte("ab")}, 1)
	for i := range 10_000 {
		h.Data(Fwd, Chunk{Off: int64(2 * (i + 1)), Data: []byte("cd")}, int64(i))
		h.Cut(1)
		if k := h.Chunk(h.At(0)); string(k.Data) != "b" && string(k.Data) != "d" {
			t.Fatalf("after %d: %q is left of the first", i, k.Data)
		}
		h.Cut(1)
	}
	if h.Len() != 1 || h.Bytes() != 2 || cap(h.calls) > 1000 || cap(h.buf) > 1000 {
		t.Errorf("%d calls, %d bytes, room for %d and %d", h.Len(), h.Bytes(), cap(h.calls), cap(h.buf))
	}
}

func TestHeldBoundsConflicts(t *testing.T) {
	t.Parallel()
	var h Held
	for i := range int64(1000) {
		h.Conflict(Dir(i%2), 10*i, 5)
	}
	var c calls
	h.Replay(&c)
	if len(c.log) != maxHeldConflicts || c.log[len(c.log)-1] != "conflict 1 630 9365" {
		t.Errorf("%d conflicts, the last %q", len(c.log), c.log[len(c.log)-1])
	}
}
