package draw

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestListFollows(t *testing.T) {
	t.Parallel()
	l := List{Follow: true}
	l.Resize(10)
	l.Grow(100)
	if l.Cursor != 99 || l.Top != 90 {
		t.Errorf("following: cursor %d top %d", l.Cursor, l.Top)
	}
	l.Move(-5)
	l.Grow(200)
	if l.Cursor != 94 || l.Top != 90 {
		t.Errorf("what is looked at has moved: cursor %d top %d", l.Cursor, l.Top)
	}
	l.Last()
	l.Grow(300)
	if l.Cursor != 299 || !l.Follow {
		t.Errorf("following again: cursor %d", l.Cursor)
	}
}

func TestListStaysInBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := List{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			k := rapid.IntRange(-50, 50).Draw(t, "k")
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0:
				l.Grow(max(k, 0))
			case 1:
				l.Resize(k)
			case 2:
				l.Move(k)
			case 3:
				l.Scroll(k)
			case 4:
				l.Page(k%3 - 1)
			case 5:
				l.Set(k)
			case 6:
				l.Last()
			}
			from, to := l.Visible()
			if from < 0 || to > l.N || to-from > l.Height && l.Height > 0 || l.N > 0 && l.Height > 0 && (l.Cursor < from || l.Cursor >= to) {
				t.Fatalf("%+v shows %d to %d", l, from, to)
			}
		}
	})
}

func TestHazard_O3_LineKeepsItsWidth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.IntRange(0, 40).Draw(t, "w")
		l := NewTheme(true).Line(w)
		if rapid.Bool().Draw(t, "selected") {
			l.Base = NewTheme(true).Cursor
		}
		for range rapid.IntRange(0, 5).Draw(t, "n") {
			s := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				l.Wire(NewTheme(true).Bad, s)
			case 1:
				l.Wire(Style{}, []byte(rapid.String().Draw(t, "s")))
			case 2:
				l.Col(Style{}, rapid.IntRange(-9, 9).Draw(t, "col"), "日本語text")
			case 3:
				l.Lit(Style{}, NewTheme(true).Hit, s, Words([][]byte{{'a'}}))
			}
		}
		row := l.String()
		if got := Width(PlainText(row)); got != w {
			t.Fatalf("%d cells, want %d: %q", got, w, row)
		}
		if strings.ContainsAny(PlainText(row), "\x1b\n\r\t\x07") {
			t.Fatalf("controls: %q", row)
		}
	})
}

func TestListPagesAndSets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		do          func(*List)
		cursor, top int
	}{
		{"half a page down", func(l *List) { l.Page(1) }, 55, 55},
		{"half a page up", func(l *List) { l.Page(-1) }, 45, 45},
		{"a page down", func(l *List) { l.Page(2) }, 59, 59},
		{"a page up", func(l *List) { l.Page(-2) }, 41, 41},
		{"to a row on the screen", func(l *List) { l.Set(52) }, 52, 50},
		{"to a row off the screen, which comes into its middle", func(l *List) { l.Set(80) }, 80, 75},
		{"to the first", (*List).First, 0, 0},
		{"to the last", (*List).Last, 99, 90},
		{"scrolled, the cursor stays on the screen", func(l *List) { l.Scroll(3) }, 53, 53},
		{"scrolled up", func(l *List) { l.Scroll(-20) }, 39, 30},
		{"beyond the end", func(l *List) { l.Move(1000) }, 99, 90},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := List{N: 100, Height: 10, Top: 50, Cursor: 50}
			if c.do(&l); l.Cursor != c.cursor || l.Top != c.top {
				t.Errorf("cursor %d, top %d; want %d, %d", l.Cursor, l.Top, c.cursor, c.top)
			}
		})
	}
}
