package stack

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// conn is one decode.TCP connection: it passes what it is given to the layer on top
// of decode.TCP and keeps what sessions want to know of the connection itself.
type conn struct {
	d      *Decoder
	tcp    *reassembly.Conn
	stream *decode.Stream
	top    sniffer
	// sess is the session that the connection carries now, nil for none.
	sess *tracker
	// all are the sessions that it carried so far.
	all []*tracker
	// closed is how a direction ended, 0 where it has not.
	closed [2]reassembly.CloseKind
	// differ says that copies of some bytes differed, and differed is the lowest offset of these, by direction.
	differ   [2]bool
	differed [2]int64
}

func (c *conn) Data(d reassembly.Dir, k reassembly.Chunk) { c.top.Data(d, k) }

func (c *conn) Gap(d reassembly.Dir, off, n int64) {
	if c.sess != nil {
		c.sess.gap(d, off, n)
	}
	c.top.Gap(d, off, n)
}

func (c *conn) Conflict(d reassembly.Dir, off, n int64) {
	if !c.differ[d] || off < c.differed[d] {
		c.differ[d], c.differed[d] = true, off
	}
	if c.sess != nil {
		c.sess.conflict(d, off, n)
	}
	c.top.Conflict(d, off, n)
}

// doubted says that copies of a byte before these offsets, by direction, differed.
func (c *conn) doubted(before [2]int64) bool {
	return c.differ[0] && c.differed[0] < before[0] || c.differ[1] && c.differed[1] < before[1]
}

func (c *conn) Close(d reassembly.Dir, k reassembly.CloseKind) {
	c.top.Close(d, k)
	c.closed[d] = k
	for _, s := range c.all {
		// A session that was only recognised at the end did not hear of the first.
		if other := c.closed[d.Other()]; other != 0 {
			s.tcpClosed(d.Other(), other)
		}
		s.tcpClosed(d, k)
	}
}

// begin makes a session whose client sends in direction client.
func (c *conn) begin(client reassembly.Dir, t *decode.Tunnel) *tracker {
	from, to := c.tcp.Opener(), c.tcp.Peer()
	if client == reassembly.Rev {
		from, to = to, from
	}
	s := &tracker{conn: c, client: client, ref: &decode.SessionRef{Stream: c.stream, Client: from, Server: to}}
	s.info = decode.Session{Client: from, Server: to, Scheme: "ws", Tunnel: t, First: c.tcp.First.Packet}
	c.sess = s
	c.all = append(c.all, s)
	return s
}

// serverPort is the port of the side that did not open the connection.
func (c *conn) serverPort() uint16 { return c.tcp.Peer().Port() }

func (c *conn) forced() bool {
	for _, p := range c.d.opt.Ports {
		if p == c.tcp.Opener().Port() || p == c.tcp.Peer().Port() {
			return true
		}
	}
	return false
}

// dirOf maps a direction of the decode.TCP connection to one of the session.
func dirOf(client, d reassembly.Dir) ws.Dir {
	if d == client {
		return ws.C2S
	}
	return ws.S2C
}

// undecoded counts bytes that nothing can be made of.
type undecoded struct{ bytes *reassembly.Bytes }

func (o undecoded) Data(_ reassembly.Dir, k reassembly.Chunk) {
	o.bytes.Undecoded += int64(len(k.Data))
}
func (o undecoded) Gap(_ reassembly.Dir, _, n int64)           { o.bytes.Missing += n }
func (o undecoded) Conflict(reassembly.Dir, int64, int64)      {}
func (o undecoded) Close(reassembly.Dir, reassembly.CloseKind) {}
