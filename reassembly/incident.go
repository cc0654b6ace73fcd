package reassembly

// IncidentKind says what an Incident is.
type IncidentKind uint8

const (
	// Retransmission means: Dir sent bytes again that were captured before (the same packet captured twice is none).
	Retransmission IncidentKind = iota + 1
	// Overtaken means: Dir's bytes were captured after bytes that lie behind them: sent again after a loss before the
	// point of capture, or reordered on the way.
	Overtaken
	// WindowShut means: Dir advertised that it has no room, after it had some.
	WindowShut
	// WindowOpened means: Dir advertised room again.
	WindowOpened
)

// Incident is something that holds up a stream, and the packet that shows it.
type Incident struct {
	Kind IncidentKind
	Dir  Dir
	At   Stamp
}

// MaxIncidents is how many incidents of a connection are kept: the first.
const MaxIncidents = 128

// Record is what happened on a connection besides its bytes.
type Record struct {
	// FIN and RST are the first FIN, and the RST that ended the connection, by the side that sent it; Packet is 0 where there was none.
	FIN, RST [2]Stamp
	// Incidents are the first MaxIncidents, in the order of packets. More counts the others.
	Incidents []Incident
	More      int64
}

// Record is what happened on c so far; nil where nothing did. It is the Table's own.
func (c *Conn) Record() *Record { return c.record }

// Unacked is how many bytes of d were handed on that the peer has not acknowledged, as far as was captured.
func (c *Conn) Unacked(d Dir) int64 {
	h := &c.halves[d]
	return max(h.next-max(h.acked, 0), 0)
}

// recorded is the record, made where there is none yet.
func (c *Conn) recorded() *Record {
	if c.record == nil {
		c.record = &Record{}
	}
	return c.record
}

// incident notes one of the packet at hand.
func (c *Conn) incident(k IncidentKind, d Dir) {
	r := c.recorded()
	if len(r.Incidents) >= MaxIncidents {
		r.More++
		return
	}
	r.Incidents = append(r.Incidents, Incident{k, d, c.Last})
}
