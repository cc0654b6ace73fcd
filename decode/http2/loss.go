package http2

import "github.com/wspeek/wspeek/reassembly"

// maxRetries is how often a frame header is searched for again without a gap, where what was found leads nowhere.
const maxRetries = 16

// lose notes that the place of the next frame header of d is not known any more, and starts the search for it. gap
// says that bytes are missing.
func (c *Conn) lose(d reassembly.Dir, gap bool) {
	h := &c.half[d]
	c.abandon(d)
	h.lost, h.found = true, false
	h.table.lose()
	c.counts.Losses++
	if h.retries++; gap {
		h.retries = 0
	}
	if d == c.client {
		c.tail = true
	} else {
		c.connect.lost = true
	}
	for _, id := range c.ids() {
		c.inexact(c.streams[id], d)
	}
	if h.state = dead; h.retries <= maxRetries {
		h.state, h.search = searching, newSearch(h.last.packet)
	}
}

// abandon ends the frame and the header block under way.
func (c *Conn) abandon(d reassembly.Dir) {
	h := &c.half[d]
	switch {
	case h.state == atHeader || h.state == atPreface:
		c.bytes.Undecoded += int64(h.n)
	case h.state == inPayload && (h.f.typ == typeHeaders || h.f.typ == typePush || h.f.typ == typeContinuation):
		h.cut = true
		c.fragment(d, h.buf)
	}
	if h.block.open {
		h.block.partial = true
		c.endBlock(d, h.block.buf)
	}
	h.n, h.left, h.cur, h.buf, h.unproven = 0, 0, nil, nil, false
	h.state, h.block = atHeader, block{}
}

// decide goes on from the header that was searched for, if it was found. At the end of what can be searched, less
// evidence is enough, and what was searched in vain is dropped.
func (c *Conn) decide(d reassembly.Dir, final bool) {
	h := &c.half[d]
	s := h.search
	found := s.run(c, d, final)
	if !found && final {
		s.from = len(s.buf)
	}
	c.bytes.Undecoded += s.drop()
	if !found {
		return
	}
	h.search, h.state, h.found, h.off = nil, atHeader, true, s.base
	c.counts.Resyncs++
	s.replay(func(ch reassembly.Chunk) { c.feed(d, ch) })
}

// decideAll decides about all bytes that a search keeps: where it found a header that leads nowhere, another search has begun.
func (c *Conn) decideAll(d reassembly.Dir) {
	for h := &c.half[d]; h.state == searching && len(h.search.buf) > 0; {
		c.decide(d, true)
	}
}
