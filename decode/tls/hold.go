package tls

import (
	"bytes"

	"github.com/wspeek/wspeek/reassembly"
)

type itemKind uint8

const (
	itemData itemKind = iota
	itemGap
	itemClose
)

// item is a call of the Handler that is kept.
type item struct {
	kind itemKind
	// chunk is the data, or has the offset of a gap of n bytes.
	chunk reassembly.Chunk
	n     int64
	close reassembly.CloseKind
	order uint64
}

// cost is what the item counts in Limits.
func (i *item) cost() int { return len(i.chunk.Data) + heldOverhead }

// queue is what one direction holds, the oldest first.
type queue struct {
	items []item
	head  int
}

func (q *queue) empty() bool  { return q.head == len(q.items) }
func (q *queue) first() *item { return &q.items[q.head] }

func (q *queue) push(i item) {
	if q.head > 32 && q.head > len(q.items)/2 {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, i)
}

func (q *queue) pop() {
	q.items[q.head] = item{}
	if q.head++; q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
}

// held is how many bytes the connection holds, as Limits count.
func (c *Conn) held() int { return c.heldBytes }

func (c *Conn) count(n int) {
	c.heldBytes += n
	c.keys.waiting.held += n
}

// hold keeps a call for later.
func (c *Conn) hold(h *half, i item) {
	i.chunk.Data = bytes.Clone(i.chunk.Data)
	i.order = c.order
	h.queue.push(i)
	c.count(i.cost())
	if c.heldBytes > c.keys.limits.Held {
		c.skim(c.keys.limits.Held / 2)
	}
	for c.keys.waiting.held > c.keys.limits.HeldAll {
		old := c.keys.waiting.oldest()
		if old == nil {
			old = c
		}
		before := old.heldBytes
		if old.skim(0); old.heldBytes == before {
			return
		}
	}
}

// skim drops what is held, the oldest first, until no more than most bytes are left. Records are counted, so that
// decryption can go on after them.
func (c *Conn) skim(most int) {
	if c.skimming || c.pumping {
		return
	}
	c.skimming, c.skimmed = true, true
	for c.heldBytes > most {
		if h := c.oldest(); h == nil || !c.drain(h) {
			break
		}
	}
	c.skimming = false
}

// oldest is the direction that holds the oldest call; nil if none holds any.
func (c *Conn) oldest() *half {
	a, b := &c.half[0], &c.half[1]
	switch {
	case a.queue.empty() && b.queue.empty():
		return nil
	case a.queue.empty():
		return b
	case b.queue.empty() || a.queue.first().order < b.queue.first().order:
		return a
	}
	return b
}

// pump makes the calls that are held and can be made now, in their order as far as possible.
func (c *Conn) pump() {
	if c.pumping {
		return
	}
	c.pumping = true
	for {
		h := c.oldest()
		if h == nil {
			h = &c.half[0]
		}
		if !c.drain(h) && !c.drain(c.other(h)) {
			break
		}
	}
	c.pumping = false
	c.enlist()
}

// enlist makes Keys know whether the connection waits.
func (c *Conn) enlist() {
	if c.half[0].blocked || c.half[1].blocked {
		c.keys.waiting.add(c)
	} else if c.place != 0 {
		c.keys.waiting.remove(c)
	}
}

// retry goes on with secrets that have come.
func (c *Conn) retry() { c.pump() }

// knows is a number that changes with everything that may let a direction go on.
func (c *Conn) knows() uint64 { return c.keys.version + c.progress + 1 }

// drain makes the first call that a direction holds, and reports whether anything came of it.
func (c *Conn) drain(h *half) bool {
	if h.blocked && !c.skimming {
		if h.tried == c.knows() {
			return false
		}
		h.tried = c.knows()
	}
	if h.blocked && len(h.buf) > 0 {
		if c.feed(h, reassembly.Chunk{}); h.blocked {
			return false
		}
		return true
	}
	if h.queue.empty() {
		return false
	}
	i := h.queue.first()
	switch i.kind {
	case itemData:
		return c.drainData(h, i)
	case itemGap:
		h.blocked = false
		c.gap(h, i.chunk.Off, i.n)
	case itemClose:
		h.blocked = false
		c.finish(h, i.close)
	}
	c.count(-i.cost())
	h.queue.pop()
	return true
}

func (c *Conn) drainData(h *half, i *item) bool {
	rest := c.feed(h, i.chunk)
	used := len(i.chunk.Data) - len(rest.Data)
	if len(rest.Data) == 0 {
		c.count(-i.cost())
		h.queue.pop()
		return true
	}
	c.count(-used)
	i.chunk = rest
	return used > 0
}
