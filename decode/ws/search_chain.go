package ws

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// progress says where in a message a chain stands (RFC 6455 section 5.4).
type progress uint8

const (
	_ progress = iota // nothing of the message state is known yet
	// between: the next data frame begins a message.
	between
	// inside: the next data frame is a continuation.
	inside
	// ended: a Close frame was seen; no data frame follows.
	ended
)

// chain is a run of plausible frames, each beginning where the one before ends.
type chain struct {
	// start is its first frame, next the header to be looked at.
	start, next int64
	// Evidence in bits: weight from frames that can hardly be anything else; tags from unmasked binary
	// frames, which many a type-length-value encoding resembles; packed from unmasked compressed ones.
	weight, tags, packed float32
	frames               int
	aligned              int
	key                  uint32
	mask                 Masking
	msg                  progress
	kind                 evidence
	// atSegment says that start is the start of a segment.
	atSegment bool
}

// evidence is the kind of evidence that a frame gives.
type evidence uint8

const (
	// byNothing: the frame says nothing, and neither does where it ends.
	byNothing evidence = iota
	byText
	byTag
	byPacked
)

const (
	// alignBits is what a frame counts that ends where its segment does.
	alignBits = 6
	// headBits is the most that a first byte counts.
	headBits = 6
	// maskedTextBits and clearTextBits are the most that valid text counts.
	maskedTextBits, clearTextBits = 16, 8
	// minText is how long unmasked text must be to be taken for more than a tag and its value.
	minText = 4
	// probe is how many bytes of a payload are looked at.
	probe = 64
	// maxLive bounds the chains followed at a time.
	maxLive = 256
	// maxFrame is the longest frame believed in.
	maxFrame = 1 << 32
	// segmentBits is how much better a chain that begins inside a segment must be.
	segmentBits = 10
)

// bits is the evidence of c so far, but for where its last frame ends.
func (c *chain) bits() float32 { return c.weight + c.tags + c.packed }

// score is the evidence of c in bits, if the stream is known up to head.
func (c *chain) score(head int64) float32 {
	v := c.bits()
	if c.frames > 0 && c.next == head && c.kind != byNothing {
		v += alignBits
	}
	return v
}

// add counts evidence of the kind of the frame before.
func (c *chain) add(v float32) {
	switch c.kind {
	case byNothing:
	case byTag:
		c.tags += v
	case byPacked:
		c.packed += v
	default:
		c.weight += v
	}
}

// glimpse is a frame header and the beginning of its payload, as a chain sees it.
type glimpse struct {
	first   byte
	op      Opcode
	fin     bool
	rsv     byte
	masked  bool
	key     uint32
	header  int
	length  int64
	payload []byte
}

// verdict is what came of looking at a frame.
type verdict uint8

const (
	plausible verdict = iota
	// wanting: more bytes are needed.
	wanting
	// impossible: no frame begins there.
	impossible
)

// look reads the frame at the start of p into g. final says that no more bytes come.
func (s *Search) look(g *glimpse, p []byte, final bool) verdict {
	if len(p) > 0 && !s.opening[p[0]] {
		return impossible
	}
	if len(p) < 2 {
		return wanting
	}
	g.first, g.op, g.fin, g.rsv = p[0], Opcode(p[0]&0xF), p[0]&0x80 != 0, p[0]>>4&7
	g.masked, g.length, g.header = p[1]&0x80 != 0, int64(p[1]&0x7F), 2
	if g.op >= OpClose && g.length > 125 || !s.opt.Masked.allows(g.masked) {
		return impossible
	}
	if v := g.extend(p); v != plausible {
		return v
	}
	if g.masked {
		if len(p) < g.header+4 {
			return wanting
		}
		g.key = binary.LittleEndian.Uint32(p[g.header:])
		g.header += 4
	}
	want := int(min(g.length, probe))
	if len(p) < g.header+want && !final {
		return wanting
	}
	g.payload = p[g.header:min(len(p), g.header+want)]
	return plausible
}

// extend reads the extended payload length (RFC 6455 section 5.2).
func (g *glimpse) extend(p []byte) verdict {
	switch g.length {
	case 126:
		if len(p) < 4 {
			return wanting
		}
		g.length, g.header = int64(binary.BigEndian.Uint16(p[2:])), 4
		if g.length < 126 {
			return impossible
		}
	case 127:
		if len(p) >= 6 && binary.BigEndian.Uint32(p[2:]) != 0 {
			return impossible
		}
		if len(p) < 10 {
			return wanting
		}
		g.length, g.header = int64(binary.BigEndian.Uint64(p[2:])), 10
		if g.length < 1<<16 || g.length >= maxFrame {
			return impossible
		}
	}
	return plausible
}

