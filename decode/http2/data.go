package http2

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// beginData starts a DATA frame (RFC 9113 section 6.1).
func (c *Conn) beginData(d reassembly.Dir) {
	h := &c.half[d]
	h.cur, h.padLost = c.dataStream(d, h.f.stream), false
	if h.f.has(flagPadded) {
		h.pad = -1
		if h.left == 0 {
			c.find(rule.H2Padding, d, h.f.stream, "no length of the padding")
		}
	}
}

// data reads bytes of a DATA frame's payload.
func (c *Conn) data(d reassembly.Dir, ch reassembly.Chunk) (n int) {
	h := &c.half[d]
	switch content := h.left - h.pad; {
	case h.pad < 0:
		n = 1
		c.bytes.HTTP++
		c.padding(d, int64(ch.Data[0]))
	case content > 0:
		n = int(min(content, int64(len(ch.Data))))
		ch.Data = ch.Data[:n]
		c.content(d, ch)
	default:
		n = int(min(h.left, int64(len(ch.Data))))
		if h.padLost {
			c.bytes.Undecoded += int64(n)
		} else {
			c.bytes.HTTP += int64(n)
		}
	}
	h.off = ch.Off + int64(n)
	if h.left -= int64(n); h.left == 0 {
		c.finish(d, nil)
	}
	return n
}

// padding takes the length of the padding, whose byte is part of the payload too.
func (c *Conn) padding(d reassembly.Dir, n int64) {
	h := &c.half[d]
	h.pad = n
	if rest := h.left - 1; n > rest {
		c.find(rule.H2Padding, d, h.f.stream, fmt.Sprintf("padding of %d bytes in a DATA frame of %d", n, h.f.length))
		h.pad = rest
	}
}

// content passes DATA on to its stream.
func (c *Conn) content(d reassembly.Dir, ch reassembly.Chunk) {
	h := &c.half[d]
	if h.cur == nil {
		h.spans.cover(span{ch.Off, int64(len(ch.Data)), nil, 0})
		c.bytes.HTTP += int64(len(ch.Data))
		return
	}
	h.spans.cover(span{ch.Off, int64(len(ch.Data)), h.cur, h.cur.off[d]})
	c.give(h.cur, d, ch)
}

// skipData handles n missing bytes inside a DATA frame's payload.
func (c *Conn) skipData(d reassembly.Dir, n int64) {
	h := &c.half[d]
	if h.pad < 0 { // how much of the frame is padding is not known
		if h.cur != nil {
			c.inexact(h.cur, d)
		}
		h.cur, h.pad, h.padLost = nil, h.left, true
	}
	k := max(min(n, h.left-h.pad), 0)
	if k > 0 && h.cur != nil {
		h.spans.cover(span{h.off, k, h.cur, h.cur.off[d]})
		c.giveGap(h.cur, d, k)
	} else {
		c.bytes.Missing += k
	}
	c.bytes.Missing += n - k
	if h.left -= n; h.left == 0 {
		c.finish(d, nil)
	}
}

// endData ends a DATA frame.
func (c *Conn) endData(d reassembly.Dir) {
	h := &c.half[d]
	s := h.cur
	if s == nil {
		s = c.streams[h.f.stream]
	}
	h.cur = nil
	if s != nil && h.f.has(flagEndStream) {
		c.closeStream(s, d, reassembly.CloseFIN)
	}
}

// dataStream is the stream of a DATA frame, nil where it is not followed.
func (c *Conn) dataStream(d reassembly.Dir, id uint32) *stream {
	s := c.streams[id]
	if s == nil {
		return c.midstream(d, id)
	}
	if s.ended[d] {
		c.find(rule.H2StreamClosed, d, id, "DATA after the end of the stream")
		return nil
	}
	if s.next == nil && s.req != nil && d != c.client {
		c.pending(s) // the response must have been missed
		return c.streams[id]
	}
	return s
}

// midstream asks about a stream whose HEADERS were not captured.
func (c *Conn) midstream(d reassembly.Dir, id uint32) *stream {
	if !c.unseen(id) || !c.room() {
		return nil
	}
	next := c.sink.Midstream(id, d)
	if next == nil {
		c.ignore(id, false)
		return nil
	}
	s := c.newStream(id)
	s.answered = true
	c.take(s, next)
	if s.ended[d] {
		return nil
	}
	return s
}
