package reassembly

import "bytes"

// joinWithin is how many equal bytes may lie between differing ones that are reported together.
const joinWithin = 7

// compare reports where two copies of the bytes from off differ.
func (h *half) compare(off int64, a, b []byte) {
	if bytes.Equal(a, b) {
		return
	}
	from, last := -1, 0
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		if from >= 0 && i-last-1 > joinWithin {
			h.conflict(off+int64(from), off+int64(last)+1)
			from = i
		}
		if from < 0 {
			from = i
		}
		last = i
	}
	h.conflict(off+int64(from), off+int64(last)+1)
}

// conflict reports that copies of [from, to) differed, at once or, while offset 0 is not settled,
// later (then it is called by hold alone, which counts what the wait grows by).
func (h *half) conflict(from, to int64) {
	h.stats().Conflicts++
	if h.anchored {
		h.c.told = true
		h.c.handler.Conflict(h.dir, from, to-from)
		return
	}
	w := h.waiting()
	w.differ = append(w.differ, offRange{from, to})
	w.bytes += spanOverhead
}

// reportDiffer reports the conflicts found before offset 0 was settled.
func (h *half) reportDiffer() {
	w := h.wait
	for _, r := range w.differ {
		if from := max(r.off, 0); from < r.end {
			h.c.told = true
			h.c.handler.Conflict(h.dir, from, r.end-from)
		}
	}
	h.c.table.waiting -= len(w.differ) * spanOverhead
	w.bytes -= len(w.differ) * spanOverhead
	w.differ = w.differ[:0]
}

// lateState is what few directions need: ranges that were reported as missing, segments that are damaged or too far off.
type lateState struct {
	// gaps are the last ranges reported as missing, doubts the last ones passed on although their checksum was wrong.
	gaps, doubts rangeRing
	// aside are damaged segments, by offset, that stand in for bytes of which no good copy comes; asideBytes is their size.
	aside      []entry
	asideBytes int
	// jumpAt is where a gap may be none, plus 1 (conn_reuse.go); 0 for nowhere.
	jumpAt int64
	// farLo and farHi are the sequence numbers of a run of segments outside the window; farHi is after its last byte.
	farLo, farHi uint32
	farSet       bool
	// far are the segments of that run, farBytes their size.
	far      []Segment
	farBytes int
}

// lateState is h.late, made if there is none.
func (h *half) lateState() *lateState {
	if h.late == nil {
		h.late = new(lateState)
	}
	return h.late
}

// rangeRing holds the last 8 ranges that were added.
type rangeRing struct {
	ranges [8]offRange
	n      int
}

func (g *rangeRing) add(off, end int64) {
	g.ranges[g.n%len(g.ranges)] = offRange{off, end}
	g.n++
}

// overlap is how many bytes of [off, end) are in the ranges.
func (g *rangeRing) overlap(off, end int64) int64 {
	var n int64
	for _, r := range g.ranges {
		n += max(0, min(end, r.end)-max(off, r.off))
	}
	return n
}
