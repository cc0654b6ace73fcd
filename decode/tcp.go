package decode

import (
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// TCP is what the TCP connection under a session went through, from its first packet to its last: several
// sessions may have shared it. What is by direction is so by the session's: C2S is what its client sent.
type TCP struct {
	First, Last ws.Stamp
	Stats       [2]reassembly.Stats
	// Unacked is how many bytes were sent that had not been acknowledged when the connection (or the capture) ended.
	Unacked [2]int64
	// FIN and RST are by the side that sent them; Packet is 0 where there was none.
	FIN, RST [2]ws.Stamp
	// Incidents are the first reassembly.MaxIncidents; More counts the others.
	Incidents []Incident
	More      int64
}

// Incident is something that held up a stream, and the packet that shows it.
type Incident struct {
	Kind reassembly.IncidentKind
	Dir  ws.Dir
	At   ws.Stamp
}

// report is what c went through, for a session whose client sends in direction client.
func (c *conn) report(client reassembly.Dir) *TCP {
	t := &TCP{First: stampOf(c.tcp.First), Last: stampOf(c.tcp.Last)}
	for d := reassembly.Fwd; d <= reassembly.Rev; d++ {
		to := dirOf(client, d)
		t.Stats[to], t.Unacked[to] = c.tcp.Stats[d], c.tcp.Unacked(d)
	}
	r := c.tcp.Record()
	if r == nil {
		return t
	}
	for d := reassembly.Fwd; d <= reassembly.Rev; d++ {
		to := dirOf(client, d)
		t.FIN[to], t.RST[to] = stampOf(r.FIN[d]), stampOf(r.RST[d])
	}
	t.More = r.More
	for _, i := range r.Incidents {
		t.Incidents = append(t.Incidents, Incident{i.Kind, dirOf(client, i.Dir), stampOf(i.At)})
	}
	return t
}

func stampOf(s reassembly.Stamp) ws.Stamp { return ws.Stamp{Packet: s.Packet, Time: s.Time} }
