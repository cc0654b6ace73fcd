package reassembly

import (
	"bytes"
	"slices"
)

const (
	// maxAside and maxAsideBytes bound the damaged segments that a direction sets aside.
	maxAside      = 64
	maxAsideBytes = 256 << 10
)

// sift looks at the checksum of a segment (RFC 9293 section 3.1). It returns damaged if the segment must not be taken, and
// bad if it is taken although its checksum is wrong, since it is not known yet whether checksums mean anything here.
func (h *half) sift(s *Segment) (damaged, bad bool) {
	verdict := h.sums.look(s)
	if verdict == sumGood && h.late != nil && h.late.doubts.n > 0 && h.sums.trusted() {
		h.reportDoubts()
	}
	if verdict != sumBad {
		return false, false
	}
	if s.Joined && (h.sums.trusted() || h.sums.bad == 0) {
		h.noteDamage()
		return true, false
	}
	if !h.sums.trusted() {
		return false, true
	}
	h.noteDamage()
	h.setAside(s)
	return true, false
}

// noteDamage counts a damaged segment.
func (h *half) noteDamage() {
	h.doubts().Damaged++
	h.c.incident(Damaged, h.dir)
}

// setAside keeps a damaged segment, in case that no good copy of it comes.
func (h *half) setAside(s *Segment) {
	if len(s.Payload) == 0 || s.Flags&(SYN|RST) != 0 || !h.based || h.closed {
		return
	}
	off, l := h.offset(s.Seq), h.lateState()
	end := off + int64(len(s.Payload))
	if h.anchored && end <= h.next || len(l.aside) >= maxAside || l.asideBytes+len(s.Payload) > maxAsideBytes {
		return
	}
	i, found := slices.BinarySearchFunc(l.aside, off, func(e entry, off int64) int { return int(e.off - off) })
	if found {
		return
	}
	l.aside = slices.Insert(l.aside, i, entry{off: off, n: end - off, data: bytes.Clone(s.Payload), packet: s.Packet, time: s.Time,
		ack: s.Ack, ipid: s.IPID})
	l.asideBytes += len(s.Payload)
}

// missing reports that nothing good was captured up to end: what damaged segments hold of it is passed on as a conflict, the
// rest is a gap.
func (h *half) missing(end int64) {
	for h.late != nil && len(h.late.aside) > 0 && h.next < end {
		e := h.takeAside()
		if e.end() <= h.next {
			continue
		}
		if e.off >= end {
			h.late.aside = slices.Insert(h.late.aside, 0, e)
			h.late.asideBytes += int(e.n)
			break
		}
		if e.off > h.next {
			h.lose(e.off)
		}
		h.deliverDamaged(e, end)
	}
	if h.next < end {
		h.lose(end)
	}
}

// lose reports a gap up to end.
func (h *half) lose(end int64) {
	h.stats().Unseen += max(0, min(end, h.acked)-h.next)
	h.gap(end - h.next)
}

// takeAside takes the first of the damaged segments.
func (h *half) takeAside() entry {
	l := h.late
	e := l.aside[0]
	l.aside = slices.Delete(l.aside, 0, 1)
	l.asideBytes -= int(e.n)
	return e
}

// deliverDamaged passes on what e has of the bytes up to end.
func (h *half) deliverDamaged(e entry, end int64) {
	e.skip(h.next - e.off)
	e.cut(end)
	if e.n <= 0 {
		return
	}
	h.doubts().DamagedBytes += e.n
	h.conflict(e.off, e.end())
	h.seen = max(h.seen, e.end())
	h.deliver(&e)
}

// damagedTail passes on, at the end, damaged segments that go on where the stream ends.
func (h *half) damagedTail() {
	for h.late != nil && len(h.late.aside) > 0 && h.anchored && !h.closed {
		e := h.takeAside()
		if e.off > h.next {
			return
		}
		h.deliverDamaged(e, e.end())
	}
}

// doubt takes note of a segment that is passed on although its checksum is wrong.
func (h *half) doubt(e *entry) {
	if h.sums.trusted() {
		h.doubts().DamagedBytes += e.n
		h.conflict(e.off, e.end())
		return
	}
	h.lateState().doubts.add(e.off, e.end())
}

// reportDoubts reports what was passed on before it was known that checksums mean something.
func (h *half) reportDoubts() {
	g := &h.late.doubts
	for _, r := range g.ranges {
		if r.end > r.off && !h.closed && h.anchored {
			h.doubts().DamagedBytes += r.end - r.off
			h.doubts().Damaged++
			h.conflict(r.off, r.end)
		}
	}
	*g = rangeRing{}
}
