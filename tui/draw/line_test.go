package draw

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode/ws"
)

func TestLineColumns(t *testing.T) {
	t.Parallel()
	th := NewTheme(true)
	for _, c := range []struct {
		name string
		max  int
		do   func(*Line)
		want string
	}{
		{"left", 12, func(l *Line) { l.Col(th.Plain, 5, "ab").Put(th.Plain, "|") }, "ab    |     "},
		{"right", 12, func(l *Line) { l.Col(th.Plain, -5, "ab").Put(th.Plain, "|") }, "   ab |     "},
		{"cut", 12, func(l *Line) { l.Col(th.Plain, 5, "abcdefgh").Put(th.Plain, "|") }, "abcd… |     "},
		{"wide characters", 12, func(l *Line) { l.Col(th.Plain, -5, "日本").Put(th.Plain, "|") }, " 日本 |     "},
		{"no room left", 4, func(l *Line) { l.Put(th.Plain, "abc").Col(th.Plain, 5, "xyz") }, "abc…"},
		{"a whole row", 3, func(l *Line) { l.Put(th.Plain, "abc") }, "abc"},
		{"too long", 3, func(l *Line) { l.Put(th.Plain, "abcd").Put(th.Plain, "e") }, "ab…"},
		{"to a column", 6, func(l *Line) { l.Put(th.Plain, "a").To(3).Put(th.Plain, "b") }, "a  b  "},
		{"to a column that is past", 6, func(l *Line) { l.Put(th.Plain, "abcd").To(2).Put(th.Plain, "e") }, "abcde "},
		{"skipped", 6, func(l *Line) { l.Skip(2).Put(th.Plain, "a").Skip(9) }, "  a   "},
		{"another line", 6, func(l *Line) { l.Put(th.Plain, "a").Join(th.Line(3).Put(th.Plain, "b")) }, "ab    "},
		{"none", 0, func(l *Line) { l.Put(th.Plain, "a") }, ""},
		{"controls", 12, func(l *Line) { l.Wire(th.Plain, []byte("a\x07\nb")) }, `a\x07\nb    `},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := th.Line(c.max)
			c.do(l)
			if got := PlainText(l.String()); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Matches are drawn in another style, and nothing else is.
func TestLitMarksTheMatches(t *testing.T) {
	t.Parallel()
	th := NewTheme(true)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SliceOfN(rapid.SampledFrom([]byte("abc")), 0, 30).Draw(t, "s")
		word := rapid.SliceOfN(rapid.SampledFrom([]byte("abc")), 1, 3).Draw(t, "word")
		row, _ := th.Line(100).Lit(th.Plain, th.Hit, s, Words([][]byte{word})).DrawnSoFar()
		lit := ""
		for _, part := range strings.Split(row, th.Hit.open)[1:] {
			text, _, _ := strings.Cut(part, reset)
			lit += text
		}
		if want := strings.Repeat(string(word), bytes.Count(s, word)); lit != want {
			t.Fatalf("%q in %q: %q is lit, want %q", word, s, lit, want)
		}
		if PlainText(row) != string(s) {
			t.Fatalf("drew %q of %q", PlainText(row), s)
		}
	})
}

func TestWordsFindTheFirst(t *testing.T) {
	t.Parallel()
	find := Words([][]byte{[]byte("bc"), []byte("a")})
	for s, want := range map[string][2]int{"xxabc": {2, 1}, "bca": {0, 2}, "": {-1, 0}, "x": {-1, 0}} {
		if at, n := find([]byte(s)); at != want[0] || at >= 0 && n != want[1] {
			t.Errorf("%q: %d, %d, want %v", s, at, n, want)
		}
	}
	if Words(nil) != nil {
		t.Error("a finder of nothing")
	}
}

// The base lies under every style of a row, also under blanks.
func TestBaseLiesUnderAllOfARow(t *testing.T) {
	t.Parallel()
	th := NewTheme(true)
	l := th.Line(9)
	l.Base = th.Cursor
	row := l.Put(th.Bad, "a").Put(th.Plain, "b").String()
	if n := strings.Count(row, th.Cursor.open); n != 3 {
		t.Errorf("%d runs have the base, want 3: %q", n, row)
	}
}

