package tls

import "github.com/wspeek/wspeek/reassembly"

// messages puts handshake messages together, which may be cut into records in any way.
type messages struct {
	buf []byte
	// skip is how much is still to come of a message that is too long to be looked at.
	skip int
	// strict means that something was lost before: a record counts only if it is whole messages.
	strict bool
}

const messageHeader = 4

func messageLen(b []byte) int { return int(b[1])<<16 | int(b[2])<<8 | int(b[3]) }

// handshake takes the content of a handshake record.
func (c *Conn) handshake(h *half, b []byte, a at) {
	m := &h.messages
	if m.strict && !wholeMessages(b) {
		return
	}
	m.strict = false
	if n := min(m.skip, len(b)); n > 0 {
		m.skip -= n
		b = b[n:]
	}
	if len(m.buf) > 0 {
		m.buf = append(m.buf, b...)
		b = m.buf
	}
	for len(b) >= messageHeader {
		n := messageHeader + messageLen(b)
		if n > maxMessage+messageHeader {
			c.tooLong(h, b, n)
			return
		}
		if len(b) < n {
			break
		}
		whole := b[:n]
		b = b[n:]
		before := c.finished[h.dir]
		c.message(h, whole, a)
		if c.finished[h.dir] && !before {
			c.ended[h.dir] = a.time
		}
		if h.dead != 0 {
			return
		}
	}
	m.buf = append([]byte(nil), b...)
}

// tooLong lets a message of n bytes pass of which b is the start.
func (c *Conn) tooLong(h *half, b []byte, n int) {
	h.messages.skip, h.messages.buf = max(0, n-len(b)), nil
	h.nego.cut = true
	if b[0] == msgCertificate {
		h.nego.full = true
	}
}

// wholeMessages reports whether b is nothing but whole messages.
func wholeMessages(b []byte) bool {
	for len(b) >= messageHeader {
		n := messageHeader + messageLen(b)
		if n > len(b) {
			return false
		}
		b = b[n:]
	}
	return len(b) == 0
}

// message takes a whole handshake message.
func (c *Conn) message(h *half, m []byte, a at) {
	body := m[messageHeader:]
	switch m[0] {
	case msgClientHello:
		if c.clientHello(h, m, body); c.began == 0 && c.isClient(h) {
			c.began = a.time
		}
		c.reportMessage(h, m, a)
		return
	case msgServerHello:
		c.serverHello(h, m, body)
		c.reportMessage(h, m, a)
		return
	}
	c.reportMessage(h, m, a)
	switch m[0] {
	case msgHelloRequest:
		return
	}
	if !h.hello {
		c.die(h, NotCaptured)
		return
	}
	if h.nego.version() >= version13 {
		c.message13(h, m[0], body)
		return
	}
	c.message12(h, m, body)
}

// setClient notes that h is the client's direction, or the server's.
func (c *Conn) setClient(h *half, client bool) {
	if !c.known {
		c.known = true
		c.client = h.dir
		if !client {
			c.client = h.dir.Other()
		}
	}
}

func (c *Conn) clientHello(h *half, m, body []byte) {
	hello, ok := parseClientHello(body)
	if !ok || c.known && !c.isClient(h) {
		c.die(h, Damaged)
		return
	}
	c.setClient(h, true)
	if h.hello && h.nego.client.random != hello.random && h.nego.server != nil {
		h.nego = h.nego.following()
	}
	first := h.nego.client
	h.nego.client, h.hello = hello, true
	if first != nil && first.random == hello.random {
		hello.early = hello.early || first.early
	}
	h.nego.record(true, m)
	c.progress++
	if h.nego.version() >= version13 {
		h.want = wantFirst // captures may have the server's hello first
	}
}

func (c *Conn) serverHello(h *half, m, body []byte) {
	hello, ok := parseServerHello(body)
	if !ok || c.known && c.isClient(h) {
		c.die(h, Damaged)
		return
	}
	c.setClient(h, false)
	if h.hello && h.nego.server != nil {
		h.nego = h.nego.following()
	}
	n := h.nego
	h.hello = true
	c.progress++
	if hello.retry() {
		n.retried = true
		c.early = earlyRejected
		return
	}
	n.server, n.suite = hello, suiteByID(hello.suite)
	c.resumed = hello.sessionID != "" && n.client != nil && hello.sessionID == n.client.sessionID
	n.record(false, m)
	if hello.version >= version13 {
		h.want = wantHandshake
		c.resumed = hello.psk
		if o := c.other(h); o.hello && o.nego == n && len(o.epochs) == 0 {
			o.want = wantFirst
		}
	}
}

// message12 takes a message of TLS 1.2 or before, or one of a client before the server's hello is known.
func (c *Conn) message12(h *half, m, body []byte) {
	n := h.nego
	client := c.isClient(h)
	switch m[0] {
	case msgNewSessionTicket:
		c.ticket(n, parseTicket(body))
	case msgCertificate, msgServerHelloDone:
		n.full = n.full || !client
		c.resumed = false
		n.record(client, m)
	case msgClientKeyExchange:
		n.record(client, m)
		n.sealed = sealedPreMaster(body)
		c.progress++
	case msgFinished:
		c.finishedBy(h)
	default:
		if n.sealed == nil {
			n.record(client, m)
		}
	}
}

// sealedPreMaster is what a client encrypted with the server's RSA key (RFC 5246 section 7.4.7.1), never nil. Other key
// exchanges have other content.
func sealedPreMaster(body []byte) []byte {
	if len(body) >= 2 && int(body[0])<<8|int(body[1]) == len(body)-2 {
		body = body[2:]
	}
	return append([]byte{}, body...)
}

// message13 takes a message of TLS 1.3.
func (c *Conn) message13(h *half, kind byte, body []byte) {
	switch kind {
	case msgEncryptedExt:
		e, ok := parseEncryptedExtensions(body)
		if ok && !c.isClient(h) {
			c.extensions13(h, e)
		}
	case msgEndOfEarlyData:
		if c.isClient(h) && len(h.epochs) > 0 && h.epochs[0].stage == stageEarly {
			c.acceptEarly(h)
			h.epochs, h.want = nil, wantHandshake
		}
	case msgFinished:
		if len(h.epochs) > 0 && h.epochs[0].stage == stageHandshake {
			c.finishedBy(h)
			c.dropTentativeOf(h)
			h.epochs, h.want = nil, wantApp
		}
	case msgKeyUpdate:
		if len(h.epochs) > 0 && h.epochs[0].stage == stageApp && len(body) == 1 {
			c.updateKeys(h)
		}
	}
}

func (c *Conn) extensions13(h *half, e encryptedExtensions) {
	h.nego.server.alpn = e.alpn
	if c.early == earlyPending {
		c.early = earlyRejected
		if e.early {
			c.early = earlyAccepted
		}
	}
	c.progress++
	if o := c.other(h); c.early == earlyUnknown && e.early {
		c.acceptEarly(o)
	}
}

func (c *Conn) dropTentativeOf(h *half) {
	if c.isClient(h) {
		c.dropTentative()
	}
}

func (c *Conn) updateKeys(h *half) {
	h.stats.KeyUpdates++
	if u := h.epochs[0].update(); u != nil {
		h.epochs, h.seq = []*epoch{u}, 0
	}
}

// finishedBy notes that a Finished message was read.
func (c *Conn) finishedBy(h *half) {
	c.finished[h.dir] = true
	n := h.nego
	if n.server != nil && n.server.version < version13 && !n.full && h.dir != reassembly.Dir(c.client) {
		c.resumed = true
	}
}
