package tui

import "github.com/wspeek/wspeek/tui/draw"

// body is what a document shows: rows that are drawn when they are on the screen.
type body interface {
	// Len is how many rows there are.
	Len() int
	// Draw draws row i.
	Draw(i int, l *draw.Line)
}

// seeker is a body in which matches can be found: the first row after (before) row i, -1 for none.
type seeker interface{ seek(i, step int) int }

// folder is a body whose rows fold: toggle folds or unfolds at row i, and reports whether it could.
type folder interface{ toggle(i int) bool }

// allFolder is a body that folds or unfolds all its rows at once.
type allFolder interface{ foldAll() }

// stacked is a head above a body.
type stacked struct {
	head *draw.Rich
	body
}

func (s *stacked) Len() int { return s.head.Len() + s.body.Len() }

func (s *stacked) Draw(i int, l *draw.Line) {
	if i < s.head.Len() {
		s.head.Draw(i, l)
		return
	}
	s.body.Draw(i-s.head.Len(), l)
}

func (s *stacked) toggle(i int) bool {
	f, ok := s.body.(folder)
	return ok && f.toggle(i-s.head.Len())
}

func (s *stacked) seek(i, step int) int {
	f, ok := s.body.(seeker)
	if !ok {
		return -1
	}
	k := f.seek(max(i-s.head.Len(), -1), step)
	if k < 0 {
		return -1
	}
	return k + s.head.Len()
}

// foldAll folds or unfolds all of the body.
func (s *stacked) foldAll() {
	if f, ok := s.body.(allFolder); ok {
		f.foldAll()
	}
}
