package http2

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// state says what the next byte of a direction is.
type state uint8

const (
	// atPreface waits for the rest of the client's preface.
	atPreface state = iota
	// atHeader waits for the (rest of the) 9 bytes of a frame header.
	atHeader
	// inPayload waits for the rest of a frame's payload.
	inPayload
	// searching waits for evidence of a frame header.
	searching
	// dead waits for a gap: a frame header was searched for too often.
	dead
	// closed waits for nothing.
	closed
)

// mark is where a byte came from.
type mark struct {
	off    int64
	packet int
	time   capture.Time
	ack    int64
}

// spread is a length that was inferred, and between which two it lies.
type spread struct{ n, least, most int64 }

func markOf(ch reassembly.Chunk) mark { return mark{ch.Off, ch.Packet, ch.Time, ch.Ack} }

// half is one direction.
type half struct {
	state state
	// off is the offset of the next byte to handle.
	off int64
	// hdr are the first n bytes of a preface or frame header.
	hdr [headerLen]byte
	n   int
	// start is the first byte of the frame under way, last the last chunk that was handled.
	start, last mark
	f           header
	// left is the rest of the frame's payload.
	left int64
	// pad is the length of the padding in a DATA frame, -1 while that is still to be read.
	pad int64
	// padLost says that the length of the padding was not captured.
	padLost bool
	// cur is the stream of a DATA frame, nil where that is not followed.
	cur *stream
	// want is how many bytes of the payload are collected in buf; cut says that a gap ended them.
	want int
	buf  []byte
	cut  bool

	block block
	table table
	// maxFrame is the largest SETTINGS_MAX_FRAME_SIZE that the other side has sent.
	maxFrame uint32
	// begun says that a frame was seen, lost that frames may have been missed, found that a header was searched for since.
	begun, lost, found bool
	// inferred says how uncertain the length of the next gap is; unproven that the place of the next header
	// depends on such a gap.
	inferred spread
	unproven bool
	// retries counts the searches since the last gap.
	retries int
	search  *search
	spans   spans
	// doubts are conflicts ahead of off; doubted says that one was of something else than DATA.
	doubts  []doubt
	doubted bool
	// resets are streams to be closed once this side has heard of it.
	resets []*stream
	ended  reassembly.CloseKind
}

// feed handles all of ch.
func (c *Conn) feed(d reassembly.Dir, ch reassembly.Chunk) {
	h := &c.half[d]
	for len(ch.Data) > 0 {
		h.last = markOf(ch)
		n := 0
		switch h.state {
		case atPreface:
			n = c.preface(d, ch)
		case atHeader:
			n = c.header(d, ch)
		case inPayload:
			n = c.payload(d, ch)
		case searching:
			h.search.add(ch)
			h.off = ch.Off + int64(len(ch.Data))
			c.decide(d, false)
			return
		default:
			n = len(ch.Data)
			c.bytes.Undecoded += int64(n)
		}
		ch.Off += int64(n)
		ch.Data = ch.Data[n:]
		h.off = ch.Off
	}
}

// preface reads the client's preface (RFC 9113 section 3.4).
func (c *Conn) preface(d reassembly.Dir, ch reassembly.Chunk) (n int) {
	h := &c.half[d]
	if h.n == 0 {
		h.start = markOf(ch)
	}
	for n < len(ch.Data) && h.n < len(Preface) {
		if ch.Data[n] != Preface[h.n] {
			c.find(rule.H2Preface, d, 0, "the client does not begin with the preface")
			h.off = ch.Off + int64(n)
			c.lose(d, true)
			return n
		}
		n++
		h.n++
	}
	if h.n == len(Preface) {
		c.bytes.HTTP += int64(h.n)
		h.state, h.n = atHeader, 0
	}
	return n
}

// header reads a frame header.
func (c *Conn) header(d reassembly.Dir, ch reassembly.Chunk) (n int) {
	h := &c.half[d]
	if h.n == 0 {
		h.start = markOf(ch)
	}
	n = copy(h.hdr[h.n:], ch.Data)
	if h.n += n; h.n < headerLen {
		return n
	}
	h.off = ch.Off + int64(n)
	f := parseHeader(h.hdr[:])
	if h.found && !c.credible(d, f) || h.unproven && !c.likely(d, f) || !h.begun && !h.lost && !c.first(d, f) {
		c.lose(d, false)
		return n
	}
	h.n = 0
	c.bytes.HTTP += headerLen
	c.begin(d, f)
	return n
}

// likely says whether a header that is expected at a place looks like one there.
func (c *Conn) likely(d reassembly.Dir, f header) bool {
	c.half[d].unproven = false
	_, ok := c.weigh(d, f)
	return ok
}

