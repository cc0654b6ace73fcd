package draw

// List is the state of a list of any length: which row the cursor is at, and which rows are on the screen. It knows
// nothing of what the rows are.
type List struct {
	// N is how many rows there are.
	N int
	// Cursor is the row of the cursor, Top the first on the screen.
	Cursor, Top int
	// Height is how many rows the screen has for it.
	Height int
	// Follow keeps the cursor at the last row as rows are added.
	Follow bool
}

// Grow sets how many rows there are.
func (l *List) Grow(n int) {
	l.N = n
	if l.Follow {
		l.Cursor = n - 1
	}
	l.clamp()
}

// Resize sets how many rows are on the screen.
func (l *List) Resize(height int) {
	l.Height = max(height, 1)
	l.clamp()
}

func (l *List) clamp() {
	l.Cursor = max(0, min(l.Cursor, l.N-1))
	l.Top = max(0, min(l.Top, l.N-l.Height))
	if l.Cursor < l.Top {
		l.Top = l.Cursor
	}
	if l.Cursor >= l.Top+l.Height {
		l.Top = l.Cursor - l.Height + 1
	}
}

// Set moves the cursor to row i; a row that was off the screen is shown in its middle.
func (l *List) Set(i int) {
	l.Follow = false
	off := i < l.Top || i >= l.Top+l.Height
	l.Cursor = i
	if off {
		l.Top = i - l.Height/2
	}
	l.clamp()
}

// Move moves the cursor by d rows.
func (l *List) Move(d int) {
	l.Follow = false
	l.Cursor += d
	l.clamp()
}

// Scroll moves what is on the screen by d rows, and the cursor only to stay on it.
func (l *List) Scroll(d int) {
	l.Follow = false
	l.Top = max(0, min(l.Top+d, l.N-l.Height))
	l.Cursor = max(l.Top, min(l.Cursor, l.Top+l.Height-1))
	l.clamp()
}

// Page moves by half a screen (d is 1 or -1) or by a whole one (2 or -2).
func (l *List) Page(d int) {
	step := max(1, l.Height-1)
	if d == 1 || d == -1 {
		step = max(1, l.Height/2)
	}
	if d < 0 {
		step = -step
	}
	l.Top += step
	l.Move(step)
}

// First moves to the first row.
func (l *List) First() { l.Move(-l.N) }

// Last moves to the last row.
func (l *List) Last() {
	l.Move(l.N)
	l.Follow = true
}

// Visible is the range of rows on the screen, [from,to).
func (l *List) Visible() (from, to int) { return l.Top, min(l.Top+l.Height, l.N) }
