package reassembly

import "math"

// release hands on what has become ready in both directions, in the order of
// the packets.
func (c *Conn) release(now mark) {
	for {
		f, r := c.ready(Fwd, now), c.ready(Rev, now)
		switch {
		case f == never && r == never:
			c.rest(Fwd)
			c.rest(Rev)
			return
		case f <= r:
			c.step(Fwd)
		default:
			c.step(Rev)
		}
	}
}

// flush hands on all that waits, gaps told.
func (c *Conn) flush() {
	for {
		f, r := c.first(Fwd), c.first(Rev)
		switch {
		case f == never && r == never:
			c.rest(Fwd)
			c.rest(Rev)
			return
		case f <= r:
			c.step(Fwd)
		default:
			c.step(Rev)
		}
	}
}

const (
	never = math.MaxInt
	last  = math.MaxInt - 1
)

// first is the packet of the first run that waits in d; last for a tail, never for nothing.
func (c *Conn) first(d Dir) int {
	h := &c.halves[d]
	switch {
	case h.wait == nil || h.closed:
		return never
	case h.wait.size() > 0:
		return h.wait.run(0).packet
	case !h.anchored, h.wait.tail != 0, h.fin > h.next:
		return last
	}
	return never
}

// ready is first where it need not wait any longer, else never.
func (c *Conn) ready(d Dir, now mark) int {
	h, l := &c.halves[d], &c.table.limits
	w := h.wait
	if w == nil || h.closed {
		return never
	}
	due := false
	switch {
	case !h.anchored:
		due = w.since.passed(now, l)
	case w.size() > 0:
		due = w.run(0).off <= h.next || w.acked > 0 && w.run(0).acked.passed(now, l)
	case w.tail != 0:
		due = w.tailSince.passed(now, l)
	}
	if !due {
		return never
	}
	return c.first(d)
}

// step does one thing for what waits in d: settles offset 0, hands on one run with the gap
// before it, or tells the tail.
func (c *Conn) step(d Dir) {
	h := &c.halves[d]
	w := h.wait
	switch {
	case !h.anchored:
		c.settleBase(d)
	case w.size() > 0:
		c.giveUp(d)
	default:
		w.tail = 0
		if end := h.tailEnd(); end > h.next {
			c.tellGap(d, end)
		} else {
			h.acked = min(h.acked, max(h.seen, h.next))
		}
		c.rest(d)
	}
	c.end(d)
}

// giveUp hands on the first waiting run, and tells the gap before it.
func (c *Conn) giveUp(d Dir) {
	h := &c.halves[d]
	w := h.wait
	e := *w.run(0)
	if h.fin >= 0 && e.end() > h.fin {
		c.Stats[d].AfterFIN += e.end() - max(e.off, h.fin)
		e.cut(h.fin)
		if e.off >= h.fin {
			c.drop(d)
			c.retail(d, false)
			return
		}
	}
	if e.off-h.next > maxGap && h.acked < e.off {
		c.disbelieve(d)
		return
	}
	if e.off > h.next {
		c.tellGap(d, e.off)
	}
	c.drop(d)
	if e.skip(h.next - e.off); e.n <= 0 {
		return
	}
	if e.data == nil {
		c.Stats[d].Unseen += e.n
		c.gap(d, e.n)
	} else {
		c.deliver(d, &e)
	}
	c.retail(d, true)
}

// tellGap tells what is missing up to end.
func (c *Conn) tellGap(d Dir, end int64) {
	h := &c.halves[d]
	c.Stats[d].Unseen += max(0, min(end, h.acked)-h.next)
	c.gap(d, end-h.next)
}

// disbelieve drops all that waits: it lies so far off, and so unconfirmed, that it is no part of the stream.
func (c *Conn) disbelieve(d Dir) {
	h := &c.halves[d]
	for h.wait.size() > 0 {
		c.Stats[d].OutOfWindow++
		c.drop(d)
	}
	h.seen = min(h.seen, h.next)
	if h.fin > h.next {
		h.fin, h.finAcked = -1, false
	}
}

// drop takes the first waiting run away.
func (c *Conn) drop(d Dir) {
	w := c.halves[d].wait
	before := w.bytes
	w.drop()
	c.table.waiting += w.bytes - before
}

// settleBase makes the first byte that waits offset 0.
func (c *Conn) settleBase(d Dir) {
	h := &c.halves[d]
	w := h.wait
	probe := c.dropProbe(d)
	c.dropStrays(d)
	from := int64(0)
	switch {
	case w.size() > 0:
		from = w.run(0).off
	case h.fin > 0:
		from = h.fin
	case probe != 0:
		from = probe
	}
	c.shift(d, from)
	h.anchored = true
	c.tellDiffer(d)
}

// dropProbe drops a single first byte without PSH: a keep-alive carries a byte that is no data,
// and a capture that begins a byte later loses less than one that begins with garbage.
// It returns where the byte ends, 0 where there is none.
func (c *Conn) dropProbe(d Dir) int64 {
	w := c.halves[d].wait
	if w.size() == 0 {
		return 0
	}
	e := *w.run(0)
	if e.n != 1 || e.data == nil || e.push {
		return 0
	}
	c.Stats[d].KeepAlives++
	c.drop(d)
	return e.end()
}

// dropStrays drops runs that lie further than maxGap from the bulk of what
// waits and so are no part of this stream.
func (c *Conn) dropStrays(d Dir) {
	w := c.halves[d].wait
	begin, best, size, most := 0, 0, 0, -1
	for i := range w.size() {
		if i > 0 && w.run(i).off-w.run(i-1).end() > maxGap {
			begin, size = i, 0
		}
		if size += int(w.run(i).n); size > most {
			best, most = begin, size
		}
	}
	for range best {
		c.Stats[d].OutOfWindow++
		c.drop(d)
	}
}

// shift moves offset 0 by n and counts all offsets anew.
func (c *Conn) shift(d Dir, n int64) {
	h := &c.halves[d]
	h.base += uint32(n)
	h.next = 0
	h.seen = max(h.seen-n, 0)
	if h.acked != noAck {
		h.acked -= n
	}
	h.acked = max(h.acked, 0)
	if h.fin >= 0 {
		h.fin = max(h.fin-n, -1)
	}
	w := h.wait
	for i := range w.size() {
		w.run(i).off -= n
	}
	for i := range w.differ {
		w.differ[i].off -= n
		w.differ[i].end -= n
	}
}

// tellDiffer tells the conflicts found before offset 0 was settled.
func (c *Conn) tellDiffer(d Dir) {
	w := c.halves[d].wait
	for _, r := range w.differ {
		if from := max(r.off, 0); from < r.end {
			c.told = true
			c.handler.Conflict(d, from, r.end-from)
		}
	}
	c.table.waiting -= len(w.differ) * spanOverhead
	w.bytes -= len(w.differ) * spanOverhead
	w.differ = w.differ[:0]
}

// settle follows a change of d: it hands on what became ready and keeps the limits.
func (c *Conn) settle(d Dir) {
	h := &c.halves[d]
	if h.wait != nil {
		c.release(c.now())
		c.enforce()
	}
	c.end(d)
}

// rest gives the wait of d back when nothing waits any more.
func (c *Conn) rest(d Dir) {
	h := &c.halves[d]
	w := h.wait
	if w == nil || w.size() > 0 || w.tail != 0 || !h.anchored {
		return
	}
	c.table.dropWait(h)
	if c.halves[d.Other()].wait == nil {
		c.table.stopWaiting(c)
	}
}
