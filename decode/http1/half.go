package http1

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// state says what the next byte of a direction is.
type state uint8

const (
	// atStart waits for a start line to be recognised; what came of it is held.
	atStart state = iota
	// ready has recognised a start line and waits for its first byte, empty lines before it skipped.
	ready
	// inHead waits for the empty line that ends the header section.
	inHead
	// inLength waits for the rest of a body of known length.
	inLength
	// inChunkSize waits for the hexadecimal digits of a chunk size.
	inChunkSize
	// inChunkLine waits for the LF that ends the line of a chunk size.
	inChunkLine
	// inChunkData waits for the rest of a chunk.
	inChunkData
	// inChunkEnd waits for the CR LF after a chunk.
	inChunkEnd
	// inTrailer waits for the empty line that ends the trailer section.
	inTrailer
	// untilClose waits for the end of the connection.
	untilClose
	// bodyOrNot waits for the first byte after a response whose request is not known: of its body, or, as that may have
	// been HEAD, of the next response.
	bodyOrNot
	// lost does not know where a message begins: it waits for a segment that starts with one.
	lost
	// passed hands everything to the next Handler.
	passed
	// closed waits for nothing.
	closed
)

// half is one direction.
type half struct {
	state state
	// alt is the body that bodyOrNot may turn out to be, also while atStart looks for a status line there; else atStart.
	alt  state
	kind reassembly.CloseKind
	// digits says that a digit of a chunk size was read, or the CR after a chunk.
	digits uint8
	// broken says that messages may have been lost since the last one, parsed that there was one, told that
	// Sink.NotHTTP was called, synced that the last message's end is where the direction stands, found that the
	// message under way was searched for.
	broken, parsed, told, synced, found bool
	// wanted says that the Sink is given the body, torn that a part of it was lost.
	wanted, torn bool
	// off is the offset of the next byte to handle, end that after the last one handed in.
	off, end int64
	// left is the rest of a body or chunk in bytes.
	left int64
	// skipped is the packet that is not searched for a start line any more.
	skipped int
	held    reassembly.Held
	// sniff looks at the held items, of which it has seen the first sniffed; spread counts their packets.
	sniff   sniffer
	sniffed int
	spread  int
	// mark is where the bytes came from that sniff looks at, or looked at.
	mark mark
	head section
	// doubts are conflicts that reach beyond off or the start of the header section.
	doubts []span
}

// mark is the first chunk of a message.
type mark struct {
	off     int64
	packet  int
	time    capture.Time
	ack     int64
	packets int64
}

// span is a stream range [start,end).
type span struct{ start, end int64 }

// overlaps reports whether two ranges have a byte in common.
func (s span) overlaps(o span) bool { return s.start < o.end && o.start < s.end }

// maxDoubts bounds the conflicts remembered; beyond it the last one grows.
const maxDoubts = 64

// doubt remembers a conflict and drops those that nothing can ask for any more.
func (h *half) doubt(s span) {
	from := h.off
	if h.state == inHead {
		from = h.head.offset
	}
	kept := h.doubts[:0]
	for _, o := range append(h.doubts, s) {
		switch {
		case o.end <= from:
		case len(kept) == maxDoubts:
			l := &kept[len(kept)-1]
			l.start, l.end = min(l.start, o.start), max(l.end, o.end)
		default:
			kept = append(kept, o)
		}
	}
	h.doubts = kept
}

// doubted reports whether a conflict touches s.
func (h *half) doubted(s span) bool {
	for _, o := range h.doubts {
		if o.overlaps(s) {
			return true
		}
	}
	return false
}

// open notes where the bytes come from that the sniffer starts with.
func (h *half) open(ch reassembly.Chunk, packets int64) {
	if h.sniff.n == 0 {
		h.mark = mark{ch.Off, ch.Packet, ch.Time, ch.Ack, packets}
		h.spread = 1
	}
}

