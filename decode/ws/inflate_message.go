package ws

import (
	"bytes"

	"github.com/wspeek/wspeek/decode/rule"
)

// expand inflates a compressed message that is complete, or says why it cannot be (RFC 7692 section 7.2.2).
func (h *half) expand(a *assembly) {
	s := h.c.sh
	if a.over || a.incomplete() || a.why != 0 {
		if a.why == 0 {
			a.why = WindowLost
		}
		h.ctx.lose(s, WindowLost)
		h.keepRaw(a)
		return
	}
	wire := a.raw
	if wire == nil {
		wire = a.buf
	}
	if h.c.cfg.Wire && h.c.cfg.Keep {
		a.m.Wire = h.c.sh.Arena.Copy(wire)
	}
	switch {
	case len(wire) == 0, len(wire) == 1 && wire[0] == 0:
		// Section 7.2.3.6; no byte at all is read as what it must mean.
		h.setPayload(a, nil, 0)
	default:
		h.inflate(a, wire)
	}
	if a.conflict {
		h.ctx.lose(s, WindowLost)
	}
}

// inflate runs a job over the payload and takes its result.
func (h *half) inflate(a *assembly, wire []byte) {
	cfg, s := &h.c.cfg, h.c.sh
	tail := deflateTail[:]
	unstripped := bytes.HasSuffix(wire, deflateTail[:syncLen])
	if unstripped {
		// DEFLATE data whose tail was removed ends with the 3 zero bits of a block header, so this is the tail.
		tail = deflateTail[syncLen:]
	}
	j := job{
		keep: cfg.Keep, checks: a.checks, unstripped: unstripped,
		limit: cfg.Limits.inflated(int64(len(wire))), out: s.out[:0], dict: s.dictionary(),
	}
	in := append(wire, tail...)
	j.in = in
	if !h.ctx.takeover {
		h.ctx.whole = !cfg.Assumed
	}
	x := s.inflater(&h.ctx, &cfg.Limits)
	v := x.message(&j)
	if a.raw == nil {
		a.buf = in[:len(wire)]
	}
	switch {
	case v == tooLong:
		h.overrun(a, h.off, "the inflated data is longer than "+itoa(j.limit)+" bytes or has too many final blocks")
	case v == damaged && !h.ctx.whole, v == garbage && !h.ctx.whole:
		a.why = h.ctx.why
	case v == damaged:
		a.why = InflateError
		h.note(rule.DeflateData, a, h.f.Offset, "stopped after "+itoa(j.n)+" bytes of output")
	default:
		h.inflated(a, x, &j, unstripped || v == garbage)
	}
	if a.why != 0 {
		// A window that was evicted stays so until it is whole again.
		h.ctx.lose(s, h.ctx.reason())
		h.keepRaw(a)
	} else if v == garbage {
		h.ctx.lose(s, WindowLost)
	}
	if s.out = j.out[:0]; cap(s.out) > keepBuf {
		s.out = nil
	}
}

// inflated takes what a job put out.
func (h *half) inflated(a *assembly, x *inflater, j *job, tail bool) {
	if tail {
		h.note(rule.DeflateTail, a, h.f.Offset, "more follows the last block")
	}
	h.ctx.grew(j.n)
	a.utf = j.utf
	if x.win != nil {
		x.win.write(j.out)
	}
	if j.keep && len(j.out) >= blockSize {
		// The output stays where it is.
		a.m.Payload, j.out = j.out[:len(j.out):len(j.out)], nil
	}
	h.setPayload(a, j.out, j.n)
	if j.bad >= 0 {
		h.badText(a, h.f.Offset, j.bad)
	}
}

func (h *half) setPayload(a *assembly, out []byte, n int64) {
	a.m.Len = n
	if h.c.cfg.Keep && a.m.Payload == nil {
		a.m.Payload = h.c.sh.Arena.Copy(out)
	}
}

// keepRaw makes the compressed bytes the payload of a message that could not be inflated.
func (h *half) keepRaw(a *assembly) {
	a.m.Len = -1
	if !h.c.cfg.Keep {
		return
	}
	if a.raw != nil {
		a.m.Payload = h.c.sh.Arena.Copy(a.raw)
		return
	}
	a.m.Payload = h.c.sh.settle(a)
}

// inflated is how much output a message of so many wire bytes may have.
func (l *Limits) inflated(wire int64) int64 {
	return min(l.Message, max(freeRatio, wire*min(l.Ratio, 1<<20)))
}
