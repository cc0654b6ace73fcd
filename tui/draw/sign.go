package draw

import "github.com/wspeek/wspeek/decode/ws"

// Head draws the first cell of a pane's first row, which reports whether the pane has the focus.
func Head(l *Line, th *Theme, focused bool) {
	if focused {
		l.Put(th.Bold, "▌")
	} else {
		l.Put(th.Dim, " ")
	}
}

// Cursor draws the first two cells of a row of a list: whether the cursor is here, and whether the pane has the focus.
func Cursor(l *Line, th *Theme, here, focused bool) {
	switch {
	case here && focused:
		l.Base = th.Cursor
		l.Put(th.Plain, "▶ ")
	case here:
		l.Base = th.Weak
		l.Put(th.Plain, "▷ ")
	default:
		l.Put(th.Plain, "  ")
	}
}

// Selected replaces the cursor's sign, which must be all that is drawn, with that of a selected row.
func Selected(l *Line, th *Theme) {
	l.b, l.w = l.b[:0], 0
	l.Put(th.Mark, "* ")
}

// Arrow is the sign of a direction.
func Arrow(d ws.Dir) string {
	if d == ws.C2S {
		return "→"
	}
	return "←"
}
