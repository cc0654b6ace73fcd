package report

import (
	"html/template"
	"maps"
	"slices"
	"sort"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// Options say what a page holds.
type Options struct {
	// Title names what was captured, Program what made the page.
	Title, Program string
	// Most is how many bytes the page may have, about.
	Most int64
	// NoPayload leaves payloads out.
	NoPayload bool
	// Redact replaces secrets; nil writes them as they are.
	Redact *export.Redactor
	// Payloads keeps the payloads of messages until the page is written.
	Payloads trace.Payloads
}

// Report follows a run. What it keeps is bounded by Options.Most. It belongs to one goroutine.
type Report struct {
	opt Options
	// pages are the templates of the page.
	pages    *template.Template
	sessions map[int]*session
	// more counts sessions that are not kept, beyond maxSessions.
	more   int64
	checks check.Run
	calls  *calls.Engine
	stats  calls.Stats
	// messages counts all, rows those that are kept, most is how many may be.
	messages   int64
	rows, most int
	rates      timeline
	sizes      [2][sizeSteps]int64
	closes     map[string]int64
	rules      map[*rule.Rule]*broken
	// left says what the page does not have.
	left []string
}

// broken is how often a rule was broken, and where first.
type broken struct {
	rule     *rule.Rule
	count    int64
	sessions map[int]bool
	first    ws.Finding
	session  int
}

const (
	// maxSessions is how many sessions a page has; the others are counted.
	maxSessions = 5000
	// maxFindings is how many findings of a session are kept, the first.
	maxFindings = 100
	// rowBytes is about what a short message takes in the page.
	rowBytes = 300
	// leastRow bounds how many messages are kept: half of these are surely more than have room.
	leastRow = 200
	// sizeSteps are the powers of two that lengths are counted by.
	sizeSteps = 40
)

// New is an empty report.
func New(opt Options) *Report {
	r := &Report{opt: opt, sessions: map[int]*session{}, closes: map[string]int64{}, rules: map[*rule.Rule]*broken{}}
	r.pages = template.Must(template.New("page").Parse(pageText))
	r.most = int(opt.Most/leastRow) + 4*maxSessions
	r.calls = calls.New(calls.Options{}, func(c *calls.Call) { r.stats.Add(c) })
	return r
}

// Decode sets what the Decoders have to report.
func Decode(o *decode.Options) { o.Keep, o.Wire, o.Frames = true, true, true }

// Apply takes an event. The error is that of Options.Payloads.
func (r *Report) Apply(b *decode.Batch, e *decode.Event) error {
	if e.Session == nil {
		return nil
	}
	verdict := r.checks.Apply(b, e)
	r.calls.Apply(b, e, true)
	s := r.session(e.Session.N)
	var err error
	switch e.Kind {
	case decode.KindSession:
		if s != nil {
			s.info = b.Session(e)
		}
	case decode.KindFrame:
		if s != nil {
			s.frame(b.Frame(e))
		}
	case decode.KindMessage:
		err = r.message(s, b.Message(e))
	case decode.KindAmend:
		if s != nil {
			s.amend(e.N, e.State)
		}
	case decode.KindFinding:
		r.finding(s, e.Session.N, b.Finding(e))
	}
	if verdict != nil {
		r.ended(s, e.Session.N, verdict)
	}
	return err
}

// session is what is kept of session n, nil if there are too many.
func (r *Report) session(n int) *session {
	s := r.sessions[n]
	if s == nil && len(r.sessions) < maxSessions {
		s = &session{info: &decode.Session{N: n}, at: map[int]int{}}
		r.sessions[n] = s
	}
	return s
}

// message counts a message, and keeps it if there is room.
func (r *Report) message(s *session, m *ws.Message) error {
	r.messages++
	r.sizes[m.Dir][sizeStep(max(m.Len, 0))]++
	zero := m.Last.Time
	if s != nil {
		zero = s.info.Zero
		s.lane.add(m.Last.Time-zero, m.Dir)
	}
	r.rates.add(m.Last.Time-zero, m.Dir)
	if s == nil {
		return nil
	}
	s.messages++
	if r.rows >= r.most {
		r.share()
	}
	if s.limit > 0 && len(s.rows) >= s.limit {
		delete(s.open, m.N)
		return nil
	}
	r.rows++
	return s.keep(m, r.opt)
}

// share makes room for half of the rows: the longest lists are cut to their first messages, so that no session pushes out another.
func (r *Report) share() {
	limit := max(sort.Search(r.most, func(most int) bool {
		n := 0
		for _, s := range r.sessions {
			n += min(len(s.rows), most)
		}
		return n > r.most/2
	})-1, 1)
	r.rows = 0
	for _, s := range r.sessions {
		if len(s.rows) >= limit || s.limit > limit {
			s.cut(limit)
		}
		r.rows += len(s.rows)
	}
}

func (r *Report) finding(s *session, n int, f *ws.Finding) {
	x := r.rules[f.Rule]
	if x == nil {
		x = &broken{rule: f.Rule, first: *f, session: n, sessions: map[int]bool{}}
		r.rules[f.Rule] = x
	}
	x.count++
	if len(x.sessions) < maxSessions {
		x.sessions[n] = true
	}
	if s == nil {
		return
	}
	if s.found++; len(s.findings) < maxFindings {
		s.findings = append(s.findings, *f)
	}
}

// ended takes the verdict on a session.
func (r *Report) ended(s *session, n int, v *check.Report) {
	for i := range v.Findings {
		r.finding(s, n, &v.Findings[i])
	}
	r.closes[closeWords(v)]++
	if s == nil {
		r.more++
		return
	}
	s.info, s.phrase, s.verdict = v.Session, v.Phrase(), v.Verdict.Text()
	s.measured, s.hurt = v.Measured(), v.Hurt()
}

// numbers are the sessions that are kept, in order.
func (r *Report) numbers() []int { return slices.Sorted(maps.Keys(r.sessions)) }

// end is how long the run was, from its first packet to the last message or end of a session.
func (r *Report) end() (end capture.Time) {
	end = r.rates.last
	for _, s := range r.sessions {
		_, to := s.span()
		end = max(end, to)
	}
	return max(end, 1)
}
