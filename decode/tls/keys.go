package tls

import (
	"bytes"
	"crypto/rsa"

	"github.com/wspeek/wspeek/capture"
)

// Source says where the secrets of a connection come from.
type Source uint8

const (
	// FromKeyLog is a key log file.
	FromKeyLog Source = iota + 1
	// FromCapture is a Decryption Secrets Block of a pcapng file.
	FromCapture
	// FromPrivateKey is an RSA private key.
	FromPrivateKey
)

// String is the name that is used in JSON.
func (s Source) String() string {
	switch s {
	case FromKeyLog:
		return "keylog"
	case FromCapture:
		return "dsb"
	case FromPrivateKey:
		return "rsa"
	}
	return ""
}

// Keys are secrets, and what else connections share: the sessions that may be resumed, and the bound on what waits
// for secrets. More may be added at any time. The Conns that share Keys, and Keys, are for one goroutine at a time.
type Keys struct {
	limits  Limits
	secrets map[[randomLen]byte]*secretSet
	// order are the client randoms of secrets, the oldest first, and size estimates their memory.
	order   []([randomLen]byte)
	size    int
	dropped int64
	private []*rsa.PrivateKey
	// sessions are master secrets by session ID or ticket, and premaster secrets; sessionOrder has the oldest first.
	sessions     map[string]session
	sessionOrder []string
	// learned are the sessions remembered since the last call of Learned.
	learned []Learned
	// version changes with everything that may let a connection go on.
	version uint64
	// retried is the version of the last Retry.
	retried uint64
	final   bool
	// now is the time of the last Tick, 0 before the first; partial are the client randoms whose secrets have come in part, the
	// oldest first.
	now     capture.Time
	partial []partial
	waiting waitList
	// pool are buffers that no Conn uses now: idle connections hold none.
	pool [][]byte
}

// maxPool is how many unused buffers are kept; one is about as long as a record.
const maxPool = 64

// borrow returns an empty buffer.
func (k *Keys) borrow() []byte {
	n := len(k.pool)
	if n == 0 {
		return nil
	}
	b := k.pool[n-1]
	k.pool = k.pool[:n-1]
	return b
}

// giveBack takes a buffer that is not used any more.
func (k *Keys) giveBack(b []byte) {
	if cap(b) > 0 && len(k.pool) < maxPool {
		k.pool = append(k.pool, b[:0])
	}
}

// secretOf is a secret and where it comes from.
type secretOf struct {
	secret []byte
	from   Source
}

// secretSet are the secrets of one client random, by label. There may be several that contradict each other:
// the one that works is right.
type secretSet struct{ by [labelCount][]secretOf }

// session is a master secret to be used again, or a premaster secret.
type session struct {
	secret []byte
	from   Source
}

const (
	// maxRivals is how many different secrets are kept for one use.
	maxRivals = 4
	// secretCost is what a secret takes besides its own bytes, and setCost what a client random takes.
	secretCost, setCost = 32, 256
)

// NewKeys makes an empty set.
func NewKeys(l Limits) *Keys {
	return &Keys{limits: l.withDefaults(), secrets: map[[randomLen]byte]*secretSet{}, sessions: map[string]session{}}
}

// Len is how many client randoms have a secret.
func (k *Keys) Len() int { return len(k.secrets) }

// Dropped counts client randoms whose secrets were dropped because of Limits.Secrets. A log that was too large for it
// may be read once more when the capture has ended, with Retry now and then: connections that wait use what they need.
func (k *Keys) Dropped() int64 { return k.dropped }

// Version changes whenever something was added that may let a waiting connection go on.
func (k *Keys) Version() uint64 { return k.version }

// add adds a secret and reports whether it is a new one.
func (k *Keys) add(random [randomLen]byte, what label, s secretOf) bool {
	set := k.secrets[random]
	if set == nil {
		set = &secretSet{}
		k.secrets[random] = set
		k.order = append(k.order, random)
		k.size += setCost
	}
	for _, old := range set.by[what] {
		if bytes.Equal(old.secret, s.secret) {
			return false
		}
	}
	if len(set.by[what]) == maxRivals {
		return false
	}
	set.by[what] = append(set.by[what], s)
	k.size += len(s.secret) + secretCost
	k.version++
	k.expect(random, set)
	k.trim()
	return true
}

// trim drops the oldest secrets while there are too many.
func (k *Keys) trim() {
	for k.size > k.limits.Secrets && len(k.order) > 1 {
		r := k.order[0]
		k.order = k.order[1:]
		k.size -= k.secrets[r].cost()
		delete(k.secrets, r)
		k.dropped++
	}
}

func (s *secretSet) cost() int {
	n := setCost
	for _, list := range s.by {
		for _, v := range list {
			n += len(v.secret) + secretCost
		}
	}
	return n
}

// find are the secrets of a client random for one use.
func (k *Keys) find(random [randomLen]byte, what label) []secretOf {
	if set := k.secrets[random]; set != nil {
		return set.by[what]
	}
	return nil
}

// remember keeps the master secret of a session under its ID or ticket.
func (k *Keys) remember(id string, s session) {
	if old, ok := k.sessions[id]; !ok {
		k.sessionOrder = append(k.sessionOrder, id)
	} else if bytes.Equal(old.secret, s.secret) {
		return
	}
	k.sessions[id] = s
	k.learned = append(k.learned, Learned{id, s})
	k.version++
	for len(k.sessionOrder) > k.limits.Sessions {
		delete(k.sessions, k.sessionOrder[0])
		k.sessionOrder = k.sessionOrder[1:]
	}
}

// Learned is a session that another connection may resume.
type Learned struct {
	id      string
	session session
}

// Learned are the sessions that connections have made since the last call, for other Keys.
func (k *Keys) Learned() []Learned {
	l := k.learned
	k.learned = nil
	return l
}

// Learn remembers sessions of other Keys: connections of theirs may be resumed by connections of these.
func (k *Keys) Learn(list []Learned) {
	own := k.learned
	for _, l := range list {
		k.remember(l.id, l.session)
	}
	k.learned = own
}

// NoMore says that no more secrets will come: connections that wait for some report that there is no key. Those to
// come will not wait. To be called before a capture whose secrets are all known, or at its end.
func (k *Keys) NoMore() {
	k.final = true
	k.version++
	k.Retry()
}

// Retry lets the connections that wait go on, as far as the secrets are there now. The oldest comes first. It costs nothing
// if no secret was added since the last time. It must not be called while a Conn is being called.
func (k *Keys) Retry() {
	for k.retried != k.version {
		k.retried = k.version
		for _, c := range k.waiting.all() {
			c.retry() // which may add a session that another connection resumes
		}
	}
}
