package tui

import "github.com/wspeek/wspeek/decode/ws"

// head draws the sign of the focused pane.
func head(l *line, th *theme, focused bool) {
	if focused {
		l.put(th.bold, "▌")
	} else {
		l.put(th.dim, " ")
	}
}

// cursor draws the sign of the row that is looked at.
func cursor(l *line, th *theme, here, focused bool) {
	switch {
	case here && focused:
		l.base = th.sel
		l.put(th.plain, "▶ ")
	case here:
		l.base = th.weak
		l.put(th.plain, "▷ ")
	default:
		l.put(th.plain, "  ")
	}
}

// marked replaces the cursor's sign by that of a selected row.
func marked(l *line, th *theme) {
	l.b, l.w = l.b[:0], 0
	l.put(th.mark, "* ")
}

// arrow is how the direction of a message is shown.
func arrow(d ws.Dir) string {
	if d == ws.C2S {
		return "→"
	}
	return "←"
}
