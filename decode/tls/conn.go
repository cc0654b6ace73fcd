package tls

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// Options are what a Conn may be given besides its Keys.
type Options struct {
	// Record, if not nil, is called with each record that was opened or read in clear, before its content is used.
	Record func(Record)
	// Message, if not nil, is called with each handshake message that could be read.
	Message func(Message)
	// Secret, if not nil, is called with each secret that has opened its first record, as a line of a key log (see KeyLog).
	Secret func(line []byte)
}

// Conn decrypts one connection. It is a reassembly.Handler.
type Conn struct {
	keys  *Keys
	opt   Options
	bytes *reassembly.Bytes
	begin func(*Conn) reassembly.Handler
	// next is given the plaintext; nil until there is some.
	next reassembly.Handler
	half [2]half
	// client is the direction of the client, where known.
	client reassembly.Dir
	known  bool
	early  earlyState
	// finished says by direction that a Finished message was decrypted.
	finished [2]bool
	resumed  bool
	// began is when the first handshake began, ended when each direction finished it.
	began  capture.Time
	ended  [2]capture.Time
	from   Source
	alerts []Alert
	used   []usedSecret
	// tentative is early data of which it is not known whether the server accepted it.
	tentative []tentative
	rejected  int64
	// order numbers the calls, heldBytes counts what is held, place is the one in Keys.waiting (0 for none).
	order     uint64
	heldBytes int
	place     int
	pumping   bool
	// skimming means that what is held is being dropped; skimmed that some was.
	skimming, skimmed bool
	// progress counts what may let the other direction go on.
	progress uint64
}

// New makes a Conn. Begin is called once, when there is plaintext, and returns the Handler that is given it, never nil; Info
// is known then. What the Conn consumes is added to b, which must not be nil.
func New(k *Keys, o Options, b *reassembly.Bytes, begin func(*Conn) reassembly.Handler) *Conn {
	c := &Conn{keys: k, opt: o, bytes: b, begin: begin}
	first := &negotiation{}
	for d := range c.half {
		c.half[d] = half{dir: reassembly.Dir(d), nego: first, average: firstAverage}
	}
	return c
}

// at is where and when bytes came.
type at struct {
	packet int
	time   capture.Time
	// ack is what the sender had acknowledged, in ciphertext.
	ack int64
}

func (c *Conn) other(h *half) *half { return &c.half[h.dir.Other()] }

// isClient reports whether h is known to be the client's direction.
func (c *Conn) isClient(h *half) bool { return c.known && h.dir == c.client }

// Data takes the next bytes of a direction. It is part of reassembly.Handler.
func (c *Conn) Data(d reassembly.Dir, ch reassembly.Chunk) {
	h := &c.half[d]
	c.order++
	if !h.queue.empty() {
		c.hold(h, item{kind: itemData, chunk: ch})
	} else if ch = c.feed(h, ch); len(ch.Data) > 0 {
		c.hold(h, item{kind: itemData, chunk: ch})
	}
	c.pump()
}

// Gap takes bytes that were never captured. It is part of reassembly.Handler.
func (c *Conn) Gap(d reassembly.Dir, off, n int64) {
	h := &c.half[d]
	c.order++
	if !h.queue.empty() || h.blocked {
		c.hold(h, item{kind: itemGap, chunk: reassembly.Chunk{Off: off}, n: n})
	} else {
		c.gap(h, off, n)
	}
	c.pump()
}

// Conflict takes a range whose copies differed. It is part of reassembly.Handler. Only what authenticates is passed on, and
// what does not is not, whichever copy it was: there is nothing to do.
func (c *Conn) Conflict(reassembly.Dir, int64, int64) {}

// Close takes the end of a direction. It is part of reassembly.Handler.
func (c *Conn) Close(d reassembly.Dir, k reassembly.CloseKind) {
	h := &c.half[d]
	c.order++
	if !h.queue.empty() || h.blocked {
		c.hold(h, item{kind: itemClose, close: k})
	} else {
		c.finish(h, k)
	}
	c.pump()
}

// feed takes as much of a chunk as is possible now, and returns the rest. If that is not all, h is blocked.
func (c *Conn) feed(h *half, ch reassembly.Chunk) reassembly.Chunk {
	h.blocked = false
	a := at{ch.Packet, ch.Time, ch.Ack}
	for (len(ch.Data) > 0 || len(h.buf) > 0) && !h.blocked {
		switch {
		case h.dead != 0 && !h.framed:
			c.abandon(h, len(h.buf)+len(ch.Data))
			c.keep(h, len(h.buf))
			return reassembly.Chunk{}
		case len(h.buf) > 0:
			var more bool
			if ch, more = c.topUp(h, ch, a); !more {
				return ch
			}
		default:
			ch = c.direct(h, ch, a)
		}
	}
	return ch
}

// direct takes the records of a chunk without copying them, and keeps the start of one that is not complete.
func (c *Conn) direct(h *half, ch reassembly.Chunk, a at) reassembly.Chunk {
	h.off = ch.Off
	ch = after(ch, c.consume(h, ch.Data, a))
	if h.blocked || h.dead != 0 && !h.framed {
		return ch
	}
	if len(ch.Data) > 0 {
		h.buf, h.last = append(c.keys.borrow(), ch.Data...), a
	}
	return after(ch, len(ch.Data))
}

// topUp takes what the record at the start of the buffer still needs, and reports whether it is complete.
func (c *Conn) topUp(h *half, ch reassembly.Chunk, a at) (rest reassembly.Chunk, complete bool) {
	need := h.need()
	n := min(need, len(ch.Data))
	if n > 0 {
		h.buf, h.last = append(h.buf, ch.Data[:n]...), a
		ch = after(ch, n)
	}
	if n < need {
		return ch, false
	}
	used := c.consume(h, h.buf, h.last)
	c.keep(h, used)
	return ch, true
}

// keep drops the first n bytes of the buffer.
func (c *Conn) keep(h *half, n int) {
	h.buf = h.buf[:copy(h.buf, h.buf[n:])]
	if len(h.buf) == 0 {
		c.keys.giveBack(h.buf)
		h.buf = nil
	}
}

// after is a chunk without its first n bytes.
func after(ch reassembly.Chunk, n int) reassembly.Chunk {
	ch.Off += int64(n)
	ch.Data = ch.Data[n:]
	return ch
}

// consume takes the records at the start of b, and returns how many bytes that used.
func (c *Conn) consume(h *half, b []byte, a at) int {
	used := 0
	for len(b)-used >= headerLen && (h.dead == 0 || h.framed) {
		rest := b[used:]
		if !h.fits(rest) {
			n := c.slip(h, rest)
			h.off += int64(n)
			used += n
			continue
		}
		size := headerLen + bodyLen(rest)
		if len(rest) < size {
			break
		}
		n := c.record(h, record(rest[:size:size]), a)
		if h.blocked {
			break
		}
		used += n
	}
	return used
}

// record takes a whole record, unless that is not possible yet. It returns how many bytes of it were used: all, or, where it
// is not certain that it is one, the first.
func (c *Conn) record(h *half, r record, a at) int {
	if h.dead != 0 {
		c.opaque(h, r)
		h.off += int64(len(r))
		return len(r)
	}
	switch c.admit(h, r) {
	case waits:
		h.blocked = true
		return 0
	case never:
		return 0 // it is dead now
	}
	n := len(r)
	switch {
	case h.loss != nil || c.skimming:
		n = c.regain(h, r, a)
	case len(h.epochs) == 0 || h.inClear(r):
		c.clear(h, r, a)
	default:
		n = c.sealed(h, r, a)
	}
	h.off += int64(n)
	return n
}
