package reassembly

// enforce keeps Limits.Waiting: gaps are reported until it holds.
func (c *Conn) enforce() {
	for c.held() > c.table.limits.Waiting {
		c.giveUpOne()
	}
}

// held is what waits in both directions, as the limits count.
func (c *Conn) held() int {
	n := 0
	for d := range c.halves {
		if w := c.halves[d].wait; w != nil {
			n += w.bytes
		}
	}
	return n
}

// giveUpOne reports one gap (or the wait for an earlier first byte) of the
// direction that holds more, and passes on what follows it.
func (c *Conn) giveUpOne() {
	d := Fwd
	f, r := c.halves[Fwd].wait, c.halves[Rev].wait
	if f == nil || r != nil && r.bytes > f.bytes {
		d = Rev
	}
	if c.halves[d].wait == nil {
		c.table.stopWaiting(c)
		return
	}
	c.halves[d].giveUpWaiting()
	c.release(c.now())
}

// pool keeps what was used for use again, so that a steady state allocates nothing.
type pool struct {
	waits     []*wait
	histories []*history
	// blocks are byte slices with room for 512 << i bytes, free is how many bytes they hold.
	blocks [blockSizes][][]byte
	free   int
}

const (
	blockSizes = 12
	firstBlock = 512
	poolDepth  = 4096
	poolBytes  = 1 << 20
	// poolRuns is the largest queue that is kept for use again.
	poolRuns = 256
)

func (t *Table) newWait() *wait {
	if n := len(t.pool.waits); n > 0 {
		w := t.pool.waits[n-1]
		t.pool.waits = t.pool.waits[:n-1]
		return w
	}
	return new(wait)
}

// dropWait gives the wait of h back, with all that is in it.
func (t *Table) dropWait(h *half) {
	w := h.wait
	if w == nil {
		return
	}
	h.wait = nil
	t.waiting -= w.bytes
	if len(t.pool.waits) >= poolDepth || cap(w.slab) > poolRuns {
		return
	}
	clear(w.slab)
	*w = wait{queue: queue{order: w.order[:0], slab: w.slab[:0], free: w.free[:0]}, differ: w.differ[:0]}
	t.pool.waits = append(t.pool.waits, w)
}

func (t *Table) newHistory() *history {
	if n := len(t.pool.histories); n > 0 {
		p := t.pool.histories[n-1]
		t.pool.histories = t.pool.histories[:n-1]
		return p
	}
	return new(history)
}

// dropHistory drops the bytes of h that were kept for comparison.
func (t *Table) dropHistory(h *half) {
	p := h.past
	if p == nil {
		return
	}
	h.past = nil
	t.freeRing(p)
	if len(t.pool.histories) >= poolDepth || cap(p.spans) > poolRuns {
		return
	}
	clear(p.spans)
	*p = history{spans: p.spans[:0]}
	t.pool.histories = append(t.pool.histories, p)
}

// newBlock has room for n bytes; its length is a power of two.
func (t *Table) newBlock(n int) []byte {
	size, i := firstBlock, 0
	for size < n {
		size <<= 1
		i++
	}
	if i < blockSizes {
		if free := t.pool.blocks[i]; len(free) > 0 {
			t.pool.blocks[i] = free[:len(free)-1]
			t.pool.free -= size
			return free[len(free)-1]
		}
	}
	return make([]byte, size)
}

func (t *Table) freeBlock(b []byte) {
	if len(b) == 0 {
		return
	}
	size, i := firstBlock, 0
	for size < len(b) {
		size <<= 1
		i++
	}
	if size != len(b) || i >= blockSizes || t.pool.free+size > poolBytes {
		return
	}
	t.pool.free += size
	t.pool.blocks[i] = append(t.pool.blocks[i], b)
}
