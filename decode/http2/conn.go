package http2

import (
	"maps"
	"math"
	"slices"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// Limits bounds what is kept; a zero field means its default.
type Limits struct {
	// Block is how many bytes of a header block are kept and decoded, and the size of its fields (default 256 KiB).
	Block int
	// Table is how many bytes of each direction's HPACK table are kept (default 64 KiB).
	Table int
	// Streams is how many streams may be followed at a time (default 4096).
	Streams int
	// Pending is how many bytes wait for the answers that decide what they are (default 1 MiB). A chunk counts 64
	// bytes besides its own.
	Pending int
	// Search is how far a search looks before it decides about a place (default 256 KiB).
	Search int
}

func (l Limits) orDefaults() Limits {
	or := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	or(&l.Block, 256<<10)
	or(&l.Table, 64<<10)
	or(&l.Streams, 4096)
	or(&l.Pending, 1<<20)
	or(&l.Search, 256<<10)
	return l
}

// Config says what a connection is. The zero value is one that Fwd opened as client.
type Config struct {
	// Client is the direction of the client.
	Client reassembly.Dir
	// Upgraded says that the connection began with Upgrade: h2c: stream 1 is that of the request that was upgraded.
	Upgraded bool
	Limits   Limits
}

// Sink decides what streams become. What it is given is its own to keep, but for Findings and Endings. It must not
// call back into the Conn.
//
// A Handler that it returns should be a reassembly.GapInferrer, and a Doubter: otherwise it does not hear
// that an unknown number of its bytes was lost.
type Sink interface {
	// Request is called for each stream that the client opens. True follows the stream: the other methods are
	// called for it, and its DATA waits for the Response.
	Request(*Request) (follow bool)
	// Response is called for each header section that answers a request that is followed, interim ones (1xx) too. req is
	// nil where the request was not captured. A Handler returned takes over the DATA of the stream in both
	// directions, whose offsets count bytes of DATA alone. Nil for a final response: the stream is not followed any more.
	// After Pending returned a Handler, a late response is reported, and what is returned is ignored.
	Response(req *Request, resp *Response) reassembly.Handler
	// Pending is called where DATA waits for a Response that was not captured or does not come in time. As with Response, a Handler
	// takes over; nil drops the DATA as undecoded, and the stream is not followed any more.
	Pending(*Request) reassembly.Handler
	// Midstream is called at the first DATA of a stream whose HEADERS were not captured. A Handler takes
	// over, knowing that the first bytes it is given may lie anywhere; nil leaves the stream alone.
	Midstream(stream uint32, d reassembly.Dir) reassembly.Handler
	// Ending is called for RST_STREAM of a stream that is followed, before its Handler is closed, and for GOAWAY.
	Ending(*Ending)
	// Finding is called where a rule is broken; for a rule of the request after Request.
	Finding(*Finding)
}

// Ending is a RST_STREAM or GOAWAY frame.
type Ending struct {
	// Stream is the stream that is reset, 0 for GOAWAY.
	Stream uint32
	Dir    reassembly.Dir
	// Code is valid with HasCode: else it was not captured.
	Code    ErrCode
	HasCode bool
	// Last is, in GOAWAY, the last stream that its sender may have acted on. Debug is the begin of its debug data.
	Last  uint32
	Debug string
	// Offset is the place of the frame in the connection's stream.
	Offset int64
	Packet int
	Time   capture.Time
}

// Doubter is a Handler that can hear that nothing of it is certain, since copies of HTTP/2's own framing
// differed. Without the method it is given a Conflict that reaches from there on.
type Doubter interface{ Doubt() }

// Conn follows HTTP/2 on one connection. It is a reassembly.Handler.
type Conn struct {
	sink   Sink
	lim    Limits
	bytes  *reassembly.Bytes
	client reassembly.Dir
	half   [2]half
	counts Counts
	// findings counts findings by rule.
	findings map[*rule.Rule]int
	// packets counts the packets handled, packet is the number of the last.
	packets int64
	packet  int
	// heldBytes is what all held queues cost.
	heldBytes int
	streamTable
	connect connectSetting
}

// New makes a Conn that reports to s and adds what it consumes to b, which must not be nil.
func New(cfg Config, s Sink, b *reassembly.Bytes) *Conn {
	c := &Conn{sink: s, lim: cfg.Limits.orDefaults(), bytes: b, client: cfg.Client}
	c.streams = map[uint32]*stream{}
	for d := range c.half {
		h := &c.half[d]
		h.table = newTable(c.lim.Table)
		h.maxFrame = minMaxFrame
		h.state = atHeader
	}
	c.half[cfg.Client].state = atPreface
	if cfg.Upgraded {
		c.lastID = 1
	}
	return c
}

// Lost says that the start of d's stream was not captured, so frames may have been missed. Call it before anything else.
func (c *Conn) Lost(d reassembly.Dir) { c.lose(d, true) }

// Counts are the totals so far.
func (c *Conn) Counts() Counts { return c.counts }

// Data takes the next bytes of a direction. It is part of reassembly.Handler.
func (c *Conn) Data(d reassembly.Dir, ch reassembly.Chunk) {
	if ch.Packet != c.packet {
		c.packet = ch.Packet
		c.packets++
		// Here, at the start of a packet, it does not matter how that is cut.
		c.settleEarly()
		c.settleHeld()
	}
	c.endResets(d, ch.Packet)
	if o := &c.half[d.Other()]; ch.Ack >= 0 {
		o.spans.ack(o.needed(ch.Ack))
	}
	c.feed(d, ch)
	c.settleDoubts(d)
}

// Gap takes bytes that were never captured. It is part of reassembly.Handler.
func (c *Conn) Gap(d reassembly.Dir, off, n int64) {
	h := &c.half[d]
	h.retries = 0
	c.decideAll(d)
	if h.state == dead {
		h.state, h.search = searching, newSearch(h.last.packet)
	}
	inferred := h.inferred
	h.inferred = spread{}
	within := inferred.n > 0 && c.within(d, inferred)
	for n > 0 {
		k := c.skip(d, n)
		if h.off += k; k == n {
			break
		}
		n -= k
		c.lose(d, true)
	}
	if inferred.n > 0 && !within {
		c.astray(d)
	}
	c.settleDoubts(d)
	c.settleEarly()
	c.settleHeld()
}

// Inferred says that the length of the gap that follows is not certain. Where it lies within a frame, the next
// header is expected where it should be, and has to look like one; else it is searched for. It is part of reassembly.GapInferrer.
func (c *Conn) Inferred(d reassembly.Dir, off, n, least, most int64) {
	if n > 0 {
		c.half[d].inferred = spread{n, least, most}
		return
	}
	c.astray(d)
}

// within passes an inferred gap on to the stream in whose DATA it lies, and says whether all it can be lies in one frame.
func (c *Conn) within(d reassembly.Dir, g spread) bool {
	h := &c.half[d]
	if h.state != inPayload || h.pad < 0 || g.most > h.left-h.pad {
		return false
	}
	h.unproven = true
	if s := h.cur; s != nil && s.next != nil && !s.ended[d] {
		if i, ok := s.next.(reassembly.GapInferrer); ok {
			i.Inferred(d, s.off[d], g.n, g.least, g.most)
		}
	} else if s != nil {
		c.inexact(s, d)
	}
	return true
}

// astray starts a search, if none is under way.
func (c *Conn) astray(d reassembly.Dir) {
	h := &c.half[d]
	c.decideAll(d)
	if h.state != searching && h.state != closed {
		c.lose(d, true)
	}
}

// Close takes the end of a direction. It is part of reassembly.Handler.
func (c *Conn) Close(d reassembly.Dir, k reassembly.CloseKind) {
	h := &c.half[d]
	c.decideAll(d)
	c.abandon(d)
	for i := range h.doubts {
		h.doubts[i].end = min(h.doubts[i].end, h.off)
	}
	c.settleDoubts(d)
	c.endResets(d, math.MaxInt)
	*h = half{state: closed, off: h.off, lost: h.lost, ended: k}
	for _, id := range c.ids() {
		if s := c.streams[id]; s != nil {
			c.closeStream(s, d, k)
		}
	}
	c.settleEarly()
	if c.half[d.Other()].state == closed {
		c.dropAll()
	}
}

// ids are the identifiers of the streams that are kept, in order.
func (c *Conn) ids() []uint32 { return slices.Sorted(maps.Keys(c.streams)) }
