package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// Slow is a message that took long from its first frame's header to its last byte.
type Slow struct {
	N, Frames int
	Dir       ws.Dir
	From, To  ws.Stamp
	Len       int64
	// Again and Late count segments of its direction in that time that were sent again, and that came after later
	// ones; Shut is for how long the receiver had no room.
	Again, Late int
	Shut        capture.Time
	// Cut says that the TCP connection had more incidents than are kept: there may be causes that are not told.
	Cut bool
}

// Took is how long it took.
func (s *Slow) Took() capture.Time { return s.To.Time - s.From.Time }

const (
	// slowest is how many slow messages of a session are kept, slowFrom what is slow.
	slowest  = 4
	slowFrom = second / 5
)

// slowMessages keeps the slowest messages, the slowest first.
type slowMessages struct {
	list  []Slow
	count int
}

func (s *slowMessages) message(m *ws.Message) {
	took := m.Last.Time - m.Start.Time
	if took < slowFrom || m.Start.Packet == 0 {
		return
	}
	s.count++
	if len(s.list) == slowest && s.list[slowest-1].Took() >= took {
		return
	}
	if len(s.list) == slowest {
		s.list = s.list[:slowest-1]
	}
	s.list = append(s.list, Slow{N: m.N, Frames: m.Frames, Dir: m.Dir, From: m.Start, To: m.Last, Len: m.Len})
	slices.SortStableFunc(s.list, func(a, b Slow) int { return int(min(max(b.Took()-a.Took(), -1), 1)) })
}

// explain looks among the incidents of the TCP connection for what held the messages up.
func (s *slowMessages) explain(t *decode.TCP) []Slow {
	for i := range s.list {
		m := &s.list[i]
		m.Cut = t.More > 0 && len(t.Incidents) > 0 && m.To.Packet > t.Incidents[len(t.Incidents)-1].At.Packet
		m.causes(t.Incidents)
	}
	return s.list
}

func (s *Slow) causes(list []decode.Incident) {
	shut, since := false, capture.Time(0)
	for _, i := range list {
		inside := i.At.Packet > s.From.Packet && i.At.Packet <= s.To.Packet
		switch {
		case i.Kind == reassembly.Retransmission && i.Dir == s.Dir && inside:
			s.Again++
		case i.Kind == reassembly.Overtaken && i.Dir == s.Dir && inside:
			s.Late++
		case i.Kind == reassembly.WindowShut && i.Dir != s.Dir:
			shut, since = true, i.At.Time
		case i.Kind == reassembly.WindowOpened && i.Dir != s.Dir:
			s.shut(since, i.At.Time)
			shut = false
		}
	}
	if shut {
		s.shut(since, s.To.Time)
	}
}

// shut adds what is within the message of a time in which its receiver had no room.
func (s *Slow) shut(from, to capture.Time) {
	s.Shut += max(min(to, s.To.Time)-max(from, s.From.Time), 0)
}

// Why says what is known of the cause.
func (s *Slow) Why() string {
	var parts []string
	if s.Shut > 0 {
		parts = append(parts, fmt.Sprintf("the %s had no room for %s (zero window)", side(s.Dir^1), show.Duration(s.Shut)))
	}
	if s.Again > 0 {
		parts = append(parts, show.Count(s.Again, "segment")+" sent again")
	}
	if s.Late > 0 {
		parts = append(parts, show.Count(s.Late, "segment")+" late or out of order")
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ")
	case s.Cut:
		return "not all of the TCP connection's troubles are known"
	case s.Frames > 1:
		return fmt.Sprintf("no trouble of TCP was captured: the %s probably made its %d frames over that time", side(s.Dir), s.Frames)
	}
	return fmt.Sprintf("no trouble of TCP was captured: the %s probably wrote it in pieces, or the path is slow", side(s.Dir))
}
