package reassembly

import (
	"bytes"

	"github.com/wspeek/wspeek/capture"
)

// entry is a run of bytes of one segment.
type entry struct {
	off, n int64
	// data has n bytes, or is nil where snaplen cut them (a hole).
	data   []byte
	packet int
	time   capture.Time
	// acked is when the peer was first seen to acknowledge all before off; it counts where the entry is within wait.acked.
	acked mark
	ack   uint32
	ipid  uint16
	// sum is the sum64 of data, if hasSum.
	sum    uint64
	hasSum bool
	// owned says that data does not lie in the batch, bad that the checksum of the segment is wrong.
	hasAck, push, owned, bad bool
}

func (e *entry) end() int64 { return e.off + e.n }

// skip drops the first n bytes, hole or not.
func (e *entry) skip(n int64) {
	n = max(n, 0)
	e.off += n
	if n > e.n {
		n = e.n
	}
	e.hasSum = e.hasSum && n == 0
	e.n -= n
	if e.data != nil {
		e.data = e.data[n:]
	}
}

// cut drops what lies from offset end.
func (e *entry) cut(end int64) {
	if keep := max(end-e.off, 0); keep < e.n {
		e.n, e.hasSum = keep, false
		if e.data != nil {
			e.data = e.data[:keep]
		}
	}
}

// part is [from, to) of e.
func (e *entry) part(from, to int64) entry {
	p := *e
	p.cut(to)
	p.skip(from - e.off)
	return p
}

// queue holds runs that do not overlap, sorted by offset. Sorting one in moves
// only indices.
type queue struct {
	order []int32
	head  int
	slab  []entry
	free  []int32
}

// size is the number of runs. A nil queue has none.
func (q *queue) size() int {
	if q == nil {
		return 0
	}
	return len(q.order) - q.head
}

// run is the i-th; the pointer holds until the next insert.
func (q *queue) run(i int) *entry { return &q.slab[q.order[q.head+i]] }

// search is the first run that ends after off.
func (q *queue) search(off int64) int {
	lo, hi := 0, q.size()
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if q.run(m).end() > off {
			hi = m
		} else {
			lo = m + 1
		}
	}
	return lo
}

func (q *queue) insert(i int, e entry) {
	var at int32
	if n := len(q.free); n > 0 {
		at, q.free = q.free[n-1], q.free[:n-1]
		q.slab[at] = e
	} else {
		at = int32(len(q.slab))
		q.slab = append(q.slab, e)
	}
	if i == 0 && q.head > 0 {
		q.head--
		q.order[q.head] = at
		return
	}
	q.order = append(q.order, 0)
	live := q.order[q.head:]
	copy(live[i+1:], live[i:])
	live[i] = at
}

func (q *queue) pop() {
	at := q.order[q.head]
	q.slab[at] = entry{}
	q.free = append(q.free, at)
	q.head++
	if q.head == len(q.order) {
		q.order, q.head = q.order[:0], 0
	} else if q.head > 64 && q.head > len(q.order)/2 {
		q.order = q.order[:copy(q.order, q.order[q.head:])]
		q.head = 0
	}
}

// wait is what a direction keeps while something is missing.
type wait struct {
	queue
	// bytes is what the queue counts towards the limits.
	bytes int
	// acked is how many of the first runs have all before them acknowledged.
	acked int
	// since is when the first byte of a direction came whose offset 0 is not settled.
	since mark
	// tail is how far the peer has acknowledged beyond all that was captured (0: it has not), since tailSince.
	tail      int64
	tailSince mark
	// differ are conflicts found before offset 0 is settled.
	differ []offRange
}

type offRange struct{ off, end int64 }

// at is the run that has the byte at off; nil if that does not wait. A nil wait holds none.
func (w *wait) at(off int64) *entry {
	if w == nil {
		return nil
	}
	if i := w.search(off); i < w.size() && w.run(i).off <= off && w.run(i).data != nil {
		return w.run(i)
	}
	return nil
}

// size is the number of runs; nil has none.
func (w *wait) size() int {
	if w == nil {
		return 0
	}
	return w.queue.size()
}

// add sorts e in. What comes before a run acknowledged up to its start is acknowledged as well.
func (w *wait) add(i int, e entry, h *half, now mark) {
	switch {
	case i < w.acked:
		e.acked = w.run(i).acked
		w.acked++
	case i == w.acked && e.off <= h.acked:
		e.acked = now
		w.acked++
	}
	w.bytes += len(e.data) + waitingOverhead
	w.insert(i, e)
}

func (w *wait) drop() {
	w.bytes -= len(w.run(0).data) + waitingOverhead
	w.acked = max(w.acked-1, 0)
	w.pop()
}

// own copies what lies in the batch.
func (w *wait) own() {
	for i := range w.size() {
		if e := w.run(i); !e.owned && e.data != nil {
			e.data, e.owned = bytes.Clone(e.data), true
		}
	}
}

// waiting is h.wait, made if there is none.
func (h *half) waiting() *wait {
	if h.wait == nil {
		h.wait = h.c.table.newWait()
		h.c.table.startWaiting(h.c)
	}
	return h.wait
}

// hold makes e wait, as far as it is new; the first copy wins. It says whether anything of e was new.
func (h *half) hold(e entry) bool {
	w := h.waiting()
	before, added, now := w.bytes, false, h.c.now()
	for i := w.search(e.off); e.n > 0; {
		if i == w.size() || w.run(i).off >= e.end() {
			w.add(i, e, h, now)
			added = true
			break
		}
		if gap := w.run(i).off - e.off; gap > 0 {
			w.add(i, e.part(e.off, e.off+gap), h, now)
			e.skip(gap)
			added = true
			i++
		}
		i, added = h.overlap(i, &e, added)
	}
	h.c.table.waiting += w.bytes - before
	if added {
		h.c.table.borrow(h.c)
	}
	return added
}

// overlap deals with the part of e that lies in run i, and skips it. It returns the run after.
func (h *half) overlap(i int, e *entry, added bool) (int, bool) {
	w := h.wait
	x := *w.run(i)
	end := min(x.end(), e.end())
	piece := e.part(e.off, end)
	e.skip(end - e.off)
	if piece.data == nil {
		return i + 1, added
	}
	if x.data != nil && (!x.bad || piece.bad) {
		if !piece.bad || x.bad {
			h.compare(piece.off, x.data[piece.off-x.off:end-x.off], piece.data)
		}
		return i + 1, added
	}
	if left := x.part(x.off, piece.off); left.n > 0 {
		w.add(i, left, h, h.c.now())
		i++
	}
	piece.acked = x.acked
	w.bytes += len(piece.data) - len(w.run(i).data)
	*w.run(i) = piece
	if right := x.part(end, x.end()); right.n > 0 {
		w.add(i+1, right, h, h.c.now())
	}
	return i + 1, true
}
