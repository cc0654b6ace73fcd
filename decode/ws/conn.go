package ws

import (
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/reassembly"
)

// Config says how a Conn decodes. Its zero value decodes a session without extensions whose client is Fwd.
type Config struct {
	// Client is the direction of the TCP connection that the client sends in.
	Client reassembly.Dir
	// Deflate is what the response negotiated, nil for none (RFC 7692 section 7).
	Deflate *Deflate
	// Unknown says that the response negotiated an extension that we do not know.
	Unknown bool
	// Assumed says that the opening handshake was not seen as a whole: what is reported is at best Guessed,
	// and what compression was negotiated is not known: RSV1 on a first frame is taken as permessage-deflate
	// with an empty window.
	Assumed bool
	// Confidence goes with Assumed.
	Confidence float32
	// Resync says that the first byte of a direction (C2S, S2C) may be anywhere in a frame: a boundary is searched for.
	Resync [2]bool
	// Conflict says that copies of the opening handshake differed: nothing that is reported is better than Conflict.
	Conflict bool
	// Keep keeps payloads; without it only lengths and checks are made.
	Keep bool
	// KeepMost, if it is not 0, is the longest payload of a data message that Keep keeps, in bytes: that of a longer
	// one, or of one that compression made longer still, is nil.
	KeepMost int64
	// Wire keeps, with Keep, the compressed payloads of compressed messages too.
	Wire bool
	// Frames asks for Sink.Frame (finding numbers are right without it too).
	Frames bool
	// Masks, if not nil, takes the masking keys of the first frames of the client.
	Masks *[4][4]byte

	Limits Limits
	// Pool is what the conns of one worker share: the arena, scratch memory, windows. Never nil.
	Pool  *Pool
	Bytes *reassembly.Bytes
}

// Limits bounds what is kept; a zero field means its default.
type Limits struct {
	// Message is how many bytes of a message are kept, on the wire and after inflation (default 256 MiB).
	Message int64
	// Ratio bounds inflated size by wire size, beyond 8 MiB of output (default 400).
	Ratio int64
	// Fragments is how many frames a message may have before it is Undecodable (default 1<<20).
	Fragments int
	// Search is how many bytes a direction keeps while a frame boundary is searched for (default 1 MiB). The search
	// itself goes on for as long as it takes.
	Search int64
	// Windows is how many bytes of memory the DEFLATE windows of one worker may use (default 64 MiB): up to 48 KiB for each direction,
	// less where less was sent. Beyond that those used least recently go to Pool.Store.
	Windows int64
}

// Deflate is permessage-deflate, or x-webkit-deflate-frame, as negotiated by the response (RFC 7692 section 7.1).
type Deflate struct {
	// NoTakeover is server_ and client_no_context_takeover, by the direction that it binds.
	NoTakeover [2]bool
	// WindowBits is server_ and client_max_window_bits, by the direction that it binds; 15 where absent or invalid.
	WindowBits [2]int
	// PerFrame says that each frame is compressed for itself, which its own RSV1 says (x-webkit-deflate-frame); the window goes on from frame to
	// frame.
	PerFrame bool
}

func (l Limits) withDefaults() Limits {
	set := func(v *int64, def int64) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&l.Message, 256<<20)
	set(&l.Ratio, 400)
	set(&l.Search, 1<<20)
	set(&l.Windows, 64<<20)
	if l.Fragments <= 0 {
		l.Fragments = 1 << 20
	}
	return l
}

// Conn decodes both directions of one session. It is a reassembly.Handler, and its Sink
// is called from within its methods.
//
// A frame whose payload the stream ended before, or that a gap cut off, has what is missing of its declared
// length as its last Hole.
type Conn struct {
	cfg  Config
	sink Sink
	sh   *Pool
	acct *reassembly.Bytes
	// messages and frames are the last numbers given.
	messages, frames int
	halves           [2]half
	// evicted says that a missing window was reported.
	evicted bool
	// doubted says that nothing is better than Conflict.
	doubted bool
}

// Counts are the running totals of one direction.
type Counts struct {
	Messages, Frames int
	// Bytes is the sum of Message.Len where that is known, WireBytes of Message.WireLen.
	Bytes, WireBytes int64
}

// New decodes a session as cfg says; s is told what is found. The first byte of each direction that
// it is given is the first after the opening handshake (but with Config.Resync).
func New(cfg Config, s Sink) *Conn {
	cfg.Limits = cfg.Limits.withDefaults()
	c := &Conn{cfg: cfg, sink: s, sh: cfg.Pool, acct: cfg.Bytes}
	if c.acct == nil {
		c.acct = new(reassembly.Bytes)
	}
	for d := range c.halves {
		c.halves[d].init(c, Dir(d))
	}
	return c
}

// Counts are what was reported of a direction so far.
func (c *Conn) Counts(d Dir) Counts { return c.halves[d].counts }

func (c *Conn) half(d reassembly.Dir) *half { return &c.halves[d^c.cfg.Client] }

// Data takes the next bytes of a direction.
func (c *Conn) Data(d reassembly.Dir, k reassembly.Chunk) {
	if k.Ack >= 0 {
		c.half(d.Other()).acked(k.Ack, k.Time)
	}
	c.half(d).data(k)
}

// Gap takes note of n bytes from off that were never captured.
func (c *Conn) Gap(d reassembly.Dir, off, n int64) {
	c.acct.Missing += n
	h := c.half(d)
	h.remark(rule.Gap, off, itoa(n)+" bytes were not captured")
	h.gap(off, n)
}

// Inferred says that the length n of the next gap of d is not certain, or, with n 0, that an unknown number of bytes is missing
// where d stands. What follows depends on it: it is at best Guessed, with this confidence, or a boundary is searched for.
func (c *Conn) Inferred(d reassembly.Dir, n int64, confidence float32) {
	h := c.half(d)
	if n == 0 {
		h.unknownLoss()
		return
	}
	if h.mode == inPayload || h.mode == atHeader {
		h.floor = h.floor.Worse(Guessed)
		if h.confidence == 0 || confidence < h.confidence {
			h.confidence = confidence
		}
	}
}

// Skip steps over n bytes from off that are not part of a frame. It reports false, and does nothing, if the direction is not
// at a boundary between frames there.
func (c *Conn) Skip(d reassembly.Dir, off, n int64) bool {
	h := c.half(d)
	if h.mode != atHeader || h.nhdr > 0 || h.begun && h.off != off {
		return false
	}
	if !h.begun {
		h.enter(off)
	}
	h.off += n
	return true
}

// Conflict re-labels what lies in the n bytes from off, told or still to come.
func (c *Conn) Conflict(d reassembly.Dir, off, n int64) {
	h := c.half(d)
	h.notice(rule.Conflict, off, "copies of "+show.Bytes(n)+" differ")
	h.conflict(Range{off, off + n})
}

// Doubt says that copies of the opening handshake, or of what came before it on the connection, differed: nothing
// is better than Conflict, told or still to come.
func (c *Conn) Doubt() { c.doubtAll() }

// Close ends a direction: a message under way is reported as it stands.
func (c *Conn) Close(d reassembly.Dir, _ reassembly.CloseKind) { c.half(d).close() }
