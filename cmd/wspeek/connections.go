package main

import (
	"slices"
	"sync"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/reassembly"
)

// connection is the TCP connection of a session, or of several one after the other.
type connection struct {
	flow reassembly.Flow
	// first is the number of its first packet, next that of the connection that has its ports after it; 0: none yet.
	first, next int
	// last is the newest packet of a session that has ended; 0 as long as one goes on.
	last     int
	sessions []int
	// kept is how many of its packets a marker has found.
	kept int64
}

// has says whether a packet of its flow is one of its own.
func (c *connection) has(number int) bool {
	return number >= c.first && (c.next == 0 || number < c.next)
}

// connections knows which packets carry which sessions. It is told of all events, in order, and may be asked by
// other goroutines.
type connections struct {
	mu       sync.Mutex // guards all
	sessions map[int]*connection
	// byFlow has the newest of each flow, as long as no other connection has its ports.
	byFlow map[reassembly.Flow]*connection
	// newest is the highest number of a session, added counts those since the last tidy.
	newest, added int
}

func newConnections() *connections {
	return &connections{sessions: map[int]*connection{}, byFlow: map[reassembly.Flow]*connection{}}
}

// note takes an event in. A connection is told before its sessions, and those before the next on its ports.
func (k *connections) note(b *decode.Batch, e *decode.Event) {
	if e.Kind != decode.KindStream && e.Kind != decode.KindSession {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if e.Kind == decode.KindStream {
		if c := k.byFlow[e.Stream.Flow]; c != nil {
			c.next = e.Stream.First
			delete(k.byFlow, e.Stream.Flow)
		}
		return
	}
	k.session(e.Stream, b.Session(e))
}

// before is visit, and noted before.
func (k *connections) before(visit run.Visit) run.Visit {
	return func(b *decode.Batch, e *decode.Event) error {
		k.note(b, e)
		return visit(b, e)
	}
}

func (k *connections) session(s *decode.Stream, i *decode.Session) {
	c := k.sessions[i.N]
	if c == nil {
		if c = k.byFlow[s.Flow]; c == nil || c.first != s.First {
			c = &connection{flow: s.Flow, first: s.First}
			k.byFlow[s.Flow] = c
		}
		k.sessions[i.N] = c
		c.sessions = append(c.sessions, i.N)
		k.newest = max(k.newest, i.N)
		k.added++
	}
	if i.N != c.sessions[len(c.sessions)-1] {
		return
	}
	if c.last = 0; i.HasEnded || i.State == decode.Closed || i.State == decode.Refused {
		c.last = i.Last
	}
}

// of are copies of the connections of sessions, and the sessions of which nothing is known.
func (k *connections) of(sessions []int) (out []connection, missing []int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	taken := map[*connection]bool{}
	for _, n := range sessions {
		c := k.sessions[n]
		switch {
		case c == nil:
			missing = append(missing, n)
		case !taken[c]:
			taken[c] = true
			out = append(out, *c)
			out[len(out)-1].sessions = slices.Clone(c.sessions)
		}
	}
	return out, missing
}

// along is how many other sessions went over the connections of these.
func (k *connections) along(sessions []int) (n int) {
	all, missing := k.of(sessions)
	for i := range all {
		n += len(all[i].sessions)
	}
	return n + len(missing) - len(sessions)
}

// count is how many sessions there were.
func (k *connections) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.newest
}

// tidyEvery is how many new sessions there are before those are looked for that have no packets.
const tidyEvery = 1024

// tidy forgets, from time to time, connections whose packets all came before number oldest.
func (k *connections) tidy(oldest int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.added < tidyEvery {
		return
	}
	k.added = 0
	for n, c := range k.sessions {
		if c.next != 0 && c.next <= oldest || c.last != 0 && c.last < oldest {
			delete(k.sessions, n)
			if k.byFlow[c.flow] == c {
				delete(k.byFlow, c.flow)
			}
		}
	}
}
