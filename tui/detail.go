package tui

import (
	"sync/atomic"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
)

// view is one of the views of the detail pane.
type view uint8

const (
	viewPayload view = iota
	viewHex
	viewFrames
	viewHandshake
)

var viewNames = [...]string{"payload", "hex", "frames", "handshake"}

// subject is what the detail pane shows: a session, or an entry of the list.
type subject struct {
	session int
	entry   entry
	isEntry bool
}

// request asks for a document. It is carried out beside the screen.
type request struct {
	subject
	view view
	w    int
	th   *draw.Theme
	find draw.Finder
	// version changes where the same subject is to be laid out anew (a session's newer snapshot, another search).
	version int
	stop    *atomic.Bool
}

func (q *request) given() bool { return q.stop.Load() }

// like says whether two requests ask for the same document, be it an older version of it.
func (q *request) like(o *request) bool {
	return q.subject == o.subject && q.view == o.view && q.w == o.w && q.th == o.th
}

// same says whether two requests ask for the same version of the same document.
func (q *request) same(o *request) bool { return q.like(o) && q.version == o.version }

// document answers a request.
type document struct {
	request *request
	body
}

// answer makes the document.
func (q *request) answer(s *store) *document {
	return &document{q, q.make(s)}
}

func (q *request) make(s *store) body {
	if !q.isEntry {
		return q.sessionBody(s, q.session)
	}
	s.mu.Lock()
	c := s.cell(q.entry, false)
	s.mu.Unlock()
	if c.kind == entryGone {
		return noteBody(q.th, q.w, errForgotten.Error())
	}
	switch {
	case c.kind == entryMark || q.view == viewHandshake:
		return q.sessionBody(s, c.session.N)
	case c.kind == entryFrame:
		return q.frameBody(s, &c)
	}
	return q.messageBody(s, c.i, c.session, &c.m, 0)
}

func (q *request) sessionBody(s *store, n int) body {
	s.mu.Lock()
	i, first := s.trace.CurrentSession(n), s.trace.FirstKept(n)
	findings := s.trace.Findings(n)
	s.mu.Unlock()
	if i == nil {
		return overview(q.th, q.w, s)
	}
	return sessionDoc(q.th, q.w, i, first, findings)
}

// frameBody shows the message of a frame, with the frame open where frames are looked at.
func (q *request) frameBody(s *store, c *cell) body {
	s.mu.Lock()
	i := s.trace.Index(c.session.N, c.f.Message)
	var m ws.Message
	if i >= 0 {
		s.trace.MessageInto(i, &m)
	}
	s.mu.Unlock()
	if i < 0 {
		m = ws.Message{Frames: 1, N: c.f.Message, Dir: c.f.Dir, Opcode: c.f.Opcode}
		d := newFramesDoc(q.th, q.w, c.session, &m, []ws.Frame{c.f}, nil, 0)
		return d
	}
	return q.messageBody(s, i, c.session, &m, c.f.N)
}

// messageBody shows message i; frame is the number of the frame to open, 0 for the first.
func (q *request) messageBody(s *store, i int, info *decode.Session, m *ws.Message, frame int) body {
	head := messageHead(q.th, q.w, info, m)
	p, err := s.payload(i)
	if _, kept := s.message(i); kept == nil {
		err = errForgotten
	}
	if err != nil {
		return &stacked{head, noteBody(q.th, q.w, err.Error())}
	}
	if q.view == viewFrames {
		return &stacked{head, q.framesBody(s, info, m, p, frame)}
	}
	return &stacked{head, payloadBody(q, m, p)}
}

func (q *request) framesBody(s *store, info *decode.Session, m *ws.Message, p []byte, frame int) body {
	s.mu.Lock()
	frames := s.trace.MessageFrames(info.N, m.N, maxFrames)
	s.mu.Unlock()
	open := 0
	for k := range frames {
		if frames[k].N == frame {
			open = k
		}
	}
	return newFramesDoc(q.th, q.w, info, m, frames, p, open)
}

// overview is what stands beside the line "all sessions".
func overview(th *draw.Theme, w int, s *store) body {
	c := s.counts()
	r := draw.NewRich(w)
	r.Add(0, th.Bold.Of("all sessions"))
	r.Pair(th, "sessions", show.Thousands(int64(c.sessions)))
	r.Pair(th, "messages", show.Thousands(int64(c.messages)))
	r.Pair(th, "frames", show.Thousands(int64(c.frames)))
	r.Pair(th, "findings", show.Thousands(int64(c.findings)))
	for st, n := range c.account.States {
		if n > 0 {
			r.Pair(th, ws.State(st).String(), show.CountGrouped(n, "message"))
		}
	}
	for _, why := range c.account.Why {
		r.Pair(th, "incomplete", why)
	}
	return r
}

