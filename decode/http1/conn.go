package http1

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// Limits bounds what is kept; a zero field means its default.
type Limits struct {
	// Header is how many bytes of a header section are kept, and of the header sections of all requests that
	// wait for their response (default 256 KiB). Of a section a sixteenth as many fields are kept.
	Header int
	// Pending is how many bytes one direction may send while the answer that decides what they are is still
	// missing (default 1 MiB). A chunk counts 64 bytes besides its own.
	Pending int
	// Pipeline is how many requests may wait for their response (default 1024).
	Pipeline int
}

func (l Limits) orDefaults() Limits {
	or := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	or(&l.Header, 256<<10)
	or(&l.Pending, 1<<20)
	or(&l.Pipeline, 1024)
	return l
}

// Sink decides what a connection becomes. Requests and responses are the Sink's to keep. It must not call back
// into the Conn.
type Sink interface {
	// Request is called when a request's header section is complete. With hold, what the client sends
	// after the request (and its body) is held back until the response to it was read: say true for
	// requests that may change the protocol (an upgrade, CONNECT).
	Request(*Request) (hold bool)
	// Response is called when a response's header section is complete, interim ones (1xx) too, with the
	// request that it answers; req is nil if that was not captured. A Handler returned takes
	// over all that follows the response in its direction, and what follows the request in the other (what was held
	// back first); http1 then only passes on. Nil goes on with HTTP.
	Response(req *Request, resp *Response) reassembly.Handler
	// Pending is called when the client's side holds bytes for a request whose answer was not captured: the
	// server's direction ended, or has a gap where the answer should be, or was acknowledged beyond what was ever seen of it, or Limits.Pending bit.
	// Where the server's bytes at the answer's place are no HTTP, it is called even if the client's side holds nothing.
	// As with Response, a Handler takes both directions over (the server's from where it stands); nil drops the bytes as undecoded and goes on.
	Pending(req *Request) reassembly.Handler
	// NotHTTP is called, once a direction, when its first bytes turn out not to be HTTP; it can be returned a Handler for both
	// directions' remaining bytes (these bytes among them), or nil: they are then counted as undecoded, up to
	// where a message begins at the start of a segment.
	NotHTTP(d reassembly.Dir) reassembly.Handler
}

// Bodies is a Sink that is given bodies.
type Bodies interface {
	Sink
	// Wants is called after Request, with resp nil, and after Response, and reports whether the body of the message is wanted. It
	// is not called where the message has none, or where its end cannot be found.
	Wants(req *Request, resp *Response) bool
	// Body is called with each part of a body that is wanted, without the framing of a chunked one. It is the Conn's.
	Body(d reassembly.Dir, p []byte)
	// EndBody is called at the end of a body that is wanted. whole reports that none of it was lost.
	EndBody(d reassembly.Dir, at reassembly.Stamp, whole bool)
}

// Conn follows HTTP/1.x on one connection. It is a reassembly.Handler.
type Conn struct {
	sink Sink
	// bodies is the sink where it is given bodies, else nil.
	bodies Bodies
	lim    Limits
	bytes  *reassembly.Bytes
	// next takes both directions over, each from its place on; nil while this is HTTP.
	next reassembly.Handler
	half [2]half
	// client is the direction of the requests, where known.
	client reassembly.Dir
	known  bool
	matcher
	// hold is the request whose answer decides what the client's following bytes are; nil for none. holdAck is
	// where that answer begins if the client did not pipeline.
	hold    *Request
	holdAck int64
	// alone says that responses come without any request being captured: they do not wait for one.
	alone bool
	// now, packet and packets are the time and number of the current packet, and how many there were.
	now     capture.Time
	packet  int
	packets int64
	// within says that a packet of direction dir is being handled, of which more may come.
	within bool
	dir    reassembly.Dir
}

// New makes a Conn that reports to s and adds what it consumes to b, which must not be nil.
func New(s Sink, l Limits, b *reassembly.Bytes) *Conn {
	bodies, _ := s.(Bodies)
	return &Conn{sink: s, bodies: bodies, lim: l.orDefaults(), bytes: b}
}

// Lost says that the start of d's stream was not captured, so messages may have been missed. Call it before anything else.
func (c *Conn) Lost(d reassembly.Dir) { c.half[d].broken = true }

