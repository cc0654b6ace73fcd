package stack

import (
	"bytes"
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
	return ws.Config{Client: s.client, Keep: d.opt.Keep, KeepMost: d.opt.KeepMost, Wire: d.opt.Wire, Frames: d.opt.Frames, Masks: &s.info.Masks,
		Limits: d.opt.Limits.WebSocket, Pool: d.pool, Bytes: &d.bytes}
}

// frames is a session's frames after its handshake. Until the client has sent something it looks out for frames
// that were sent before the response had come.
type frames struct {
	*ws.Conn
	sess *tracker
	// resp is the response that the client has not acknowledged yet, nil if there is none.
	resp *http1.Response
	// start is where the handshake ends, by direction of the stream.
	start [2]int64
}

// Gap is reassembly.Handler.
func (f *frames) Gap(d reassembly.Dir, off, n int64) {
	f.sess.reportedMissing[d] += n
	f.Conn.Gap(d, off, n)
}

// Conflict is reassembly.Handler. What differed in the handshake, or before it, puts everything in doubt: where the frames start, and
// what was agreed on.
func (f *frames) Conflict(d reassembly.Dir, off, n int64) {
	if off < f.start[d] {
		f.Doubt()
	}
	f.Conn.Conflict(d, off, n)
}

// Data is reassembly.Handler.
func (f *frames) Data(d reassembly.Dir, k reassembly.Chunk) {
	if f.resp != nil && d == f.sess.client {
		if k.Ack >= 0 && k.Ack < f.resp.Offset+f.resp.Len && !f.resp.Partial {
			at := ws.Stamp{Packet: k.Packet, Time: k.Time}
			f.sess.Finding(&ws.Finding{Rule: rule.EarlyData, At: at, Offset: k.Off,
				Detail: fmt.Sprintf("sent before the response (packet %d) was acknowledged", f.resp.Last)})
		}
		f.resp = nil
	}
	if f.sess.info.Unanswered && d != f.sess.client {
		k = f.lateResponse(d, k)
	}
	if len(k.Data) > 0 {
		f.Conn.Data(d, k)
	}
}

// lateResponse takes a 101 out of the frames of a server that sent it after them.
func (f *frames) lateResponse(d reassembly.Dir, k reassembly.Chunk) reassembly.Chunk {
	n := bytes.Index(k.Data, []byte("\r\n\r\n"))
	if n < 0 || !bytes.HasPrefix(k.Data, []byte("HTTP/1.1 101")) {
		return k
	}
	n += 4
	if !f.Skip(d, k.Off, int64(n)) {
		return k
	}
	f.sess.conn.d.bytes.HTTP += int64(n)
	f.sess.note(rule.ResponseMissing, ws.S2C, k.Off, fmt.Sprintf("a 101 response came after frames (packet %d)", k.Packet))
	k.Off, k.Data = k.Off+int64(n), k.Data[n:]
	return k
}
