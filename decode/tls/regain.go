package tls

import (
	"math"
)

// guess is a range of record numbers that the next record may have under some keys. The likeliest is first.
type guess struct {
	epoch *epoch
	// same means that the keys are those from before the loss.
	same          bool
	first, lo, hi uint64
}

// regain tries to open a record after a loss, and returns how many bytes of r were used.
func (c *Conn) regain(h *half, r record, a at) int {
	l := c.lose(h)
	switch {
	case c.skimming && l.chained:
		c.fail(h, r)
		return len(r)
	case c.skimming:
		return c.slip(h, r)
	case len(h.epochs) == 0 && h.looksClear(r):
		c.resume(h)
		c.clear(h, r, a)
		return len(r)
	case h.inClear(r) && l.chained:
		c.clear(h, r, a)
		return len(r)
	}
	for _, g := range c.guesses(h) {
		if c.search(h, g, r, a) {
			return len(r)
		}
	}
	switch {
	case l.trials >= c.keys.limits.Trials || l.tried >= c.keys.limits.TrialBytes:
		c.die(h, c.whyLost(h))
		return 0
	case l.chained && h.skipsEarly():
		c.skipEarly(h, r)
		return len(r)
	case l.chained:
		c.fail(h, r)
		return len(r)
	}
	h.passOver(r)
	return c.slip(h, r)
}

// whyLost says why nothing could be opened.
func (c *Conn) whyLost(h *half) Reason {
	if h.stats.Opened == 0 && h.loss.missing == 0 && !c.skimmed {
		return WrongKey
	}
	return RecordLost
}

// guesses are the keys and numbers that the next record may have.
func (c *Conn) guesses(h *half) []guess {
	var list []guess
	l := h.loss
	least := int64(headerLen + 1)
	if len(h.epochs) > 0 {
		least = int64(h.epochs[0].cost().fixed)
	}
	most := l.records + uint64(l.loose/least)
	likely := l.records + uint64((l.loose+h.average/2)/max(1, h.average))
	likely = min(likely, most)
	for _, e := range h.epochs {
		list = append(list, guess{e, true, h.seq + likely, h.seq, h.seq + most})
	}
	if !l.asked && len(h.epochs) > 0 {
		l.asked = true
		for _, e := range h.epochs {
			l.next = append(l.next, c.successors(h, e, 2)...)
		}
	}
	for _, e := range l.next {
		list = append(list, guess{e, false, likely, 0, most})
	}
	return list
}

// successors are the keys that may follow e, depth steps ahead.
func (c *Conn) successors(h *half, e *epoch, depth int) []*epoch {
	var list []*epoch
	switch e.stage {
	case stageEarly:
		list = c.traffic(h, stageHandshake)
	case stageHandshake:
		list = c.traffic(h, stageApp)
	case stageApp:
		if u := e.update(); u != nil {
			list = append(list, u)
		}
		depth = 1
	}
	if depth == 1 {
		return list
	}
	for _, e := range list {
		list = append(list, c.successors(h, e, depth-1)...)
	}
	return list
}

// search tries the numbers of a guess, from the likeliest one outwards.
func (c *Conn) search(h *half, g guess, r record, a at) bool {
	for step := uint64(0); step <= max(g.hi-g.first, g.first-g.lo) && g.first <= g.hi; step++ {
		if g.first+step <= g.hi && c.try(h, g, g.first+step, r, a) {
			return true
		}
		if step > 0 && step <= g.first-g.lo && c.try(h, g, g.first-step, r, a) {
			return true
		}
		if l := h.loss; l.trials >= c.keys.limits.Trials || l.tried >= c.keys.limits.TrialBytes {
			return false
		}
	}
	return false
}

// try tries one number. If the record is authentic under it, decryption goes on.
func (c *Conn) try(h *half, g guess, seq uint64, r record, a at) bool {
	l := h.loss
	l.trials++
	l.tried += int64(len(r))
	h.stats.Trials++
	between := lost{bytes: l.bytes, records: seq}
	if g.same {
		between.records = seq - h.seq
	}
	buf := c.keys.borrow()
	plain, typ, ok := g.epoch.open(buf, seq, r, between)
	if !ok {
		c.keys.giveBack(buf)
		return false
	}
	c.rejoin(h, g, seq)
	c.opened(h, g.epoch, r, plain, typ, a)
	c.keys.giveBack(plain)
	return true
}

// rejoin goes on with g's keys at seq, and passes on what is missing before.
func (c *Conn) rejoin(h *half, g guess, seq uint64) {
	l := h.loss
	h.stats.Losses++
	gap := l.between(h, g, seq)
	h.epochs, h.seq, h.want = []*epoch{g.epoch}, seq, wantNothing
	c.resume(h)
	if gap.n > 0 {
		c.passGap(h, gap)
	}
}

// resume ends a loss: its bytes are counted.
func (c *Conn) resume(h *half) {
	l := h.loss
	c.bytes.Undecoded += l.captured
	c.bytes.Missing += l.missing
	h.stats.NotDecrypted += l.bytes
	h.loss = nil
	h.messages = messages{strict: true}
}

// hole is how much plaintext is missing: n bytes, and if that is not proven, between least and most.
type hole struct{ n, least, most int64 }

// exact is a hole of proven length.
func exact(n int64) hole { return hole{n, n, n} }

// finishedLen is the length of a Finished message up to TLS 1.2, the first one that is sealed.
const finishedLen = 16

// between is how much application data lies in a loss, given the number of the record after it.
func (l *loss) between(h *half, g guess, seq uint64) hole {
	cost := g.epoch.cost()
	records := int64(min(seq, math.MaxInt32))
	if g.same {
		records = int64(min(seq-h.seq, math.MaxInt32))
	}
	rest := l.bytes - records*int64(cost.fixed)
	early := l.early || !g.same && len(h.epochs) > 0 && h.epochs[0].stage == stageEarly
	switch {
	case l.bytes == 0:
		return hole{}
	case early:
		return hole{max(1, rest), 0, max(1, rest)}
	case g.epoch.stage == stageHandshake, records == 0 && !g.updated():
		return hole{}
	case !g.same || l.switched:
		return hole{max(1, rest), 0, max(1, rest)}
	case g.epoch.stage == stageSealed && h.seq == 0:
		rest -= finishedLen
	}
	rest = max(0, rest)
	switch {
	case cost.sure && uint64(records) >= l.records:
		return exact(rest)
	case cost.vary > 0:
		return hole{rest, max(0, rest-records*int64(cost.vary)), rest}
	}
	return hole{rest, 0, rest}
}

// updated reports whether the keys come of an update that was lost, with unknown records before it.
func (g guess) updated() bool { return !g.same && g.epoch.generation > 0 }

// looksClear reports whether r, after a loss in a handshake, is a record that is not sealed.
func (h *half) looksClear(r record) bool {
	b := r.body()
	switch r.typ() {
	case typeCCS:
		return len(b) == 1 && b[0] == 1
	case typeAlert:
		return len(b) == 2 && (b[0] == 1 || b[0] == 2)
	case typeHandshake:
		return len(b) >= 4 && b[0] <= msgFinished && b[1] == 0 && int(b[2])<<8|int(b[3]) <= len(b)-4
	}
	return false
}
