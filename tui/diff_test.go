package tui

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/decode/diff"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/tui/feedtest"
)

func changedScripts() (a, b []string) {
	a, b = feedtest.Script(30), feedtest.Script(30)
	b[20] = strings.Replace(b[20], "alice", "mallory", 1)
	b = slices.Insert(b, 12, `{"hello":"this was not there before"}`)
	return a, slices.Delete(b, 5, 6)
}

func TestSessionsCompared(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.TwoSessions(changedScripts()), 120, 40, Options{})
	d.keys("j", "space").shows("1 selected", "* ").keys("space").shows("two sessions selected")
	d.keys("=").shows("sessions 1 ~ 2", "differ:", "1 changed, 1 only in A, 1 only in B", "n N next difference")
	d.shows(" - only in A")
	d.keys("n").shows(" + only in B", "this was not there before")
	d.keys("n").shows(" ~ changed", "$.user", "alice", "≠", "mallory")
	hit, _ := feedtest.Brackets(d.m.th.Hit)
	if s := d.m.screen(); !strings.Contains(s, hit+`"alice"`) || !strings.Contains(s, hit+`"mallory"`) {
		t.Errorf("the values are not lit: %q", s)
	}
	at := d.m.cmp.(*diffPane).list.Cursor
	if d.keys("n"); d.m.cmp.(*diffPane).list.Cursor != at {
		t.Error("n goes on behind the last difference")
	}
	d.keys("enter").shows("compare: 1 different line", "1:21 →", "2:21 →").keys("esc").shows("sessions 1 ~ 2")
	d.keys("N", "N").shows(" - only in A").keys("enter").shows("does not have two messages")
	d.keys("G").shows("  the same").keys("esc").lacks("sessions 1 ~ 2").shows("* ")
}

func TestSessionsComparedAsTheyAre(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.TwoSessions(feedtest.Script(3), feedtest.Script(3)), 80, 24, Options{})
	d.keys("=").shows("Space selects").keys("space").shows("for all sessions together")
	d.keys("j", "space", "=").shows("no difference: 5 the same").keys("n").shows("  the same").keys("=").lacks("no difference")
}

func TestSessionsComparedGivenUp(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.TwoSessions(changedScripts()), 80, 24, Options{})
	d.keys("j", "space", "space")
	cmd := d.m.compareSessions("")
	j := d.m.diffing
	d.shows("comparing, Esc cancels").keys("esc").shows("comparing cancelled")
	msg := cmd().(diffedMsg)
	if msg.pane != nil || msg.err != nil {
		t.Errorf("%v, %v of what was given up", msg.pane, msg.err)
	}
	if d.send(msg); d.m.cmp != nil || !j.stop.Load() {
		t.Error("what was given up is shown")
	}
}

func TestSessionsSideIsThatOfDiff(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 80, 24, Options{})
	for n := 1; n <= 2; n++ {
		var want *diff.Side
		var err error
		d.m.store.Look(func(t *trace.Trace) { want, err = diff.FromTrace("", t, n) })
		if err != nil {
			t.Fatal(err)
		}
		got, err := (&diffJob{store: d.m.store}).side(n)
		if err != nil || len(got.Messages) == 0 || len(got.Messages) != len(want.Messages) {
			t.Fatalf("%d messages, want %d; %v", len(got.Messages), len(want.Messages), err)
		}
		if c := diff.Compare(got, want, &diff.Options{Strict: true, Timing: true}); c.Different() {
			t.Errorf("session %d: %+v", n, c.Counts)
		}
	}
}

// Going forth and back stops at the same rows.
func TestSessionsDifferencesForthAndBack(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 80, 24, Options{})
	p, err := (&diffJob{store: d.m.store, th: d.m.th, sessions: [2]int{1, 2}}).run()
	if err != nil {
		t.Fatal(err)
	}
	var forth, back []int
	for i := p.next(-1); i >= 0; i = p.next(i) {
		forth = append(forth, i)
	}
	for i := p.previous(p.list.N); i >= 0; i = p.previous(i) {
		back = append(back, i)
	}
	slices.Reverse(back)
	want := len(p.c.Handshake) + len(p.c.Ending)
	for i := range p.c.Pairs {
		if p.c.Pairs[i].Differs() {
			want++
		}
	}
	if len(forth) != want || want < 10 || !slices.Equal(forth, back) {
		t.Errorf("%d differences\nforth %v\nback  %v", want, forth, back)
	}
}

func TestSessionsComparedWithTheMouse(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.TwoSessions(changedScripts()), 80, 24, Options{})
	d.keys("j", "space", "space", "=")
	d.text()
	top := d.m.cmp.(*diffPane).list.Top
	d.send(tea.MouseWheelMsg{X: 10, Y: 6, Button: tea.MouseWheelDown})
	if d.text(); d.m.cmp.(*diffPane).list.Top != top+3 {
		t.Errorf("top %d after %d", d.m.cmp.(*diffPane).list.Top, top)
	}
}

func TestMarksIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, a, b string
		changes    []diff.Change
		want       string
	}{
		{"all between without changes", "abcXYdef", "abcZdef", nil, "XY"},
		{"a whole value", `{"n":100}`, `{"n":105}`, []diff.Change{{Path: "$.n", A: "100", B: "105"}}, "100"},
		{"the value of its key", `{"a":5,"b":5,"c":1}`, `{"a":5,"b":6,"c":2}`,
			[]diff.Change{{Path: "$.b", A: "5", B: "6"}, {Path: "$.c", A: "1", B: "2"}}, "5 1"},
		{"a character is not cut", "aé", "aè", nil, "é"},
		{"equal", "same", "same", nil, ""},
		{"only in the other", "ab", "aXb", []diff.Change{{Path: "word 1", B: "X"}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range marksIn([]byte(c.a), []byte(c.b), c.changes, 0) {
				got = append(got, c.a[r[0]:r[1]])
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("marked %q, want %q", s, c.want)
			}
		})
	}
}

func TestHazard_O2_HostileSessionsComparedAreInert(t *testing.T) {
	t.Parallel()
	data := feedtest.TwoSessions([]string{evil, "x" + evil, `{"` + soft + `":"` + soft + `"}`, "one " + soft, "z" + strings.Repeat("\u0301", 99)},
		[]string{evil + "!", `{"` + soft + `":"other"}`, "two " + evil, "日本語🎉👩‍👩‍👧‍👦🇩🇪❤️" + evil})
	for _, size := range sizes {
		d := drive(t, data, size[0], size[1], Options{})
		d.keys("j", "space", "space", "=").text()
		for range d.m.cmp.(*diffPane).list.N {
			d.keys("j").text()
			d.keys("enter").text()
			if _, ok := d.m.cmp.(*comparePane); ok {
				d.keys("esc")
			}
		}
		d.keys("esc", "enter", "L").text()
		for range d.m.lad.list.N {
			d.keys("j").text()
		}
	}
}
