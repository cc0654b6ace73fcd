package reassembly

import "bytes"

// maxFar and maxFarBytes bound the segments that a direction keeps although they lie too far off.
const (
	maxFar      = 64
	maxFarBytes = 256 << 10
)

// tooFar says that a segment cannot belong to the stream as known. Segments
// far off count once the peer acknowledges them too (see believe).
func (h *half) tooFar(off, end int64) bool {
	if !h.anchored {
		return off > unknownWindow || off < -unknownWindow
	}
	if off <= h.top()+h.window() && end >= h.next-unknownWindow {
		if h.late != nil {
			h.late.farSet, h.late.far = false, nil
		}
		return false
	}
	r := h.lateState()
	lo, hi := h.base+uint32(off), h.base+uint32(end)
	if r.farSet && distance(lo, r.farLo) >= 0 && distance(lo, r.farHi) <= windowSlack {
		if distance(hi, r.farHi) > 0 {
			r.farHi = hi
		}
		return true
	}
	r.farSet, r.farLo, r.farHi, r.far, r.farBytes = true, lo, hi, nil, 0
	return true
}

// setFar keeps a segment that lies too far off, in case that the peer acknowledges it.
func (h *half) setFar(s *Segment) {
	r := h.late
	if r == nil || !r.farSet || s.Flags&(SYN|FIN) != 0 || len(r.far) >= maxFar || r.farBytes+len(s.Payload) > maxFarBytes {
		return
	}
	k := *s
	k.Payload, k.tcpBytes = bytes.Clone(s.Payload), nil
	r.far = append(r.far, k)
	r.farBytes += len(k.Payload)
}

// takeFar takes the segments that were too far off, now that the peer has acknowledged the last of them.
func (h *half) takeFar() {
	if h.late == nil || h.late.farSet || len(h.late.far) == 0 {
		return
	}
	far := h.late.far
	h.late.far, h.late.farBytes = nil, 0
	for i := range far {
		s := &far[i]
		h.stats().OutOfWindow--
		h.doubts().Outside -= int64(len(s.Payload) + s.Missing)
		h.slowPath(s, h.offset(s.Seq), false)
	}
}
