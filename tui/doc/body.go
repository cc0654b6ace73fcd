package doc

import "github.com/wspeek/wspeek/tui/draw"

// Body is what a document shows: rows that are drawn when they are on the screen.
type Body interface {
	// Len is how many rows there are.
	Len() int
	// Draw draws row i.
	Draw(i int, l *draw.Line)
}

// Seeker is a body in which matches can be found: the first row after (before) row i, -1 for none.
type Seeker interface{ Seek(i, step int) int }

// Folder is a body whose rows fold: toggle folds or unfolds at row i, and reports whether it could.
type Folder interface{ Toggle(i int) bool }

// AllFolder is a body that folds or unfolds all its rows at once.
type AllFolder interface{ FoldAll() }

// stacked is a head above a body.
type stacked struct {
	head *draw.Rich
	Body
}

func (s *stacked) Len() int { return s.head.Len() + s.Body.Len() }

func (s *stacked) Draw(i int, l *draw.Line) {
	if i < s.head.Len() {
		s.head.Draw(i, l)
		return
	}
	s.Body.Draw(i-s.head.Len(), l)
}

func (s *stacked) Toggle(i int) bool {
	f, ok := s.Body.(Folder)
	return ok && f.Toggle(i-s.head.Len())
}

func (s *stacked) Seek(i, step int) int {
	f, ok := s.Body.(Seeker)
	if !ok {
		return -1
	}
	k := f.Seek(max(i-s.head.Len(), -1), step)
	if k < 0 {
		return -1
	}
	return k + s.head.Len()
}

// foldAll folds or unfolds all of the body.
func (s *stacked) FoldAll() {
	if f, ok := s.Body.(AllFolder); ok {
		f.FoldAll()
	}
}
