package ws

import (
	"time"

	"github.com/wspeek/wspeek/capture"
)

// span remembers where a frame that was reported lies, in case a retransmission turns out to differ.
type span struct {
	// start is the offset of its header; it ends where the next one starts.
	start int64
	// n is the number of its message.
	n uint32
	// framing is the length of the header without the masking key.
	framing    uint8
	compressed bool
}

const (
	// spanReach is how far back copies are compared, at most (reassembly's bound).
	spanReach = 256 << 10
	// maxSpans is how many spans a direction remembers, fewSpans if all together remember sharedSpans.
	maxSpans, fewSpans = 4096, 64
	sharedSpans        = 1 << 21
)

// spans are the frames of a direction that a Conflict can still concern: a queue.
type spans struct {
	list []span
	from int
	// end is the stream offset after the last of them.
	end int64
	// acked is how far the receiver has acknowledged.
	acked int64
	// settled is how far it had by the time settledAt, when so many chunks had come. A grace later, what lies before is dropped:
	// an acknowledgement may be captured before copies of what it is for.
	settled, chunks, settledChunks int64
	settledAt                      capture.Time
	// forgot is up to where frames were dropped that are not known to be acknowledged.
	forgot int64
}

func (s *spans) len() int { return len(s.list) - s.from }

// push adds the frame f, which ended at the stream's current place.
func (s *spans) push(h *half, f *Frame, a *assembly) {
	s.end = h.off
	if len(s.list) == cap(s.list) && s.from > len(s.list)/2 {
		s.list = s.list[:copy(s.list, s.list[s.from:])]
		s.from = 0
	}
	s.list = append(s.list, span{f.Offset, uint32(a.m.N), uint8(f.fixedLen()), a.m.Compressed})
	h.c.sh.spans++
	for s.len() > maxSpans || s.len() > fewSpans && h.c.sh.spans > sharedSpans ||
		s.len() > 1 && s.end-s.list[s.from+1].start > spanReach {
		s.forgot = s.endOf(s.from)
		s.pop(h.c.sh)
	}
}

func (s *spans) pop(sh *Pool) {
	s.from++
	sh.spans--
	if s.from == len(s.list) {
		s.list, s.from = s.list[:0], 0
	}
}

func (s *spans) clear(sh *Pool) {
	sh.spans -= s.len()
	s.list, s.from = nil, 0
}

// endOf is where span i ends.
func (s *spans) endOf(i int) int64 {
	if i+1 < len(s.list) {
		return s.list[i+1].start
	}
	return s.end
}

const (
	// ackGrace and ackChunks are for how long, in time and in chunks, reassembly still compares copies of what was
	// acknowledged, at the most.
	ackGrace  = 2 * capture.Time(time.Second)
	ackChunks = 8
)

// acked drops the frames that the receiver acknowledged a grace ago: their retransmissions are not compared.
func (h *half) acked(off int64, now capture.Time) {
	s := &h.spans
	s.acked = max(s.acked, off)
	s.chunks++
	switch {
	case s.settled == 0:
		s.settled, s.settledAt, s.settledChunks = s.acked, now, s.chunks
		return
	case s.chunks-s.settledChunks < ackChunks && now-s.settledAt < ackGrace:
		return
	}
	for s.len() > 0 && s.endOf(s.from) <= s.settled {
		s.pop(h.c.sh)
	}
	s.settled, s.settledAt, s.settledChunks = s.acked, now, s.chunks
	if s.len() == 0 && cap(s.list) > fewSpans {
		s.list = nil
	}
}

func (r Range) overlaps(o Range) bool { return r.Start < o.End && o.Start < r.End }

// framing is the part of the header that says what the frame is and how long.
func (f *Frame) framing() Range { return Range{f.Offset, f.Offset + int64(f.fixedLen())} }

// maxAhead is how many ranges to come are reported apart.
const maxAhead = 64

