package reassembly

import (
	"net/netip"

	"github.com/wspeek/wspeek/capture"
)

// Stamp says which packet and when.
type Stamp struct {
	Packet int
	Time   capture.Time
}

// Conn is one TCP connection. It belongs to its Table, which changes it;
// a Handler may read it during its calls.
type Conn struct {
	Flow Flow
	// fromB says that endpoint B is the opener. It and class fill a gap here.
	fromB bool
	class class
	// First and Last are the first and last packet seen of it, those after its end too.
	First, Last Stamp
	// Stats counts by direction. It is settled once bytes have been passed on; until then
	// a SYN that turns up late may exchange the directions.
	Stats [2]Stats

	halves  [2]half
	table   *Table
	handler Handler
	// record is what happened besides bytes; nil if nothing did.
	record *Record
	// ending is how it is about to end; nil if it is not.
	ending *ending
	// older is another connection between the same ports (conn_route.go).
	older *Conn
	// byAge links the connections of a class (table_list.go), waiters those with something waiting.
	byAge, waiters links
	// listed and waiting say that it is in the lists of byAge and waiters, ends that it is in Table.enders and holding that it
	// is in Table.holders.
	listed, waiting, ends, holding bool
	// touched says that it has had a packet since it was put at the end of its list.
	touched bool
	// guessed says that no SYN has shown yet who the opener is.
	guessed bool
	// told says that the handler has been called, so that the directions are settled.
	told bool
	// borrowed says that something refers to the memory of the batch.
	borrowed bool
}

// Stats counts what one direction of a connection sent.
type Stats struct {
	// Segments counts all packets, Bytes the payload passed on (each byte once).
	Segments, Bytes int64
	// Missing counts bytes reported as gaps, Unseen those of them that the peer acknowledged
	// (or that snaplen cut): the capture lost them, not the network.
	Missing, Unseen int64
	// Retransmitted counts segments that brought no new byte, Duplicates those of them that
	// are the same packet captured twice (same IP identification).
	Retransmitted, Duplicates uint32
	// Conflicts counts the ranges in which copies differed.
	Conflicts uint32
	// OutOfOrder counts segments with new bytes that lie before others already seen.
	OutOfOrder uint32
	// OutOfWindow counts segments, and ACKs of this direction's bytes, too far off to be believed.
	OutOfWindow uint32
	// SuspectedRST counts RSTs that were not accepted (RFC 9293 section 3.10.7.4, RFC 5961 section 3.2), or after which their
	// sender went on.
	SuspectedRST uint32
	// KeepAlives counts probes of 0 or 1 byte below the next one, ZeroWindow segments that
	// advertise no room.
	KeepAlives, ZeroWindow uint32
	// InFlight is the most bytes that were passed on and not yet acknowledged, as far as was captured.
	InFlight uint32
	// Urgent counts segments with URG (their bytes stay in line, RFC 6093), up to 65,535.
	Urgent uint16
	// SYN and FIN say that one was captured.
	SYN, FIN bool
}

// Opener is the side that sends in direction Fwd, Peer the other one.
func (c *Conn) Opener() netip.AddrPort { return c.Flow.endpoint(c.fromB) }

// Peer is the side that sends in direction Rev.
func (c *Conn) Peer() netip.AddrPort { return c.Flow.endpoint(!c.fromB) }

// Anchored says that offset 0 of both directions is the byte after the SYN.
func (c *Conn) Anchored() bool { return c.halves[Fwd].isn && c.halves[Rev].isn }

// AnchoredDir says that offset 0 of d is the byte after the SYN, not just the first byte seen.
func (c *Conn) AnchoredDir(d Dir) bool { return c.halves[d].isn }

// Interrupts is, when c is accepted, the Handler of the connection between the same ports that was not over when c began without
// a SYN of its opener; nil if there was none. c may be a part of that one.
func (c *Conn) Interrupts() Handler {
	if c.older == nil || c.halves[Fwd].syn&synFirst != 0 {
		return nil
	}
	return c.older.handler
}

