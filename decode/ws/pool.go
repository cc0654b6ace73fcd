package ws

import (
	"github.com/wspeek/wspeek/decode/flate"
	"github.com/wspeek/wspeek/decode/rule"
)

// Pool is what the Conns of one worker share. It belongs to one goroutine.
type Pool struct {
	// Arena is where payloads lie. Whoever drains the events takes it batch by batch.
	Arena Arena
	// Store keeps the windows that Limits.Windows has no room for. If there is none they are dropped, and messages that
	// refer to them are Undecodable.
	Store WindowStore

	finding Finding
	// scratch is for payload that is looked at once.
	scratch []byte
	free    []*assembly
	// rules is carved up for the lists of findings.
	rules []*rule.Rule

	engine flate.Decoder
	memories
	// plain is for directions without context takeover.
	plain flate.Buffer
	// held are the directions that have a window in memory, together heldBytes.
	held      lru
	heldBytes int64
	// evicted is how many sessions missed a window.
	evicted int64
	// healed are the directions whose last loss is looked into, the oldest loss first; pairs is what their windows are read with.
	healed []*healing
	pairs  *pairs
	// spans is how many spans all directions remember for Conflict.
	spans int
}

// NewPool is what the Conns of a new worker share.
func NewPool() *Pool { return new(Pool) }

const (
	maxFree     = 1024
	maxFreeBuf  = 64 << 10
	scratchSize = 4 << 10
	ruleSlab    = 256
)

// piece is n bytes of scratch memory, good until the next call.
func (s *Pool) piece(n int) []byte {
	if cap(s.scratch) < n {
		s.scratch = make([]byte, max(n, scratchSize))
	}
	return s.scratch[:n]
}

// assembly is an empty one.
func (s *Pool) assembly() *assembly {
	n := len(s.free)
	if n == 0 {
		return new(assembly)
	}
	a := s.free[n-1]
	s.free = s.free[:n-1]
	return a
}

// recycle takes an assembly back.
func (s *Pool) recycle(a *assembly) {
	if len(s.free) >= maxFree {
		return
	}
	buf := a.buf[:0]
	if cap(buf) > maxFreeBuf {
		s.Arena.giveBack(buf)
		buf = nil
	}
	*a = assembly{buf: buf}
	s.free = append(s.free, a)
}

// addRule appends r to a list of findings unless it is in there.
func (s *Pool) addRule(list []*rule.Rule, r *rule.Rule) []*rule.Rule {
	for _, have := range list {
		if have == r {
			return list
		}
	}
	if list == nil {
		if len(s.rules) < 2 {
			s.rules = make([]*rule.Rule, ruleSlab)
		}
		list, s.rules = s.rules[0:0:2], s.rules[2:]
	}
	return append(list, r)
}
