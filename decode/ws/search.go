package ws

import (
	"github.com/wspeek/wspeek/reassembly"
)

// Masking says what the MASK bit of a direction's frames is (RFC 6455 section 5.1).
type Masking uint8

const (
	// MaskUnknown means: the side is not known; the bit is the same in total frames of the direction.
	MaskUnknown Masking = iota
	// MaskSet means: the direction is the client's.
	MaskSet
	// MaskClear means: the direction is the server's.
	MaskClear
)

// SearchOptions says what frames may look like. The zero value is a direction of an unknown side without extensions.
type SearchOptions struct {
	// Masked is the side that sends in this direction, where known.
	Masked Masking
	// Deflate says that RSV1 may be set on the first frame of a message.
	Deflate bool
	// RSV are further bits (RSV1 = 4) that an extension may have set on data frames.
	RSV uint8
	// Keep bounds the bytes kept (default 1 MiB). A frame may be longer: its bytes are then not kept.
	Keep int64
	// Threshold is the evidence in bits from which a boundary is taken (default 26).
	Threshold float32
}

const (
	defaultKeep      = 1 << 20
	minKeep          = 4 << 10
	defaultThreshold = 26
)

// Search finds a frame boundary in one direction, where none is known: after a gap over a header,
// or where the capture began in the middle of a session. It follows chains of plausible frames, weighs
// each in bits against chance, and takes the best chain once that explains all bytes since its start and
// has Threshold bits. It is fed with Feed, Gap and at last Close; after each, Result tells
// whether it is done. When it is, Replay hands out what was kept from the boundary on, and nothing more may be fed.
type Search struct {
	opt SearchOptions
	// opening says what a frame's first byte may be.
	opening [256]bool
	// buf[lo:] are the bytes kept, contiguous, from stream offset base up to head.
	buf        []byte
	lo         int
	base, head int64
	marks      []mark
	live       []chain
	// wake is the smallest offset that a chain needs to go on.
	wake int64
	// seen has a bit for each state in which a chain passed a byte of the latest chunk, which begins at origin: who comes
	// there in the same state need not go on. So a chunk takes time in proportion to its length.
	seen   []byte
	origin int64
	// freq counts byte values: chance is measured on the data itself.
	freq [256]uint32
	// fed counts bytes, steps the frames looked at.
	fed     int64
	steps   int64
	skipped int64
	gap     Range
	found   chain
	ok      bool
	closed  bool
	primed  bool
}

// mark is the start of a chunk: its offset, and what goes with it.
type mark struct {
	off int64
	c   reassembly.Chunk
}

// NewSearch begins a search.
func NewSearch(opt SearchOptions) *Search {
	if opt.Keep <= 0 {
		opt.Keep = defaultKeep
	}
	opt.Keep = max(opt.Keep, minKeep)
	if opt.Threshold <= 0 {
		opt.Threshold = defaultThreshold
	}
	s := &Search{opt: opt}
	for b := range s.opening {
		s.opening[b] = opt.opens(byte(b))
	}
	return s
}

// Feed adds the next bytes of the direction; it copies what it keeps.
func (s *Search) Feed(c reassembly.Chunk) {
	if s.ok || len(c.Data) == 0 {
		return
	}
	if !s.primed {
		s.primed, s.base, s.head = true, c.Off, c.Off
	}
	if c.Off != s.head {
		s.cut(c.Off)
	}
	s.keep(c)
	s.advance()
	s.scan(c.Off)
	s.settle(s.opt.Threshold)
	if !s.ok {
		s.trim()
	}
}

// Gap says that the n bytes from off are missing. Chains that have a payload there go on.
func (s *Search) Gap(off, n int64) {
	if s.ok || n <= 0 {
		return
	}
	if !s.primed {
		s.primed, s.base, s.head = true, off, off
	}
	s.settle(s.opt.Threshold)
	if s.ok {
		s.gap = Range{off, off + n}
		return
	}
	s.cut(off + n)
}

// Close ends the direction: what ends exactly there needs only half the evidence.
func (s *Search) Close() {
	if s.ok || s.closed {
		return
	}
	s.closed, s.seen = true, nil
	s.advance()
	s.settle(s.opt.Threshold / 2)
}

