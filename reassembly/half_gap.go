package reassembly

// first is the packet of the first run that waits; atLast for a tail, never for nothing.
func (h *half) first() int {
	switch {
	case h.wait == nil || h.closed:
		return never
	case h.wait.size() > 0 && !h.beyondFIN():
		return h.wait.run(0).packet
	case !h.anchored, h.wait.tail != 0, h.fin > h.next:
		return atLast
	}
	return never
}

// beyondFIN says that all that waits lies after the FIN: it is dropped with it, unless the peer acknowledges it.
func (h *half) beyondFIN() bool { return h.anchored && h.fin >= 0 && h.wait.run(0).off >= h.fin }

// ready is first if it need not wait any longer, else never.
func (h *half) ready(now mark) int {
	w, l := h.wait, &h.c.table.limits
	if w == nil || h.closed {
		return never
	}
	due := false
	switch {
	case !h.anchored:
		due = w.since.passed(now, l)
	case w.size() > 0 && !h.beyondFIN():
		due = w.run(0).off <= h.next || w.acked > 0 && w.run(0).acked.passed(now, l)
	case w.tail != 0:
		due = w.tailSince.passed(now, l)
	}
	if !due {
		return never
	}
	return h.first()
}

// step does one thing for what waits: settles offset 0, passes on one run with the gap
// before it, or reports the tail as missing.
func (h *half) step() {
	w := h.wait
	switch {
	case !h.anchored:
		h.settleBase()
	case w.size() > 0 && !h.beyondFIN():
		h.giveUp()
	default:
		w.tail = 0
		switch end := h.tailEnd(); {
		case end > h.next:
			h.missing(end)
		case h.fin > h.next:
			h.dropFIN()
		default:
			h.acked = min(h.acked, max(h.seen, h.next))
		}
		h.rest()
	}
	h.ended()
}

// giveUp passes on the first waiting run, and reports the gap before it.
func (h *half) giveUp() {
	w := h.wait
	e := *w.run(0)
	if e.off-h.next > maxGap && h.acked < e.off {
		h.disbelieve()
		return
	}
	if e.off > h.next {
		h.missing(e.off)
	}
	h.drop()
	if h.fin >= 0 && e.end() > h.fin {
		if beyond := e.part(h.fin, e.end()); beyond.n > 0 {
			h.hold(beyond)
		}
		e.cut(h.fin)
	}
	if e.skip(h.next - e.off); e.n <= 0 {
		return
	}
	if e.data == nil {
		h.stats().Unseen += e.n
		h.gap(e.n)
	} else {
		h.deliver(&e)
	}
	h.markTail(true)
}

// disbelieve drops all that waits: it lies so far off, and so unconfirmed, that it is not part of the stream.
func (h *half) disbelieve() {
	st := h.stats()
	for h.wait.size() > 0 {
		st.OutOfWindow++
		h.doubts().Outside += h.wait.run(0).n
		h.drop()
	}
	h.seen = min(h.seen, h.next)
	if h.fin > h.next {
		h.fin, h.finAcked = -1, false
	}
}

// drop takes the first waiting run away.
func (h *half) drop() {
	w := h.wait
	before := w.bytes
	w.drop()
	h.c.table.waiting += w.bytes - before
}

// settleBase makes the first byte that waits offset 0.
func (h *half) settleBase() {
	w := h.wait
	probe := h.dropProbe()
	h.dropStrays()
	from := int64(0)
	switch {
	case w.size() > 0:
		from = w.run(0).off
		if probe != 0 && from > probe && from-probe <= maxGap {
			from = probe // what lies between was sent, and not captured
		}
	case h.fin > 0:
		from = h.fin
	case probe != 0:
		from = probe
	}
	h.shift(from)
	h.anchored = true
	h.reportDiffer()
}

// dropProbe drops a single first byte without PSH: a keep-alive carries a byte that is not data,
// and a capture that starts a byte later loses less than one that starts with garbage.
// It returns where the byte ends, 0 if there is none.
func (h *half) dropProbe() int64 {
	w := h.wait
	if w.size() == 0 {
		return 0
	}
	e := *w.run(0)
	if e.n != 1 || e.data == nil || e.push {
		return 0
	}
	h.stats().KeepAlives++
	h.drop()
	return e.end()
}

// dropStrays drops runs that lie further than maxGap from the bulk of what
// waits and so are not part of this stream.
func (h *half) dropStrays() {
	w := h.wait
	start, best, size, most := 0, 0, 0, -1
	for i := range w.size() {
		if i > 0 && w.run(i).off-w.run(i-1).end() > maxGap {
			start, size = i, 0
		}
		if size += int(w.run(i).n); size > most {
			best, most = start, size
		}
	}
	st := h.stats()
	for range best {
		st.OutOfWindow++
		h.doubts().Outside += w.run(0).n
		h.drop()
	}
}

// shift moves offset 0 by n and corrects all offsets.
func (h *half) shift(n int64) {
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
	if h.late != nil {
		for i := range h.late.aside {
			h.late.aside[i].off -= n
		}
	}
	h.c.shiftReset(h.dir, n)
}

// settle follows a change: it passes on what became ready and keeps the limits.
func (h *half) settle() {
	if h.wait != nil {
		h.c.release(h.c.now())
		h.c.enforce()
	}
	h.ended()
}

// rest gives the wait back when nothing waits any more.
func (h *half) rest() {
	w := h.wait
	if w == nil || w.size() > 0 || w.tail != 0 || !h.anchored {
		return
	}
	h.c.table.dropWait(h)
	if h.other().wait == nil {
		h.c.table.stopWaiting(h.c)
	}
}

// giveUpWaiting gives up one gap, or all that waits after the FIN.
func (h *half) giveUpWaiting() {
	if h.wait.size() > 0 && h.beyondFIN() {
		for h.wait.size() > 0 {
			h.doubts().AfterFIN += h.wait.run(0).n
			h.drop()
		}
		h.rest()
		return
	}
	h.step()
}
