package packets

import (
	"slices"
	"sync"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/reassembly"
)

// Connection is the TCP connection of a session, or of several one after the other.
type Connection struct {
	flow reassembly.Flow
	// first is the number of its first packet, next that of the connection that has its ports after it; 0: none yet.
	first, next int
	// last is the newest packet of a session that has ended; 0 until all have ended.
	last     int
	sessions []int
	stream   *decode.Stream
	// kept is how many of its packets a marker has found.
	kept int64
}

// Begins is the number of its first packet, Flow what its packets are known by until another connection has the same.
func (c *Connection) Begins() (first int, flow reassembly.Flow) { return c.first, c.flow }

// Sessions are those that it carried.
func (c *Connection) Sessions() []int { return c.sessions }

// has reports whether a packet of its flow is one of its own.
func (c *Connection) has(number int) bool {
	return number >= c.first && (c.next == 0 || number < c.next)
}

// Connections knows which packets carry which sessions. Note must see all events, in order; the other methods may be
// called by other goroutines.
type Connections struct {
	mu       sync.Mutex // guards all
	sessions map[int]*Connection
	// byFlow has the newest of each flow, as long as no other connection has its ports.
	byFlow  map[reassembly.Flow]*Connection
	secrets secrets
	// newest is the highest number of a session, added counts those since the last tidy.
	newest, added int
}

// NewConnections knows nothing yet.
func NewConnections() *Connections {
	return &Connections{sessions: map[int]*Connection{}, byFlow: map[reassembly.Flow]*Connection{}, secrets: secrets{of: map[*decode.Stream]*keyLog{}}}
}

// Note takes an event in. A connection comes before its sessions, and these before the next connection on its ports.
func (k *Connections) Note(b *decode.Batch, e *decode.Event) {
	switch e.Kind {
	case decode.KindStream, decode.KindSession, decode.KindTLS, decode.KindKeys:
	default:
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	switch e.Kind {
	case decode.KindKeys:
		k.secrets.add(e.Stream, b.Keys(e))
		k.added++
	case decode.KindTLS:
		k.secrets.ended(e.Stream, b.TLS(e).Last)
	case decode.KindSession:
		k.session(e.Stream, b.Session(e))
	case decode.KindStream:
		if c := k.byFlow[e.Stream.Flow]; c != nil {
			c.next = e.Stream.First
			delete(k.byFlow, e.Stream.Flow)
		}
	}
}

// Before returns a Visit that notes each event before it calls visit.
func (k *Connections) Before(visit run.Visit) run.Visit {
	return func(b *decode.Batch, e *decode.Event) error {
		k.Note(b, e)
		return visit(b, e)
	}
}

func (k *Connections) session(s *decode.Stream, i *decode.Session) {
	c := k.sessions[i.N]
	if c == nil {
		if c = k.byFlow[s.Flow]; c == nil || c.first != s.First {
			c = &Connection{flow: s.Flow, first: s.First, stream: s}
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

// Of returns copies of the connections of sessions, and the sessions of which nothing is known.
func (k *Connections) Of(sessions []int) (out []Connection, missing []int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	taken := map[*Connection]bool{}
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

// Along is how many other sessions went over the connections of these.
func (k *Connections) Along(sessions []int) (n int) {
	all, missing := k.Of(sessions)
	for i := range all {
		n += len(all[i].sessions)
	}
	return n + len(missing) - len(sessions)
}

// Count is how many sessions there were.
func (k *Connections) Count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.newest
}

// tidyEvery is after how many new sessions and secrets Tidy looks for those without packets.
const tidyEvery = 1024

// Tidy drops, from time to time, connections whose packets all came before number oldest.
func (k *Connections) Tidy(oldest int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.added < tidyEvery {
		return
	}
	k.added = 0
	k.secrets.tidy(oldest)
	for n, c := range k.sessions {
		if c.next != 0 && c.next <= oldest || c.last != 0 && c.last < oldest {
			delete(k.sessions, n)
			if k.byFlow[c.flow] == c {
				delete(k.byFlow, c.flow)
			}
		}
	}
}
