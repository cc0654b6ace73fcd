package tui

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestListFollows(t *testing.T) {
	t.Parallel()
	l := list{follow: true}
	l.resize(10)
	l.grow(100)
	if l.cursor != 99 || l.top != 90 {
		t.Errorf("following: cursor %d top %d", l.cursor, l.top)
	}
	l.move(-5)
	l.grow(200)
	if l.cursor != 94 || l.top != 90 {
		t.Errorf("what is looked at has moved: cursor %d top %d", l.cursor, l.top)
	}
	l.last()
	l.grow(300)
	if l.cursor != 299 || !l.follow {
		t.Errorf("following again: cursor %d", l.cursor)
	}
}

func TestListStaysInBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := list{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			k := rapid.IntRange(-50, 50).Draw(t, "k")
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0:
				l.grow(max(k, 0))
			case 1:
				l.resize(k)
			case 2:
				l.move(k)
			case 3:
				l.scroll(k)
			case 4:
				l.page(k%3 - 1)
			case 5:
				l.set(k)
			case 6:
				l.last()
			}
			from, to := l.visible()
			if from < 0 || to > l.n || to-from > l.height && l.height > 0 || l.n > 0 && l.height > 0 && (l.cursor < from || l.cursor >= to) {
				t.Fatalf("%+v shows %d to %d", l, from, to)
			}
		}
	})
}

func TestHazard_O3_LineKeepsItsWidth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.IntRange(0, 40).Draw(t, "w")
		l := newLine(w)
		if rapid.Bool().Draw(t, "selected") {
			l.base = newTheme(true).sel
		}
		for range rapid.IntRange(0, 5).Draw(t, "n") {
			s := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
			switch rapid.IntRange(0, 3).Draw(t, "how") {
			case 0:
				l.wire(newTheme(true).bad, s)
			case 1:
				l.wire(style{}, []byte(rapid.String().Draw(t, "s")))
			case 2:
				l.col(style{}, rapid.IntRange(-9, 9).Draw(t, "col"), "日本語text")
			case 3:
				l.lit(style{}, newTheme(true).hit, s, words([][]byte{{'a'}}))
			}
		}
		row := l.String()
		if got := width(plainText(row)); got != w {
			t.Fatalf("%d cells, want %d: %q", got, w, row)
		}
		if strings.ContainsAny(plainText(row), "\x1b\n\r\t\x07") {
			t.Fatalf("controls: %q", row)
		}
	})
}

func TestTheAddressHasRoom(t *testing.T) {
	t.Parallel()
	for w := 76; w < 250; w++ {
		cols, address := columnsIn(w)
		used := 3 + address
		for _, c := range cols {
			if c.text != nil {
				used += max(c.width, -c.width) + 1
			}
		}
		if address < 30 || used != w {
			t.Errorf("%d cells: the address has %d, all %d", w, address, used)
		}
	}
}
