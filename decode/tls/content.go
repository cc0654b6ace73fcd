package tls

import (
	"github.com/wspeek/wspeek/reassembly"
)

// sealed opens the next record under the keys in use, and returns how many bytes of r were used.
func (c *Conn) sealed(h *half, r record, a at) int {
	buf := c.keys.borrow()
	for _, e := range h.epochs {
		plain, typ, ok := e.open(buf, h.seq, r, lost{})
		if !ok {
			continue
		}
		if len(h.epochs) > 1 {
			h.epochs = []*epoch{e}
		}
		c.opened(h, e, r, plain, typ, a)
		c.keys.giveBack(plain)
		return len(r)
	}
	c.keys.giveBack(buf)
	return c.regain(h, r, a)
}

// opened uses the content of a record that was opened as number h.seq. Plain is valid during the call.
func (c *Conn) opened(h *half, e *epoch, r record, plain []byte, typ contentType, a at) {
	seq := h.seq
	h.seq++
	h.observe(len(r))
	h.stats.Records++
	h.stats.Opened++
	if !e.good {
		c.learn(h, e)
	}
	c.report(h, e, r, seq, typ, plain, a)
	if typ == typeData {
		c.bytes.TLS += int64(len(r) - len(plain))
		if len(plain) > 0 {
			c.deliver(h, e, plain, a, int64(len(r)))
		}
		return
	}
	c.bytes.TLS += int64(len(r))
	c.control(h, typ, plain, a)
}

// clear uses a record that is not sealed.
func (c *Conn) clear(h *half, r record, a at) {
	h.stats.Records++
	c.report(h, nil, r, 0, r.typ(), r.body(), a)
	if r.typ() == typeData {
		// Before the server's hello it is early data that a retry rejects; with no keys at all it is damage.
		c.rejected += int64(len(r))
	}
	c.bytes.TLS += int64(len(r))
	c.control(h, r.typ(), r.body(), a)
}

// control uses what is not application data.
func (c *Conn) control(h *half, typ contentType, b []byte, a at) {
	switch typ {
	case typeHandshake:
		c.handshake(h, b, a)
	case typeAlert:
		c.alert(h, b, a)
	case typeCCS:
		if h.nego.version() < version13 && !h.nego.retried && len(b) == 1 {
			h.epochs, h.want = nil, wantSealed
		}
	}
}

// deliver passes plaintext on.
func (c *Conn) deliver(h *half, e *epoch, plain []byte, a at, wire int64) {
	if e.stage == stageEarly && c.early == earlyUnknown {
		c.later(h, plain, a, h.off+wire)
		return
	}
	c.pass(h, plain, a, h.off+wire)
}

// pass passes plaintext on of a record that ends at end.
func (c *Conn) pass(h *half, plain []byte, a at, end int64) {
	c.start()
	k := reassembly.Chunk{Off: h.plain, Data: plain, Packet: a.packet, Time: a.time}
	k.Ack = c.other(h).marks.ack(a.ack)
	h.plain += int64(len(plain))
	h.marks.add(mark{end, h.plain})
	h.stats.Plain += int64(len(plain))
	c.next.Data(h.dir, k)
}

// start makes the next Handler. A direction that has ended already is closed there first.
func (c *Conn) start() {
	if c.next != nil {
		return
	}
	c.next = c.begin(c)
	for d := range c.half {
		if k := c.half[d].closed; k != 0 {
			c.next.Close(reassembly.Dir(d), k)
		}
	}
}

// passGap passes a gap on, and corrects the account by what the next Handler adds to it.
func (c *Conn) passGap(h *half, g hole) {
	if h.closed != 0 {
		return
	}
	c.start()
	h.stats.Inferred = h.stats.Inferred || g.least != g.most
	if i, ok := c.next.(reassembly.GapInferrer); ok && g.least != g.most {
		i.Inferred(h.dir, h.plain, g.n, g.least, g.most)
	}
	c.bytes.Missing -= g.n
	off := h.plain
	h.plain += g.n
	c.next.Gap(h.dir, off, g.n)
}

// cutOff counts n bytes of a record that the stream ended in. Alone they are no reason not to decrypt the direction.
func (c *Conn) cutOff(h *half, n int) {
	if h.dead != 0 {
		c.abandon(h, n)
		return
	}
	whole := h.loss == nil
	if c.lose(h).add(int64(n), 0); whole {
		c.flush(h)
	}
}

// finish takes the end of a direction.
func (c *Conn) finish(h *half, k reassembly.CloseKind) {
	if n := len(h.buf); n > 0 {
		c.keep(h, n)
		c.cutOff(h, n)
	}
	if h.dead == 0 && h.loss != nil {
		h.dead = c.whyLost(h)
		c.flush(h)
	}
	if c.isClient(h) {
		c.dropTentative()
	}
	c.progress++
	if c.next != nil {
		c.next.Close(h.dir, k)
	}
	h.closed = k
}
