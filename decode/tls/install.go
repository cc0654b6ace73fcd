package tls

// readiness says whether a record can be read now.
type readiness uint8

const (
	ready readiness = iota
	waits
	never
)

// admit makes what is needed to read r: the keys of its direction. If that is not possible, the direction waits, or is dead.
func (c *Conn) admit(h *half, r record) readiness {
	if c.skimming {
		return ready
	}
	sealed := r.typ() == typeData || r.typ() == typeCCS
	switch {
	case h.dead == 0 && h.nego.version() >= version13 && r.typ() != typeData:
		return ready
	case len(h.epochs) > 0:
		return ready
	case h.want != wantNothing:
		return c.install(h)
	case h.loss != nil && !h.looksClear(r):
		return c.suppose(h)
	case sealed && !h.hello:
		return c.die(h, NotCaptured)
	case sealed && h.nego.server == nil && !h.nego.retried:
		return c.awaitHello(h)
	}
	return ready
}

// awaitHello waits for the hello of the other direction, if it can still come.
func (c *Conn) awaitHello(h *half) readiness {
	if o := c.other(h); o.dead != 0 || o.closed != 0 {
		return c.die(h, NotCaptured)
	}
	return waits
}

// install puts the keys in use that h wants.
func (c *Conn) install(h *half) readiness {
	n := h.nego
	if n.client == nil || n.server == nil {
		return c.awaitHello(h)
	}
	if why := n.supported(); why != 0 {
		return c.die(h, why)
	}
	list, got := c.make(h)
	if got != ready {
		return got
	}
	if len(list) == 0 {
		return c.keyless(h)
	}
	h.epochs, h.seq, h.want = list, 0, wantNothing
	return ready
}

// suppose prepares for the case that the change of keys was lost: r does not look as if it were in clear.
func (c *Conn) suppose(h *half) readiness {
	n := h.nego
	switch {
	case n.client == nil || n.server == nil:
		return c.awaitHello(h)
	case n.supported() != 0 || n.server.version >= version13:
		return ready
	}
	if len(h.loss.next) == 0 {
		h.loss.next = c.sealedKeys(h)
	}
	if len(h.loss.next) == 0 {
		return c.keyless(h)
	}
	return ready
}

// keyless waits for secrets, or reports that there are none.
func (c *Conn) keyless(h *half) readiness {
	if !c.keys.final {
		return waits
	}
	return c.die(h, NoKey)
}

// make makes the keys that h wants; none if the secrets are not there.
func (c *Conn) make(h *half) ([]*epoch, readiness) {
	switch h.want {
	case wantSealed:
		return c.sealedKeys(h), ready
	case wantFirst:
		return c.firstKeys(h)
	case wantHandshake:
		return c.handshakeKeys(h), ready
	}
	if c.keys.expects(h.nego.client.random) {
		return nil, waits // for those of the other direction, so that a request is decrypted before its answer
	}
	return c.traffic(h, stageApp), ready
}

// handshakeKeys are those of the handshake. If there are none, but those of the application data are there, the
// records of the handshake are lost.
func (c *Conn) handshakeKeys(h *half) []*epoch {
	if list := c.traffic(h, stageHandshake); len(list) > 0 || c.keys.expects(h.nego.client.random) {
		return list
	}
	list := c.traffic(h, stageApp)
	if len(list) > 0 {
		c.lose(h).switched = true
	}
	return list
}

// firstKeys are those that the client uses after its hello.
func (c *Conn) firstKeys(h *half) ([]*epoch, readiness) {
	n := h.nego
	if n.client.early && !n.retried && c.early == earlyPending {
		o := c.other(h)
		if o.dead == 0 && o.closed == 0 && o.loss == nil {
			return nil, waits
		}
		c.early = earlyUnknown
	}
	offered := n.client.early && (c.early == earlyAccepted || c.early == earlyUnknown) && !n.retried
	if list := c.traffic(h, stageEarly); offered && len(list) > 0 {
		return list, ready
	}
	list := c.handshakeKeys(h)
	if n.client.early && len(list) > 0 {
		h.skipEarly = c.early != earlyAccepted
		if c.early == earlyAccepted {
			c.lose(h).early = true
		}
	}
	return list, ready
}

// labelOf is the secret of a stage.
func (c *Conn) labelOf(h *half, s stage) label {
	client := c.isClient(h)
	switch {
	case s == stageEarly:
		return labelEarly
	case s == stageHandshake && client:
		return labelClientHandshake
	case s == stageHandshake:
		return labelServerHandshake
	case client:
		return labelClientApp
	}
	return labelServerApp
}

// traffic are the keys of a stage of TLS 1.3.
func (c *Conn) traffic(h *half, s stage) []*epoch {
	n, what := h.nego, c.labelOf(h, s)
	var list []*epoch
	for _, v := range c.keys.find(n.client.random, what) {
		if len(v.secret) != n.suite.bulk.hash.size() {
			continue
		}
		if o, err := open13(n.suite.bulk, v.secret); err == nil {
			list = append(list, &epoch{opener: o, stage: s, suite: n.suite, secret: v, label: what})
		}
	}
	return list
}

// sealedKeys are those of TLS 1.2 and before, one for each possible master secret (RFC 5246 section 6.3).
func (c *Conn) sealedKeys(h *half) []*epoch {
	n := h.nego
	var list []*epoch
	for _, m := range c.masters(n) {
		k := n.keyMaterial(m.secret, c.isClient(h))
		if o, err := open12(n.suite.bulk, n.server.version, n.server.etm, k); err == nil {
			list = append(list, &epoch{opener: o, stage: stageSealed, suite: n.suite, secret: m, label: labelMaster})
		}
	}
	return list
}

// keyMaterial cuts the key block into the keys of one direction.
func (n *negotiation) keyMaterial(master []byte, client bool) keyMaterial {
	b := n.suite.bulk
	iv := b.fixedIV()
	if b.mode == modeCBC && n.server.version <= version10 {
		iv = b.block()
	}
	sizes := [3]int{b.mac.size(), b.key, iv}
	seed := append(n.server.random[:len(n.server.random):len(n.server.random)], n.client.random[:]...)
	block := prf(n.prfHash(), master, "key expansion", seed, 2*(sizes[0]+sizes[1]+sizes[2]))
	var parts [3][]byte
	for i, size := range sizes {
		if client {
			parts[i] = block[:size]
		} else {
			parts[i] = block[size : 2*size]
		}
		block = block[2*size:]
	}
	return keyMaterial{parts[0], parts[1], parts[2]}
}
