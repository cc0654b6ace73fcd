package filter

import (
	"slices"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// maxAnswers is how many questions about messages the filter of sessions may ask: their answers together are
// kept, each combination once a session.
const maxAnswers = 10

// Stream asks a Filter about what a run shows, event by event. It sees every event, in order.
type Stream struct {
	f        *Filter
	view     View
	row      Row
	sessions map[int]*followed
	// Said is what the message says that Match is called with next: whoever asks for Options must set it where NeedsApp.
	Said []payload.App
	// asked are the questions about messages, and whole the filter that reads their answers from a Row: for the Sessions view.
	asked []func(*Row) bool
	whole func(*Row) bool
}

// followed is what is kept of a session.
type followed struct {
	info *decode.Session
	last capture.Time
	any  bool
	// shown has a bit for each message that passed.
	shown []uint64
	// open are the answers of the frames of messages that are not complete.
	open map[int]frameAnswers
	// answers are the combinations of answers of messages, rules what was broken.
	answers []uint64
	rules   []*rule.Rule
}

type frameAnswers struct{ yes, no uint64 }

// NewStream makes a Stream for rows of a view. An error is that of Filter.Check.
func NewStream(f *Filter, v View) (*Stream, error) {
	if err := f.Check(v); err != nil {
		return nil, err
	}
	s := &Stream{f: f, view: v, sessions: map[int]*followed{}}
	s.row.Apps = func() []payload.App { return s.Said }
	if v == Sessions {
		s.whole = build(f.root, s.remember)
	}
	return s, nil
}

// remember makes what answers a question in the row of a session: one about messages by what was answered then.
func (s *Stream) remember(l *leaf) func(*Row) bool {
	if l.field.where&inSession != 0 {
		return l.ask()
	}
	bit := uint64(1) << len(s.asked)
	s.asked = append(s.asked, l.ask())
	return func(r *Row) bool { return r.answers&bit != 0 }
}

// Options sets in o what the Decoders have to tell for the filter, besides what is set.
func (s *Stream) Options(o *decode.Options) {
	o.Keep = o.Keep || s.f.needs.Payload || s.f.needs.App
	o.Frames = o.Frames || s.f.needs.Frames && s.view != Findings
}

// NeedsApp reports whether the filter asks what messages say.
func (s *Stream) NeedsApp() bool { return s.f.needs.App }

// Match takes in an event, and reports whether its line is to be shown: that of a message, frame or finding that
// passes, or of an amendment of a message that did. Lines of sessions are asked for by Session.
func (s *Stream) Match(b *decode.Batch, e *decode.Event) bool {
	if e.Session == nil {
		return false
	}
	x := s.sessions[e.Session.N]
	if x == nil {
		x = &followed{}
		s.sessions[e.Session.N] = x
	}
	switch e.Kind {
	case decode.KindSession:
		x.info = b.Session(e)
	case decode.KindMessage:
		return s.message(x, b.Message(e))
	case decode.KindFrame:
		return s.frame(x, b.Frame(e))
	case decode.KindFinding:
		return s.finding(x, b.Finding(e))
	case decode.KindAmend:
		return s.view != Frames && x.wasShown(e.N)
	case decode.KindAmendFrame:
		return s.view == Frames && x.wasShown(e.N)
	}
	return false
}

func (s *Stream) message(x *followed, m *ws.Message) bool {
	s.row.Session, s.row.Message, s.row.Frame, s.row.Finding = x.info, m, nil, nil
	s.row.Gap, s.row.HasGap = m.Last.Time-x.last, x.any
	x.last, x.any = m.Last.Time, true
	a := x.open[m.N]
	delete(x.open, m.N)
	switch s.view {
	case Messages:
		if s.f.matchCounted(&s.row, a.yes, a.no) {
			x.show(m.N)
			return true
		}
	case Sessions:
		s.answer(x, a)
	}
	return false
}

// answer keeps what a message answers.
func (s *Stream) answer(x *followed, a frameAnswers) {
	r := &s.row
	r.payload, r.fetched = nil, false
	r.yes, r.no, r.counted = a.yes, a.no, true
	var bits uint64
	for i, ask := range s.asked {
		if ask(r) {
			bits |= 1 << i
		}
	}
	if len(s.asked) > 0 && !slices.Contains(x.answers, bits) {
		x.answers = append(x.answers, bits)
	}
}

func (s *Stream) frame(x *followed, f *ws.Frame) bool {
	switch {
	case s.view == Frames:
		s.row.Session, s.row.Message, s.row.Frame, s.row.Finding = x.info, nil, f, nil
		if s.f.Match(&s.row) {
			x.show(f.N)
			return true
		}
	case s.f.needs.Frames && s.view != Findings:
		if x.open == nil {
			x.open = map[int]frameAnswers{}
		}
		a := x.open[f.Message]
		s.f.count(f, &a.yes, &a.no)
		x.open[f.Message] = a
	}
	return false
}

func (s *Stream) finding(x *followed, f *ws.Finding) bool {
	if s.view == Sessions && !slices.Contains(x.rules, f.Rule) {
		x.rules = append(x.rules, f.Rule)
	}
	if s.view != Findings {
		return false
	}
	s.row.Session, s.row.Message, s.row.Frame, s.row.Finding = x.info, nil, nil, f
	return s.f.Match(&s.row)
}

// Session says, when the run has ended, whether session n passes: what is asked about messages must be answered so by one message of it.
func (s *Stream) Session(n int) bool {
	x := s.sessions[n]
	if x == nil || s.whole == nil {
		return false
	}
	r := &Row{Session: x.info, Rules: x.rules}
	if len(x.answers) == 0 {
		return s.whole(r)
	}
	for _, a := range x.answers {
		if r.answers = a; s.whole(r) {
			return true
		}
	}
	return false
}

// Know takes a session as it is known at the end of the run, for Session.
func (s *Stream) Know(i *decode.Session) {
	if x := s.sessions[i.N]; x != nil {
		x.info = i
	}
}

// Forget drops what is kept of a session, for runs that do not end: it is unknown until it is reported again.
func (s *Stream) Forget(n int) { delete(s.sessions, n) }

func (x *followed) show(n int) {
	for len(x.shown) <= n/64 {
		x.shown = append(x.shown, 0)
	}
	x.shown[n/64] |= 1 << (n % 64)
}

func (x *followed) wasShown(n int) bool {
	return n/64 < len(x.shown) && x.shown[n/64]&(1<<(n%64)) != 0
}
