package doc

import (
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// View is a way to show a message.
type View uint8

// The views.
const (
	ViewPayload View = iota
	ViewHex
	ViewFrames
	ViewHandshake
)

// Views is how many views there are.
const Views = ViewHandshake + 1

// String is the view's name on the screen.
func (v View) String() string { return [...]string{"payload", "hex", "frames", "handshake"}[v] }

// Subject is what a document is about: a session by its number (0 is all), or an entry of the list.
type Subject struct {
	// Session is the number of a session, 0 for all, unless IsEntry.
	Session int
	// Entry is the row of the list that it is about, if IsEntry.
	Entry   rows.Entry
	IsEntry bool
}

// Request asks for a document. Answer may be called in the background.
type Request struct {
	// Subject is what the document is about, View how it is shown.
	Subject
	View View
	// Width is that of the document in cells.
	Width int
	Theme *draw.Theme
	// Find finds what is lit, nil for nothing.
	Find draw.Finder
	// Version differs if the same subject is to be laid out again (a session's newer snapshot, another search).
	Version int
	stop    atomic.Bool
}

// Cancel makes Answer return soon, with a document that is not complete.
func (q *Request) Cancel() { q.stop.Store(true) }

// cancelled reports whether it was cancelled.
func (q *Request) cancelled() bool { return q.stop.Load() }

// Like reports whether two requests ask for the same document, in any version.
func (q *Request) Like(o *Request) bool {
	return q.Subject == o.Subject && q.View == o.View && q.Width == o.Width && q.Theme == o.Theme
}

// Same reports whether two requests ask for the same version of the same document.
func (q *Request) Same(o *Request) bool { return q.Like(o) && q.Version == o.Version }

// Document is the answer to a request.
type Document struct {
	// Request is what it answers.
	Request *Request
	Body
}

// Answer makes the document that a request asks for.
func (q *Request) Answer(s *rows.Store) *Document { return &Document{q, q.make(s)} }

func (q *Request) make(s *rows.Store) Body {
	if !q.IsEntry {
		return q.sessionBody(s, q.Session)
	}
	c := s.Cell(q.Entry)
	if c.Kind == rows.Dropped {
		return noteBody(q.Theme, q.Width, rows.ErrDropped.Error())
	}
	switch {
	case c.Kind == rows.OfMark || q.View == ViewHandshake:
		return q.sessionBody(s, c.Session.N)
	case c.Kind == rows.OfFrame:
		return q.frameBody(s, &c)
	}
	return q.messageBody(s, c.Index, c.Session, &c.Message, 0)
}

func (q *Request) verdictOf(s *rows.Store, n int) *verdict {
	return &verdict{s.Fate(n), s.EndedAlike(n, q.cancelled), s.Last(n, lastShown)}
}

func (q *Request) sessionBody(s *rows.Store, n int) Body {
	var i *decode.Session
	var first int
	var findings []ws.Finding
	s.Look(func(t *trace.Trace) {
		i, first, findings = t.CurrentSession(n), t.FirstKept(n), t.Findings(n)
	})
	if i == nil {
		return overview(q.Theme, q.Width, s)
	}
	return sessionDoc(q.Theme, q.Width, i, q.verdictOf(s, n), first, findings)
}

// frameBody shows the message of a frame, with that frame open in the view of frames.
func (q *Request) frameBody(s *rows.Store, c *rows.Cell) Body {
	i, m, whole := s.MessageOf(c)
	if !whole {
		m = ws.Message{Frames: 1, N: c.Frame.Message, Dir: c.Frame.Dir, Opcode: c.Frame.Opcode}
		d := newFramesDoc(q.Theme, q.Width, c.Session, &m, []ws.Frame{c.Frame}, nil, 0)
		return d
	}
	return q.messageBody(s, i, c.Session, &m, c.Frame.N)
}

// messageBody shows message i; frame is the number of the frame to open, 0 for the first.
func (q *Request) messageBody(s *rows.Store, i int, info *decode.Session, m *ws.Message, frame int) Body {
	said := s.Said(info.N, m.N)
	head := messageHead(q.Theme, q.Width, info, m, said)
	p, err := s.Payload(i)
	if _, kept := s.Message(i); kept == nil {
		err = rows.ErrDropped
	}
	if err != nil {
		return &stacked{head, noteBody(q.Theme, q.Width, err.Error())}
	}
	if q.View == ViewFrames {
		return &stacked{head, q.framesBody(s, info, m, p, frame)}
	}
	return &stacked{head, payloadBody(q, m, p, said)}
}

func (q *Request) framesBody(s *rows.Store, info *decode.Session, m *ws.Message, p []byte, frame int) Body {
	var frames []ws.Frame
	s.Look(func(t *trace.Trace) { frames = t.MessageFrames(info.N, m.N, rows.MaxFrames) })
	open := 0
	for k := range frames {
		if frames[k].N == frame {
			open = k
		}
	}
	return newFramesDoc(q.Theme, q.Width, info, m, frames, p, open)
}

// overview is about all sessions.
func overview(th *draw.Theme, w int, s *rows.Store) Body {
	c := s.Counts()
	r := draw.NewRich(w)
	r.Add(0, th.Bold.Of("all sessions"))
	r.Pair(th, "sessions", show.Thousands(int64(c.Sessions)))
	r.Pair(th, "messages", show.Thousands(int64(c.Messages)))
	r.Pair(th, "frames", show.Thousands(int64(c.Frames)))
	r.Pair(th, "findings", show.Thousands(int64(c.Findings)))
	for st, n := range c.Account.States {
		if n > 0 {
			r.Pair(th, ws.State(st).String(), show.CountGrouped(n, "message"))
		}
	}
	for _, why := range c.Account.Why {
		r.Pair(th, "incomplete", why)
	}
	looseDoc(r, th, s.LooseFindings())
	return r
}

// looseDoc lists the findings of streams without a session: no row of a session or message shows them.
func looseDoc(r *draw.Rich, th *draw.Theme, fs []ws.Finding) {
	if len(fs) == 0 {
		return
	}
	r.Heading(th, show.CountGrouped(int64(len(fs)), "finding")+" of streams without a session")
	for i := range fs {
		f := &fs[i]
		if i == maxFindings {
			r.Add(0, th.Dim.Of(fmt.Sprintf("... %s more: wspeek check lists all", show.Thousands(int64(len(fs)-i)))))
			return
		}
		r.Add(2, th.Bad.Of("! "+f.Rule.ID+" "), th.Dim.Of("packet "+strconv.Itoa(f.At.Packet)+" "), th.Plain.Of(show.Inert(f.Detail)))
		ruleDoc(r, th, f.Rule)
	}
}

// Frames is the list of frames that a document shows, nil if it shows something else; head is how many rows are above it.
func (d *Document) Frames() (f *Frames, head int) {
	switch b := d.Body.(type) {
	case *Frames:
		return b, 0
	case *stacked:
		f, _ = b.Body.(*Frames)
		return f, b.head.Len()
	}
	return nil, 0
}