// feed parses ch up to its end, or to where a start line has to be recognised, or to where the direction is blocked. It
// returns the rest.
func (c *Conn) feed(d reassembly.Dir, ch reassembly.Chunk) reassembly.Chunk {
	h := &c.half[d]
	for len(ch.Data) > 0 && !c.blocked(d) && !c.yields(d) {
		account := &c.bytes.HTTP
		n := 0
		switch h.state {
		case passed:
			c.next.Data(d, ch)
			return reassembly.Chunk{}
		case lost, closed:
			if !h.hopeless(ch) {
				h.state, h.sniff.strict = atStart, true
				return ch
			}
			n, account = len(ch.Data), &c.bytes.Undecoded
		case atStart:
			if n = h.emptyLines(ch.Data); n == 0 {
				return ch
			}
		default:
			n = c.step(d, ch)
		}
		*account += int64(n)
		ch.Off += int64(n)
		ch.Data = ch.Data[n:]
		h.off = ch.Off
	}
	return ch
}

// hopeless says that a lost direction cannot find a message at the start of ch: it is not that of a segment.
func (h *half) hopeless(ch reassembly.Chunk) bool {
	return h.state == closed || ch.Packet == h.skipped
}

// emptyLines is how many bytes of empty lines come between the last message and the next one (RFC 9112 section 2.2).
func (h *half) emptyLines(b []byte) int {
	if !h.synced || h.sniff.n > 0 {
		return 0
	}
	return leading(b)
}

func leading(b []byte) int {
	n := 0
	for n < len(b) && (b[n] == '\r' || b[n] == '\n') {
		n++
	}
	return n
}

// skip handles up to n missing bytes and returns how many of them; the rest must be held back.
func (c *Conn) skip(d reassembly.Dir, off, n int64) (used int64) {
	h := &c.half[d]
	for used < n && !c.blocked(d) {
		rest := n - used
		k := rest
		switch h.state {
		case passed:
			c.next.Gap(d, off+used, rest)
			return n
		case inLength:
			k = min(rest, h.left)
		case inChunkData:
			if rest > h.left {
				c.lose(d, 0)
				continue
			}
		case inHead:
			c.partial(d)
			continue
		case bodyOrNot:
			h.state, h.alt = h.alt, atStart
			continue
		case atStart:
			h.synced = false
			c.desync(d)
		case untilClose, lost, closed:
		default:
			c.lose(d, 0)
			continue
		}
		h.torn = true
		c.bytes.Missing += k
		used += k
		h.off = off + used
		h.skipped = 0
		c.shorten(d, k)
	}
	return used
}

// shorten takes k bytes off what is left of a body or chunk, if the direction is in one.
func (c *Conn) shorten(d reassembly.Dir, k int64) {
	h := &c.half[d]
	switch h.state {
	case inLength:
		if h.left -= k; h.left == 0 {
			c.endMessage(d)
		}
	case inChunkData:
		if h.left -= k; h.left == 0 {
			h.state, h.digits = inChunkEnd, 0
		}
	}
}

// finish ends a direction.
func (c *Conn) finish(d reassembly.Dir, k reassembly.CloseKind) {
	h := &c.half[d]
	if h.state == inHead {
		c.partial(d)
	}
	c.given(d, h.state == untilClose && k == reassembly.CloseFIN)
	if c.next != nil {
		c.next.Close(d, k)
	}
	h.state, h.kind = closed, k
	h.head, h.doubts = section{}, nil
}

// lose drops knowing where a direction's next message begins. What is left of packet is not searched.
func (c *Conn) lose(d reassembly.Dir, packet int) {
	h := &c.half[d]
	c.given(d, false)
	if c.next != nil {
		c.pass(d)
		return
	}
	h.state, h.synced, h.skipped = lost, false, packet
	c.desync(d)
}

// endMessage comes after the last byte of a message.
func (c *Conn) endMessage(d reassembly.Dir) {
	h := &c.half[d]
	c.given(d, true)
	if c.next != nil {
		c.pass(d)
		return
	}
	h.state, h.alt, h.synced = atStart, atStart, true
	h.sniff = sniffer{}
}

// pass hands a direction to the next Handler from where it stands, with the conflicts that lie ahead.
func (c *Conn) pass(d reassembly.Dir) {
	h := &c.half[d]
	h.state, h.head = passed, section{}
	h.sniff, h.sniffed = sniffer{}, 0
	for _, s := range h.doubts {
		if start := max(s.start, h.off); start < s.end {
			c.next.Conflict(d, start, s.end-start)
		}
	}
	h.doubts = nil
}
