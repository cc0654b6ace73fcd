package stack

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// config is what the decoding of all sessions has in common.
func (c *conn) config(s *tracker) ws.Config {
	d := c.d
	s.framed = true
	return ws.Config{Client: s.client, Keep: d.opt.Keep, Wire: d.opt.Wire, Frames: d.opt.Frames,
		Limits: d.opt.Limits.WebSocket, Pool: d.shared, Bytes: &d.bytes}
}

// opened is a session's frames after its handshake. Until the client has sent something it looks out for frames
// that were sent before the response had come.
type opened struct {
	*ws.Conn
	sess *tracker
	resp *http1.Response
	// begin is where the handshake ends, by direction of the stream.
	begin [2]int64
}

// Conflict is reassembly.Handler. What differed of the handshake, or before it, puts all in doubt: where the frames begin, and
// what was agreed to.
func (o *opened) Conflict(d reassembly.Dir, off, n int64) {
	if off < o.begin[d] {
		o.Doubt()
	}
	o.Conn.Conflict(d, off, n)
}

func (o *opened) Data(d reassembly.Dir, k reassembly.Chunk) {
	if o.resp != nil && d == o.sess.client {
		if k.Ack >= 0 && k.Ack < o.resp.Offset+o.resp.Len && !o.resp.Partial {
			at := ws.Stamp{Packet: k.Packet, Time: k.Time}
			o.sess.Finding(&ws.Finding{Rule: rule.EarlyData, At: at, Offset: k.Off,
				Detail: fmt.Sprintf("sent before the response (packet %d) was acknowledged", o.resp.Last)})
		}
		o.resp = nil
	}
	o.Conn.Data(d, k)
}
