package reassembly

// span is a run of bytes that was passed on lately.
type span struct {
	off, n int64
	// data lies in the batch; nil once the bytes were copied to the ring.
	data []byte
	ipid uint16
}

func (s *span) end() int64 { return s.off + s.n }

// history holds spans, sorted and apart, the oldest first: what was passed on and is not acknowledged, or was acknowledged
// only just now (a capture may have the ACK before the bytes that it is for).
type history struct {
	spans []span
	head  int
	// cost is what the live spans count towards Limits.Unacked.
	cost int
	// ring holds the bytes of spans without data: the byte at offset off is at off modulo its length, a power of two.
	ring []byte
	// settled is how far the peer had acknowledged at settledAt. Once a grace has passed, what lies before is dropped.
	settled   int64
	settledAt mark
	// at is when the last span was added.
	at mark
	// lost is up to where spans were dropped because of Limits.
	lost int64
}

// live are the spans that are left.
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
	p.cost += int(s.n) + spanOverhead
	for p.cost > limit {
		p.lost = p.spans[p.head].end()
		p.shift()
	}
}

// shift drops the oldest span.
func (p *history) shift() {
	p.cost -= int(p.spans[p.head].n) + spanOverhead
	p.spans[p.head] = span{}
	p.head++
	if p.head == len(p.spans) {
		p.spans, p.head = p.spans[:0], 0
	}
}

// compact moves the live spans to the start.
func (p *history) compact() {
	n := copy(p.spans, p.spans[p.head:])
	clear(p.spans[n:])
	p.spans, p.head = p.spans[:n], 0
}

