package check

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/ws"
)

const second = capture.Time(1e9)

// Silence is a time in which neither side sent a message.
type Silence struct {
	Length   capture.Time
	From, To ws.Stamp
}

// Beat is something that one side sends again and again at regular intervals.
type Beat struct {
	Dir ws.Dir
	// What is "ping", "pong" (not asked for), or the text of the message, which is not inert.
	What string
	// IsText says that What is the text of messages.
	IsText bool
	Count  int
	// Min, Mean and Max are of the intervals.
	Min, Mean, Max capture.Time
}

const (
	// beatTexts is how many different short texts of a side are looked at, beatLen how long they may be.
	beatTexts = 8
	beatLen   = 48
	// beatTimes is how often something is sent before it is called regular.
	beatTimes = 4
	// beatEvery is the shortest period that counts as a heartbeat.
	beatEvery = second / 2
)

// pulse measures the intervals of one thing.
type pulse struct {
	what          string
	count         int
	last          capture.Time
	min, max, sum capture.Time
}

func (p *pulse) beat(t capture.Time) {
	if d := t - p.last; p.count > 0 {
		if p.count == 1 || d < p.min {
			p.min = d
		}
		p.max = max(p.max, d)
		p.sum += d
	}
	p.last = t
	p.count++
}

// regular reports whether the intervals are all about the same: within a tenth of their mean.
func (p *pulse) regular() bool {
	if p.count < beatTimes {
		return false
	}
	mean := p.sum / capture.Time(p.count-1)
	return mean >= beatEvery && p.max-p.min <= mean/10+second/20
}

// rhythm follows when a session speaks and when it is silent.
type rhythm struct {
	pings, pongs [2]pulse
	texts        [2][]pulse
	last         ws.Stamp
	started      bool
	longest      Silence
	// lastOf is the last message of each side, where said.
	lastOf [2]ws.Stamp
	said   [2]bool
}

// spoke notes that something was sent, or that the session was opened.
func (r *rhythm) spoke(at ws.Stamp) {
	if d := at.Time - r.last.Time; r.started && d > r.longest.Length {
		r.longest = Silence{d, r.last, at}
	}
	if !r.started || at.Time >= r.last.Time {
		r.last = at
	}
	r.started = true
}

func (r *rhythm) message(m *ws.Message, asked bool) {
	if m.Start.Packet > 0 {
		r.spoke(m.Start)
	}
	r.spoke(m.Last)
	r.lastOf[m.Dir], r.said[m.Dir] = m.Last, true
	switch {
	case m.Opcode == ws.OpPing:
		r.pings[m.Dir].beat(m.Last.Time)
	case m.Opcode == ws.OpPong && !asked:
		r.pongs[m.Dir].beat(m.Last.Time)
	case m.Opcode == ws.OpText && m.Len >= 0 && m.Len <= beatLen && m.State == ws.Exact:
		r.text(m)
	}
}

// text notes a short text, which may be an application's heartbeat.
func (r *rhythm) text(m *ws.Message) {
	list := r.texts[m.Dir]
	for i := range list {
		if list[i].what == string(m.Payload) {
			list[i].beat(m.Last.Time)
			return
		}
	}
	if len(list) < beatTexts {
		p := pulse{what: string(m.Payload)}
		p.beat(m.Last.Time)
		r.texts[m.Dir] = append(list, p)
	}
}

// beats are the heartbeats found.
func (r *rhythm) beats() []Beat {
	var out []Beat
	add := func(d ws.Dir, p *pulse, what string, text bool) {
		if p.regular() {
			out = append(out, Beat{Dir: d, What: what, IsText: text, Count: p.count,
				Min: p.min, Mean: p.sum / capture.Time(p.count-1), Max: p.max})
		}
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		add(d, &r.pings[d], "ping", false)
		add(d, &r.pongs[d], "pong", false)
		for i := range r.texts[d] {
			add(d, &r.texts[d][i], r.texts[d][i].what, true)
		}
	}
	return out
}
