package tui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/feedtest"
	"github.com/wspeek/wspeek/tui/rows"
)

// events are those of a capture, to be given to a store one by one.
func events(t testing.TB, data []byte) (out []func(*rows.Store)) {
	t.Helper()
	err := feedOf(t, data).Run(context.Background(), func(b *decode.Batch, e *decode.Event) error {
		switch e.Kind {
		case decode.KindSession, decode.KindMessage, decode.KindFinding:
			one := &decode.Batch{}
			copyEvent(one, b, e)
			out = append(out, func(s *rows.Store) { _ = s.Visit(one, &one.Events[0]) })
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// copyEvent adds an event of a batch to another one.
func copyEvent(to, from *decode.Batch, e *decode.Event) {
	ref := *e.Session
	x := *e
	x.Session = &ref
	switch e.Kind {
	case decode.KindSession:
		i := *from.Session(e)
		to.AddSession(x, &i)
	case decode.KindMessage:
		m := *from.Message(e)
		m.Payload = append([]byte(nil), m.Payload...)
		to.AddMessage(x, &m)
	case decode.KindFinding:
		f := *from.Finding(e)
		to.AddFinding(x, &f)
	}
}

// Whatever keys are pressed while a capture is read, the screen is whole, the cursor is on a row, and in the end the list
// is that of the finished file.
func TestAnyKeysAtTheSessions(t *testing.T) {
	t.Parallel()
	all := events(t, feedtest.Incident())
	keys := []string{"z", "o", "O", "B", "j", "k", "G", "home", "enter", "esc", "space", "tab", "ctrl+d", "|", "\\", "z", "o", "B"}
	rapid.Check(t, func(rt *rapid.T) {
		d := driveOn(t, feedtest.InOrder(nil), rapid.IntRange(30, 210).Draw(rt, "w"), rapid.IntRange(8, 60).Draw(rt, "h"), Options{})
		at := 0
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			d.m.focus = paneSessions
			for range rapid.IntRange(0, len(all)/10).Draw(rt, "events") {
				if at < len(all) {
					all[at](d.m.store)
					at++
				}
			}
			d.refresh()
			if k := rapid.SampledFrom(keys).Draw(rt, "key"); k != "esc" || d.m.narrowed() {
				d.keys(k)
			}
			d.text()
			if l := &d.m.sess.list; d.m.focus == paneSessions && (l.Cursor < 0 || l.Cursor >= max(l.N, 1) || l.Top > l.Cursor) {
				rt.Fatalf("the cursor is at %d of %d, the top at %d", l.Cursor, l.N, l.Top)
			}
		}
		for ; at < len(all); at++ {
			all[at](d.m.store)
		}
		d.end()
		d.refresh()
		checkAgainstFile(rt, d)
	})
}

// checkAgainstFile checks that the list is the one that is made of the finished file.
func checkAgainstFile(t *rapid.T, d *driver) {
	p := &d.m.sess
	if p.look == (rows.SessionLook{}) {
		if p.table != nil || p.list.N != 15 {
			t.Fatalf("%d rows", p.list.N)
		}
		return
	}
	want := rows.NewSessionTable(d.m.store, p.look, nil).Rows(func(name string) bool { return p.open[name] })
	if !slices.Equal(p.rows, want) || p.list.N != len(want)+1 {
		t.Fatalf("%+v: %v, want %v", p.look, p.rows, want)
	}
}

// Each column of numbers is sorted by what it shows.
func TestColumnsAreSortedByWhatTheyShow(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 240, 60, Options{FileOf: func(p int) string { return "f" + strconv.Itoa(p%3) }})
	table := d.m.sess.columns(230, d.m.opt.FileOf)
	if len(table.cols) != len(sessionColumns) {
		t.Fatalf("%d columns", len(table.cols))
	}
	for _, c := range table.cols {
		if c.key == rows.ByNumber {
			continue
		}
		d.keys(":", "sort "+c.key.String(), "enter")
		var got []string
		for _, i := range d.m.sess.shown(d.m.store, 1, 15) {
			if s := c.text(table, &i); s != "" {
				got = append(got, s)
			}
		}
		for k := 1; k < len(got); k++ {
			a, aErr := strconv.ParseFloat(strings.TrimSuffix(got[k-1], "s"), 64)
			b, bErr := strconv.ParseFloat(strings.TrimSuffix(got[k], "s"), 64)
			if aErr == nil && bErr == nil && a != b && (a > b) != c.key.LargestFirst() {
				t.Errorf("%s: %q before %q", c.title, got[k-1], got[k])
			}
		}
		if d.m.sess.look.Key != c.key {
			t.Errorf("%s: sorted by %v", c.title, d.m.sess.look.Key)
		}
	}
	d.keys(":", "sort number", "enter", "O").shows("sort number ↓", "last to first")
}

func TestNamesOfKeys(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for k := range rows.SessionKeys {
		name := k.String()
		if got, ok := rows.SessionKeyNamed(name); !ok || got != k || seen[name] || strings.Contains(name, " ") {
			t.Errorf("%q: %v, %v", name, got, ok)
		}
		seen[name] = true
	}
	if _, ok := rows.SessionKeyNamed(""); ok {
		t.Error("nothing is a column")
	}
	for text, want := range map[string]string{"so": "sort", "sort ": "number", "group v": "verdict"} {
		from, words := commandCandidates(text)
		if !slices.Contains(words, want) || text[from:] != strings.TrimPrefix(text, text[:from]) {
			t.Errorf("%q: %v", text, words)
		}
	}
	if _, words := commandCandidates("filter x"); words != nil {
		t.Errorf("%v", words)
	}
}

// The heads of groups say what is in them at any width.
func TestHeadsOfGroups(t *testing.T) {
	t.Parallel()
	g := rows.SessionGroup{Name: "server: RST, no Close\x1b[2J " + strings.Repeat("long ", 40), Sessions: make([]int32, 1234), Health: [3]int{1000, 200, 34}}
	p := &sessionsPane{table: &rows.SessionTable{Groups: []rows.SessionGroup{g}}, rows: []rows.SessionRow{{N: 0, Group: 0}}}
	for w := 20; w < 200; w += 7 {
		row := p.row(draw.NewTheme(true), &all, nil, w, 1, true)
		feedtest.CheckInert(t, row)
		plain := draw.PlainText(row)
		if draw.Width(plain) != w || !strings.Contains(plain, "  ▸ serv") {
			t.Errorf("%d cells: %q", w, plain)
		}
		if w > 90 && !strings.Contains(plain, show.Thousands(1234)+" sessions  1,000 hurt  200 open  34 closed well") {
			t.Errorf("%d cells: %q", w, plain)
		}
	}
	p.table.Groups[0].Name = ""
	if row := p.row(draw.NewTheme(true), &all, nil, 80, 1, false); !strings.Contains(row, "(not known)") {
		t.Errorf("%q", row)
	}
}

// At the sessions the footer begins with the keys that are for it alone.
func TestTheFooterOfTheSessions(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 80, 24, Options{})
	d.shows("Enter open  z hurt  o O sort  B group  / filter", "Esc q quit")
	d.keys("z", "j").shows("Esc q back").keys("esc", "j").shows("Esc q quit")
	d.keys("enter").shows("Enter open  Esc q back")
}