// Data takes the next bytes of a direction. It is part of reassembly.Handler.
func (c *Conn) Data(d reassembly.Dir, ch reassembly.Chunk) {
	h := &c.half[d]
	if h.state == passed {
		c.next.Data(d, ch)
		return
	}
	c.tick(d, ch)
	h.end = ch.Off + int64(len(ch.Data))
	if h.held.Empty() {
		ch = c.direct(d, ch)
	}
	if len(ch.Data) > 0 {
		h.held.Data(d, ch, c.packets)
	}
	c.pump()
}

// tick notes the packet that is being handled.
func (c *Conn) tick(d reassembly.Dir, ch reassembly.Chunk) {
	c.now = ch.Time
	c.within, c.dir = true, d
	if ch.Packet == c.packet {
		return
	}
	c.packet = ch.Packet
	c.packets++
	if c.known && d == c.client {
		c.alone = false
	}
}

// direct parses ch without copying it, as far as that goes, and returns what must be held back.
func (c *Conn) direct(d reassembly.Dir, ch reassembly.Chunk) reassembly.Chunk {
	h := &c.half[d]
	for {
		ch = c.feed(d, ch)
		if len(ch.Data) == 0 || h.state != atStart || c.blocked(d) || c.yields(d) {
			return ch
		}
		h.open(ch, c.packets)
		v := h.sniff.feed(ch.Data)
		if v == undecided {
			h.sniffed = 1
			return ch
		}
		c.recognised(d, v)
	}
}

// Gap takes bytes that were never captured. It is part of reassembly.Handler.
func (c *Conn) Gap(d reassembly.Dir, off, n int64) {
	h := &c.half[d]
	if h.state == passed {
		c.next.Gap(d, off, n)
		return
	}
	h.end = off + n
	c.within = false
	if h.held.Empty() {
		used := c.skip(d, off, n)
		off, n = off+used, n-used
	}
	if n > 0 {
		h.held.Gap(d, off, n, c.packets)
	}
	c.pump()
}

// Inferred is reassembly.GapInferrer: it concerns what took the connection over.
func (c *Conn) Inferred(d reassembly.Dir, off, n, least, most int64) {
	if i, ok := c.next.(reassembly.GapInferrer); ok && c.half[d].state == passed {
		i.Inferred(d, off, n, least, most)
	}
}

// Conflict takes a range whose copies differed. It is part of reassembly.Handler.
func (c *Conn) Conflict(d reassembly.Dir, off, n int64) {
	h := &c.half[d]
	if h.state == passed {
		c.next.Conflict(d, off, n)
		return
	}
	h.doubt(span{off, off + n})
	if c.known && d == c.client {
		c.doubt(span{off, off + n})
	}
}

// Close takes the end of a direction. It is part of reassembly.Handler.
func (c *Conn) Close(d reassembly.Dir, k reassembly.CloseKind) {
	h := &c.half[d]
	c.within = false
	if h.held.Empty() && !c.blocked(d) {
		c.finish(d, k)
	} else {
		h.held.Close(d, k, c.packets)
	}
	c.pump()
}

// pump handles what is held and no longer has to be, until nothing changes.
func (c *Conn) pump() {
	for !c.half[0].held.Empty() || !c.half[1].held.Empty() {
		first, second := c.drain(0), c.drain(1)
		if !first && !second && !c.settle() {
			return
		}
	}
}

// drain handles what one direction holds, as far as it may be, and reports whether anything happened.
func (c *Conn) drain(d reassembly.Dir) (progress bool) {
	h := &c.half[d]
	for !h.held.Empty() && !c.blocked(d) && !c.yields(d) {
		i := h.held.At(0)
		switch {
		case i.Kind == reassembly.HeldClose:
			c.finish(d, i.HowEnded)
			h.held.Pop()
		case i.Kind == reassembly.HeldGap:
			h.held.Cut(c.skip(d, i.Off, i.N))
		case c.feeds(d, i):
		case c.blocked(d) || c.yields(d) || !c.recognise(d):
			return progress
		}
		progress = true
	}
	return progress
}

// feeds parses the first held chunk, and reports whether that used any of it.
func (c *Conn) feeds(d reassembly.Dir, i *reassembly.HeldCall) bool {
	h := &c.half[d]
	rest := c.feed(d, h.held.Chunk(i))
	used := i.N - int64(len(rest.Data))
	if used > 0 {
		h.held.Cut(used)
	}
	return used > 0
}