// Result is the stream offset of the boundary found, and how sure it is: 1 less the chance of an error, 0.99 at most.
func (s *Search) Result() (off int64, confidence float32, ok bool) {
	if !s.ok {
		return -1, 0, false
	}
	return s.found.start, sureness(s.found.score(s.head), s.found.aligned), true
}

// Masked is what the boundary's frames have as their MASK bit; MaskUnknown before there is a Result.
func (s *Search) Masked() Masking { return s.found.mask }

// Evidence is the weight in bits of the best chain with this masking so far (MaskUnknown: of any). Evidence of two
// directions may be added up.
func (s *Search) Evidence(m Masking) float32 {
	if c := s.best(m); c != nil {
		return c.score(s.head)
	}
	return 0
}

// Fed is how many bytes were given to the search.
func (s *Search) Fed() int64 { return s.fed }

// Skipped is how many of the bytes fed lie before the boundary; all of them where there is no Result.
func (s *Search) Skipped() int64 {
	if !s.ok {
		return s.fed
	}
	return s.skipped + max(0, s.found.start-s.base)
}

// Replay hands out what was fed from the boundary on, as chunks with the packets and times that they had, and
// the gap that ended the search, if one did. Without a Result it does nothing. Chunks are valid during the call.
func (s *Search) Replay(data func(reassembly.Chunk), gap func(off, n int64)) {
	if !s.ok {
		return
	}
	for i := range s.marks {
		end := s.head
		if i+1 < len(s.marks) {
			end = s.marks[i+1].off
		}
		from := max(s.marks[i].off, s.found.start, s.base)
		if from >= end {
			continue
		}
		c := s.marks[i].c
		c.Off, c.Data = from, s.at(from)[:end-from]
		data(c)
	}
	if n := s.gap.End - s.gap.Start; n > 0 {
		gap(s.gap.Start, n)
	}
}

// at is what is kept from off on.
func (s *Search) at(off int64) []byte { return s.buf[s.lo+int(off-s.base):] }

// keep appends a chunk to what is kept.
func (s *Search) keep(c reassembly.Chunk) {
	for _, b := range c.Data {
		s.freq[b]++
	}
	s.buf = append(s.buf, c.Data...)
	s.head += int64(len(c.Data))
	s.fed += int64(len(c.Data))
	s.origin = c.Off
	s.seen = append(s.seen[:0], c.Data...)
	clear(s.seen)
	c.Data = nil
	s.marks = append(s.marks, mark{c.Off, c})
}

// cut drops all bytes up to off: those between head and off are missing. Chains that need none of them stay.
func (s *Search) cut(off int64) {
	s.skipped += s.head - s.base
	s.buf, s.lo, s.marks = s.buf[:0], 0, s.marks[:0]
	s.base, s.head = off, off
	n := 0
	for _, c := range s.live {
		if c.next >= off && c.frames > 0 {
			c.start = max(c.start, c.next)
			s.live[n] = c
			n++
		}
	}
	s.live = s.live[:n]
}

// trim drops what no chain needs, and what goes beyond Keep.
func (s *Search) trim() {
	need := s.head
	for i := range s.live {
		need = min(need, s.live[i].start)
	}
	need = max(need, s.head-s.opt.Keep)
	for i := range s.live {
		if s.live[i].start < need {
			s.live[i].start = max(s.live[i].next, need)
		}
	}
	if need > s.base {
		s.drop(need)
	}
}

// drop drops the bytes before off, and moves the rest down once they are the smaller part.
func (s *Search) drop(off int64) {
	n := int(off - s.base)
	s.skipped += int64(n)
	s.base, s.lo = off, s.lo+n
	first := 0
	for first+1 < len(s.marks) && s.marks[first+1].off <= off {
		first++
	}
	if off == s.head {
		first = len(s.marks)
	}
	s.marks = s.marks[:copy(s.marks, s.marks[first:])]
	if s.lo > len(s.buf)/2 {
		s.buf = s.buf[:copy(s.buf, s.buf[s.lo:])]
		s.lo = 0
	}
}
