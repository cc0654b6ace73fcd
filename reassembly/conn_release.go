package reassembly

import "math"

const (
	never  = math.MaxInt
	atLast = math.MaxInt - 1
)

// release passes on what has become ready in both directions, in the order of
// the packets.
func (c *Conn) release(now mark) {
	c.steps(func(h *half) int { return h.ready(now) })
}

// flush passes on all that waits, with the gaps.
func (c *Conn) flush() {
	c.steps((*half).first)
}

// steps takes one step after the other, each in the direction whose packet is the older one, until next has none.
func (c *Conn) steps(next func(*half) int) {
	f, r := &c.halves[Fwd], &c.halves[Rev]
	for {
		a, b := next(f), next(r)
		switch {
		case a == never && b == never:
			f.rest()
			r.rest()
			return
		case a <= b:
			f.step()
		default:
			r.step()
		}
	}
}
