package tls

// stage is what keys are for.
type stage uint8

const (
	// stageSealed are the keys of TLS 1.2 and before.
	stageSealed stage = iota
	stageEarly
	stageHandshake
	stageApp
)

// epoch is one set of keys of one direction.
type epoch struct {
	opener
	stage stage
	// suite is that of the keys, secret the traffic secret of TLS 1.3 and the master secret before.
	suite  *suite
	secret secretOf
	label  label
	// generation counts the key updates of TLS 1.3.
	generation int
	// good means that a record was opened with it.
	good bool
}

// negotiation is one handshake: the first, or a renegotiation.
type negotiation struct {
	client *clientHello
	server *serverHello
	suite  *suite
	// retried means that the server asked for another hello.
	retried bool
	// full means that the server sent a certificate or the end of its hello: no session was resumed.
	full bool
	// transcript are the messages of both directions up to the client's key exchange, for the hash that the master secret
	// may depend on; cut means that they were not kept.
	transcript [2][]byte
	cut        bool
	// sealed is the premaster secret that the client encrypted.
	sealed []byte
	hash   []byte
	// tickets are those that the server gave out in it, and master is the secret that turned out to be right.
	tickets []string
	master  secretOf
	// masters are the secrets to be tried, as of the version of Keys in mastersAt.
	masters   []secretOf
	mastersAt uint64
	next      *negotiation
}

// following is the handshake after n.
func (n *negotiation) following() *negotiation {
	if n.next == nil {
		n.next = &negotiation{}
	}
	return n.next
}

// version is the negotiated one, 0 while it is not known.
func (n *negotiation) version() uint16 {
	if n.server == nil {
		return 0
	}
	return n.server.version
}

// prfHash is the hash of the key schedule.
func (n *negotiation) prfHash() hashKind {
	if n.server.version < version12 {
		return hashLegacy
	}
	return n.suite.bulk.hash
}

// supported names what stands in the way of decrypting, 0 if nothing does.
func (n *negotiation) supported() Reason {
	switch v := n.server.version; {
	case v < version10 || v > version13:
		return VersionNotSupported
	case n.suite == nil || n.server.compressed:
		return CipherNotSupported
	case (v == version13) != (n.suite.kx == ""):
		return CipherNotSupported
	}
	return 0
}

// maxTickets is how many tickets of a handshake are remembered.
const maxTickets = 16

// update are the keys after a key update (RFC 8446 section 7.2).
func (e *epoch) update() *epoch {
	b := e.suite.bulk
	u := *e
	u.secret.secret = expandLabel(b.hash, e.secret.secret, "traffic upd", b.hash.size())
	u.generation++
	u.good = false
	var err error
	if u.opener, err = open13(b, u.secret.secret); err != nil {
		return nil
	}
	return &u
}
