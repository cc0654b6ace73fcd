package stack

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// facts are what c went through, for a session whose client sends in direction client.
func (c *conn) facts(client reassembly.Dir) *decode.TCP {
	t := &decode.TCP{First: stampOf(c.tcp.First), Last: stampOf(c.tcp.Last)}
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
		t.Doubts[to] = r.Doubts[d]
	}
	t.More = r.More
	for _, i := range r.Incidents {
		t.Incidents = append(t.Incidents, decode.Incident{Kind: i.Kind, Dir: dirOf(client, i.Dir), At: stampOf(i.At)})
	}
	return t
}

func stampOf(s reassembly.Stamp) ws.Stamp { return ws.Stamp{Packet: s.Packet, Time: s.Time} }
