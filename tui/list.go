package tui

// list is a virtual list: it knows which row is looked at and which rows are on the screen, and nothing of
// what they are. n rows exist.
type list struct {
	n, cursor, top, height int
	// follow keeps the cursor at the last row as rows are added.
	follow bool
}

// grow tells that there are n rows now.
func (l *list) grow(n int) {
	l.n = n
	if l.follow {
		l.cursor = n - 1
	}
	l.clamp()
}

// resize tells how many rows are on the screen.
func (l *list) resize(height int) {
	l.height = max(height, 1)
	l.clamp()
}

func (l *list) clamp() {
	l.cursor = max(0, min(l.cursor, l.n-1))
	l.top = max(0, min(l.top, l.n-l.height))
	if l.cursor < l.top {
		l.top = l.cursor
	}
	if l.cursor >= l.top+l.height {
		l.top = l.cursor - l.height + 1
	}
}

// set moves the cursor to row i; where i is off the screen it comes to stand in the middle.
func (l *list) set(i int) {
	l.follow = false
	off := i < l.top || i >= l.top+l.height
	l.cursor = i
	if off {
		l.top = i - l.height/2
	}
	l.clamp()
}

// move moves the cursor by d rows.
func (l *list) move(d int) {
	l.follow = false
	l.cursor += d
	l.clamp()
}

// scroll moves what is on the screen by d rows, and the cursor only as far as it must.
func (l *list) scroll(d int) {
	l.follow = false
	l.top = max(0, min(l.top+d, l.n-l.height))
	l.cursor = max(l.top, min(l.cursor, l.top+l.height-1))
	l.clamp()
}

// page moves by part of a screen.
func (l *list) page(d int) {
	step := max(1, l.height-1)
	if d == 1 || d == -1 {
		step = max(1, l.height/2)
	}
	if d < 0 {
		step = -step
	}
	l.top += step
	l.move(step)
}

// first and last move to the ends; last follows what comes.
func (l *list) first() { l.move(-l.n) }

func (l *list) last() {
	l.move(l.n)
	l.follow = true
}

// visible is the range of rows on the screen.
func (l *list) visible() (from, to int) { return l.top, min(l.top+l.height, l.n) }
