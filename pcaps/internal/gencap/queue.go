package main

import "github.com/wspeek/wspeek/pcaps"

// segment returns the next segment of a direction, without payload.
func (c *conn) segment(dir pcaps.Dir, flags byte) pcaps.Segment {
	return pcaps.Segment{Src: c.addrs[dir], Dst: c.addrs[dir.Other()], Seq: c.seq[dir], Ack: c.seq[dir.Other()], Flags: flags}
}

// control writes a SYN or FIN, which takes one sequence number.
func (c *conn) control(dir pcaps.Dir, s pcaps.Segment) {
	c.g.emit(s)
	c.seq[dir]++
}

// push queues bytes of the stream in segments.
func (c *conn) push(dir pcaps.Dir, p []byte) {
	for len(p) > 0 {
		s := c.unfilled(dir)
		n := min(len(p), c.g.opt.mss-len(s.Payload))
		s.Payload = append(s.Payload, p[:n]...)
		c.seq[dir] += uint32(n)
		p = p[n:]
	}
}

// unfilled returns the last segment of the queue if it has that direction and room, else a new one.
func (c *conn) unfilled(dir pcaps.Dir) *pcaps.Segment {
	if n := len(c.queue); n > 0 {
		if s := &c.queue[n-1]; s.Src == c.addrs[dir] && len(s.Payload) < c.g.opt.mss {
			return s
		}
	}
	c.queue = append(c.queue, c.segment(dir, pcaps.PSH|pcaps.ACK))
	return &c.queue[len(c.queue)-1]
}

// flush writes the queued segments as packets: some in another order, some twice, some not at all.
func (c *conn) flush() {
	o, rng, q := c.g.opt, c.g.rng, c.queue
	for i := range q {
		if o.reorder > 0 && i+1 < len(q) && q[i].Src == q[i+1].Src && rng.Float64() < o.reorder {
			q[i], q[i+1] = q[i+1], q[i]
		}
		if o.drop > 0 && c.settled && rng.Float64() < o.drop {
			continue
		}
		c.g.emit(q[i])
		if o.dup > 0 && rng.Float64() < o.dup {
			c.g.emit(q[i])
		}
	}
	c.queue = q[:0]
}
