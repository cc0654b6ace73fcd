package check

import (
	"fmt"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/appcheck"
	"github.com/wspeek/wspeek/decode/microscope"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// maxSaid is the longest payload of which it is looked at what it says.
const maxSaid = 1 << 20

// KeepMost is the longest payload of a data message that is looked at.
func (r *Run) KeepMost() int64 {
	if r.Apps != nil {
		return maxSaid
	}
	return beatLen
}

// Run follows the sessions of a run by its events. The zero value is ready. For all that it can tell, the
// Decoders' Options need Keep (pings are matched by their payloads) and Wire (to see what compression refers to).
type Run struct {
	// Apps says how the messages of application protocols are read; nil leaves out the notes on them.
	Apps *payload.ReaderOptions
	// Deflate looks at compressed messages symbol by symbol, which takes more time than all the rest.
	Deflate bool

	watches      map[int]*SessionCheck
	inflateAlone inflateAlone
	polled       polled
}

// Apply takes an event. It returns the report of a session when that has ended, else nil.
func (r *Run) Apply(b *decode.Batch, e *decode.Event) *Report {
	if e.Kind == decode.KindPoll {
		r.poll(b.Poll(e))
	}
	if e.Session == nil {
		return nil
	}
	w := r.watch(e.Session.N)
	switch e.Kind {
	case decode.KindSession:
		s := b.Session(e)
		if s.TCP == nil {
			w.Session(s)
			return nil
		}
		delete(r.watches, e.Session.N)
		return w.Report(s)
	case decode.KindMessage:
		m := b.Message(e)
		w.Message(m, m.Wire)
		w.application(r, m)
	case decode.KindFinding:
		w.Finding(b.Finding(e))
	}
	return nil
}

// Forget drops what is known of a session that has not ended.
func (r *Run) Forget(session int) { delete(r.watches, session) }

func (r *Run) watch(n int) *SessionCheck {
	w := r.watches[n]
	if w == nil {
		if r.watches == nil {
			r.watches = map[int]*SessionCheck{}
		}
		w = &SessionCheck{inflateAlone: &r.inflateAlone}
		if r.Deflate {
			w.scope = &microscope.Session{}
		}
		r.watches[n] = w
	}
	return w
}

// SessionCheck follows one session. The zero value is ready.
type SessionCheck struct {
	inflateAlone *inflateAlone
	opened       bool
	pings        [2]pings
	rhythm       rhythm
	deflate      [2]compression
	frames       [2]Framing
	slow         slowMessages
	// closes are the first Close frame of each side.
	closes [2]closing
	// broken are the rules of level must that each side broke, in order of time, at most maxBroken.
	broken [2][]breach
	// doubt says that not all messages are known.
	doubt bool
	// info is the newest snapshot; app follows the application protocol, nil where nobody wants that.
	info *decode.Session
	app  *appcheck.Session
	// scope, if it is not nil, looks at compressed messages, symbols are what it saw.
	scope   *microscope.Session
	symbols [2]microscope.Measure
}

type closing struct {
	seen bool
	code int
	n    int
	at   ws.Stamp
}

// breach is a broken rule.
type breach struct {
	rule *rule.Rule
	at   ws.Stamp
}

// maxBroken is how many broken rules of a side are kept: the first are what matters.
const maxBroken = 64

// brokeBefore is the first rule that side d broke at most within before at, nil if there is none.
func (w *SessionCheck) brokeBefore(d ws.Dir, at ws.Stamp, within capture.Time) *breach {
	for i := range w.broken[d] {
		if b := &w.broken[d][i]; b.at.Packet <= at.Packet && at.Time-b.at.Time <= within {
			return b
		}
	}
	return nil
}

// Framing is how one direction cuts its messages.
type Framing struct {
	// Data counts data messages, Fragmented those of several frames; Most is the number of frames of message MostIn.
	Data, Fragmented int
	Most, MostIn     int
	// Tiny are messages of at least tinyFrames frames with less than tinyBytes bytes each on average; First is the first of them.
	Tiny, First int
}

const (
	tinyFrames = 3
	tinyBytes  = 32
)

func (f *Framing) message(m *ws.Message) {
	f.Data++
	if m.Frames < 2 {
		return
	}
	f.Fragmented++
	if m.Frames > f.Most {
		f.Most, f.MostIn = m.Frames, m.N
	}
	if m.Frames >= tinyFrames && m.WireLen/int64(m.Frames) < tinyBytes {
		if f.Tiny++; f.Tiny == 1 {
			f.First = m.N
		}
	}
}

// Session takes a snapshot of the session before its end.
func (w *SessionCheck) Session(s *decode.Session) {
	w.info = s
	if s.HasOpened && !w.opened {
		w.opened = true
		w.rhythm.spoke(ws.Stamp{Packet: s.Answered, Time: s.Opened})
	}
	if w.scope != nil && s.Agreed != nil {
		w.scope.Deflate = s.Agreed.Deflate
	}
}

// Message takes the next message in the order of completion. wire is its compressed payload, nil where that was not kept.
func (w *SessionCheck) Message(m *ws.Message, wire []byte) {
	known := m.State == ws.Exact || m.State == ws.Conflict || m.State == ws.Guessed
	w.doubt = w.doubt || !known
	asked := false
	switch {
	case !known:
	case m.Opcode == ws.OpPing:
		w.pings[m.Dir].ping(m)
	case m.Opcode == ws.OpPong:
		if asked = w.pings[m.Dir^1].pong(m); !asked {
			w.pings[m.Dir].stats.Unasked++
		}
	case m.Opcode == ws.OpClose:
		w.close(m)
	case m.Opcode == ws.OpText || m.Opcode == ws.OpBinary:
		w.frames[m.Dir].message(m)
		w.slow.message(m)
		if m.Len >= 0 {
			w.deflate[m.Dir].message(m, wire, w.tester())
		}
	}
	w.rhythm.message(m, asked)
	if w.scope == nil {
		return
	}
	if seen := w.scope.Message(m); seen != nil {
		w.symbols[m.Dir].Add(seen)
	}
}

func (w *SessionCheck) tester() *inflateAlone {
	if w.inflateAlone == nil {
		w.inflateAlone = &inflateAlone{}
	}
	return w.inflateAlone
}

func (w *SessionCheck) close(m *ws.Message) {
	if c := &w.closes[m.Dir]; !c.seen {
		*c = closing{true, m.CloseCode, m.N, m.Last}
	}
}

// Finding takes a finding of the session.
func (w *SessionCheck) Finding(f *ws.Finding) {
	if f.Rule.Level == rule.Must && len(w.broken[f.Dir]) < maxBroken {
		w.broken[f.Dir] = append(w.broken[f.Dir], breach{f.Rule, f.At})
	}
	if f.Rule == rule.Gap || f.Rule == rule.Limit {
		w.doubt = true
	}
}

// Report is what is known of a session at its end.
type Report struct {
	Session *decode.Session
	Verdict Verdict
	// Pings are by the side that pinged; Deflate, Frames, by the side that sent.
	Pings   [2]Pings
	Deflate [2]Deflate
	// Symbols are what compressed messages are made of, where Run.Deflate asked for it.
	Symbols [2]microscope.Measure
	Frames  [2]Framing
	// Longest is the longest silence; its Length is 0 where there was none.
	Longest Silence
	Beats   []Beat
	// Slow are the slowest of SlowCount slow messages, the slowest first.
	Slow      []Slow
	SlowCount int
	// Findings are what the measurements give rise to, in no order of packets.
	Findings []ws.Finding
	// Broken is how many rules of level must were broken, counted to a bound.
	Broken int
	// unread says that not all messages are known.
	unread bool
}

// Report returns what is known; s is the last snapshot of the session.
func (w *SessionCheck) Report(s *decode.Session) *Report {
	w.Session(s)
	r := &Report{Session: s, Longest: w.rhythm.longest, Beats: w.rhythm.beats(), Frames: w.frames, SlowCount: w.slow.count,
		Symbols: w.symbols, Broken: len(w.broken[ws.C2S]) + len(w.broken[ws.S2C]), unread: w.doubt}
	agreed := negotiated(s)
	for d := range r.Pings {
		r.Pings[d] = w.pings[d].result(w.end(s))
		r.Deflate[d] = w.deflate[d].stats
		r.Deflate[d].Negotiated = agreed != nil
		r.Deflate[d].Takeover = agreed != nil && !agreed.NoTakeover[d]
	}
	if s.TCP != nil {
		r.Slow = w.slow.explain(s.TCP)
	}
	w.verdict(r)
	for d := ws.C2S; d <= ws.S2C; d++ {
		r.find(d)
	}
	r.Findings = append(r.Findings, w.applicationFindings(r)...)
	for i := range r.Slow {
		m := &r.Slow[i]
		r.add(rule.Slow, m.Dir, m.N, m.To, fmt.Sprintf("%s from packet %d to %d; %s", show.Duration(m.Took()), m.From.Packet, m.To.Packet, m.Why()))
	}
	return r
}

// end is when the session was over: its first FIN or RST, else its last packet.
func (w *SessionCheck) end(s *decode.Session) capture.Time {
	switch {
	case s.TCP == nil:
		return w.rhythm.last.Time
	case s.HasEndBy && s.TCP.RST[s.EndBy].Packet > 0 && s.End == decode.EndRST:
		return s.TCP.RST[s.EndBy].Time
	case s.HasEndBy && s.TCP.FIN[s.EndBy].Packet > 0:
		return s.TCP.FIN[s.EndBy].Time
	}
	return s.TCP.Last.Time
}

// find makes findings of what was measured of a direction.
func (r *Report) find(d ws.Dir) {
	at := ws.Stamp{Packet: r.Session.Last}
	if r.Session.TCP != nil {
		at.Time = r.Session.TCP.Last.Time
	}
	if p := &r.Pings[d]; p.Waiting > 0 && r.unanswered(d) {
		r.add(rule.PingUnanswered, d, p.Oldest.N, p.Oldest.At, fmt.Sprintf("%s without a pong, the first for %s",
			show.Count(p.Waiting, "ping"), show.Duration(p.OldestAge)))
	}
	if z := &r.Deflate[d]; z.Messages >= grewFrom && z.Grew > 0 && (z.Grew*2 >= z.Messages || z.Wire >= z.Len) {
		r.add(rule.Grew, d, z.Worst, at, fmt.Sprintf("%s of %d grew, by %s in all; message %d by %d",
			show.Count(z.Grew, "message"), z.Messages, show.Bytes(z.Lost), z.Worst, z.most))
	}
	if z := &r.Deflate[d]; z.Unused() {
		r.add(rule.TakeoverUnused, d, 0, at, fmt.Sprintf("negotiated, but none of the %s after the first refers to an earlier one",
			show.Count(z.Tried, "message")))
	}
	if f := &r.Frames[d]; f.Tiny > 0 {
		r.add(rule.Tiny, d, f.First, at, fmt.Sprintf("%s in fragments of less than %d bytes on average",
			show.Count(f.Tiny, "message"), tinyBytes))
	}
}

// unanswered reports whether it is known that a ping of d that waits was not answered: nothing is missing, and there was time.
func (r *Report) unanswered(d ws.Dir) bool {
	p := &r.Pings[d]
	return r.Verdict.Doubt == "" && p.Waiting > 0 && p.OldestAge >= p.patience()
}

func (r *Report) add(rule *rule.Rule, d ws.Dir, n int, at ws.Stamp, detail string) {
	r.Findings = append(r.Findings, ws.Finding{Rule: rule, Message: n, Dir: d, At: at, Offset: -1, Detail: detail})
}
