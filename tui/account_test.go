package tui

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/tui/draw"
	"pgregory.net/rapid"
)

// What has no room on the account line is cut between words, and ! shows it.
func TestTheAccountIsCutBetweenWords(t *testing.T) {
	t.Parallel()
	th := draw.NewTheme(true)
	words := []string{"complete", "5 pkts", "3 findings", "12,345 bytes unseen (kernel, too slow)", "2 TLS connections not decoded", "damaged link header: 30 packets"}
	rapid.Check(t, func(t *rapid.T) {
		var parts []draw.Seg
		whole := map[string]bool{}
		for range rapid.IntRange(1, 6).Draw(t, "n") {
			s := rapid.SampledFrom(words).Draw(t, "part")
			parts = append(parts, th.Plain.Of(s))
			for _, w := range strings.Fields(s) {
				whole[strings.TrimRight(w, " ,;(")] = true
			}
		}
		w := rapid.IntRange(16, 200).Draw(t, "w")
		l := th.Line(w)
		fits := drawAccount(th, l, parts)
		text := strings.TrimRight(draw.PlainText(l.String()), " ")
		var all []string
		for _, p := range parts {
			all = append(all, p.Text)
		}
		if joined := strings.Join(all, " · "); fits != (draw.Width(joined) <= w) || fits && text != joined {
			t.Fatalf("%d cells: %q, fits %v", w, text, fits)
		}
		for _, x := range strings.Fields(strings.TrimSuffix(text, " · "+wholeAccount)) {
			if x = strings.TrimRight(x, " ,;("); x != "·" && x != "…" && !whole[x] {
				t.Fatalf("%d cells: %q is cut in %q", w, x, text)
			}
		}
	})
}

func TestWordsThatFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    string
		w    int
		want string
	}{{"one two", 7, "one two"}, {"one two", 6, "one"}, {"one, two", 6, "one"}, {"onetwo", 4, ""}, {"one", 1, ""}, {"", 0, ""}} {
		if got := wordsIn(c.s, c.w); got != c.want {
			t.Errorf("%q in %d cells: %q, want %q", c.s, c.w, got, c.want)
		}
	}
}

func TestTheWholeAccount(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("lossy"), 40, 24, Options{})
	d.keys("!").shows("What was read", "INCOMPLETE", "3 findings", "81 packets read; Esc back")
	d.keys("esc").lacks("What was read").keys("?").shows("Move").keys("?")
}
