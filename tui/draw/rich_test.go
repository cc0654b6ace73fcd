package draw

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawn are the rows of a document as text.
func drawn(r *Rich) (out []string) {
	th := NewTheme(true)
	for i := range r.Len() {
		l := th.Line(r.Width)
		r.Draw(i, l)
		out = append(out, l.Text())
	}
	return out
}

func TestRichWraps(t *testing.T) {
	t.Parallel()
	th := NewTheme(true)
	for _, c := range []struct {
		name  string
		width int
		hang  int
		segs  []string
		want  []string
	}{
		{"fits", 20, 2, []string{"short"}, []string{"short"}},
		{"at a blank", 10, 0, []string{"one two three"}, []string{"one two", "three"}},
		{"further rows are indented", 10, 2, []string{"one two three four"}, []string{"one two", "  three", "  four"}},
		{"a word longer than a row", 8, 0, []string{"abcdefghijkl"}, []string{"abcdefgh", "ijkl"}},
		{"segments go on in the same row", 20, 0, []string{"one ", "two ", "three"}, []string{"one two three"}},
		{"a segment is not cut where a new row helps", 10, 0, []string{"one two ", "three"}, []string{"one two ", "three"}},
		{"wide characters", 8, 0, []string{"日本語日本語"}, []string{"日本語日", "本語"}},
		{"the hang is bounded", 8, 100, []string{"one two three"}, []string{"one two", "    thre", "    e"}},
		{"nothing", 8, 0, nil, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := NewRich(c.width)
			var segs []Seg
			for _, s := range c.segs {
				segs = append(segs, th.Plain.Of(s))
			}
			r.Add(c.hang, segs...)
			if got := drawn(r); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestRichPairsAndHeadings(t *testing.T) {
	t.Parallel()
	th := NewTheme(true)
	r := NewRich(30)
	r.Heading(th, "first")
	r.Pair(th, "name", "value")
	r.Pair(th, "absent", "")
	r.Pair(th, "hostile", "a\x1b[2J\u202e")
	r.Heading(th, "second")
	r.Blank()
	want := []string{"first", "name          value", `hostile       a\x1b[2J<U+202E>`, "", "second", ""}
	if got := drawn(r); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Wrapping loses nothing but blanks, and no row is too wide.
func TestRichLosesNothing(t *testing.T) {
	t.Parallel()
	th := NewTheme(true)
	rapid.Check(t, func(t *rapid.T) {
		r := NewRich(rapid.IntRange(0, 40).Draw(t, "width"))
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z日é]{1,12}`), 1, 20).Draw(t, "words")
		var segs []Seg
		for _, w := range words {
			segs = append(segs, th.Plain.Of(w+" "))
		}
		r.Add(rapid.IntRange(0, 20).Draw(t, "hang"), segs...)
		got := drawn(r)
		for _, row := range got {
			if Width(row) > r.Width {
				t.Fatalf("%q has more than %d cells", row, r.Width)
			}
		}
		all := strings.ReplaceAll(strings.Join(got, ""), " ", "")
		if want := strings.Join(words, ""); all != want {
			t.Fatalf("got %q, want %q", all, want)
		}
	})
}

func TestSplitKeepsAllOfTheText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[a-z 日é]{0,40}`).Draw(t, "s")
		room := rapid.IntRange(1, 30).Draw(t, "room")
		wait := rapid.Bool().Draw(t, "wait")
		part, rest := Split(s, room, wait)
		switch {
		case part+rest != s && part+" "+rest != s:
			t.Fatalf("%q and %q of %q", part, rest, s)
		case Width(part) > max(room, 2):
			t.Fatalf("%q does not fit into %d", part, room)
		case part == "" && !wait && s != "":
			t.Fatalf("nothing of %q is taken", s)
		}
	})
}
