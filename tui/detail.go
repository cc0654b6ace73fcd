package tui

import (
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/draw"
)

// detailPane is the pane beside the list.
type detailPane struct {
	view doc.View
	doc  *doc.Document
	// want is the newest request, nil where doc answers it.
	want *doc.Request
	list draw.List
}

// show takes in a document, unless another one has been asked for meanwhile.
func (d *detailPane) show(doc *doc.Document) {
	if d.want == nil || !doc.Request.Like(d.want) {
		return
	}
	fresh := d.doc == nil || d.doc.Request.Subject != doc.Request.Subject || d.doc.Request.View != doc.Request.View
	d.doc, d.want = doc, nil
	if fresh {
		d.list = draw.List{Height: d.list.Height}
	}
	d.list.Grow(doc.Len())
}

// frames is the framesDoc that is shown, nil in another view; head is how many rows are above it.
func (d *detailPane) frames() (f *doc.Frames, head int) {
	if d.doc == nil {
		return nil, 0
	}
	return d.doc.Frames()
}

// View draws the pane in w cells and h rows.
func (d *detailPane) View(th *draw.Theme, w, h int, focused bool) []string {
	rows := []string{d.tabs(th, w, focused)}
	d.list.Resize(h - 1)
	if d.doc == nil {
		return draw.Fit(rows, w, h)
	}
	if f, head := d.frames(); f != nil {
		f.Cursor = d.list.Cursor - head
		if !focused {
			f.Cursor = -1
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
	if f == nil || f.Lit() == nil || d.list.Height < 6 {
		return nil
	}
	bytes := head + f.BytesRow(f.Cursor)
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
	views := doc.Views
	if d.doc != nil && !d.doc.Request.IsEntry && d.doc.Request.Session > 0 {
		l.Put(th.Title, " verdict ")
		views = doc.ViewPayload
	}
	for v := doc.ViewPayload; v < views; v++ {
		name := v.String()
		if v == d.view {
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

// fold folds or unfolds at the cursor.
func (d *detailPane) fold() {
	if d.doc == nil {
		return
	}
	if f, ok := d.doc.Body.(doc.Folder); ok {
		f.Toggle(d.list.Cursor)
		d.list.Grow(d.doc.Len())
	}
}
