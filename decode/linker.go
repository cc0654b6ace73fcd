package decode

import "slices"

// Linker links the legs of sessions (see Peers) while they are reported, for runs that may not end. The zero value is ready.
type Linker struct {
	// byKey and byMasks have the sessions that share a key or masking keys, three at most: such ones prove nothing.
	byKey, byMasks map[string][]*Session
	peers          map[int]int
}

// Peer is the other leg of session n, 0 if none is known.
func (l *Linker) Peer(n int) int { return l.peers[n] }

// Add takes the newest snapshot of a session, and returns the sessions whose peer is another one now.
func (l *Linker) Add(s *Session) (changed []int) {
	if l.peers == nil {
		l.byKey, l.byMasks, l.peers = map[string][]*Session{}, map[string][]*Session{}, map[int]int{}
	}
	changed = l.join(l.byKey, s.key(), s)
	return append(changed, l.join(l.byMasks, s.masks(), s)...)
}

// join adds s to those that have something in common, and links or parts them.
func (l *Linker) join(by map[string][]*Session, common string, s *Session) []int {
	if common == "" {
		return nil
	}
	legs := by[common]
	if i := slices.IndexFunc(legs, func(o *Session) bool { return o.N == s.N }); i >= 0 {
		legs[i] = s
	} else if len(legs) <= 2 {
		legs = append(legs, s)
	}
	by[common] = legs
	if len(legs) == 1 {
		return nil
	}
	a, b := legs[0], legs[1]
	switch linked := l.peers[a.N] == b.N; {
	case len(legs) > 2 && linked:
		delete(l.peers, a.N)
		delete(l.peers, b.N)
	case len(legs) > 2 || linked || !a.legOf(b) || l.peers[a.N]+l.peers[b.N] > 0:
		return nil
	default:
		l.peers[a.N], l.peers[b.N] = b.N, a.N
	}
	return []int{a.N, b.N}
}

// Forget drops what is kept of a session.
func (l *Linker) Forget(s *Session) {
	if l.peers == nil {
		return
	}
	for _, at := range []struct {
		by     map[string][]*Session
		common string
	}{{l.byKey, s.key()}, {l.byMasks, s.masks()}} {
		if at.common == "" {
			continue
		}
		legs := slices.DeleteFunc(at.by[at.common], func(o *Session) bool { return o.N == s.N })
		if at.by[at.common] = legs; len(legs) == 0 {
			delete(at.by, at.common)
		}
	}
	delete(l.peers, l.peers[s.N])
	delete(l.peers, s.N)
}
