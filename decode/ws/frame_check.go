package ws

import (
	"strconv"

	"github.com/wspeek/wspeek/decode/rule"
)

// check tells the rules that the header of the frame under way breaks.
func (h *half) check() {
	f := &h.f
	before := len(f.Findings)
	h.checkMask(f)
	if f.RSV != 0 {
		h.checkRSV(f)
	}
	if f.Opcode.Reserved() && !h.c.cfg.Unknown {
		h.find(rule.OpcodeReserved, f.Offset, "opcode "+strconv.Itoa(int(f.Opcode)))
	}
	if f.Opcode.Control() {
		h.checkControl(f)
	}
	if f.Len < 0 {
		h.find(rule.LengthMSB, f.Offset, "length "+strconv.FormatUint(uint64(f.Len), 10))
	} else if !f.minimal() {
		h.find(rule.LengthMinimal, f.Offset, "length "+itoa(f.Len)+" in "+strconv.Itoa(f.fixedLen()-2)+" bytes")
	}
	if h.closing {
		h.checkClosing(f)
	}
	h.clean = h.clean || len(f.Findings) == before
	h.closing = h.closing || f.Opcode == OpClose
}

// checkMask obeys section 5.1: clients mask, servers do not.
func (h *half) checkMask(f *Frame) {
	if h.dir == C2S && !f.Masked {
		h.find(rule.MaskRequired, f.Offset, "masking key absent")
	}
	if !f.Masked {
		return
	}
	if h.dir == S2C {
		h.find(rule.MaskForbidden, f.Offset, "masking key present")
	}
	if f.Len != 0 {
		if text := h.keys.see(f.MaskKey); text != "" {
			h.find(rule.MaskZero, f.Offset, text)
		}
	}
}

// keyWatch watches for masking keys that are not chosen afresh; it speaks once a direction.
type keyWatch struct {
	last [4]byte
	same uint8
	told bool
}

const sameKeys = 4

func (k *keyWatch) see(key [4]byte) string {
	if k.told {
		return ""
	}
	if key == [4]byte{} {
		k.told = true
		return "the masking key is 0"
	}
	if k.same > 0 && key == k.last {
		k.same++
	} else {
		k.last, k.same = key, 1
	}
	if k.same < sameKeys {
		return ""
	}
	k.told = true
	return strconv.Itoa(sameKeys) + " frames have the same masking key"
}

// claimed are the RSV bits that an extension may set on this frame.
func (h *half) claimed(f *Frame) uint8 {
	cfg := &h.c.cfg
	switch {
	case cfg.Unknown:
		return 7
	case cfg.Assumed && cfg.Deflate == nil:
		return 7
	case cfg.Deflate != nil:
		return rsv1
	}
	return 0
}

// checkRSV obeys section 5.2, and RFC 7692 section 6.1.
func (h *half) checkRSV(f *Frame) {
	claimed := h.claimed(f)
	if bad := f.RSV &^ claimed; bad != 0 {
		h.find(rule.RSV, f.Offset, "RSV is "+strconv.Itoa(int(f.RSV)))
	}
	d := h.c.cfg.Deflate
	if f.RSV&claimed&rsv1 != 0 && d != nil && (f.Opcode.Control() || f.Opcode == OpContinuation && !d.PerFrame) {
		h.find(rule.DeflateRSV1, f.Offset, "RSV1 on opcode "+strconv.Itoa(int(f.Opcode)))
	}
}

// checkControl obeys section 5.5.
func (h *half) checkControl(f *Frame) {
	if !f.Fin {
		h.find(rule.ControlFragmented, f.Offset, "FIN is clear")
	}
	if f.Len > 125 {
		h.find(rule.ControlLength, f.Offset, "length "+itoa(f.Len))
	}
}

// checkClosing obeys section 5.5.1: the direction has sent a Close frame.
func (h *half) checkClosing(f *Frame) {
	if f.Opcode.Control() {
		h.find(rule.ControlAfterClose, f.Offset, "opcode "+strconv.Itoa(int(f.Opcode)))
		return
	}
	h.find(rule.DataAfterClose, f.Offset, "opcode "+strconv.Itoa(int(f.Opcode)))
}

// plausible reports whether the header under way may be one of a broken sender: what has a shape that is
// wrong and also bits that nothing claims, or all else wrong at once, is not a frame (H25).
func (h *half) plausible() bool {
	f := &h.f
	odd, shape := 0, false
	if f.RSV&^h.claimed(f) != 0 {
		odd++
	}
	if f.Masked != (h.dir == C2S) {
		odd++
	}
	if f.Opcode.Reserved() && !h.c.cfg.Unknown || f.Opcode == OpContinuation && h.open == nil && !h.lostHead {
		odd, shape = odd+1, true
	}
	if f.Opcode.Control() && (!f.Fin || f.Len > 125) {
		odd, shape = odd+1, true
	}
	if f.Len < 0 || !f.minimal() {
		odd++
	}
	return odd < 2 || odd == 2 && (!shape || f.RSV&^h.claimed(f) == 0)
}

// find tells a broken rule of the frame under way, and notes it there and in its message.
func (h *half) find(r *rule.Rule, off int64, detail string) {
	h.f.Findings = h.c.sh.addRule(h.f.Findings, r)
	h.cur.m.Findings = h.c.sh.addRule(h.cur.m.Findings, r)
	h.report(r, h.cur.m.N, h.f.N, off, detail)
}

// note tells a finding about a message, and about the frame under way where that is one of it.
func (h *half) note(r *rule.Rule, a *assembly, off int64, detail string) {
	a.m.Findings = h.c.sh.addRule(a.m.Findings, r)
	frame := 0
	if a == h.cur {
		frame = h.f.N
		h.f.Findings = h.c.sh.addRule(h.f.Findings, r)
	}
	h.report(r, a.m.N, frame, off, detail)
}

// remark tells something about the capture, which no message answers for.
func (h *half) remark(r *rule.Rule, off int64, detail string) { h.report(r, 0, 0, off, detail) }

// notice is remark for what has no packet of this direction: the Sink knows at which packet it was noticed.
func (h *half) notice(r *rule.Rule, off int64, detail string) {
	f := &h.c.sh.finding
	*f = Finding{Rule: r, Dir: h.dir, Offset: off, Detail: detail}
	h.c.sink.Finding(f)
}

func (h *half) report(r *rule.Rule, message, frame int, off int64, detail string) {
	f := &h.c.sh.finding
	*f = Finding{Rule: r, Message: message, Frame: frame, Dir: h.dir, At: h.now, Offset: off, Detail: detail}
	h.c.sink.Finding(f)
}