// allows reports whether a MASK bit fits.
func (m Masking) allows(masked bool) bool {
	return m == MaskUnknown || (m == MaskSet) == masked
}

// opens reports whether a frame may begin with b: a known opcode, control frames with FIN, and RSV
// bits only where an extension may have set them.
func (o *SearchOptions) opens(b byte) bool {
	op, rsv := b&0xF, b>>4&7
	switch {
	case op >= 8:
		return b&0x80 != 0 && op <= 0xA && rsv == 0
	case op > 2:
		return false
	case rsv&^o.RSV == 0:
		return true
	}
	return o.Deflate && op != 0 && rsv&^o.RSV == 4
}

// hopeless says that no chain begins with these two bytes, without looking further: an empty frame that is not the last of its
// message is how zeros look, and the rest is as look and follow have it.
func (s *Search) hopeless(first, second byte) bool {
	if second&0x7F == 0 && (first&0x80 == 0 || first&0xF == 0) {
		return true
	}
	return first&0xF >= 8 && second&0x7F > 125 || !s.opt.Masked.allows(second&0x80 != 0)
}

// step puts the frame at c.next after the chain, if it fits.
func (s *Search) step(c *chain, final bool) verdict {
	s.steps++
	var g glimpse
	if v := s.look(&g, s.at(c.next), final); v != plausible {
		return v
	}
	if !c.mask.allows(g.masked) || !c.follow(&g) {
		return impossible
	}
	gain, ok := s.weigh(c, &g)
	if !ok {
		return impossible
	}
	c.take(s, &g, gain)
	return plausible
}

// follow moves the message state on; false if the frame has no place there (section 5.4).
func (c *chain) follow(g *glimpse) bool {
	switch {
	case g.op == OpClose:
		c.msg = ended
		return true
	case g.op > OpClose:
		return true
	case c.msg == ended:
		return false
	case g.op == OpContinuation:
		// An empty fragment is legal only as the last of a message; elsewhere it is how zeros look.
		if c.msg == between || g.length == 0 && (!g.fin || c.msg != inside) {
			return false
		}
	case c.msg == inside, !g.fin && g.length == 0:
		return false
	}
	c.msg = inside
	if g.fin {
		c.msg = between
	}
	return true
}

// take appends a weighed frame.
func (c *chain) take(s *Search, g *glimpse, gain float32) {
	if s.isMark(c.next) {
		c.meet()
	}
	c.kind = g.evidence(gain)
	c.add(gain)
	c.frames++
	c.key, c.mask = g.key, MaskClear
	if g.masked {
		c.mask = MaskSet
	}
	at := c.next
	c.next += int64(g.header) + g.length
	if c.unsure(gain) {
		c.start, c.weight, c.tags, c.packed = c.next, 0, 0, 0
		return
	}
	c.start = min(c.start, at)
}

// unsure says that the frame just taken, of so many bits, is nothing to begin with: one that says nothing (a
// continuation of an unknown message, the repeated key of masked zeros), or the first of a chain that begins inside a segment, where
// chance is at its best (a length that happens to lead to a true boundary), unless it proves itself.
func (c *chain) unsure(gain float32) bool {
	return c.bits() == 0 || c.frames == 1 && !c.atSegment && gain < maskedTextBits
}

// meet notes that c.next is the start of a segment: the frame before fills its segment to the end, or,
// where c has no frame that counts yet, c begins there.
func (c *chain) meet() {
	if c.start == c.next {
		c.atSegment = true
		return
	}
	c.add(alignBits)
	c.aligned++
}

// evidence is the kind of evidence of a frame that was given so many bits.
func (g *glimpse) evidence(gain float32) evidence {
	switch {
	case gain == 0:
		return byNothing
	case g.masked:
		return byText
	case g.rsv != 0:
		return byPacked
	case g.op == OpText && len(g.payload) >= minText:
		return byText
	}
	return byTag
}

// isMark reports whether a segment begins at off. Offsets before what is kept are none.
func (s *Search) isMark(off int64) bool {
	_, ok := slices.BinarySearchFunc(s.marks, off, func(m mark, off int64) int {
		return int(min(1, max(-1, m.off-off)))
	})
	return ok
}

// rarity is how many bits it takes to say that a byte is b, as the direction's bytes are spread, less one.
func (s *Search) rarity(b byte) float32 {
	n := (uint64(s.fed) + 256) / (uint64(s.freq[b]) + 1)
	return min(headBits, max(0, float32(bits.Len64(n)-2)))
}
