package ws

import "github.com/wspeek/wspeek/decode/rule"

// Shared is what the Conns of one worker share. It belongs to one goroutine.
type Shared struct {
	// Arena is where payloads lie. Whoever drains the events takes it batch by batch.
	Arena Arena

	finding Finding
	// scratch is for payload that is looked at once.
	scratch []byte
	// out is for the output of one message, dict for a window.
	out, dict []byte
	free      []*assembly
	// rules is carved up for the lists of findings.
	rules []*rule.Rule

	live, stored lru
	storedBytes  int64
	idle         []*inflater
	// plain is for directions without context takeover.
	plain *inflater
	// spans is how many spans all directions remember for Conflict.
	spans int
}

// NewShared is what the Conns of a new worker share.
func NewShared() *Shared { return new(Shared) }

const (
	maxFree     = 1024
	maxFreeBuf  = 64 << 10
	scratchSize = 4 << 10
	ruleSlab    = 256
)

// piece is n bytes of scratch memory, good until the next call.
func (s *Shared) piece(n int) []byte {
	if cap(s.scratch) < n {
		s.scratch = make([]byte, max(n, scratchSize))
	}
	return s.scratch[:n]
}

// dictionary is memory for a window, good until the next call.
func (s *Shared) dictionary() []byte {
	if s.dict == nil {
		s.dict = make([]byte, 0, history)
	}
	return s.dict
}

// assembly is an empty one.
func (s *Shared) assembly() *assembly {
	n := len(s.free)
	if n == 0 {
		return new(assembly)
	}
	a := s.free[n-1]
	s.free = s.free[:n-1]
	return a
}

// recycle takes an assembly back.
func (s *Shared) recycle(a *assembly) {
	if len(s.free) >= maxFree {
		return
	}
	buf := a.buf[:0]
	if cap(buf) > maxFreeBuf {
		buf = nil
	}
	*a = assembly{buf: buf}
	s.free = append(s.free, a)
}

// addRule appends r to a list of findings unless it is in there.
func (s *Shared) addRule(list []*rule.Rule, r *rule.Rule) []*rule.Rule {
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
