package tls

import "bytes"

// earlyState says whether the server accepted the early data of TLS 1.3 (0-RTT).
type earlyState uint8

const (
	// earlyPending means that the server has not said so yet.
	earlyPending earlyState = iota
	earlyAccepted
	earlyRejected
	// earlyUnknown means that the server's answer cannot be read: the client shows it, for it ends only early
	// data that was accepted (EndOfEarlyData).
	earlyUnknown
)

// tentative is the content of a record of early data.
type tentative struct {
	plain []byte
	at    at
	end   int64
}

// later keeps early data until it is known whether the server accepted it.
func (c *Conn) later(h *half, plain []byte, a at, end int64) {
	if c.heldBytes > c.keys.limits.Held {
		c.rejected += int64(len(plain))
		c.bytes.TLS += int64(len(plain))
		return
	}
	c.tentative = append(c.tentative, tentative{bytes.Clone(plain), a, end})
	c.count(len(plain) + heldOverhead)
}

// acceptEarly passes the early data on that was kept.
func (c *Conn) acceptEarly(h *half) {
	c.early = earlyAccepted
	kept := c.tentative
	c.tentative = nil
	for _, t := range kept {
		c.count(-len(t.plain) - heldOverhead)
		c.pass(h, t.plain, t.at, t.end)
	}
}

// dropTentative drops the early data that was kept: the server did not use it, or cannot be known to have.
func (c *Conn) dropTentative() {
	for _, t := range c.tentative {
		c.count(-len(t.plain) - heldOverhead)
		c.rejected += int64(len(t.plain))
		c.bytes.TLS += int64(len(t.plain))
	}
	c.tentative = nil
}

// skipsEarly reports whether a record that cannot be opened may be early data that the server rejected.
func (h *half) skipsEarly() bool { return h.skipEarly && h.seq == 0 && h.loss.loose == 0 }

// skipEarly counts a record of rejected early data. It has no number under the keys in use.
func (c *Conn) skipEarly(h *half, r record) {
	h.loss = nil
	c.rejected += int64(len(r))
	c.bytes.TLS += int64(len(r))
}