// trim drops what lies before off.
func (p *history) trim(off int64) {
	for p.head < len(p.spans) {
		s := &p.spans[p.head]
		if s.end() > off {
			if cut := off - s.off; cut > 0 {
				s.off, s.n = off, s.n-cut
				if s.data != nil {
					s.data = s.data[cut:]
				}
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
	return i < len(live) && live[i].off == off && live[i].n == int64(n) && live[i].ipid == ipid
}

// bytes are those of s from offset from on, up to to or to where the ring goes round.
func (p *history) bytes(s *span, from, to int64) []byte {
	if s.data != nil {
		return s.data[from-s.off : to-s.off]
	}
	at := int(uint64(from) & uint64(len(p.ring)-1))
	return p.ring[at:min(at+int(to-from), len(p.ring))]
}

// room says how large the ring must be for all that is live.
func (p *history) room() int {
	live := p.live()
	if len(live) == 0 {
		return 0
	}
	return int(live[len(live)-1].end() - live[0].off)
}

// own copies the spans that lie in the batch to ring, and all of them if ring is not the present one.
func (p *history) own(ring []byte) {
	same := len(p.ring) > 0 && len(ring) > 0 && &ring[0] == &p.ring[0]
	for i := range p.live() {
		s := &p.spans[p.head+i]
		if s.data == nil && same {
			continue
		}
		for from := s.off; from < s.end(); {
			b := p.bytes(s, from, s.end())
			from += int64(ringCopy(ring, from, b))
		}
		s.data = nil
	}
	p.ring = ring
}

// ringCopy copies b to its place for offset off, as far as to where the ring goes round.
func ringCopy(ring []byte, off int64, b []byte) int {
	return copy(ring[uint64(off)&uint64(len(ring)-1):], b)
}

// remember keeps what was passed on, to compare copies of it with.
func (h *half) remember(e *entry) {
	t := h.c.table
	if h.past == nil {
		h.past = t.newHistory()
	}
	p := h.past
	p.at = h.c.now()
	h.expire()
	p.push(span{off: e.off, n: e.n, data: e.data, ipid: e.ipid}, t.limits.Unacked)
	if h.acked > p.settled || e.end() <= p.settled {
		h.settleTo(h.acked)
	}
	t.borrow(h.c)
}

// settleTo takes note of an acknowledgement: a grace later, what lies before it is dropped.
func (h *half) settleTo(acked int64) {
	p := h.past
	if h.expire(); p.settled == 0 || p.head == len(p.spans) || p.spans[p.head].off >= p.settled {
		p.settled, p.settledAt = acked, h.c.now()
	}
}

// expire drops what was acknowledged a grace ago.
func (h *half) expire() {
	if p := h.past; p.settled > 0 && p.settledAt.passedBy(h.c.now(), h.c.table.limits.Wait, recheckPackets) {
		p.trim(p.settled)
		p.settled = 0
		if h.acked > 0 && len(p.live()) > 0 && p.live()[0].off < h.acked {
			p.settled, p.settledAt = h.acked, h.c.now()
		}
	}
}

// forget drops what need not be compared any more, and the history if nothing is left.
func (h *half) forget() {
	if h.past == nil {
		return
	}
	if h.expire(); len(h.past.live()) == 0 {
		h.c.table.dropHistory(h)
	}
}

// old looks at the part of e that was passed on or reported as missing before.
func (h *half) old(e *entry) {
	if !h.anchored || e.off >= h.next {
		return
	}
	if e.off < 0 {
		h.doubts().Late += min(e.end(), 0) - e.off
	}
	if h.late != nil {
		h.doubts().Late += h.late.gaps.overlap(e.off, e.end())
	}
	if e.n == 0 {
		return
	}
	h.forget()
	compared := int64(0)
	if h.past != nil {
		compared = h.compareAll(e)
	}
	from, to := max(e.off, h.acked, 0), min(e.end(), h.next)
	if from < to && compared < to-from {
		h.doubts().Unchecked += to - from - compared
	}
}

// compareAll compares e with the history, and returns how many of its bytes that are not acknowledged were in there.
func (h *half) compareAll(e *entry) (unacked int64) {
	p := h.past
	live := p.live()
	for i := p.search(e.off); i < len(live) && live[i].off < e.end(); i++ {
		x := &live[i]
		for from, to := max(x.off, e.off), min(x.end(), e.end()); from < to; {
			b := p.bytes(x, from, to)
			n := int64(len(b))
			unacked += max(0, from+n-max(from, h.acked))
			if !e.bad || !h.sums.trusted() {
				h.compare(from, b, e.data[from-e.off:from-e.off+n])
			}
			from += n
		}
	}
	return unacked
}

// keep copies the spans into memory of the table, or drops them if there is no room.
func (t *Table) keep(h *half) {
	p := h.past
	if p == nil {
		return
	}
	p.compact()
	need := p.room()
	if need == 0 {
		t.dropHistory(h)
		return
	}
	ring := p.ring
	if need > len(ring) {
		ring = t.newBlock(need)
		t.kept += len(ring)
	}
	old := p.ring
	p.own(ring)
	if len(old) > 0 && len(old) != len(ring) {
		t.kept -= len(old)
		t.freeBlock(old)
	}
	if !h.c.holding {
		h.c.holding = true
		t.holders = append(t.holders, h.c)
	}
}

// holdersAtOnce is how many connections dropHistories looks at.
const holdersAtOnce = 64

// dropHistories keeps Limits.UnackedAll: the connections whose histories have been kept for longest lose them first. Those of
// connections that were silent for a grace go in any case, if all is acknowledged.
func (t *Table) dropHistories(now mark) {
	for i := 0; len(t.holders) > 0 && (t.kept > t.limits.UnackedAll || i < min(holdersAtOnce, len(t.holders))); i++ {
		c := t.holders[0]
		t.holders = t.holders[1:]
		if t.kept > t.limits.UnackedAll || c.settledBefore(now) {
			t.dropHistory(&c.halves[Fwd])
			t.dropHistory(&c.halves[Rev])
		}
		if c.halves[Fwd].past == nil && c.halves[Rev].past == nil {
			c.holding = false
			continue
		}
		t.holders = append(t.holders, c)
	}
}

// settledBefore says that all of c is acknowledged, and that c was silent for a grace.
func (c *Conn) settledBefore(now mark) bool {
	f, r := &c.halves[Fwd], &c.halves[Rev]
	quiet := mark{time: c.Last.Time}
	return quiet.passedBy(mark{time: now.time}, c.table.limits.Wait, 1) && f.acked >= f.next && r.acked >= r.next
}
