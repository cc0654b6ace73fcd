package check

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/ws"
)

// Pings are what became of the pings of one side. Sent is the sum of Answered, Skipped, Waiting and Forgotten.
type Pings struct {
	Sent, Answered int
	// Skipped were not answered, but a later one was: a pong answers the newest ping (RFC 6455 section 5.5.3).
	Skipped int
	// Waiting have had no pong by the end; Forgotten are those beyond what is kept.
	Waiting, Forgotten int
	// Measured is how many round trips were measured: those of pongs that could answer one ping only.
	Measured         int
	Min, Max, sum    capture.Time
	MinPing, MaxPing int
	Oldest, Newest   Ping
	OldestAge        capture.Time
	// Unasked counts this side's pongs that answer nothing.
	Unasked int
}

// Mean is the mean of the round trips, 0 where none was measured.
func (p *Pings) Mean() capture.Time {
	if p.Measured == 0 {
		return 0
	}
	return p.sum / capture.Time(p.Measured)
}

// Ping is one ping: its message number, and when it was captured.
type Ping struct {
	N  int
	At ws.Stamp
}

const (
	// maxPings is how many pings of a side wait for their pongs.
	maxPings = 64
	// early is by how much a pong may have been captured before its ping.
	early = capture.Time(10e6)
)

type waiting struct {
	ping    Ping
	payload string
}

// pings follows the pings of one side and the pongs of the other.
type pings struct {
	stats Pings
	open  []waiting
	// stray is the last pong that answered nothing.
	stray   waiting
	strayed bool
}

// ping takes a ping of this side.
func (p *pings) ping(m *ws.Message) {
	p.stats.Sent++
	if p.strayed && p.stray.payload == string(m.Payload) && m.Last.Time-p.stray.ping.At.Time < early {
		p.strayed = false
		p.stats.Answered++
		return
	}
	if len(p.open) == maxPings {
		p.open = p.open[1:]
		p.stats.Forgotten++
	}
	p.open = append(p.open, waiting{Ping{m.N, m.Last}, string(m.Payload)})
}

// pong takes a pong of the other side, and reports whether it answers a ping.
func (p *pings) pong(m *ws.Message) bool {
	found, same := -1, 0
	for i := range p.open {
		if p.open[i].payload == string(m.Payload) {
			found = i
			same++
		}
	}
	if same == 0 {
		p.stray, p.strayed = waiting{Ping{m.N, m.Last}, string(m.Payload)}, true
		return false
	}
	if same == 1 {
		p.measure(p.open[found].ping, m.Last.Time)
	} else {
		found = p.first(string(m.Payload))
	}
	p.stats.Answered++
	p.stats.Skipped += found
	p.open = append(p.open[:0], p.open[found+1:]...)
	return true
}

// first is the oldest ping with a payload: which one is meant cannot be told.
func (p *pings) first(payload string) int {
	for i := range p.open {
		if p.open[i].payload == payload {
			return i
		}
	}
	return 0
}

func (p *pings) measure(from Ping, to capture.Time) {
	s, rtt := &p.stats, to-from.At.Time
	if rtt < 0 {
		return
	}
	if s.Measured == 0 || rtt < s.Min {
		s.Min, s.MinPing = rtt, from.N
	}
	if s.Measured == 0 || rtt > s.Max {
		s.Max, s.MaxPing = rtt, from.N
	}
	s.Measured++
	s.sum += rtt
}

// result is what is known when the session has ended at end.
func (p *pings) result(end capture.Time) Pings {
	s := p.stats
	s.Waiting = len(p.open)
	if s.Waiting > 0 {
		s.Oldest, s.Newest = p.open[0].ping, p.open[s.Waiting-1].ping
		s.OldestAge = max(end-s.Oldest.At.Time, 0)
	}
	return s
}

// patience is how long a pong may take before its absence means anything.
func (p *Pings) patience() capture.Time { return max(3*p.Max, second) }
