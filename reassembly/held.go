package reassembly

import "bytes"

// Held keeps calls of a Handler, to be made later in the same order. It owns copies of the bytes. The zero value is
// empty.
type Held struct {
	calls []heldCall
	// bytes is how many bytes of data it holds, closed how many ends.
	bytes, closed, conflicts int
}

// heldKind is which method of a Handler was called.
type heldKind uint8

const (
	heldData heldKind = iota
	heldGap
	heldConflict
	heldClose
)

type heldCall struct {
	kind   heldKind
	dir    Dir
	close  CloseKind
	chunk  Chunk
	off, n int64
}

// maxHeldConflicts is how many conflicts are kept apart; beyond it the last one of a direction grows.
const maxHeldConflicts = 64

// Bytes is how many bytes of data it holds.
func (h *Held) Bytes() int { return h.bytes }

// Closed is how many directions have ended: 0 to 2.
func (h *Held) Closed() int { return h.closed }

// Data keeps a copy of k.
func (h *Held) Data(d Dir, k Chunk) {
	k.Data = bytes.Clone(k.Data)
	h.bytes += len(k.Data)
	h.calls = append(h.calls, heldCall{kind: heldData, dir: d, chunk: k})
}

// Gap keeps a gap.
func (h *Held) Gap(d Dir, off, n int64) {
	h.calls = append(h.calls, heldCall{kind: heldGap, dir: d, off: off, n: n})
}

// Conflict keeps a range whose copies differed. Of very many only their hull is kept.
func (h *Held) Conflict(d Dir, off, n int64) {
	if h.conflicts >= maxHeldConflicts && h.widen(d, off, n) {
		return
	}
	h.conflicts++
	h.calls = append(h.calls, heldCall{kind: heldConflict, dir: d, off: off, n: n})
}

// widen makes the last conflict of a direction reach over n bytes from off, and reports whether there is one.
func (h *Held) widen(d Dir, off, n int64) bool {
	for i := len(h.calls) - 1; i >= 0; i-- {
		if k := &h.calls[i]; k.kind == heldConflict && k.dir == d {
			end := max(k.off+k.n, off+n)
			k.off = min(k.off, off)
			k.n = end - k.off
			return true
		}
	}
	return false
}

// Close keeps the end of a direction.
func (h *Held) Close(d Dir, k CloseKind) {
	h.closed++
	h.calls = append(h.calls, heldCall{kind: heldClose, dir: d, close: k})
}

// Replay makes the calls on to. They are gone before the first is made, so that to may call h again.
func (h *Held) Replay(to Handler) {
	calls := h.calls
	*h = Held{}
	for i := range calls {
		switch k := &calls[i]; k.kind {
		case heldData:
			to.Data(k.dir, k.chunk)
		case heldGap:
			to.Gap(k.dir, k.off, k.n)
		case heldConflict:
			to.Conflict(k.dir, k.off, k.n)
		case heldClose:
			to.Close(k.dir, k.close)
		}
	}
}
