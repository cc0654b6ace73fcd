package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/feedtest"
)

// aligned is a comparison of these lines.
func aligned(a, b []string) *comparePane {
	p := &comparePane{th: draw.NewTheme(true), lines: [2][]string{a, b}}
	p.align()
	p.list.Grow(len(p.pairs))
	return p
}

// A comparison has each line of each side once, in order; lines are the same where they are equal, and as many are as
// can be.
func TestComparisonHasEachLineOnce(t *testing.T) {
	t.Parallel()
	line := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(line, 0, 12).Draw(t, "a")
		b := rapid.SliceOfN(line, 0, 12).Draw(t, "b")
		p := aligned(a, b)
		var gotA, gotB []string
		same := 0
		for _, r := range p.pairs {
			if r.a >= 0 {
				gotA = append(gotA, a[r.a])
			}
			if r.b >= 0 {
				gotB = append(gotB, b[r.b])
			}
			if r.same != (r.a >= 0 && r.b >= 0 && a[r.a] == b[r.b]) {
				t.Fatalf("%+v of %q and %q", r, a, b)
			}
			if r.same {
				same++
			}
		}
		if !slices.Equal(gotA, a) || !slices.Equal(gotB, b) {
			t.Fatalf("got %q and %q of %q and %q", gotA, gotB, a, b)
		}
		if want := commonLines(a, b); same < want {
			t.Fatalf("%d lines are the same in %q and %q, want %d", same, a, b, want)
		}
		if p.differ != len(p.pairs)-same {
			t.Fatalf("%d differ of %d, %d the same", p.differ, len(p.pairs), same)
		}
	})
}

// commonLines is the length of the longest common subsequence, the slow and plain way.
func commonLines(a, b []string) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for k, y := range b {
			above := row[k+1]
			if x == y {
				row[k+1] = diagonal + 1
			} else {
				row[k+1] = max(row[k+1], row[k])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

// Very long messages are set side by side, line by line.
func TestLongMessagesAreSetSideBySide(t *testing.T) {
	t.Parallel()
	var a, b []string
	for k := range maxLines + 10 {
		a = append(a, fmt.Sprintf("a%d", k))
		b = append(b, fmt.Sprintf("b%d", k))
	}
	p := aligned(append([]string{"first"}, a...), append([]string{"first"}, b[:len(b)-5]...))
	if len(p.pairs) != len(a)+1 || !p.pairs[0].same || p.differ != len(a) {
		t.Errorf("%d pairs, %d differ", len(p.pairs), p.differ)
	}
	if last := p.pairs[len(p.pairs)-1]; last.b != -1 || last.a != len(a) {
		t.Errorf("the last pair is %+v", last)
	}
}

// Going to differences visits each once, forth and back, and stops at the ends.
func TestDifferencesOfMessagesForthAndBack(t *testing.T) {
	t.Parallel()
	p := aligned(strings.Split("a b c d e f", " "), strings.Split("a x c d y f g", " "))
	p.list.Resize(20)
	var want []int
	for i, r := range p.pairs {
		if !r.same {
			want = append(want, i)
		}
	}
	var forth, back []int
	for at := -1; p.list.Cursor != at; {
		at = p.list.Cursor
		if p.nextDifference(1); p.list.Cursor != at {
			forth = append(forth, p.list.Cursor)
		}
	}
	back = append(back, p.list.Cursor)
	for at := -1; p.list.Cursor != at; {
		at = p.list.Cursor
		if p.nextDifference(-1); p.list.Cursor != at {
			back = append(back, p.list.Cursor)
		}
	}
	slices.Reverse(back)
	if !slices.Equal(forth, want) || !slices.Equal(back, want) || len(want) != 3 {
		t.Errorf("forth %v, back %v, want %v", forth, back, want)
	}
	for _, w := range []int{30, 80, 200} {
		for _, row := range p.View(w, 12) {
			if draw.Width(draw.PlainText(row)) != w {
				t.Errorf("%q has not %d cells", row, w)
			}
		}
	}
}

// What is marked of two payloads lies within them, in order, without overlap, and what is not marked before the first
// difference is equal.
func TestMarksLieWithinThePayload(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := []byte(rapid.StringMatching(`[ab日]{0,12}`).Draw(t, "a"))
		b := []byte(rapid.StringMatching(`[ab日]{0,12}`).Draw(t, "b"))
		end := 0
		marks := marksIn(a, b, nil, 0)
		for _, r := range marks {
			if r[0] < end || r[1] > len(a) || r[0] >= r[1] {
				t.Fatalf("%v of %q and %q", marks, a, b)
			}
			end = r[1]
		}
		if string(a) == string(b) && len(marks) > 0 {
			t.Fatalf("%v is marked of equal payloads", marks)
		}
		if len(marks) > 0 && !strings.HasPrefix(string(b), string(a[:marks[0][0]])) {
			t.Fatalf("%q and %q differ before %v", a, b, marks[0])
		}
	})
}

