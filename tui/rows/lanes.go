package rows

import (
	"strconv"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

// LaneBook remembers the lives of the sessions that were shown as lanes. It belongs to one goroutine at a time.
type LaneBook struct{ of map[int]*life }

// life is what is known of the messages of a session.
type life struct {
	// next is the number of the next message that is counted; late are those before it that were not complete then.
	next  int
	late  []int
	times draw.Timeline
	// waiting are when pings were sent that got no pong, by the side that pinged.
	waiting [2][]capture.Time
}

const (
	// maxLives is how many sessions a LaneBook remembers, maxLate how many messages that are not complete, maxWaiting how
	// many pings of a side.
	maxLives   = 256
	maxLate    = 32
	maxWaiting = 32
	// patience is how long a ping may wait for its pong.
	patience = capture.Time(2e9)
)

// Lanes are lives of sessions on one axis of time.
type Lanes struct {
	// From and To are the ends of the axis, Columns how many parts it has.
	From, To capture.Time
	Columns  int
	Lanes    []Lane
	// Version is that of the store when they were made.
	Version int
}

// Lane is the life of a session.
type Lane struct {
	N int
	// Counts are the messages by columns.
	Counts []uint32
	// First and Last are the columns of its start and its end, Pings those of pings that got no pong.
	First, Last int
	Pings       []int
	// Start is the time that its times count from, 0 unless each session has its own axis.
	Start capture.Time
	// Sign says in a few cells how it ended.
	Sign   string
	Health Health
}

// LanesVersion differs when lanes made before may be out of date.
func (s *Store) LanesVersion() (v int) {
	s.hold(func() { v = s.trace.Len() + s.changeCount() + s.health.changed })
	return v
}

// Make makes the lanes of sessions.
func (b *LaneBook) Make(s *Store, sessions []int32, columns int) *Lanes {
	if b.of == nil || len(b.of) > maxLives {
		b.of = map[int]*life{}
	}
	out := &Lanes{Columns: max(columns, 1), Version: s.LanesVersion()}
	for _, n := range sessions {
		if b.of[int(n)] == nil {
			b.of[int(n)] = &life{next: 1}
		}
		b.of[int(n)].read(s, int(n))
	}
	s.hold(func() {
		out.measure(s, sessions)
		for _, n := range sessions {
			if i := s.trace.Session(int(n)); i != nil {
				out.Lanes = append(out.Lanes, out.lane(s, i, b.of[int(n)]))
			}
		}
	})
	return out
}

// read counts the messages that came since the last time.
func (l *life) read(s *Store, session int) {
	late := l.late
	l.late = nil
	s.hold(func() {
		for _, n := range late {
			l.take(s.trace, session, n)
		}
	})
	s.inSteps(func() bool {
		for range scanned {
			if l.next > s.trace.MessageCount(session) {
				return false
			}
			l.take(s.trace, session, l.next)
			l.next++
		}
		return true
	}, func() {})
}

// take counts message n, or notes that it is not complete; the lock is held.
func (l *life) take(t *trace.Trace, session, n int) {
	i := t.Index(session, n)
	if i < 0 {
		if n >= t.FirstKept(session) && len(l.late) < maxLate {
			l.late = append(l.late, n)
		}
		return
	}
	var m ws.Message
	t.MessageInto(i, &m)
	l.times.Add(m.Last.Time, m.Dir)
	switch m.Opcode {
	case ws.OpPing:
		if w := &l.waiting[m.Dir]; len(*w) < maxWaiting {
			*w = append(*w, m.Last.Time)
		}
	case ws.OpPong: // it answers the newest ping, and with it those before (RFC 6455 section 5.5.3)
		l.waiting[m.Dir^1] = l.waiting[m.Dir^1][:0]
	}
}

// lifeOf is from when to when there are signs of life of a session; the lock is held.
func (s *Store) lifeOf(i *decode.Session) (from, to capture.Time) {
	switch {
	case i.HasStarted:
		from = i.Started
	case i.TCP != nil:
		from = i.TCP.First.Time
	default:
		from = s.zero
	}
	switch {
	case i.HasEnded:
		to = i.Ended
	case i.TCP != nil:
		to = i.TCP.Last.Time
	default:
		to = s.last
	}
	return from, max(from, to)
}

// measure sets the axis; the lock is held.
func (x *Lanes) measure(s *Store, sessions []int32) {
	if !s.apart {
		x.From, x.To = s.zero, s.last
	}
	for _, n := range sessions {
		i := s.trace.Session(int(n))
		if i == nil {
			continue
		}
		from, to := s.lifeOf(i)
		if s.apart {
			from, to = 0, to-from
		}
		x.From, x.To = min(x.From, from), max(x.To, to)
	}
	x.To = max(x.To, x.From+1)
}

// Column is the column of a time, one of the lane's columns whatever the time.
func (x *Lanes) Column(at capture.Time) int {
	k := int(float64(at-x.From) * float64(x.Columns) / float64(x.To-x.From))
	return max(0, min(k, x.Columns-1))
}

// TimeOf is when a column begins.
func (x *Lanes) TimeOf(column int) capture.Time {
	return x.From + capture.Time(float64(x.To-x.From)*float64(column)/float64(x.Columns))
}

// lane is that of session i; the lock is held.
func (x *Lanes) lane(s *Store, i *decode.Session, l *life) Lane {
	from, to := s.lifeOf(i)
	out := Lane{N: i.N, Sign: endSign(i), Health: s.healthOf(i)}
	if s.apart {
		out.Start = from
	}
	out.First, out.Last = x.Column(from-out.Start), x.Column(to-out.Start)
	out.Counts = l.times.Over(x.From+out.Start, x.To+out.Start, x.Columns)
	for _, w := range l.waiting {
		for _, at := range w {
			if to-at >= patience {
				out.Pings = append(out.Pings, x.Column(at-out.Start))
			}
		}
	}
	return out
}

// endSign says in a few cells how a session ended.
func endSign(i *decode.Session) string {
	switch {
	case i.State == decode.Refused:
		return "✗" + strconv.Itoa(i.Status)
	case i.Close != nil && i.Close.Code >= 0:
		return "●" + strconv.Itoa(i.Close.Code)
	case i.Close != nil:
		return "●"
	case i.End == decode.EndRST:
		return "✗RST"
	case i.End == decode.EndFIN:
		return "✗FIN"
	case i.End == decode.EndNone || i.End == decode.EndCapture:
		return "▶"
	}
	return "?"
}

// FirstAt is the index of the first message of a session at or after a time, -1 if there is none.
func (s *Store) FirstAt(session int, at capture.Time) (found int) {
	found = -1
	k := 1
	s.Read(func(t *trace.Trace) bool {
		for range scanned {
			if k > t.MessageCount(session) {
				return false
			}
			if i := t.Index(session, k); i >= 0 && t.Time(i) >= at {
				found = i
				return false
			}
			k++
		}
		return true
	})
	return found
}
