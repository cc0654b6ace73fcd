package tui

import (
	"sync/atomic"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/rows"
)

// view is a way to show a message.
type view uint8

// The views.
const (
	viewPayload view = iota
	viewHex
	viewFrames
	viewHandshake
)

// viewCount is how many views there are.
const viewCount = viewHandshake + 1

// String is the view's name on the screen.
func (v view) String() string { return [...]string{"payload", "hex", "frames", "handshake"}[v] }

// subject is what a document is about: a session by its number (0 is all), or an entry of the list.
type subject struct {
	session int
	entry   rows.Entry
	isEntry bool
}

// request asks for a document. Answer may be called in the background.
type request struct {
	// Subject is what the document is about, View how it is shown.
	subject
	view view
	// W is the width in cells.
	w  int
	th *draw.Theme
	// Find finds what is lit, nil for nothing.
	find draw.Finder
	// Version differs if the same subject is to be laid out again (a session's newer snapshot, another search).
	version int
	stop    atomic.Bool
}

// cancel makes answer return soon, with a document that is not complete.
func (q *request) cancel() { q.stop.Store(true) }

// cancelled reports whether it was cancelled.
func (q *request) cancelled() bool { return q.stop.Load() }

// like reports whether two requests ask for the same document, in any version.
func (q *request) like(o *request) bool {
	return q.subject == o.subject && q.view == o.view && q.w == o.w && q.th == o.th
}

// same reports whether two requests ask for the same version of the same document.
func (q *request) same(o *request) bool { return q.like(o) && q.version == o.version }

// document is the answer to a request.
type document struct {
	request *request
	body
}

// answer makes the document that a request asks for.
func (q *request) answer(s *rows.Store) *document { return &document{q, q.make(s)} }

func (q *request) make(s *rows.Store) body {
	if !q.isEntry {
		return q.sessionBody(s, q.session)
	}
	c := s.Cell(q.entry)
	if c.Kind == rows.Dropped {
		return noteBody(q.th, q.w, rows.ErrDropped.Error())
	}
	switch {
	case c.Kind == rows.OfMark || q.view == viewHandshake:
		return q.sessionBody(s, c.Session.N)
	case c.Kind == rows.OfFrame:
		return q.frameBody(s, &c)
	}
	return q.messageBody(s, c.Index, c.Session, &c.Message, 0)
}

func (q *request) sessionBody(s *rows.Store, n int) body {
	var i *decode.Session
	var first int
	var findings []ws.Finding
	s.Look(func(t *trace.Trace) {
		i, first, findings = t.CurrentSession(n), t.FirstKept(n), t.Findings(n)
	})
	if i == nil {
		return overview(q.th, q.w, s)
	}
	return sessionDoc(q.th, q.w, i, first, findings)
}

// frameBody shows the message of a frame, with that frame open in the view of frames.
func (q *request) frameBody(s *rows.Store, c *rows.Cell) body {
	i, m, whole := s.MessageOf(c)
	if !whole {
		m = ws.Message{Frames: 1, N: c.Frame.Message, Dir: c.Frame.Dir, Opcode: c.Frame.Opcode}
		d := newFramesDoc(q.th, q.w, c.Session, &m, []ws.Frame{c.Frame}, nil, 0)
		return d
	}
	return q.messageBody(s, i, c.Session, &m, c.Frame.N)
}

// messageBody shows message i; frame is the number of the frame to open, 0 for the first.
func (q *request) messageBody(s *rows.Store, i int, info *decode.Session, m *ws.Message, frame int) body {
	head := messageHead(q.th, q.w, info, m)
	p, err := s.Payload(i)
	if _, kept := s.Message(i); kept == nil {
		err = rows.ErrDropped
	}
	if err != nil {
		return &stacked{head, noteBody(q.th, q.w, err.Error())}
	}
	if q.view == viewFrames {
		return &stacked{head, q.framesBody(s, info, m, p, frame)}
	}
	return &stacked{head, payloadBody(q, m, p)}
}

func (q *request) framesBody(s *rows.Store, info *decode.Session, m *ws.Message, p []byte, frame int) body {
	var frames []ws.Frame
	s.Look(func(t *trace.Trace) { frames = t.MessageFrames(info.N, m.N, rows.MaxFrames) })
	open := 0
	for k := range frames {
		if frames[k].N == frame {
			open = k
		}
	}
	return newFramesDoc(q.th, q.w, info, m, frames, p, open)
}

// overview is about all sessions.
func overview(th *draw.Theme, w int, s *rows.Store) body {
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
	return r
}

// frames is the list of frames that a document shows, nil if it shows something else; head is how many rows are above it.
func (d *document) frames() (f *framesDoc, head int) {
	switch b := d.body.(type) {
	case *framesDoc:
		return b, 0
	case *stacked:
		f, _ = b.body.(*framesDoc)
		return f, b.head.Len()
	}
	return nil, 0
}
