package tls

// masters are the master secrets that a handshake up to TLS 1.2 may have, the likeliest first.
func (c *Conn) masters(n *negotiation) []secretOf {
	if n.master.secret != nil {
		return []secretOf{n.master}
	}
	if n.masters != nil && n.mastersAt == c.keys.version {
		return n.masters
	}
	k := c.keys
	list := append([]secretOf(nil), k.find(n.client.random, labelMaster)...)
	list = append(list, k.resumable(n)...)
	for _, p := range k.preMasters(n) {
		if m := n.derive(p.secret); m != nil {
			list = append(list, secretOf{m, p.from})
		}
	}
	n.masters, n.mastersAt = list, k.version
	return list
}

// resumable are the master secrets of sessions that the handshake may resume, by ID or ticket (RFC 5246 section 7.3, RFC 5077).
func (k *Keys) resumable(n *negotiation) []secretOf {
	if n.full {
		return nil
	}
	var list []secretOf
	for _, id := range []string{n.server.sessionID, n.client.ticket} {
		if s, ok := k.sessions[id]; ok && id != "" && len(s.secret) == masterLen {
			list = append(list, secretOf(s))
		}
	}
	return list
}

// preMasters are the premaster secrets that the handshake may have.
func (k *Keys) preMasters(n *negotiation) []secretOf {
	var list []secretOf
	if s, ok := k.sessions[preMaster+string(n.client.random[:])]; ok {
		list = append(list, secretOf(s))
	}
	if len(n.sealed) < 8 || n.suite.kx != "RSA" {
		return list
	}
	if s, ok := k.sessions[preMasterOf+string(n.sealed[:8])]; ok {
		list = append(list, secretOf(s))
	}
	if p := k.decryptPreMaster(n.sealed, n.client.version); p != nil {
		list = append(list, secretOf{p, FromPrivateKey})
	}
	return list
}

// derive makes the master secret of a premaster secret (RFC 5246 section 8.1, RFC 7627 section 4); nil if that is not possible.
func (n *negotiation) derive(pre []byte) []byte {
	if !n.server.ems {
		seed := append(append([]byte(nil), n.client.random[:]...), n.server.random[:]...)
		return prf(n.prfHash(), pre, "master secret", seed, masterLen)
	}
	if h := n.sessionHash(); h != nil {
		return prf(n.prfHash(), pre, "extended master secret", h, masterLen)
	}
	return nil
}

// sessionHash is the hash of the messages up to the client's key exchange; nil if they are not all there.
func (n *negotiation) sessionHash() []byte {
	if n.hash != nil || n.cut || n.sealed == nil || !n.full {
		return n.hash
	}
	client, server := n.transcript[0], n.transcript[1]
	hello := 4 + int(client[1])<<16 + int(client[2])<<8 + int(client[3])
	if hello > len(client) {
		return nil
	}
	all := append(append(append([]byte(nil), client[:hello]...), server...), client[hello:]...)
	n.hash = n.prfHash().sum(all)
	n.transcript = [2][]byte{}
	return n.hash
}

// record keeps a message for the session hash.
func (n *negotiation) record(client bool, message []byte) {
	side := 1
	if client {
		side = 0
	}
	if n.cut || n.hash != nil || n.version() >= version13 || len(n.transcript[side])+len(message) > maxTranscript {
		n.cut, n.transcript = n.hash == nil, [2][]byte{}
		return
	}
	n.transcript[side] = append(n.transcript[side], message...)
}

// learn takes note that e works: of where the keys come from, and of the session that may be resumed.
func (c *Conn) learn(h *half, e *epoch) {
	e.good = true
	c.progress++
	c.from = e.secret.from
	n := h.nego
	if e.generation == 0 {
		c.use(n.client.random, e)
	}
	if e.stage != stageSealed || n.master.secret != nil {
		return
	}
	n.master = e.secret
	s := session(e.secret)
	if n.server.sessionID != "" {
		c.keys.remember(n.server.sessionID, s)
	}
	if n.client.ticket != "" && !n.full {
		c.keys.remember(n.client.ticket, s)
	}
	for _, t := range n.tickets {
		c.keys.remember(t, s)
	}
	n.tickets, n.transcript, n.cut = nil, [2][]byte{}, true
}

// ticket takes a ticket that the server gave out.
func (c *Conn) ticket(n *negotiation, t string) {
	switch {
	case t == "":
	case n.master.secret != nil:
		c.keys.remember(t, session(n.master))
	case len(n.tickets) < maxTickets:
		n.tickets = append(n.tickets, t)
	}
}
