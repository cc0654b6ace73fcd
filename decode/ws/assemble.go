package ws

import (
	"math"

	"github.com/wspeek/wspeek/decode/rule"
)

// assembly is a message under way (RFC 6455 section 5.4): control frames may come between
// the frames of a data message, so that a direction can have two.
type assembly struct {
	m Message
	// buf is the payload that came in pieces, unmasked; raw is the compressed payload that came at once, in
	// scratch memory with room for a tail.
	buf, raw []byte
	// pos is the length of the payload so far, holes counted; seen, without them; checked, the length of the text so far.
	pos, seen, checked int64

	// keeps says that the payload is told, store that it is needed later, checks that it must be UTF-8 and that is wanted to be known.
	keeps, store, checks bool
	utf                  utf8State
	code                 uint16
	// codeLen is how many bytes of the close code were seen.
	codeLen uint8

	// single: it has one frame, whatever FIN says. cut: no more of it can come. unfinished: the last
	// fragment never came. lost: its start is not known.
	single, cut, unfinished, lost bool
	conflict, holed, over, bad    bool
	lenUnknown                    bool
	// guessed says that some bytes depend on how far a window moved, or are not known for want of it.
	guessed bool
	why     Why
}

// incomplete says that not all of the payload is known.
func (a *assembly) incomplete() bool { return a.holed || a.cut || a.unfinished || a.lost }

// route finds the message that the frame under way belongs to, and the rule on fragments that the frame
// breaks (section 5.4).
func (h *half) route() (*assembly, *rule.Rule) {
	op := h.f.Opcode
	switch {
	case op.Control() || op.Reserved() && h.open != nil:
		return h.start(true), nil
	case op == OpContinuation && h.open != nil:
		return h.open, nil
	case op == OpContinuation && !h.lostHead:
		return h.start(true), rule.ContinuationUnexpected
	case op == OpContinuation:
		h.open = h.start(false)
		h.open.lost = true
		h.lostHead = false
		return h.open, nil
	}
	var broken *rule.Rule
	if h.open != nil {
		h.abandon()
		broken = rule.ContinuationExpected
	}
	h.lostHead = false
	h.open = h.start(false)
	return h.open, broken
}

// start begins the message of which the frame under way is the first.
func (h *half) start(single bool) *assembly {
	c, f := h.c, &h.f
	a := c.sh.assembly()
	a.single = single
	c.messages++
	m := &a.m
	m.N, m.Dir, m.Opcode = c.messages, h.dir, f.Opcode
	m.Start, m.CloseCode = h.now, -1
	m.Last, m.Min, m.Max = h.top, f.Min, f.Max
	m.Stream.Start = f.Offset
	switch f.Opcode {
	case OpText, OpBinary:
		m.Compressed = f.RSV&rsv1 != 0 && (c.cfg.Deflate != nil || c.cfg.Assumed && !c.cfg.Unknown)
		a.checks = f.Opcode == OpText
	case OpClose, OpPing, OpPong:
		a.checks = true
	}
	a.keeps = c.cfg.Keep || f.Opcode == OpClose
	if most := c.cfg.KeepMost; most > 0 && !f.Opcode.Control() && f.Len > most && !m.Compressed {
		a.keeps = false
	}
	a.store = a.keeps || m.Compressed
	return a
}

// join makes the frame under way part of its message.
func (h *half) join() {
	a, f, cfg := h.cur, &h.f, &h.c.cfg
	a.m.Frames++
	a.m.WireLen = addSat(a.m.WireLen, max(f.Len, 0))
	if cfg.Unknown && f.RSV != 0 && (f.RSV != rsv1 || !a.m.Compressed) {
		a.why = UnknownExtension
	}
	if d := cfg.Deflate; d != nil && d.PerFrame && a.m.Frames > 1 {
		h.joinDeflated(a)
	}
	if a.m.Frames == cfg.Limits.Fragments+1 {
		h.overrun(a, h.off, "more than "+itoa(int64(cfg.Limits.Fragments))+" fragments")
	}
}

// joinDeflated puts back what was taken off the frame before, where each frame was compressed for itself: together they are one
// compressed payload. Where only some were compressed they are not.
func (h *half) joinDeflated(a *assembly) {
	switch {
	case h.f.Len == 0:
	case a.m.Compressed != (h.f.RSV&rsv1 != 0):
		a.why = UnknownExtension
	case a.m.Compressed && !a.over && len(a.buf) > 0:
		a.buf = append(a.buf, deflateTail...)
	}
}

// overrun stops keeping anything of a message.
func (h *half) overrun(a *assembly, off int64, what string) {
	if a.over {
		return
	}
	a.over = true
	if a.why == 0 {
		a.why = Limit
	}
	h.note(rule.Limit, a, off, what)
}

