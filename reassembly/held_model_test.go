package reassembly

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/capture"
)

// heldModel is a Held as a plain slice of calls.
type heldModel []modelCall

type modelCall struct {
	HeldCall
	data []byte
}

func (m heldModel) check(t *rapid.T, h *Held) {
	var size, data, closed int
	for i, want := range m {
		got := *h.At(i)
		if want.Kind == HeldData {
			k := h.Chunk(h.At(i))
			if !bytes.Equal(k.Data, want.data) || k.Off != want.Off || k.Packet != want.Packet || k.Time != want.Time || k.Ack != want.Ack {
				t.Fatalf("call %d: chunk %+v, want %+v of %q", i, k, want.HeldCall, want.data)
			}
			_ = append(k.Data, '#') // must not reach what lies after it
			size, data = size+len(want.data), data+1
		}
		if want.Kind == HeldClose {
			closed++
		}
		if got.at = 0; got != want.HeldCall {
			t.Fatalf("call %d: got %+v, want %+v", i, got, want.HeldCall)
		}
	}
	if h.Len() != len(m) || h.Empty() != (len(m) == 0) || h.Bytes() != size || h.Chunks() != data || h.Cost() != size+len(m)*heldCallCost {
		t.Fatalf("%d calls, %d chunks, %d bytes, cost %d; want %d, %d, %d", h.Len(), h.Chunks(), h.Bytes(), h.Cost(), len(m), data, size)
	}
	if ends := len(m) > 0 && m[len(m)-1].Kind == HeldClose; h.EndsWithClose() != ends || h.Closed() < closed {
		t.Fatalf("ends with a close: %v, want %v; %d closed, want %d", h.EndsWithClose(), ends, h.Closed(), closed)
	}
	if len(m) > 0 {
		i := max(slices.IndexFunc(m, func(c modelCall) bool { return c.Kind == HeldData }), 0)
		if h.FirstData() != h.At(i) {
			t.Fatalf("the first data is call %+v, want call %d", h.FirstData(), i)
		}
	}
}

// TestAnyUseOfHeld holds a queue of calls against a slice of them, whatever is added, cut and taken off.
func TestAnyUseOfHeld(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var h Held
		var m heldModel
		ack := int64(0)
		for step := range int64(rapid.IntRange(1, 150).Draw(t, "steps")) {
			d := Dir(rapid.IntRange(0, 1).Draw(t, "dir"))
			switch do := rapid.IntRange(0, 9).Draw(t, "do"); {
			case do < 4:
				k := Chunk{Off: 100 * step, Data: []byte("0123456789"[:rapid.IntRange(1, 10).Draw(t, "bytes")]), Packet: int(step), Time: capture.Time(step), Ack: step - 1}
				h.Data(d, k, step)
				m = append(m, modelCall{HeldCall{Kind: HeldData, Dir: d, Off: k.Off, N: int64(len(k.Data)), Packet: k.Packet, Time: k.Time, Ack: k.Ack, Mark: step}, slices.Clone(k.Data)})
				ack = k.Ack
				clear(k.Data)
			case do == 4:
				n := int64(rapid.IntRange(1, 10).Draw(t, "missing"))
				h.Gap(d, 100*step, n, step)
				m = append(m, modelCall{HeldCall: HeldCall{Kind: HeldGap, Dir: d, Off: 100 * step, N: n, Mark: step}})
			case do == 5 && rapid.IntRange(0, 9).Draw(t, "close") == 0:
				h.Close(d, CloseFIN, step)
				m = append(m, modelCall{HeldCall: HeldCall{Kind: HeldClose, Dir: d, HowEnded: CloseFIN, Mark: step}})
			case len(m) == 0:
			case do < 8 && m[0].Kind != HeldClose:
				c := &m[0]
				n := rapid.Int64Range(1, c.N).Draw(t, "cut")
				h.Cut(n)
				if c.Off, c.N = c.Off+n, c.N-n; c.Kind == HeldData {
					c.data = c.data[n:]
				}
				if c.N == 0 {
					m = m[1:]
				}
			default:
				h.Pop()
				m = m[1:]
			}
			m.check(t, &h)
			if len(m) > 0 && h.Chunks() > 0 && h.Ack() != ack {
				t.Fatalf("acknowledged %d, want %d", h.Ack(), ack)
			}
		}
		var want, got calls
		for _, c := range m {
			switch c.Kind {
			case HeldData:
				want.Data(c.Dir, Chunk{Off: c.Off, Data: c.data, Packet: c.Packet, Time: c.Time, Ack: c.Ack})
			case HeldGap:
				want.Gap(c.Dir, c.Off, c.N)
			case HeldClose:
				want.Close(c.Dir, c.HowEnded)
			}
		}
		if h.Replay(&got); !slices.Equal(got.log, want.log) || !h.Empty() {
			t.Fatalf("replayed\n got %q\nwant %q", got.log, want.log)
		}
	})
}

// again is a Handler that holds again what is replayed to it.
type again struct {
	calls
	h *Held
}

func (a *again) Data(d Dir, k Chunk) {
	a.calls.Data(d, k)
	a.h.Data(d, k, 0)
}

// TestReplayMayLeadBack: what is held while calls are replayed is held after them.
func TestReplayMayLeadBack(t *testing.T) {
	t.Parallel()
	var h Held
	h.Data(Fwd, Chunk{Data: []byte("one")}, 0)
	h.Data(Rev, Chunk{Data: []byte("two")}, 0)
	a := &again{h: &h}
	h.Replay(a)
	if len(a.log) != 2 || h.Len() != 2 || string(h.Chunk(h.At(0)).Data) != "one" || string(h.Chunk(h.At(1)).Data) != "two" {
		t.Errorf("replayed %q, %d are held", a.log, h.Len())
	}
}

// TestHeldConflictsOfEachDirection: beyond the bound the last one of the same direction grows, and a direction that has none
// still gets one.
func TestHeldConflictsOfEachDirection(t *testing.T) {
	t.Parallel()
	var h Held
	for i := range int64(2 * maxHeldConflicts) {
		h.Conflict(Fwd, 1000-i, 1)
	}
	h.Conflict(Rev, 7, 2)
	h.Conflict(Rev, 3, 1)
	var c calls
	h.Replay(&c)
	first, last := fmt.Sprintf("conflict 0 %d %d", 1000-(2*maxHeldConflicts-1), maxHeldConflicts+1), "conflict 1 3 6"
	if n := len(c.log); n != maxHeldConflicts+1 || c.log[n-2] != first || c.log[n-1] != last {
		t.Errorf("%d conflicts, the last %q, want %q and %q", n, c.log[n-2:], first, last)
	}
}
