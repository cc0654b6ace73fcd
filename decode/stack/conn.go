package stack

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// conn is one TCP connection: it passes what it is given to the stream that it carries, and keeps what all
// its sessions want to know of TCP.
type conn struct {
	d      *Decoder
	tcp    *reassembly.Conn
	stream *decode.Stream
	top    *carrier
	// all are the sessions that it carried so far.
	all []*tracker
	// closed is how a direction ended, 0 if it has not.
	closed [2]reassembly.CloseKind
	// tls are the TLS connections inside it that were not reported yet.
	tls []*tls.Conn
	// layers is how many TLS connections there were.
	layers int
	// missing is how many bytes were never captured, by direction.
	missing [2]int64
	// differs says that copies of some bytes differed, or were damaged.
	differs bool
	// unclear says that what it carries could not be recognised for want of bytes.
	unclear bool
	// http says what became of what started like HTTP.
	http httpStart
	// splinter says that it began without a SYN between the ports of a session that was not over.
	splinter bool
	// owner is the process that it belongs to, nil where no comment of the capture names one.
	owner *decode.Process
	// nesting is how many watched layers are being called.
	nesting int
}

func (c *conn) Data(d reassembly.Dir, k reassembly.Chunk) {
	if c.d.comment != nil {
		c.process()
	}
	c.top.Data(d, k)
}

// process looks for the connection's process in the comment of the packet looked at.
func (c *conn) process() {
	if c.owner == nil && c.d.comment != nil {
		c.owner = decode.ParseProcess(c.d.comment)
	}
}

func (c *conn) Gap(d reassembly.Dir, off, n int64) {
	c.missing[d] += n
	c.top.Gap(d, off, n)
}

// Inferred is reassembly.GapInferrer: what follows the gap may be of another connection between the same ports.
func (c *conn) Inferred(d reassembly.Dir, off, n, least, most int64) {
	if i, ok := c.top.Handler.(reassembly.GapInferrer); ok {
		i.Inferred(d, off, n, least, most)
	}
}

// Upgraded is reassembly.Upgrader.
func (c *conn) Upgraded(d reassembly.Dir, off int64) bool {
	for _, s := range c.all {
		if s.startKnown && off >= s.start[d] {
			return true
		}
	}
	return false
}

func (c *conn) Conflict(d reassembly.Dir, off, n int64) {
	c.differs = true
	c.top.Conflict(d, off, n)
}

func (c *conn) Close(d reassembly.Dir, k reassembly.CloseKind) {
	c.top.Close(d, k)
	c.closed[d] = k
	if c.closed[d.Other()] != 0 {
		c.endTLS()
	}
	for _, s := range c.all {
		// A session that was only recognised at the end did not hear of the first.
		if other := c.closed[d.Other()]; other != 0 {
			s.tcpClosed(d.Other(), other)
		}
		s.tcpClosed(d, k)
	}
	if c.closed[d.Other()] != 0 && (len(c.all) == 0 && c.mayCarry() || c.splintered()) {
		c.d.unclear++
	}
}

// httpStart says what became of a stream that started like HTTP.
type httpStart uint8

const (
	// httpBegun: none of its messages was read so far.
	httpBegun httpStart = iota + 1
	// httpNone: it is something else.
	httpNone
	// httpRead: a message was read.
	httpRead
)

// splintered says that c took the place of a session that was not over, and no SYN says that it is another connection: bytes at the
// end of that one may be missing, or be these.
func (c *conn) splintered() bool {
	s := &c.tcp.Stats
	return c.splinter && len(c.all) > 0 && !s[0].SYN && !s[1].SYN
}

// mayCarry says that c, of which no session was recognised, may carry one all the same.
func (c *conn) mayCarry() bool {
	lost := c.missing != [2]int64{}
	switch {
	case c.splinter && c.tcp.Stats[0].Bytes+c.tcp.Stats[1].Bytes > 0:
		return true
	case c.unclear || c.http == httpBegun:
		return lost || c.differs
	}
	return c.http == httpNone && c.differs
}

// end is the packet that ended the connection, the last one seen if it has not ended.
func (c *conn) end() reassembly.Stamp { return c.tcp.End() }

// newTracker makes a session whose client sends in direction client.
func (c *conn) newTracker(client reassembly.Dir, t *decode.Tunnel) *tracker {
	from, to := c.tcp.Opener(), c.tcp.Peer()
	if client == reassembly.Rev {
		from, to = to, from
	}
	s := &tracker{conn: c, client: client, ref: &decode.SessionRef{Stream: c.stream, Client: from, Server: to}}
	s.info = decode.Session{Client: from, Server: to, Scheme: "ws", Tunnel: t, First: c.tcp.First.Packet}
	s.info.Process = c.owner
	c.all = append(c.all, s)
	return s
}

// forced reports whether the user says that the connection carries WebSocket (Options.Ports).
func (c *conn) forced() bool {
	for _, p := range c.d.opt.Ports {
		if p == c.tcp.Opener().Port() || p == c.tcp.Peer().Port() {
			return true
		}
	}
	return false
}

// dirOf maps a direction of the TCP connection to one of the session.
func dirOf(client, d reassembly.Dir) ws.Dir {
	if d == client {
		return ws.C2S
	}
	return ws.S2C
}

// undecoded is a Handler for bytes that no layer can make sense of: it counts them.
func (c *conn) undecoded() reassembly.Handler { return undecoded{&c.d.bytes} }

type undecoded struct{ bytes *reassembly.Bytes }

func (o undecoded) Data(_ reassembly.Dir, k reassembly.Chunk) {
	o.bytes.Undecoded += int64(len(k.Data))
}
func (o undecoded) Gap(_ reassembly.Dir, _, n int64)           { o.bytes.Missing += n }
func (o undecoded) Conflict(reassembly.Dir, int64, int64)      {}
func (o undecoded) Close(reassembly.Dir, reassembly.CloseKind) {}
