package http2

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// block is a header block: a HEADERS or PUSH_PROMISE frame and its CONTINUATION frames (RFC 9113 section 4.3).
type block struct {
	open      bool
	push      bool
	stream    uint32
	endStream bool
	// buf is what was kept of the frames before the current one.
	buf []byte
	// partial says that something is missing: a gap, a limit, or a frame that was wrong.
	partial, conflict bool
	// over says that it is longer than Limits.Block.
	over        bool
	start, last mark
	length      int64
}

// interrupt looks at a frame that begins while a block is open, or continues one that is not.
func (c *Conn) interrupt(d reassembly.Dir, f header) {
	h := &c.half[d]
	continues := f.typ == typeContinuation
	switch {
	case h.block.open && (!continues || f.stream != h.block.stream):
		c.find(rule.H2Continuation, d, f.stream, fmt.Sprintf("%s inside the block of stream %d", f.typ, h.block.stream))
		h.block.partial = true
		c.endBlock(d, h.block.buf)
	case !h.block.open && continues && !h.lost:
		c.find(rule.H2Continuation, d, f.stream, "nothing to continue")
	}
}

// fragment takes the payload b of a frame of a block, or what is there of it.
func (c *Conn) fragment(d reassembly.Dir, b []byte) {
	h := &c.half[d]
	bl := &h.block
	if h.f.typ != typeContinuation {
		*bl = block{open: true, push: h.f.typ == typePush, stream: h.f.stream, buf: bl.buf[:0], start: h.start,
			endStream: h.f.typ == typeHeaders && h.f.has(flagEndStream)}
		b = c.strip(d, b)
	}
	if !bl.open {
		h.table.lose() // what it continues was not captured
		return
	}
	bl.length += headerLen + int64(h.f.length)
	bl.last = h.last
	if room := c.lim.Block - len(bl.buf); len(b) > room {
		b, bl.partial = b[:room], true
		c.overBlock(d)
	}
	whole := len(bl.buf) == 0
	switch {
	case h.f.has(flagEndHeaders) && whole:
		bl.partial = bl.partial || h.cut
		c.endBlock(d, b)
		return
	case !bl.partial:
		bl.buf = append(bl.buf, b...)
	}
	if bl.partial = bl.partial || h.cut; h.f.has(flagEndHeaders) {
		c.endBlock(d, bl.buf)
	}
}

// overBlock counts a block that is too long, once.
func (c *Conn) overBlock(d reassembly.Dir) {
	bl := &c.half[d].block
	if bl.over {
		return
	}
	bl.over = true
	c.counts.BlocksCut++
	c.find(rule.Limit, d, bl.stream, fmt.Sprintf("a header block of more than %d bytes", c.lim.Block))
}

// strip takes what is not the fragment off the payload of HEADERS or PUSH_PROMISE (RFC 9113 sections 6.2 and 6.6). Where that
// cannot be known, the block is partial.
func (c *Conn) strip(d reassembly.Dir, b []byte) []byte {
	h := &c.half[d]
	f, pad, fixed := h.f, 0, 0
	if f.has(flagPadded) {
		if fixed = 1; len(b) > 0 {
			pad = int(b[0])
		}
	}
	switch {
	case f.typ == typePush:
		fixed += 4
	case f.has(flagPriority):
		fixed += 5
	}
	length := int(f.length) - fixed - pad
	switch {
	case length < 0:
		c.find(rule.H2Padding, d, f.stream, fmt.Sprintf("padding of %d bytes in a %s frame of %d", pad, f.typ, f.length))
	case len(b) >= fixed:
		return b[fixed:min(fixed+length, len(b))]
	}
	h.block.partial = true
	return nil
}

// endBlock decodes a block. What is partial is decoded as far as it goes; the table is not known after that.
func (c *Conn) endBlock(d reassembly.Dir, b []byte) {
	h := &c.half[d]
	bl := &h.block
	l := fieldList{room: c.lim.Block}
	err := h.table.decode(b, &l)
	switch {
	case bl.partial:
		h.table.lose()
	case err != nil:
		c.find(rule.H2HeaderBlock, d, bl.stream, err.Error())
		bl.partial = true
	}
	if l.cut && !bl.over {
		c.counts.BlocksCut++
		c.find(rule.Limit, d, bl.stream, fmt.Sprintf("the fields of a header block are more than %d bytes", c.lim.Block))
	}
	head := Head{
		Stream: bl.stream, Fields: l.fields, First: bl.start.packet, Last: bl.last.packet, Start: bl.start.time, End: bl.last.time,
		Offset: bl.start.off, Len: bl.length, Dir: d, EndStream: bl.endStream, Partial: bl.partial, Cut: l.cut,
		Conflict: bl.conflict || h.doubted || h.differs(bl.start.off, bl.start.off+bl.length), Found: h.found, ack: bl.last.ack,
	}
	push := bl.push
	if h.block = (block{buf: bl.buf[:0]}); cap(h.block.buf) > 4<<10 {
		h.block.buf = nil
	}
	if !push {
		c.section(d, head)
	}
}