// hole notes k missing bytes.
func (a *assembly) hole(k int64) {
	if k <= 0 {
		return
	}
	m := &a.m
	if n := len(m.Holes); n > 0 && m.Holes[n-1].At+m.Holes[n-1].N == a.pos {
		m.Holes[n-1].N = addSat(m.Holes[n-1].N, k)
	} else {
		m.Holes = append(m.Holes, Hole{a.pos, k})
	}
	a.pos = addSat(a.pos, k)
	m.Missing = addSat(m.Missing, k)
	a.holed = true
}

// addSat is a+b, both positive, held at the largest number: lengths are as declared.
func addSat(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// part adds what the frame f, which has ended at end, says of packets.
func (a *assembly) part(f *Frame, top Stamp, end int64) {
	m := &a.m
	m.Min = min(m.Min, f.Min)
	if f.Max > m.Max {
		m.Max, m.Last = f.Max, top
	}
	m.Stream.End = end
}

// abandon tells the data message under way, of which no more can come.
func (h *half) abandon() {
	a := h.open
	if a == nil {
		return
	}
	a.unfinished = true
	h.conclude(a)
	h.tell(a)
}

// conclude makes the message out of what was gathered.
func (h *half) conclude(a *assembly) {
	m := &a.m
	if a.lost && (h.c.cfg.Deflate != nil || h.c.cfg.Assumed) {
		a.why = WindowLost
		h.ctx.loseSome(h.c.sh)
	}
	m.Len = a.pos
	if m.Compressed {
		h.expand(a)
	} else if m.Payload == nil && a.keeps {
		m.Payload = h.c.sh.settle(a)
	}
	if a.lenUnknown || a.unfinished || a.lost {
		m.Len = -1
	}
	if m.Opcode == OpClose {
		h.concludeClose(a)
	}
	h.concludeText(a)
	h.labelMessage(a)
}

// settle is the payload that came in pieces, in memory that may be kept.
func (s *Pool) settle(a *assembly) []byte {
	if len(a.buf) < blockSize {
		return s.Arena.Copy(a.buf)
	}
	p := a.buf[:len(a.buf):len(a.buf)]
	s.Arena.Adopt(a.buf)
	a.buf = nil
	return p
}

// concludeClose reads the body of a Close frame (section 5.5.1).
func (h *half) concludeClose(a *assembly) {
	m := &a.m
	if m.Len >= 0 {
		m.Len = max(0, m.Len-2)
	}
	switch {
	case a.codeLen == 2:
		m.CloseCode = int(a.code)
		if r := CloseRule(m.CloseCode); r != nil {
			h.note(r, a, h.f.Offset, "close code "+itoa(int64(a.code)))
		}
	case a.codeLen == 1 && !a.incomplete():
		h.note(rule.CloseLength, a, h.f.Offset, "the body is 1 byte long")
	}
}

// concludeText reports whether what must be text was.
func (h *half) concludeText(a *assembly) {
	known := !a.incomplete() && !a.over && a.why == 0 && !a.guessed
	if known && a.utf.pending() && !a.bad {
		h.badText(a, h.off-1, a.m.Len)
	}
	a.m.ValidUTF8 = known && a.checks && !a.bad
}

// badText tells that byte i of the text, at off of the stream, is not UTF-8 (section 8.1).
func (h *half) badText(a *assembly, off, i int64) {
	a.bad = true
	if a.m.Opcode == OpText || a.m.Opcode == OpClose {
		h.note(rule.UTF8, a, off, "byte "+itoa(i)+" of the text")
	}
}

// unknownConfidence is how far a payload is trusted where an extension that we do not know was
// negotiated, but no RSV bit says that it was used.
const unknownConfidence = 0.9

// labelMessage sets the state of a message.
func (h *half) labelMessage(a *assembly) {
	m := &a.m
	st, confidence := h.floor, h.confidence
	if h.c.cfg.Unknown && !m.Opcode.Control() {
		st = st.Worse(Guessed)
		if confidence == 0 {
			confidence = unknownConfidence
		}
	}
	if a.guessed {
		st = st.Worse(Guessed)
		if confidence == 0 || confidence > guessConfidence {
			confidence = guessConfidence
		}
	}
	guessed := st == Guessed
	if a.conflict {
		st = st.Worse(Conflict)
	}
	if a.incomplete() {
		st = st.Worse(Partial)
	}
	if a.why != 0 {
		st = Undecodable
	}
	m.State, m.Why = st, a.why
	m.Conflict = a.conflict || h.c.doubted || h.c.cfg.Conflict
	if guessed && st != Undecodable {
		m.Confidence = confidence
	}
}

// tell hands a message on, and is done with it.
func (h *half) tell(a *assembly) {
	m, n := &a.m, &h.counts
	n.Messages++
	n.Bytes = addSat(n.Bytes, max(m.Len, 0))
	n.WireBytes = addSat(n.WireBytes, m.WireLen)
	h.c.sink.Message(m)
	if h.open == a {
		h.open = nil
	}
	h.c.sh.recycle(a)
}
