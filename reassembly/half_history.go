package reassembly

import "bytes"

// span is a run of bytes handed on but not yet acknowledged.
type span struct {
	off  int64
	data []byte
	ipid uint16
}

func (s *span) end() int64 { return s.off + int64(len(s.data)) }

// history holds spans, sorted and apart, the oldest first.
type history struct {
	spans []span
	head  int
	// cost is what the live spans count towards Limits.Unacked.
	cost int
	// block is memory of the table that spans from earlier batches lie in.
	block []byte
}

func (p *history) live() []span {
	if p == nil {
		return nil
	}
	return p.spans[p.head:]
}

// push appends s and drops the oldest above limit.
func (p *history) push(s span, limit int) {
	if len(p.spans) == cap(p.spans) && p.head > 0 {
		p.compact()
	}
	p.spans = append(p.spans, s)
	p.cost += len(s.data) + spanOverhead
	for p.cost > limit {
		p.shift()
	}
}

// shift drops the oldest span.
func (p *history) shift() {
	p.cost -= len(p.spans[p.head].data) + spanOverhead
	p.spans[p.head] = span{}
	p.head++
	if p.head == len(p.spans) {
		p.spans, p.head = p.spans[:0], 0
	}
}

// compact moves the live spans to the begin.
func (p *history) compact() {
	n := copy(p.spans, p.spans[p.head:])
	clear(p.spans[n:])
	p.spans, p.head = p.spans[:n], 0
}

// trim drops what is acknowledged.
func (p *history) trim(acked int64) {
	for p.head < len(p.spans) {
		s := &p.spans[p.head]
		if s.end() > acked {
			if cut := acked - s.off; cut > 0 {
				s.data, s.off = s.data[cut:], acked
				p.cost -= int(cut)
			}
			return
		}
		p.shift()
	}
}

// search is the first live span that ends after off.
func (p *history) search(off int64) int {
	lo, hi := 0, len(p.live())
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if p.spans[p.head+m].end() > off {
			hi = m
		} else {
			lo = m + 1
		}
	}
	return lo
}

// holds says whether a segment of n bytes at off with this IP identification is among the spans.
func (p *history) holds(off int64, n int, ipid uint16) bool {
	if p == nil {
		return false
	}
	live, i := p.live(), p.search(off)
	return i < len(live) && live[i].off == off && len(live[i].data) == n && live[i].ipid == ipid
}

// remember keeps what was handed on until it is acknowledged.
func (c *Conn) remember(d Dir, e *entry) {
	h := &c.halves[d]
	if h.past == nil {
		h.past = c.table.newHistory()
	}
	h.past.push(span{e.off, e.data, e.ipid}, c.table.limits.Unacked)
	if h.acked > e.off {
		h.past.trim(h.acked)
	}
	c.table.borrow(c)
}

// old looks at the part of e that was handed on or given up before.
func (c *Conn) old(d Dir, e *entry) {
	h := &c.halves[d]
	if !h.anchored || e.off >= h.next {
		return
	}
	if e.off < 0 {
		c.Stats[d].Late += min(e.end(), 0) - e.off
	}
	if h.late != nil {
		c.Stats[d].Late += h.late.overlap(e.off, e.end())
	}
	if h.past == nil || e.n == 0 {
		return
	}
	live := h.past.live()
	for i := h.past.search(e.off); i < len(live) && live[i].off < e.end(); i++ {
		x := &live[i]
		from, to := max(x.off, e.off), min(x.end(), e.end())
		c.compare(d, from, x.data[from-x.off:to-x.off], e.data[from-e.off:to-e.off])
	}
}

// joinWithin is how many equal bytes may stand between differing ones that are told together.
const joinWithin = 7

// compare tells where two copies of the bytes from off differ.
func (c *Conn) compare(d Dir, off int64, a, b []byte) {
	if bytes.Equal(a, b) {
		return
	}
	from, last := -1, 0
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		if from >= 0 && i-last-1 > joinWithin {
			c.conflict(d, off+int64(from), off+int64(last)+1)
			from = i
		}
		if from < 0 {
			from = i
		}
		last = i
	}
	c.conflict(d, off+int64(from), off+int64(last)+1)
}

// conflict tells that copies of [from, to) differed, at once or, while offset 0 is not settled,
// later (then it is called by hold alone, which counts what the wait grows by).
func (c *Conn) conflict(d Dir, from, to int64) {
	h := &c.halves[d]
	c.Stats[d].Conflicts++
	if h.anchored {
		c.told = true
		c.handler.Conflict(d, from, to-from)
		return
	}
	w := c.waitFor(d)
	w.differ = append(w.differ, offRange{from, to})
	w.bytes += spanOverhead
}

// lateState holds the last ranges told as gaps, and what was seen outside the window.
type lateState struct {
	ranges [8]offRange
	n      int
	// farLo and farHi are the sequence numbers of a run of segments outside the window; farHi is after its last byte.
	farLo, farHi uint32
	farSet       bool
}

// lateState is h.late, made where there is none.
func (h *half) lateState() *lateState {
	if h.late == nil {
		h.late = new(lateState)
	}
	return h.late
}

func (g *lateState) add(off, end int64) {
	g.ranges[g.n%len(g.ranges)] = offRange{off, end}
	g.n++
}

// overlap is how many bytes of [off, end) were given up.
func (g *lateState) overlap(off, end int64) int64 {
	var n int64
	for _, r := range g.ranges {
		n += max(0, min(end, r.end)-max(off, r.off))
	}
	return n
}

// keep copies the spans into memory of the table, or forgets them where there is no room.
func (t *Table) keep(h *half) {
	p := h.past
	if p == nil {
		return
	}
	p.compact()
	if len(p.spans) == 0 {
		t.dropHistory(h)
		return
	}
	need := 0
	for i := range p.spans {
		need += len(p.spans[i].data)
	}
	t.kept -= cap(p.block)
	block := t.newBlock(need)
	if t.kept += cap(block); t.kept > t.limits.UnackedAll {
		t.kept += cap(p.block) - cap(block)
		t.freeBlock(block)
		t.dropHistory(h)
		return
	}
	for i := range p.spans {
		at := len(block)
		block = append(block, p.spans[i].data...)
		p.spans[i].data = block[at:len(block):len(block)]
	}
	t.freeBlock(p.block)
	p.block = block
}