// dir is the direction of a segment.
func (c *Conn) dir(s *Segment) Dir {
	if s.FromB == c.fromB {
		return Fwd
	}
	return Rev
}

// over says that both directions are closed.
func (c *Conn) over() bool { return c.halves[Fwd].closed && c.halves[Rev].closed }

// now is the moment of the present packet.
func (c *Conn) now() mark { return c.at(c.Last.Time) }

// at is the moment t, which may be later than the last packet.
func (c *Conn) at(t capture.Time) mark {
	return mark{t, c.Stats[Fwd].Segments + c.Stats[Rev].Segments}
}

// segment takes one segment of the connection.
func (c *Conn) segment(s *Segment) {
	d := c.dir(s)
	c.arrive(d, s)
	damaged, bad := c.halves[d].sift(s)
	if damaged {
		return
	}
	if s.Flags&(SYN|RST|URG) != 0 {
		if c.controlFlags(d, s) {
			return
		}
		d = c.dir(s)
	}
	h := &c.halves[d]
	c.afterReset(d, s)
	if c.over() {
		if off := h.offset(firstSeq(s)); h.based {
			h.afterEnd(s, off, off+int64(len(s.Payload)+s.Missing))
		}
		return
	}
	if s.Flags&ACK != 0 {
		h.other().ack(s.Ack)
	}
	h.advertise(s)
	if len(s.Payload)+s.Missing > 0 || s.Flags&FIN != 0 {
		h.data(s, bad)
	} else if s.Flags&SYN == 0 {
		h.noPayload(s.Seq)
	}
	if c.waiting {
		c.release(c.now())
	}
	if c.ending != nil {
		c.endDue(c.now())
	}
}

// arrive takes note of what any packet shows.
func (c *Conn) arrive(d Dir, s *Segment) {
	if len(s.Payload) > 0 {
		c.noteJump(d, s)
	}
	c.Last, c.touched = Stamp{s.Packet, s.Time}, true
	c.halves[d].habits(s)
	c.Stats[d].Segments++
}

// afterReset looks what a segment says of a RST that came before it. If it comes too late, and does not contradict the RST, the
// connection is over before it.
func (c *Conn) afterReset(d Dir, s *Segment) {
	e := c.ending
	if e == nil || !e.reset {
		return
	}
	if c.contradict(d, s); e.reset && e.resetSince.passed(c.now(), &c.table.limits) {
		c.finish(CloseRST)
	}
}

// controlFlags looks at SYN, RST and URG; true means that the segment has been dealt with.
func (c *Conn) controlFlags(d Dir, s *Segment) bool {
	if s.Flags&URG != 0 {
		c.Stats[d].Urgent = max(c.Stats[d].Urgent, c.Stats[d].Urgent+1)
	}
	if s.Flags&RST != 0 {
		c.halves[d].takeRST(s)
		return true
	}
	if s.Flags&SYN != 0 {
		return !c.syn(s)
	}
	return false
}

// advertise remembers the largest window that this side offered its peer.
func (h *half) advertise(s *Segment) {
	win := uint32(s.Window)
	if win == 0 {
		h.stats().ZeroWindow++
		if !h.full {
			h.full = true
			h.c.incident(WindowShut, h.dir)
		}
		return
	}
	if h.full {
		h.full = false
		h.c.incident(WindowOpened, h.dir)
	}
	if s.Flags&SYN == 0 && h.scale > 0 && h.other().scale >= 0 {
		win <<= uint(h.scale)
	}
	h.win = max(h.win, win)
}

// noPayload takes a segment without bytes: its number shows how far its sender is, but not where its stream starts.
func (h *half) noPayload(seq uint32) {
	if !h.based {
		h.base = seq
		h.syn |= seqSeen
	}
	if h.anchored && h.next > 0 && h.offset(seq) == h.next-1 {
		h.stats().KeepAlives++
	}
}
