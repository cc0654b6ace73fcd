package stack

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/tls"
	"github.com/wspeek/wspeek/reassembly"
)

// slot is a place in the chain of Handlers. A recogniser that has decided puts what it found into its own slot, and is
// out of the chain.
type slot struct{ reassembly.Handler }

// carrier is one byte stream that a session may lie on: that of the TCP connection, or one inside a tunnel. It
// passes everything on to the Handler on it, and notifies the session of what happens to the stream, in the offsets of this stream.
type carrier struct {
	slot
	conn *conn
	// depth is how many tunnels it lies in, tunnel the innermost, nil for none.
	depth  int
	tunnel *decode.Tunnel
	// tls is the TLS connection that it lies in, nil for none.
	tls *tls.Conn
	// layer is the number of tls in the TCP connection.
	layer int
	// proxied is what a PROXY protocol header at its start says, nil for none.
	proxied *decode.Proxied
	// sess is the session that the stream carries now, nil for none.
	sess *tracker
	// refused is a session that was just refused, until its client has sent something else; nil for none.
	refused *tracker
	// differs says that copies of some bytes differed, and differed is the lowest offset of these, by direction.
	differs  [2]bool
	differed [2]int64
}

// newCarrier is a stream of which nothing is known yet.
func newCarrier(c *conn, depth int, t *decode.Tunnel) *carrier {
	k := &carrier{conn: c, depth: depth, tunnel: t}
	k.put(c, &sniffer{carrier: k, out: &k.slot})
	return k
}

// Data is reassembly.Handler.
func (c *carrier) Data(d reassembly.Dir, k reassembly.Chunk) {
	if c.refused != nil && d == c.refused.client {
		c.refused.sentAfterRefusal(k)
		c.refused = nil
	}
	c.Handler.Data(d, k)
}

// Gap is reassembly.Handler.
func (c *carrier) Gap(d reassembly.Dir, off, n int64) {
	if c.sess != nil {
		c.sess.gap(d, off, n)
	}
	c.Handler.Gap(d, off, n)
}

// Conflict is reassembly.Handler.
func (c *carrier) Conflict(d reassembly.Dir, off, n int64) {
	if !c.differs[d] || off < c.differed[d] {
		c.differs[d], c.differed[d] = true, off
	}
	if c.sess != nil {
		c.sess.conflict(d, off, n)
	}
	c.Handler.Conflict(d, off, n)
}

// doubted reports whether copies of a byte before these offsets, by direction, differed.
func (c *carrier) doubted(before [2]int64) bool {
	return c.differs[0] && c.differed[0] < before[0] || c.differs[1] && c.differed[1] < before[1]
}

// begin makes the session that the stream carries from now on; its client sends in direction client.
func (c *carrier) begin(client reassembly.Dir) *tracker {
	c.sess = c.newSession(client)
	return c.sess
}

// newSession makes a session that lies on the stream, maybe with others.
func (c *carrier) newSession(client reassembly.Dir) *tracker {
	s := c.conn.newTracker(client, c.tunnel)
	s.info.Proxied = c.proxied
	if s.info.TLS = tlsOf(c.tls); c.tls != nil {
		s.info.Scheme, s.tls, s.info.TLS.Layer = "wss", c.tls, c.layer
	}
	return s
}

// inner is the stream inside a tunnel that this one carries.
func (c *carrier) inner(t *decode.Tunnel) reassembly.Handler {
	if c.depth+1 > tunnelLimit(c.conn.d.opt.Limits) {
		return c.conn.undecoded()
	}
	return newCarrier(c.conn, c.depth+1, t)
}