// Every sign of ours has one of ASCII that is as wide.
func TestEachSignHasOneOfASCII(t *testing.T) {
	t.Parallel()
	const ours = "→←▶◀▷▌▎│─╌●≠▸▾✗✓↓↑·›…µ" + sparks
	for _, r := range ours {
		if got := ascii(string(r)); len(got) != Width(string(r)) || got == "?" {
			t.Errorf("%c is %q", r, got)
		}
	}
	if Arrow(ws.C2S) == Arrow(ws.S2C) || ascii(Arrow(ws.C2S)) == ascii(Arrow(ws.S2C)) {
		t.Error("the directions look the same")
	}
}

// In ASCII any row is ASCII, and has its width.
func TestLineInASCII(t *testing.T) {
	t.Parallel()
	th := NewTheme(true)
	th.ASCII = true
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.IntRange(0, 30).Draw(t, "w")
		l := th.Line(w)
		for _, s := range rapid.SliceOfN(rapid.String(), 0, 5).Draw(t, "texts") {
			if l.Wire(th.Bold, []byte(s)); rapid.Bool().Draw(t, "col") {
				l.Col(th.Plain, -4, "…→日")
			}
		}
		row := PlainText(l.String())
		if len(row) != w || strings.ContainsFunc(row, func(r rune) bool { return r >= utf8.RuneSelf }) {
			t.Fatalf("%q on %d cells", row, w)
		}
	})
}

func TestThemesTellApart(t *testing.T) {
	t.Parallel()
	for _, dark := range []bool{true, false} {
		th := NewTheme(dark)
		for name, pair := range map[string][2]Style{"directions": {th.Sent, th.Received}, "good and bad": {th.Good, th.Bad},
			"a match and the cursor": {th.Hit, th.Cursor}, "keys and strings": {th.Key, th.String}, "strings and numbers": {th.String, th.Number}} {
			if pair[0] == pair[1] || pair[0].open == "" || pair[1].open == "" {
				t.Errorf("dark %v: %s look the same", dark, name)
			}
		}
		if Pick(true, th.Good, th.Bad) != th.Good || Pick(false, th.Good, th.Bad) != th.Bad {
			t.Error("Pick")
		}
	}
}

func TestSignsOfRows(t *testing.T) {
	t.Parallel()
	th := NewTheme(true)
	for _, c := range []struct {
		name          string
		here, focused bool
		want          string
	}{
		{"the cursor", true, true, "▶ "}, {"the cursor of another pane", true, false, "▷ "}, {"another row", false, true, "  "},
	} {
		l := th.Line(10)
		if Cursor(l, th, c.here, c.focused); l.Text() != c.want {
			t.Errorf("%s: %q, want %q", c.name, l.Text(), c.want)
		}
		if Selected(l, th); l.Text() != "* " || l.Used() != 2 {
			t.Errorf("%s, selected: %q", c.name, l.Text())
		}
	}
	l := th.Line(10)
	if Head(l, th, true); l.Text() != "▌" {
		t.Errorf("%q", l.Text())
	}
}

func TestSparkShowsAnyAndNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		counts []uint32
		want   string
	}{
		{"nothing", []uint32{0, 0}, "  "},
		{"one is seen beside a million", []uint32{1, 1_000_000, 0}, "▁█ "},
		{"in proportion", []uint32{1, 4, 8}, "▁▄█"},
		{"all the same", []uint32{3, 3}, "██"},
		{"the largest that there is", []uint32{1<<32 - 1, 1}, "█▁"},
	} {
		if got := Spark(c.counts); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFitHasTheHeight(t *testing.T) {
	t.Parallel()
	for h := range 5 {
		got := Fit([]string{"ab", "cd"}, 2, h)
		if len(got) != h || h > 2 && got[2] != "  " {
			t.Errorf("%d rows: %q", h, got)
		}
	}
	if Clip("abc", 2) != "ab" || Clip("a", 2) != "a" || PadRight("日", 4) != "日  " {
		t.Error("Clip or PadRight")
	}
}