// parsed is how far d was made sense of, or passed over.
func (h *half) parsed() int64 {
	if h.state == searching && len(h.search.buf) > 0 {
		return h.search.base
	}
	return h.off
}

// first looks at the first header of a direction, and says whether it can be one.
func (c *Conn) first(d reassembly.Dir, f header) bool {
	c.half[d].begun = true
	if f.typ == typeSettings && !f.has(flagAck) {
		return true
	}
	c.find(rule.H2Preface, d, 0, "the first frame is "+f.typ.String())
	return c.credible(d, f)
}

// credible says whether what was taken for a header can be one: it breaks no rule of form.
func (c *Conn) credible(d reassembly.Dir, f header) bool {
	r, _ := f.fault()
	return r == nil && !f.reserved && f.length <= c.longest(d)
}

// longest is the length that frames of d may have, as far as it is known.
func (c *Conn) longest(d reassembly.Dir) uint32 {
	if c.half[d.Other()].lost {
		return max(c.half[d].maxFrame, 1<<17) // the setting may have been lost
	}
	return c.half[d].maxFrame
}

// begin starts a frame whose header was read.
func (c *Conn) begin(d reassembly.Dir, f header) {
	h := &c.half[d]
	c.settleDoubts(d)
	h.f, h.left, h.state = f, int64(f.length), inPayload
	h.buf, h.cut, h.cur, h.want, h.pad = h.buf[:0], false, nil, 0, 0
	h.begun = true
	c.counts.frame(f.typ)
	if r, detail := f.fault(); r != nil {
		c.find(r, d, f.stream, detail)
	} else if f.length > c.longest(d) {
		c.find(rule.H2FrameSize, d, f.stream, f.typ.String()+" is longer than SETTINGS_MAX_FRAME_SIZE")
	}
	c.interrupt(d, f)
	switch f.typ {
	case typeData:
		c.beginData(d)
	case typeHeaders, typePush, typeContinuation:
		h.want = max(min(int(f.length), c.lim.Block+1-len(h.block.buf)), 0)
	case typeReset:
		h.want = 4
	case typeSettings:
		h.want = maxSettings
	case typeGoAway:
		h.want = 8 + maxDebug
	}
	h.want = min(h.want, int(f.length))
	if h.left == 0 {
		c.finish(d, nil)
	}
}

const (
	// maxSettings is how many bytes of a SETTINGS frame are looked at.
	maxSettings = 6 << 10
	// maxDebug is how much of the debug data of GOAWAY is kept.
	maxDebug = 1 << 10
)

// payload reads bytes of a frame's payload.
func (c *Conn) payload(d reassembly.Dir, ch reassembly.Chunk) (n int) {
	h := &c.half[d]
	if h.f.typ == typeData {
		return c.data(d, ch)
	}
	n = int(min(h.left, int64(len(ch.Data))))
	c.bytes.HTTP += int64(n)
	h.off = ch.Off + int64(n)
	h.left -= int64(n)
	if h.left == 0 && len(h.buf) == 0 && !h.cut {
		c.finish(d, ch.Data[:min(n, h.want)])
		return n
	}
	if !h.cut {
		h.buf = append(h.buf, ch.Data[:min(n, h.want-len(h.buf))]...)
	}
	if h.left == 0 {
		c.finish(d, h.buf)
	}
	return n
}

// finish ends a frame. b is what was collected of its payload.
func (c *Conn) finish(d reassembly.Dir, b []byte) {
	h := &c.half[d]
	h.state, h.n = atHeader, 0
	switch h.f.typ {
	case typeData:
		c.endData(d)
	case typeHeaders, typePush, typeContinuation:
		c.fragment(d, b)
	case typeReset:
		c.reset(d, b)
	case typeSettings:
		c.settings(d, b)
	case typeGoAway:
		c.goAway(d, b)
	}
	if cap(h.buf) > 4<<10 {
		h.buf = nil
	}
}

// skip handles missing bytes of d, n at most, and returns how many. Fewer than n: what comes next is not known.
func (c *Conn) skip(d reassembly.Dir, n int64) int64 {
	h := &c.half[d]
	switch h.state {
	case inPayload:
		n = min(n, h.left)
		if h.f.typ == typeData {
			c.skipData(d, n)
			return n
		}
		h.cut = true
		h.left -= n
	case atPreface, atHeader:
		return 0
	}
	c.bytes.Missing += n
	if h.state == inPayload && h.left == 0 {
		c.finish(d, h.buf)
	}
	return n
}
