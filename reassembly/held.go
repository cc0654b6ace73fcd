package reassembly

import "github.com/wspeek/wspeek/capture"

// Held is a queue of Handler calls that are made later, or looked at, in the same order. It owns copies of the bytes. The
// zero value is empty.
type Held struct {
	calls []HeldCall
	buf   []byte
	// head is the index of the first call that is still there.
	head int
	// bytes and data count the captured bytes and the calls that hold them, closed the ends, conflicts the conflicts.
	bytes, data, closed, conflicts int
	// ack is the acknowledgment of the last data, -1 if it is not known.
	ack int64
}

// HeldKind is which method of a Handler was called.
type HeldKind uint8

// The methods of a Handler.
const (
	HeldData HeldKind = iota
	HeldGap
	HeldConflict
	HeldClose
)

// HeldCall is one call of a Handler.
type HeldCall struct {
	// Off and N are the range of Data, Gap and Conflict.
	Off, N int64
	// Ack, Packet and Time are those of the Chunk.
	Ack    int64
	Packet int
	Time   capture.Time
	// Mark is the caller's: Held does not look at it.
	Mark int64
	// at is where in Held.buf the bytes of Data lie.
	at       int
	Kind     HeldKind
	Dir      Dir
	HowEnded CloseKind
}

const (
	// heldCallCost is what a call costs besides its bytes.
	heldCallCost = 64
	// maxHeldConflicts is how many conflicts are kept apart; beyond it the last one of a direction grows.
	maxHeldConflicts = 64
)

// Empty reports whether nothing is held.
func (h *Held) Empty() bool { return h.head == len(h.calls) }

// Len is how many calls are held.
func (h *Held) Len() int { return len(h.calls) - h.head }

// At is the i-th call that is held, valid until the next change.
func (h *Held) At(i int) *HeldCall { return &h.calls[h.head+i] }

// Bytes is how many bytes of data are held.
func (h *Held) Bytes() int { return h.bytes }

// Chunks is how many calls of Data are held.
func (h *Held) Chunks() int { return h.data }

// Closed is how many ends were kept: of one direction 0 or 1, of both up to 2.
func (h *Held) Closed() int { return h.closed }

// Cost is about how many bytes of memory it takes.
func (h *Held) Cost() int { return h.bytes + h.Len()*heldCallCost }

// Ack is the acknowledgment of the last data, -1 if it is not known.
func (h *Held) Ack() int64 { return h.ack }

// EndsWithClose reports whether the last call is the end of a direction.
func (h *Held) EndsWithClose() bool { return !h.Empty() && h.calls[len(h.calls)-1].Kind == HeldClose }

// FirstData is the first call of Data, the first call if there is none. Held is not empty.
func (h *Held) FirstData() *HeldCall {
	for i := range h.Len() {
		if c := h.At(i); c.Kind == HeldData {
			return c
		}
	}
	return h.At(0)
}

// Chunk is what a call of Data had; the bytes are valid until the next change.
func (h *Held) Chunk(c *HeldCall) Chunk {
	return Chunk{Off: c.Off, Data: h.buf[c.at : c.at+int(c.N) : c.at+int(c.N)], Packet: c.Packet, Time: c.Time, Ack: c.Ack}
}

// Data keeps a copy of k. Mark is the caller's.
func (h *Held) Data(d Dir, k Chunk, mark int64) {
	h.compact()
	h.ack = k.Ack
	h.data++
	h.bytes += len(k.Data)
	h.calls = append(h.calls, HeldCall{Kind: HeldData, Dir: d, Off: k.Off, N: int64(len(k.Data)), at: len(h.buf),
		Packet: k.Packet, Time: k.Time, Ack: k.Ack, Mark: mark})
	h.buf = append(h.buf, k.Data...)
}

// Gap keeps a gap. Mark is the caller's.
func (h *Held) Gap(d Dir, off, n, mark int64) {
	h.compact()
	h.calls = append(h.calls, HeldCall{Kind: HeldGap, Dir: d, Off: off, N: n, Mark: mark})
}

// Conflict keeps a range whose copies differed. If there are very many, the last one grows.
func (h *Held) Conflict(d Dir, off, n int64) {
	if h.conflicts >= maxHeldConflicts && h.widen(d, off, n) {
		return
	}
	h.conflicts++
	h.calls = append(h.calls, HeldCall{Kind: HeldConflict, Dir: d, Off: off, N: n})
}

// widen makes the last conflict of a direction reach over n bytes from off, and reports whether there is one.
func (h *Held) widen(d Dir, off, n int64) bool {
	for i := h.Len() - 1; i >= 0; i-- {
		if c := h.At(i); c.Kind == HeldConflict && c.Dir == d {
			end := max(c.Off+c.N, off+n)
			c.Off = min(c.Off, off)
			c.N = end - c.Off
			return true
		}
	}
	return false
}

// Close keeps the end of a direction. Mark is the caller's.
func (h *Held) Close(d Dir, k CloseKind, mark int64) {
	h.closed++
	h.calls = append(h.calls, HeldCall{Kind: HeldClose, Dir: d, HowEnded: k, Mark: mark})
}

// Cut takes n bytes off the first call, which is gone when none are left.
func (h *Held) Cut(n int64) {
	c := h.At(0)
	c.Off += n
	c.N -= n
	if c.Kind == HeldData {
		c.at += int(n)
		h.bytes -= int(n)
	}
	if c.N <= 0 {
		h.Pop()
	}
}

// Pop takes the first call off.
func (h *Held) Pop() {
	if c := h.At(0); c.Kind == HeldData {
		h.data--
		h.bytes -= int(c.N)
	}
	h.head++
	if h.Empty() {
		*h = Held{}
	}
}

// compact moves what is left to the front once most of it is gone, so that a queue that is never quite empty
// does not grow.
func (h *Held) compact() {
	if h.head < 32 || h.head < len(h.calls)/2 {
		return
	}
	from := len(h.buf)
	if h.data > 0 {
		from = h.FirstData().at
	}
	h.buf = h.buf[:copy(h.buf, h.buf[from:])]
	h.calls = h.calls[:copy(h.calls, h.calls[h.head:])]
	h.head = 0
	for i := range h.calls {
		h.calls[i].at -= from
	}
}

// Replay makes the calls on to. They are gone before the first is made, so that to may lead back to h.
func (h *Held) Replay(to Handler) {
	was := *h
	*h = Held{}
	for i := range was.Len() {
		switch c := was.At(i); c.Kind {
		case HeldData:
			to.Data(c.Dir, was.Chunk(c))
		case HeldGap:
			to.Gap(c.Dir, c.Off, c.N)
		case HeldConflict:
			to.Conflict(c.Dir, c.Off, c.N)
		case HeldClose:
			to.Close(c.Dir, c.HowEnded)
		}
	}
}
