package http1

import "github.com/wspeek/wspeek/reassembly"

// maxSpread is how many packets a start line may be spread over that was searched for.
const maxSpread = 4

// recognise looks for a start line in what a direction holds. It reports whether that was decided.
func (c *Conn) recognise(d reassembly.Dir) bool {
	h := &c.half[d]
	for ; h.sniffed < h.held.Len(); h.sniffed++ {
		i := h.held.At(h.sniffed)
		if i.Kind != reassembly.HeldData {
			c.recognised(d, isNeither)
			return true
		}
		ch := h.held.Chunk(i)
		h.open(ch, c.packets)
		if h.sniffed > 0 && i.Packet != h.held.At(h.sniffed-1).Packet {
			h.spread++
		}
		v := h.sniff.feed(ch.Data)
		if v == undecided && c.tooLong(h) {
			v = isNeither
		}
		if v != undecided {
			c.recognised(d, v)
			return true
		}
	}
	return false
}

// tooLong says that a start line takes more than may be held for it.
func (c *Conn) tooLong(h *half) bool {
	return h.sniff.n > c.lim.Header || h.held.Cost() > c.lim.Pending || h.sniff.strict && h.spread > maxSpread
}

// recognised acts on what the sniffer found.
func (c *Conn) recognised(d reassembly.Dir, v verdict) {
	h := &c.half[d]
	searched := h.sniff.strict
	h.sniff, h.sniffed = sniffer{}, 0
	if !c.fits(d, v) {
		c.unrecognised(d, searched)
		return
	}
	c.assign(d, v)
	h.found = searched || h.broken || h.alt != atStart
	h.state, h.alt, h.broken = ready, atStart, false
}

// assign notes which direction is the client's, once that is known.
func (c *Conn) assign(d reassembly.Dir, v verdict) {
	if c.known {
		return
	}
	c.known, c.client = true, d
	if v == isResponse {
		c.client = d.Other()
	}
	c.hole, c.unsure = c.half[c.client].broken, c.half[c.client.Other()].broken
}

// fits reports whether v is what this direction may send: one side of a connection sends all requests.
func (c *Conn) fits(d reassembly.Dir, v verdict) bool {
	switch v {
	case isRequest:
		return (!c.known || d == c.client) && c.half[d].alt == atStart
	case isResponse:
		return !c.known || d != c.client
	default:
		return false
	}
}

// unrecognised comes where a direction does not go on with a start line.
func (c *Conn) unrecognised(d reassembly.Dir, searched bool) {
	h := &c.half[d]
	if h.alt != atStart {
		h.state, h.alt = h.alt, atStart
		return
	}
	c.lose(d, h.mark.packet)
	switch {
	case searched || h.state == passed:
	case c.hold != nil && d != c.client && c.isNext(c.hold):
		c.ask(d)
	case !h.parsed && !h.told:
		h.told = true
		if next := c.sink.NotHTTP(d); next != nil {
			c.takeOver(next, d)
		}
	}
}

// step parses the next bytes of a message and returns how many it used.
func (c *Conn) step(d reassembly.Dir, ch reassembly.Chunk) int {
	h := &c.half[d]
	switch h.state {
	case ready:
		if n := leading(ch.Data); n > 0 {
			return n
		}
		h.state = inHead
		h.head.begin(ch)
		return c.collect(d, ch)
	case inHead:
		return c.collect(d, ch)
	default:
		return c.body(d, ch)
	}
}

// collect takes the bytes of a header section.
func (c *Conn) collect(d reassembly.Dir, ch reassembly.Chunk) int {
	h := &c.half[d]
	n, text, done := h.head.add(ch, c.lim.Header)
	h.off = ch.Off + int64(n)
	if done {
		c.message(d, text, false)
	}
	return n
}

// partial ends a header section whose rest was not captured.
func (c *Conn) partial(d reassembly.Dir) {
	h := &c.half[d]
	text := string(h.head.buf)
	h.head.buf = nil
	c.message(d, text, true)
}

// message hands a header section to the Sink.
func (c *Conn) message(d reassembly.Dir, text string, partial bool) {
	h := &c.half[d]
	h.parsed = true
	fields := c.lim.Header / 16
	conflict := h.doubted(span{h.head.offset, h.head.offset + h.head.length})
	if d == c.client {
		r := h.head.request(d, text, fields)
		r.Partial, r.Conflict, r.Found = partial, conflict, h.found
		c.request(d, r, len(text))
		return
	}
	r := h.head.response(d, text, fields)
	r.Partial, r.Conflict, r.Found = partial, conflict, h.found
	c.response(d, r)
}

// request hands a request to the Sink and goes on to its body. size is what it takes in memory.
func (c *Conn) request(d reassembly.Dir, r *Request, size int) {
	h := &c.half[d]
	f := r.framing()
	hold := c.sink.Request(r) && (r.Partial || f.state != lost)
	w := waiting{
		req: r, head: r.Method == "HEAD", connect: r.Method == "CONNECT", size: size,
		ack: h.head.ack, seen: c.half[d.Other()].off,
	}
	c.enqueue(w, c.lim, hold)
	if hold {
		c.hold, c.holdAck = r, w.place()
	}
	if r.Partial {
		f = framing{state: lost}
	}
	c.want(d, f, r, nil)
	c.enter(d, f)
}

// response hands a response to the Sink and goes on to its body.
func (c *Conn) response(d reassembly.Dir, r *Response) {
	w := c.match(r, c.hold != nil && r.Status == 101 && c.lastWord(d, r.Offset))
	if w.req != nil && w.ack == r.Offset {
		r.Found, w.req.Found = false, false
	}
	f := r.framing(w)
	next := c.sink.Response(w.req, r)
	final := r.Status >= 200 || r.Status == 101
	release := final && c.hold != nil && !c.isWaiting(c.hold)
	switch {
	case next != nil:
		c.half[d].state = atStart
		c.takeOver(next, d)
		return
	case r.Status == 101 || r.Partial:
		f.state = lost
	}
	c.alone = c.alone || final && !w.found
	c.want(d, f, w.req, r)
	c.enter(d, f)
	if release || r.Status == 101 {
		c.release(r.Status == 101)
	}
}

// enter begins a body.
func (c *Conn) enter(d reassembly.Dir, f framing) {
	h := &c.half[d]
	last := h.head.last
	ack := h.head.ack
	h.head = section{}
	h.left, h.digits = f.length, 0
	switch {
	case f.state == lost:
		c.lose(d, last)
	case f.state == atStart:
		c.endMessage(d)
	case f.unsure:
		h.state, h.alt = bodyOrNot, f.state
		h.mark = mark{packet: last, ack: ack}
	default:
		h.state = f.state
	}
}
