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
		h.ctx.loseSome(s)
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
	cfg, s, x := &h.c.cfg, h.c.sh, &h.ctx
	j := h.job(a, wire)
	if !x.takeover {
		x.whole = !cfg.Assumed
	}
	j.win = s.window(x, 4*len(wire))
	s.engine.Agreed = x.agreed
	from := x.listen(s, &j)
	v := s.run(&j)
	s.engine.Blind, s.engine.Sink = false, nil
	switch {
	case v == inflated && x.guess != nil:
		h.pieced(a, &j, from)
	case x.guess != nil:
		a.why = WindowLost
	case v == tooLong:
		h.overrun(a, h.off, "the inflated data is longer than "+itoa(j.limit)+" bytes or has too many final blocks")
	case v != inflated && !x.whole:
		a.why = x.why
		h.evicted(a)
	case v == damaged:
		a.why = InflateError
		h.note(rule.DeflateData, a, h.f.Offset, "stopped after "+itoa(j.n)+" bytes of output: "+s.whyDamaged())
	default:
		h.inflated(a, &j, j.unstripped || v == garbage)
	}
	if a.why != 0 {
		// A window that was evicted stays so until it is whole again.
		x.lose(s, x.reason())
		h.keepRaw(a)
	} else if v == garbage {
		x.lose(s, WindowLost)
	}
	s.put(x, &cfg.Limits)
}

// job is the work on the payload of a message, with the tail that its sender removed.
func (h *half) job(a *assembly, wire []byte) job {
	cfg := &h.c.cfg
	// DEFLATE data whose tail was removed ends with the 3 zero bits of a block header: a tail that is there was not removed.
	unstripped := bytes.HasSuffix(wire, []byte(deflateTail))
	in := append(wire, afterPayload[:]...)
	if a.raw == nil {
		a.buf = in[:len(wire)]
	}
	if cfg.KeepMost > 0 && int64(len(wire)) > cfg.KeepMost+storedMost {
		a.keeps = false
	}
	j := job{
		in: in[:len(wire)+len(deflateTail)], keep: a.keeps, checks: a.checks, unstripped: unstripped,
		limit: cfg.Limits.inflated(int64(len(wire))),
	}
	if unstripped {
		j.in = in[:len(wire)]
	}
	return j
}

// whyDamaged says what the engine met.
func (p *Pool) whyDamaged() string {
	if err := p.engine.Err(); err != nil {
		return err.Error()
	}
	return "the data ends within a block"
}

// evicted reports, once a session, that a window is missing that had to be dropped.
func (h *half) evicted(a *assembly) {
	if a.why != WindowEvicted || h.c.evicted {
		return
	}
	h.c.evicted = true
	h.c.sh.evicted++
	h.note(rule.Limit, a, h.f.Offset, "the window that the message refers to was dropped: more than "+itoa(h.c.cfg.Limits.Windows)+
		" bytes of windows")
}

// beyond reports the first distance of a direction that is beyond the agreed window.
func (h *half) beyond(a *assembly) {
	x, b := &h.ctx, h.c.sh.engine.Beyond()
	if b.Distance == 0 || x.beyond {
		return
	}
	x.beyond = true
	h.note(rule.DeflateWindow, a, h.f.Offset, "a distance of "+itoa(int64(b.Distance))+" bytes (bit "+itoa(b.Bit)+" of the payload), where a window of "+
		itoa(int64(x.agreed))+" bytes was agreed on")
}

// inflated takes what a job put out.
func (h *half) inflated(a *assembly, j *job, tail bool) {
	if tail {
		h.note(rule.DeflateTail, a, h.f.Offset, "more follows the last block")
	}
	h.beyond(a)
	h.ctx.grew(j.n)
	a.utf = j.utf
	var out []byte
	if j.keep {
		out = j.win.Output()
		if len(out) >= blockSize {
			// The output stays where it is; the window moves.
			a.m.Payload = out[:len(out):len(out)]
			old := j.win.Move(h.c.sh.memory(topBuffer), false)
			h.c.sh.Arena.Adopt(old[:len(out)])
		}
	}
	h.setPayload(a, out, j.n)
	if j.bad >= 0 {
		h.badText(a, h.f.Offset, j.bad)
	}
}

// storedMost is how many bytes a short message may be longer compressed than not, as far as KeepMost goes.
const storedMost = 16

func (h *half) setPayload(a *assembly, out []byte, n int64) {
	a.m.Len = n
	if most := h.c.cfg.KeepMost; most > 0 && n > most {
		a.m.Payload = nil
	} else if a.keeps && a.m.Payload == nil {
		a.m.Payload = h.c.sh.Arena.Copy(out)
	}
}

// keepRaw makes the compressed bytes the payload of a message that could not be inflated.
func (h *half) keepRaw(a *assembly) {
	a.m.Len = -1
	if !a.keeps {
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
