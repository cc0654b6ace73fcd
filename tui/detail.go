package tui

import (
	"sync/atomic"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
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
	th   *theme
	find finder
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
func overview(th *theme, w int, s *store) body {
	c := s.counts()
	r := newRich(w)
	r.add(0, seg{th.bold, "all sessions"})
	r.pair(th, "sessions", show.Thousands(int64(c.sessions)))
	r.pair(th, "messages", show.Thousands(int64(c.messages)))
	r.pair(th, "frames", show.Thousands(int64(c.frames)))
	r.pair(th, "findings", show.Thousands(int64(c.findings)))
	for st, n := range c.account.States {
		if n > 0 {
			r.pair(th, ws.State(st).String(), show.CountGrouped(n, "message"))
		}
	}
	for _, why := range c.account.Why {
		r.pair(th, "incomplete", why)
	}
	return r
}

// detailPane is the pane beside the list.
type detailPane struct {
	view view
	doc  *document
	// want is the newest request, nil where doc answers it.
	want *request
	list list
}

// show takes in a document, unless another one has been asked for meanwhile.
func (d *detailPane) show(doc *document) {
	if d.want == nil || !doc.request.like(d.want) {
		return
	}
	fresh := d.doc == nil || d.doc.request.subject != doc.request.subject || d.doc.request.view != doc.request.view
	d.doc, d.want = doc, nil
	if fresh {
		d.list = list{height: d.list.height}
	}
	d.list.grow(doc.len())
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
		return f, b.head.len()
	}
	return nil, 0
}

// View draws the pane in w cells and h rows.
func (d *detailPane) View(th *theme, w, h int, focused bool) []string {
	rows := []string{d.tabs(th, w, focused)}
	d.list.resize(h - 1)
	if d.doc == nil {
		return fit(rows, w, h)
	}
	if f, head := d.frames(); f != nil {
		f.cursor = d.list.cursor - head
		if !focused {
			f.cursor = -1
		}
	}
	d.list.grow(d.doc.len())
	pinned := d.pin()
	from, to := d.list.visible()
	for i := from; i < to; i++ {
		l := newLine(w)
		if k := i - from; k < len(pinned) {
			d.doc.draw(pinned[k], l.put(th.plain, " "))
			rows = append(rows, l.String())
			continue
		}
		if sign := focused && i == d.list.cursor; sign {
			l.put(th.bold, "▎")
		} else {
			l.put(th.plain, " ")
		}
		d.doc.draw(i, l)
		rows = append(rows, l.String())
	}
	return fit(rows, w, h)
}

// pin says which rows stand at the top whatever is scrolled: the bytes and bits of the header whose field is selected.
func (d *detailPane) pin() []int {
	f, head := d.frames()
	if f == nil || f.lit() == nil || d.list.height < 6 {
		return nil
	}
	bytes := head + f.bytesRow(f.cursor)
	if bytes >= d.list.top {
		return nil
	}
	if d.list.cursor < d.list.top+2 {
		d.list.top = d.list.cursor - 2
	}
	if bytes >= d.list.top {
		return nil
	}
	return []int{bytes, bytes + 1}
}

// tabs is the first row: the views, and how far down the document one is.
func (d *detailPane) tabs(th *theme, w int, focused bool) string {
	l := newLine(w)
	head(l, th, focused)
	for v, name := range viewNames {
		if view(v) == d.view {
			l.put(th.title, " "+name+" ")
		} else {
			l.put(th.dim, " "+name+" ")
		}
	}
	if d.want != nil {
		l.put(th.dim, " …")
	}
	if n := d.list.n; n > d.list.height {
		s := show.Thousands(int64(d.list.cursor+1)) + "/" + show.Thousands(int64(n))
		l.to(w-width(s)).put(th.dim, s)
	}
	return l.String()
}

// head draws the sign of the focused pane.
func head(l *line, th *theme, focused bool) {
	if focused {
		l.put(th.bold, "▌")
	} else {
		l.put(th.dim, " ")
	}
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
			f.toggle(d.list.cursor)
			d.list.grow(d.doc.len())
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
