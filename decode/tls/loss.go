package tls

// loss is what lies between the last record of a direction that was opened, and the next one.
type loss struct {
	// bytes are all of it, records the whole records among them that could be told apart, loose the bytes outside of these.
	bytes   int64
	records uint64
	loose   int64
	// captured and missing are how many of the bytes were captured, and how many were not.
	captured, missing int64
	// chained means that the next byte is where a record ends, so that a header must follow.
	chained bool
	// switched means that some of it was under earlier keys than those of the direction now, and early that these were
	// for early data.
	switched, early bool
	// next are keys that may be in use after the loss, besides those before it; nil until they are needed.
	next   []*epoch
	asked  bool
	trials int
	tried  int64
}

// lose notes that from here on something is lost.
func (c *Conn) lose(h *half) *loss {
	if h.loss == nil {
		h.loss = &loss{chained: true}
		h.messages = messages{}
	}
	return h.loss
}

// gap takes n bytes that were never captured, at off. The start of a record before them is lost too.
func (c *Conn) gap(h *half, off, n int64) {
	part := int64(len(h.buf))
	c.keep(h, len(h.buf))
	h.off = off + n
	if h.dead != 0 {
		h.framed = false
		c.abandon(h, int(part))
		c.bytes.Missing += n
		c.unread(h, n)
		return
	}
	l := c.lose(h)
	l.chained = false
	l.add(part, n)
	h.passOver(nil)
	if !h.hello {
		c.die(h, NotCaptured)
	}
}

// add counts bytes outside of whole records.
func (l *loss) add(captured, missing int64) {
	l.bytes += captured + missing
	l.loose += captured + missing
	l.captured += captured
	l.missing += missing
}

// fail counts a record that could not be opened.
func (c *Conn) fail(h *half, r record) {
	l := c.lose(h)
	l.records++
	l.bytes += int64(len(r))
	l.captured += int64(len(r))
	h.stats.Failed++
	h.passOver(r)
}

// passOver makes the keys know a record that could not be opened.
func (h *half) passOver(r record) {
	for _, e := range h.epochs {
		e.pass(r)
	}
	for _, e := range h.loss.next {
		e.pass(r)
	}
}

// slip looks for the next place in b that may be the start of a record, and returns how far that is. The place at
// the start of b is none.
func (c *Conn) slip(h *half, b []byte) int {
	if h.dead == 0 && !h.hello {
		c.die(h, NotCaptured)
	}
	if h.dead != 0 {
		h.framed = false
		return 0
	}
	l := c.lose(h)
	l.chained = false
	i := 1
	for i+headerLen <= len(b) && !h.fits(b[i:]) {
		i++
	}
	l.add(int64(i), 0)
	return i
}

// die ends the decryption of a direction.
func (c *Conn) die(h *half, why Reason) readiness {
	h.dead, h.framed = why, h.loss == nil || h.loss.chained
	h.blocked = false
	c.progress++
	c.flush(h)
	if c.other(h).dead != 0 {
		for n := h.nego; n != nil; n = n.next {
			n.transcript, n.cut = [2][]byte{}, true
		}
	}
	return never
}

// flush counts a loss after which nothing was opened any more, and passes it on as a gap.
func (c *Conn) flush(h *half) {
	l := h.loss
	if l == nil {
		return
	}
	h.loss = nil
	c.bytes.Undecoded += l.captured
	c.bytes.Missing += l.missing
	h.stats.NotDecrypted += l.bytes
	if l.bytes > 0 && h.pastHandshake() {
		c.unread(h, l.bytes)
	}
}

// pastHandshake reports whether what is lost may be application data.
func (h *half) pastHandshake() bool {
	if len(h.epochs) == 0 {
		return h.want != wantNothing
	}
	return true
}

// unread passes on that n bytes of ciphertext were not decrypted: as a gap, of as much as they may have been in
// plaintext, if the records were as long as before.
func (c *Conn) unread(h *half, n int64) {
	if n <= 0 || c.next == nil {
		return
	}
	fixed := int64(headerLen + 17)
	if len(h.epochs) > 0 {
		fixed = int64(h.epochs[0].cost().fixed)
	}
	records := max(1, (n+h.average/2)/max(1, h.average))
	c.passGap(h, hole{n: max(1, n-records*fixed), least: 0, most: n})
}

// abandon counts captured bytes of a direction that is not decrypted, and of which no records can be told apart.
func (c *Conn) abandon(h *half, n int) {
	c.bytes.Undecoded += int64(n)
	h.stats.NotDecrypted += int64(n)
	h.off += int64(n)
	c.unread(h, int64(n))
}

// opaque counts a record of a direction that is not decrypted.
func (c *Conn) opaque(h *half, r record) {
	n := int64(len(r))
	if r.typ() != typeData {
		c.bytes.TLS += n
		return
	}
	c.bytes.TLS += headerLen
	c.bytes.Undecoded += n - headerLen
	h.stats.NotDecrypted += n
	h.observe(len(r))
	c.unread(h, n)
}
