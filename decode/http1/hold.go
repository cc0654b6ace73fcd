package http1

import (
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// How long the bytes of one direction wait for the other's: captures reorder packets by little.
const (
	waitTime = capture.Time(time.Second)
	// waitPackets is for how many packets of the connection, as for gaps.
	waitPackets = 1000
	// earlyBytes is how much is kept of a response that comes before its request.
	earlyBytes = 64 << 10
)

// blocked reports whether what a direction sends next has to be held back.
func (c *Conn) blocked(d reassembly.Dir) bool {
	switch c.half[d].state {
	case atStart:
		return c.hold != nil && d == c.client
	case ready:
		return d != c.client && c.awaits(d)
	default:
		return false
	}
}

// awaits reports whether the request that the server's next response answers may yet come, as in a
// capture whose packets are not in order.
func (c *Conn) awaits(d reassembly.Dir) bool {
	h, client := &c.half[d], &c.half[c.client]
	switch {
	case len(c.queue) > 0 || c.alone || client.broken || client.state == lost || client.state == closed:
		return false
	case client.has(h.mark.ack):
		return false // the server had received no more than was parsed
	case h.held.Cost() > c.lim.Pending || h.held.Bytes() > earlyBytes:
		return false
	}
	return c.packets-h.mark.packets <= waitPackets && c.now-h.mark.time < waitTime
}

// has reports whether a direction was parsed as far as ack; that is not so within a header section.
func (h *half) has(ack int64) bool {
	return ack >= 0 && ack <= h.off && (h.state != inHead || ack <= h.head.offset)
}

// yields reports whether the other direction holds older bytes that it can now handle. Bytes are handled in
// the order of their packets, so that it does not matter how they are cut.
func (c *Conn) yields(d reassembly.Dir) bool {
	other := &c.half[d.Other()]
	if other.held.Empty() || c.blocked(d.Other()) {
		return false
	}
	return other.age(c.packets+1) < c.half[d].age(c.packets)
}

// age is the count of packets at the first byte that is held and was not looked at, now if there is none.
func (h *half) age(now int64) int64 {
	n := 0
	if h.state == atStart {
		n = h.sniffed
	}
	if n < h.held.Len() {
		return h.held.At(n).Mark
	}
	return now
}

// lastWord says that the client had sent nothing after the request that it is held by when the server
// sent its bytes from off on.
func (c *Conn) lastWord(server reassembly.Dir, off int64) bool {
	client := &c.half[c.client]
	if client.broken || c.half[server].head.ack > client.end || c.within && c.dir == c.client {
		return false
	}
	for i := range client.held.Len() {
		if it := client.held.At(i); it.Kind != reassembly.HeldData || it.Ack <= off {
			return false
		}
	}
	return true
}

// settle decides about a client's held bytes whose answer will not come. It reports whether it did.
func (c *Conn) settle() bool {
	if c.hold == nil || c.half[c.client].state != atStart || c.half[c.client].held.Empty() {
		return false
	}
	switch {
	case c.unanswered():
		c.ask(c.client.Other())
		return true
	case c.half[c.client.Other()].state == closed && c.half[c.client].held.EndsWithClose():
		c.release(false)
		return true
	}
	return false
}

// unanswered says that the client holds bytes for a request whose answer was not captured.
func (c *Conn) unanswered() bool {
	q, server := &c.half[c.client].held, &c.half[c.client.Other()]
	switch {
	case q.Chunks() == 0:
		return q.Cost() > c.lim.Pending
	case server.state == closed || q.Cost() > c.lim.Pending:
		return true
	case c.within && c.dir != c.client || server.state == ready || server.state == inHead || !server.held.Empty():
		return false
	case server.astray() && q.Ack() > c.holdAck && q.Ack() <= server.end:
		return true // all that the client answered to was handed in, and no answer was in it
	case server.astray() && q.Ack() < 0 || q.Ack() > server.end:
		first := q.FirstData()
		return c.now-first.Time >= waitTime || c.packets-first.Mark >= waitPackets
	}
	return false
}

// astray says that messages may have been lost and none was found since.
func (h *half) astray() bool { return h.state == lost || h.state == atStart && h.broken }

// ask leaves an unanswered request to the Sink. cur is the direction that is being handled.
func (c *Conn) ask(cur reassembly.Dir) {
	if next := c.sink.Pending(c.hold); next != nil {
		c.takeOver(next, cur)
		return
	}
	c.release(true)
}

// release ends the holding back of the client's bytes: they go on with requests, or are lost.
func (c *Conn) release(isLost bool) {
	r := c.hold
	c.hold = nil
	if c.known && (isLost || r != nil && r.Partial) && c.half[c.client].state != closed {
		last := 0
		if r != nil {
			last = r.Last
		}
		c.lose(c.client, last)
	}
}

// desync notes that messages of a direction may have been lost.
func (c *Conn) desync(d reassembly.Dir) {
	c.half[d].broken = true
	switch {
	case !c.known:
	case d == c.client:
		c.hole = true
	default:
		c.unsure = true
	}
}

// takeOver hands both directions to next: cur, which is being handled, and first what the other holds.
func (c *Conn) takeOver(next reassembly.Handler, cur reassembly.Dir) {
	c.next, c.hold, c.matcher = next, nil, matcher{}
	c.handOver(cur.Other())
	c.drain(cur.Other())
	c.handOver(cur)
}

// handOver hands a direction over at once, or at the end of the body that it is in.
func (c *Conn) handOver(d reassembly.Dir) {
	h := &c.half[d]
	switch h.state {
	case closed:
		c.next.Close(d, h.kind)
	case bodyOrNot:
		h.state, h.alt = h.alt, atStart
	case inLength, inChunkSize, inChunkLine, inChunkData, inChunkEnd, inTrailer, untilClose:
	default:
		c.pass(d)
	}
}