// conflict takes note of a range whose copies differed.
func (h *half) conflict(r Range) {
	if h.begun && r.Start < h.first {
		h.c.doubtAll()
		r.Start = h.first
	}
	if h.mode == closed {
		return
	}
	if r.End > r.Start && (r.End > h.off || !h.begun) {
		h.expect(r)
	}
	if r = (Range{r.Start, min(r.End, h.off)}); h.begun && r.Start < r.End {
		h.doubt(r)
	}
}

// expect keeps a range that is still to come.
func (h *half) expect(r Range) {
	if n := len(h.ahead); n == maxAhead {
		last := &h.ahead[n-1]
		*last = Range{min(last.Start, r.Start), max(last.End, r.End)}
		return
	}
	h.ahead = append(h.ahead, r)
}

// doubtBegin looks whether what lies before the first byte of the direction was in conflict.
func (h *half) doubtBegin() {
	for _, r := range h.ahead {
		if r.Start < h.first {
			h.c.doubtAll()
			return
		}
	}
}

// doubtAll puts everything in conflict, told or still to come: copies differed of what came before the frames, so
// that they may begin elsewhere, or have been agreed to otherwise.
func (c *Conn) doubtAll() {
	if c.doubted {
		return
	}
	c.doubted = true
	underway := map[int]bool{}
	for d := range c.halves {
		h := &c.halves[d]
		h.floor = h.floor.Worse(Conflict)
		for _, a := range []*assembly{h.open, h.cur} {
			if a != nil {
				a.conflict = true
				underway[a.m.N] = true
			}
		}
	}
	for n := 1; n <= c.messages; n++ {
		if !underway[n] {
			c.sink.Amend(n, Conflict)
		}
	}
}

// contested reports whether a range to come touches r.
func (h *half) contested(r Range) bool {
	for _, c := range h.ahead {
		if c.overlaps(r) {
			return true
		}
	}
	return false
}

// passed drops the ranges that no frame to come can touch.
func (h *half) passed() {
	from := h.off
	switch h.mode {
	case searching:
		return
	case inPayload:
		from = h.f.Offset
	case atHeader:
		from -= int64(h.nhdr)
	}
	n := 0
	for _, c := range h.ahead {
		if c.End > from {
			h.ahead[n] = c
			n++
		}
	}
	h.ahead = h.ahead[:n]
}

// doubt re-labels what was already decoded out of r.
func (h *half) doubt(r Range) {
	switch h.mode {
	case inPayload:
		f := &h.f
		h.taint = h.taint || r.overlaps(f.framing())
		if r.overlaps(Range{f.Offset, h.off}) {
			h.cur.conflict = true
		}
	case atHeader:
		// What came of the next header is in doubt as much as if it were still to come.
		if h.nhdr > 0 && r.overlaps(Range{h.off - int64(h.nhdr), h.off}) {
			h.expect(r)
		}
	}
	h.doubtTold(r)
}

// doubtTold amends the messages that had frames in r; after a header in doubt, all that follow.
func (h *half) doubtTold(r Range) {
	s := &h.spans
	framing, window := false, false
	last := 0
	for i := s.from; i < len(s.list); i++ {
		x := &s.list[i]
		start := x.start
		hit := r.overlaps(Range{start, s.endOf(i)})
		framing = framing || r.overlaps(Range{start, start + int64(x.framing)})
		if hit || framing || window && x.compressed {
			last = h.amend(int(x.n), last)
		}
		window = window || (hit || framing) && x.compressed
	}
	if framing || r.Start < s.forgot && r.End > s.acked {
		// Where the frame is no longer known, what follows is in doubt rather than believed.
		h.taint = true
	}
	if window || framing {
		h.ctx.lose(h.c.sh, WindowLost)
	}
}

// amend puts message n in conflict: the one under way, or by an event, once for all its frames.
func (h *half) amend(n, last int) int {
	switch {
	case h.open != nil && h.open.m.N == n:
		h.open.conflict = true
	case h.cur != nil && h.cur.m.N == n:
		h.cur.conflict = true
	case n != last:
		h.c.sink.Amend(n, Conflict)
	}
	return n
}