// The cursor of the sessions stays at its session while others come and are dropped.
func TestTheSessionsCursorStays(t *testing.T) {
	t.Parallel()
	m, err := newModel(Options{Feed: feedOf(t, feedtest.Crowd(60)), History: 64 << 20, Sessions: 4})
	if err != nil {
		t.Fatal(err)
	}
	d := &driver{t: t, m: m}
	m.w, m.h = 100, 30
	n, chosen := 0, 0
	err = m.opt.Feed.Run(t.Context(), func(b *decode.Batch, e *decode.Event) error {
		err := m.store.Visit(b, e)
		if n++; n%7 > 0 {
			return err
		}
		d.refresh()
		if chosen == 0 && m.count.Sessions > 2 {
			d.keys("j") // the session that stays open
			chosen = m.sess.selected(m.store)
		}
		if chosen > 0 && m.sess.selected(m.store) != chosen {
			t.Fatalf("after %d events the cursor is at session %d, want %d", n, m.sess.selected(m.store), chosen)
		}
		d.text()
		return err
	})
	if err != nil || chosen != 1 {
		t.Fatal(err, chosen)
	}
}

func TestWidthsOfSessionColumns(t *testing.T) {
	t.Parallel()
	for w := 20; w < 300; w += 7 {
		d := drive(t, sample("port-reuse"), w, 20, Options{})
		d.text()
		if d.shows("client"); w > 40 {
			d.shows("who ended it, and why")
		}
		for title, from := range map[string]int{" # ": 56, "→ msgs": 72, "← msgs": 72, "life": 80, "finds": 96, "name": 60} {
			head := strings.Split(d.keys("\\").text(), "\n")[2] // the pane alone, below the title and the chips
			if d.keys("\\"); w >= from != strings.Contains(head, title) {
				t.Errorf("%d cells: %q is not from %d cells on: %s", w, title, from, head)
			}
		}
	}
}

// A selection of messages holds at most two, the newest, and each once.
func TestSelectionHoldsTwo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p messagesPane
		var want []int
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, 4), 0, 20).Draw(t, "picks") {
			p.mark(i)
			if k := slices.Index(want, i); k >= 0 {
				want = slices.Delete(want, k, k+1)
			} else if want = append(want, i); len(want) > 2 {
				want = want[1:]
			}
			if !slices.Equal(p.marked, want) {
				t.Fatalf("%v, want %v", p.marked, want)
			}
			for k := range 5 {
				if p.isMarked(k) != slices.Contains(want, k) {
					t.Fatalf("message %d: %v of %v", k, p.isMarked(k), want)
				}
			}
		}
	})
}

// Clocks go round with t, and say which they are.
func TestClocksGoRound(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 30, Options{})
	d.keys("j", "enter", "jj")
	for _, want := range []string{"time since the line above", "time of day", "time since the first"} {
		d.keys("t").shows(want)
	}
	for flag, want := range map[string]Clock{"": SinceFirst, "r": SinceFirst, "d": SinceAbove, "a": OfDay, "ad": OfDay, "u": OfDay} {
		if got := ClockNamed(flag); got != want {
			t.Errorf("-t %s is %d, want %d", flag, got, want)
		}
	}
}

// Control frames are shown, dimmed, and hidden in turn; a Close is never hidden.
func TestControlFramesInTurn(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("fragments-ping"), 120, 40, Options{})
	d.keys("j", "enter").shows("ping", "close")
	all := d.m.msgs.list.N
	if d.keys("c").shows("dimmed", "ping"); d.m.msgs.list.N != all {
		t.Errorf("%d rows of %d", d.m.msgs.list.N, all)
	}
	d.keys("c").shows("no control", "close").lacks(" ping ")
	if d.m.msgs.list.N >= all {
		t.Errorf("%d rows of %d", d.m.msgs.list.N, all)
	}
	if d.keys("c").shows("are shown"); d.m.msgs.list.N != all {
		t.Errorf("%d rows of %d", d.m.msgs.list.N, all)
	}
}

// From a message to its first frame and back, the cursor stays with it.
func TestFramesAndMessagesKeepThePlace(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"fragments-ping", "deflate-fragments", "graphql"} {
		d := drive(t, sample(name), 120, 40, Options{})
		d.keys("j", "enter", "gg")
		for range d.m.msgs.list.N {
			c, ok := d.m.current()
			if !ok || c.Message.N == 0 {
				d.keys("j")
				continue
			}
			n := c.Message.N
			if c, _ = d.keys("f").m.current(); c.Frame.Message != n {
				t.Errorf("%s: message %d led to a frame of message %d", name, n, c.Frame.Message)
			}
			if c, _ = d.keys("f").m.current(); c.Message.N != n {
				t.Errorf("%s: message %d came back as %d", name, n, c.Message.N)
			}
			d.keys("j")
		}
	}
}
