package appcheck

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// Session follows one session.
type Session struct {
	reader *payload.Reader
	in     payload.Message
	// given are the messages that the reader was given and has not reported.
	given []place
	x     exchanges
	beats heartbeats
	// resumed says that what came before went another way: answers may be to requests that are not here.
	resumed bool
}

// New follows a session that was opened as o says.
func New(o payload.Opening, opt payload.ReaderOptions) *Session {
	s := &Session{}
	opt.Brief = true
	s.reader = payload.NewReader(o, opt, s.reported)
	return s
}

// Polled takes what the polling transport promised before the session was opened; at is when it was.
func (s *Session) Polled(promised []payload.Promise, at ws.Stamp) {
	s.resumed = true
	s.beats.promised(promised, "engine.io", place{at: at})
}

// Message takes the next message of the session.
func (s *Session) Message(m *ws.Message) {
	if m.Opcode != ws.OpText && m.Opcode != ws.OpBinary || m.State == ws.Undecodable {
		return
	}
	s.given = append(s.given, place{m.N, m.Dir, m.Last})
	s.in = apps.Message(m)
	s.reader.Push(&s.in)
}

func (s *Session) reported(_ *payload.Message, found []payload.App) {
	if len(s.given) == 0 {
		return
	}
	at := s.given[0]
	if s.given = s.given[1:]; len(s.given) == 0 {
		s.given = nil
	}
	for i := range found {
		a := &found[i]
		s.beats.heard(a, at)
		s.beats.promised(a.Promised, a.Protocol, at)
		s.x.packet(a, at)
	}
}

// Findings are what is to be said of a session that was followed from its opening handshake and of which nothing is missing; end is
// when its closing handshake began, or it was over.
func (s *Session) Findings(end capture.Time) (out []ws.Finding) {
	s.reader.Settle()
	if s.reader.Protocol() == nil || s.reader.Withdrawn > 0 || s.reader.Panics > 0 {
		return nil
	}
	find := func(r *rule.Rule, at place, detail string) {
		out = append(out, ws.Finding{Rule: r, Message: at.n, Dir: at.dir, At: at.at, Offset: -1, Detail: detail})
	}
	s.beats.findings(end, find)
	if s.x.much {
		return out
	}
	s.x.unanswered(end, find)
	if s.resumed {
		s.x.lost, s.x.stray = nil, nil
	}
	s.x.ids(find)
	return out
}