// detailPane is the pane beside the list.
type detailPane struct {
	view view
	doc  *document
	// want is the newest request, nil where doc answers it.
	want *request
	list draw.List
}

// show takes in a document, unless another one has been asked for meanwhile.
func (d *detailPane) show(doc *document) {
	if d.want == nil || !doc.request.like(d.want) {
		return
	}
	fresh := d.doc == nil || d.doc.request.subject != doc.request.subject || d.doc.request.view != doc.request.view
	d.doc, d.want = doc, nil
	if fresh {
		d.list = draw.List{Height: d.list.Height}
	}
	d.list.Grow(doc.Len())
}

// frames is the framesDoc that is shown, nil where another view is.
func (d *detailPane) frames() (f *framesDoc, head int) {
	if d.doc == nil {
		return nil, 0
	}
	switch b := d.doc.body.(type) {
	case *framesDoc:
		return b, 0
	case *stacked:
		f, _ = b.body.(*framesDoc)
		return f, b.head.Len()
	}
	return nil, 0
}

// View draws the pane in w cells and h rows.
func (d *detailPane) View(th *draw.Theme, w, h int, focused bool) []string {
	rows := []string{d.tabs(th, w, focused)}
	d.list.Resize(h - 1)
	if d.doc == nil {
		return draw.Fit(rows, w, h)
	}
	if f, head := d.frames(); f != nil {
		f.cursor = d.list.Cursor - head
		if !focused {
			f.cursor = -1
		}
	}
	d.list.Grow(d.doc.Len())
	pinned := d.pin()
	from, to := d.list.Visible()
	for i := from; i < to; i++ {
		l := th.Line(w)
		if k := i - from; k < len(pinned) {
			d.doc.Draw(pinned[k], l.Put(th.Plain, " "))
			rows = append(rows, l.String())
			continue
		}
		if sign := focused && i == d.list.Cursor; sign {
			l.Put(th.Bold, "▎")
		} else {
			l.Put(th.Plain, " ")
		}
		d.doc.Draw(i, l)
		rows = append(rows, l.String())
	}
	return draw.Fit(rows, w, h)
}

// pin says which rows stand at the top whatever is scrolled: the bytes and bits of the header whose field is selected.
func (d *detailPane) pin() []int {
	f, head := d.frames()
	if f == nil || f.lit() == nil || d.list.Height < 6 {
		return nil
	}
	bytes := head + f.bytesRow(f.cursor)
	if bytes >= d.list.Top {
		return nil
	}
	if d.list.Cursor < d.list.Top+2 {
		d.list.Top = d.list.Cursor - 2
	}
	if bytes >= d.list.Top {
		return nil
	}
	return []int{bytes, bytes + 1}
}

// tabs is the first row: the views, and how far down the document one is.
func (d *detailPane) tabs(th *draw.Theme, w int, focused bool) string {
	l := th.Line(w)
	draw.Head(l, th, focused)
	for v, name := range viewNames {
		if view(v) == d.view {
			l.Put(th.Title, " "+name+" ")
		} else {
			l.Put(th.Dim, " "+name+" ")
		}
	}
	if d.want != nil {
		l.Put(th.Dim, " …")
	}
	if n := d.list.N; n > d.list.Height {
		s := show.Thousands(int64(d.list.Cursor+1)) + "/" + show.Thousands(int64(n))
		l.To(w-draw.Width(s)).Put(th.Dim, s)
	}
	return l.String()
}

// Key moves in the document, and says whether it knew the action.
func (d *detailPane) Key(a action) bool {
	switch a {
	case actRight:
		d.view = (d.view + 1) % view(len(viewNames))
	case actLeft:
		d.view = (d.view + view(len(viewNames)) - 1) % view(len(viewNames))
	case actOpen:
		if f, ok := d.fold(); ok {
			f.toggle(d.list.Cursor)
			d.list.Grow(d.doc.Len())
		}
	default:
		return moveList(&d.list, a)
	}
	return true
}

func (d *detailPane) fold() (folder, bool) {
	if d.doc == nil {
		return nil, false
	}
	f, ok := d.doc.body.(folder)
	return f, ok
}
