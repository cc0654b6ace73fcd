package reassembly

// IncidentKind says what an Incident is.
type IncidentKind uint8

const (
	// Retransmission means: Dir sent bytes again that were captured before (the same packet captured twice is not).
	Retransmission IncidentKind = iota + 1
	// Overtaken means: Dir's bytes were captured after bytes that come after them: sent again after a loss before the
	// point of capture, or reordered on the way.
	Overtaken
	// WindowShut means: Dir advertised that it has no room, after it had some.
	WindowShut
	// WindowOpened means: Dir advertised room again.
	WindowOpened
	// Damaged means: a segment of Dir has a wrong TCP checksum.
	Damaged
)

// Incident is something that holds up a stream, and the packet that shows it.
type Incident struct {
	Kind IncidentKind
	Dir  Dir
	At   Stamp
}

// MaxIncidents is how many incidents of a connection are kept: the first.
const MaxIncidents = 128

// Doubts counts what is not certain about one direction of a connection.
type Doubts struct {
	// FirstMissing is the offset of the first byte of Stats.Missing.
	FirstMissing int64
	// Outside counts bytes too far off to be part of the stream.
	Outside int64
	// Late counts bytes that came for a range already reported as missing, and bytes from before offset 0.
	Late int64
	// Before counts those of them that lie before offset 0, but for probes of a byte.
	Before int64
	// AfterFIN and AfterRST count bytes beyond the end, which are not passed on.
	AfterFIN, AfterRST int64
	// DamagedBytes counts bytes of which only a copy with a wrong checksum was captured.
	DamagedBytes int64
	// Unchecked counts bytes sent again that were not compared with the first copy, since that is not kept any more: Limits did
	// not allow it, or it was acknowledged long ago, or in segments cut otherwise.
	Unchecked int64
	// Damaged counts segments with a wrong checksum, in a direction whose checksums mean something.
	Damaged uint32
	// SuspectedFIN counts FINs that what else was captured contradicts.
	SuspectedFIN uint32
}

// Record is what happened on a connection besides its bytes.
type Record struct {
	// Doubts are by direction.
	Doubts [2]Doubts
	// FIN and RST are the first FIN, and the RST that ended the connection, by the side that sent it; Packet is 0 if there was none.
	FIN, RST [2]Stamp
	// Incidents are the first MaxIncidents, in the order of packets. More counts the others.
	Incidents []Incident
	More      int64
}

// Record is what happened on c so far; nil if nothing did. It is the Table's own.
func (c *Conn) Record() *Record { return c.record }

// End is the packet that ended c: the RST, or the later FIN; the last packet seen if it was not ended by its sides.
func (c *Conn) End() Stamp {
	kinds := [2]CloseKind{c.halves[Fwd].kind, c.halves[Rev].kind}
	r := c.record
	switch {
	case r == nil:
		return c.Last
	case kinds[Fwd] == CloseRST:
		return r.RST[Fwd]
	case kinds[Rev] == CloseRST:
		return r.RST[Rev]
	case kinds[Fwd] == CloseFIN && kinds[Rev] == CloseFIN:
		if r.FIN[Rev].Packet > r.FIN[Fwd].Packet {
			return r.FIN[Rev]
		}
		return r.FIN[Fwd]
	}
	return c.Last
}

// Unacked is how many bytes of d were passed on that the peer has not acknowledged, as far as was captured.
func (c *Conn) Unacked(d Dir) int64 {
	h := &c.halves[d]
	return max(h.next-max(h.acked, 0), 0)
}

// recorded is the record, made if there is none yet.
func (c *Conn) recorded() *Record {
	if c.record == nil {
		c.record = &Record{}
	}
	return c.record
}

// doubts are those of h, made if there are none yet.
func (h *half) doubts() *Doubts { return &h.c.recorded().Doubts[h.dir] }

// incident notes one of the packet at hand.
func (c *Conn) incident(k IncidentKind, d Dir) {
	r := c.recorded()
	if len(r.Incidents) >= MaxIncidents {
		r.More++
		return
	}
	r.Incidents = append(r.Incidents, Incident{k, d, c.Last})
}
