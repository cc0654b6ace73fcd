package tui

import (
	"os"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/feedtest"
	"github.com/wspeek/wspeek/tui/rows"
	"pgregory.net/rapid"
)

// The panes tile the body: each cell belongs to one pane, but for the line between two.
func TestPanesTileTheBody(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 80, 24, Options{})
	rapid.Check(t, func(t *rapid.T) {
		m := d.m
		m.w, m.h = rapid.IntRange(16, 300).Draw(t, "w"), rapid.IntRange(8, 100).Draw(t, "h")
		m.focus = pane(rapid.IntRange(0, 2).Draw(t, "focus"))
		m.maximised, m.stacked = rapid.Bool().Draw(t, "maximised"), rapid.Bool().Draw(t, "stacked")
		h := m.h - 3
		cells := 0
		focused := false
		for _, p := range m.layout(0, h) {
			cells += p.w * p.h
			focused = focused || p.pane == m.focus
			if p.w < 1 || p.h < 1 || p.x+p.w > m.w || p.y+p.h > h {
				t.Fatalf("%+v on %d by %d", p, m.w, h)
			}
		}
		lines := 0
		if ps := m.layout(0, h); len(ps) > 1 && ps[len(ps)-1].x > 0 {
			lines = h // the line beside the detail
		}
		if !focused || cells+lines != m.w*h {
			t.Fatalf("%d cells and %d of lines, of %d; the focus is shown: %v", cells, lines, m.w*h, focused)
		}
	})
}

func TestProgressInWords(t *testing.T) {
	t.Parallel()
	at := time.Unix(0, 0)
	for _, c := range []struct {
		name string
		set  func(*model)
		want string
	}{
		{"nothing is known", func(*model) {}, "reading ..."},
		{"how far", func(m *model) { m.progress = Progress{Done: 30, Total: 120} }, "reading 25%"},
		{"how long yet", func(m *model) {
			m.progress = Progress{Done: 25, Total: 100}
			m.now = func() time.Time { return at.Add(10 * time.Second) }
		}, "reading 25%, 30 s left"},
		{"live", func(m *model) { m.opt.Live = true }, "live"},
		{"paused", func(m *model) { m.paused = true }, "PAUSED"},
		{"writing", func(m *model) { m.writing = func() {} }, "writing, Esc cancels"},
		{"comparing", func(m *model) { m.diffing = &diffJob{} }, "comparing, Esc cancels"},
		{"searching", func(m *model) { m.searching = rows.NewSearch(m.store, m.filter, nil, 0) }, "searching 0%, Esc cancels"},
		{"ended", func(m *model) { m.opt.Live, m.count.Done = true, true }, "ended"},
		{"a file is read", func(m *model) { m.count.Done = true }, ""},
	} {
		m, err := newModel(Options{Feed: &badFeed{}})
		if err != nil {
			t.Fatal(err)
		}
		m.began, m.now = at, func() time.Time { return at }
		if c.set(m); m.progressText() != c.want {
			t.Errorf("%s: %q, want %q", c.name, m.progressText(), c.want)
		}
	}
	for _, c := range [][3]int64{{0, 0, 0}, {1, 0, 0}, {1, 3, 33}, {9, 3, 100}} {
		if got := percent(c[0], c[1]); got != c[2] {
			t.Errorf("%d of %d is %d%%", c[0], c[1], got)
		}
	}
}

// Each key that the footer names does something in the place where it is named.
func TestTheFooterNamesKeysThatWork(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 200, 50, Options{})
	for _, keys := range [][]string{nil, {"j", "enter"}, {"enter"}, {"="}} {
		d.keys(keys...)
		footer := d.m.footer()
		for i := range d.m.keys {
			b := &d.m.keys[i]
			short := b.short
			if short == "back" && d.m.place() == inSessions {
				short = "quit"
			}
			if short == "" || !strings.Contains(footer, short) || b.in&d.m.place() == 0 {
				continue
			}
			if found, pending := lookup(d.m.keys, "", b.keys[0], d.m.place()); found == nil && !pending {
				t.Errorf("%q is in the footer of place %b and does nothing there", b.keys[0], d.m.place())
			}
		}
	}
}

func TestWheelScrollsWhatIsUnderIt(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.TwoSessions(feedtest.Script(200), feedtest.Script(200)), 120, 30, Options{})
	d.keys("enter", "gg").text()
	wheel := func(x, y int, b tea.MouseButton) { d.send(tea.MouseWheelMsg{X: x, Y: y, Button: b}); d.text() }
	if wheel(5, 5, tea.MouseWheelDown); d.m.msgs.list.Top != 3 {
		t.Errorf("the list is at %d", d.m.msgs.list.Top)
	}
	if wheel(5, 5, tea.MouseWheelUp); d.m.msgs.list.Top != 0 {
		t.Errorf("the list is at %d", d.m.msgs.list.Top)
	}
	if wheel(5, 5, tea.MouseWheelLeft); d.m.msgs.list.Top != 0 {
		t.Errorf("the list is at %d after another wheel", d.m.msgs.list.Top)
	}
	wheel(5, 0, tea.MouseWheelDown) // the title
	if wheel(110, 8, tea.MouseWheelDown); d.m.msgs.list.Top != 0 || d.m.det.list.Top == 0 && d.m.det.list.N > d.m.det.list.Height {
		t.Errorf("the detail is at %d, the list at %d", d.m.det.list.Top, d.m.msgs.list.Top)
	}
	d.keys("?").text()
	if wheel(5, 5, tea.MouseWheelDown); d.m.help.list.Top != 3 {
		t.Errorf("the help is at %d", d.m.help.list.Top)
	}
}

func TestClicksBesideRows(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 30, Options{})
	d.keys("j", "enter", "jj").text()
	before := d.m.msgs.list.Cursor
	click := func(x, y int, b tea.MouseButton) { d.send(tea.MouseClickMsg{X: x, Y: y, Button: b}); d.text() }
	click(5, 0, tea.MouseLeft)  // the title
	click(5, 25, tea.MouseLeft) // below the last row
	click(5, 6, tea.MouseRight)
	if d.m.msgs.list.Cursor != before {
		t.Errorf("the cursor went to %d", d.m.msgs.list.Cursor)
	}
	for _, v := range []doc.View{doc.ViewHandshake, doc.ViewPayload, doc.ViewFrames, doc.ViewHex} {
		x := 68 + 1
		for k := doc.ViewPayload; k < v; k++ {
			x += len(k.String()) + 2
		}
		if click(x+2, 2, tea.MouseLeft); d.m.det.view != v {
			t.Errorf("a click on %v shows %v", v, d.m.det.view)
		}
	}
	d.keys("/")
	if click(5, 5, tea.MouseLeft); d.m.prompt == nil {
		t.Error("a click closes the prompt")
	}
}

// Views go round, forwards and backwards, with h and l in the detail.
func TestViewsGoRound(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 30, Options{})
	d.keys("j", "enter", "jj", "enter")
	for _, want := range []doc.View{doc.ViewHex, doc.ViewFrames, doc.ViewHandshake, doc.ViewPayload} {
		if d.keys("l"); d.m.det.view != want {
			t.Errorf("l shows %v, want %v", d.m.det.view, want)
		}
	}
	if d.keys("h"); d.m.det.view != doc.ViewHandshake {
		t.Errorf("h shows %v", d.m.det.view)
	}
	if d.keys("v"); d.m.det.view != doc.ViewPayload || d.m.focus != paneDetail {
		t.Errorf("v shows %v", d.m.det.view)
	}
}

// All of a payload's JSON folds and unfolds by one key.
func TestFoldAllByAKey(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("graphql"), 120, 40, Options{})
	d.keys("j", "enter", ":4", "enter", "enter")
	whole := d.m.det.list.N
	if d.keys("-"); d.m.det.list.N >= whole {
		t.Errorf("%d rows of %d", d.m.det.list.N, whole)
	}
	if d.shows("lines …").keys("-"); d.m.det.list.N != whole {
		t.Errorf("%d rows of %d", d.m.det.list.N, whole)
	}
}

// Panes are gone through in a circle, and one can be shown alone.
func TestPanesGoRound(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 160, 40, Options{})
	d.keys("j")
	for _, want := range []pane{paneMessages, paneDetail, paneSessions} {
		if d.keys("tab"); d.m.focus != want {
			t.Errorf("Tab goes to %d, want %d", d.m.focus, want)
		}
	}
	d.keys("enter").shows("payload  hex", "all sessions together")
	d.keys("\\").lacks("payload  hex", "all sessions together").keys("\\").shows("payload  hex", "all sessions together")
	d.keys("|").lacks("│ payload").keys("s").shows("all sessions together")
}

// Exports hold each listed message once, in order.
func TestExportHoldsWhatIsListed(t *testing.T) {
	t.Chdir(t.TempDir())
	d := drive(t, sample("jsonrpc"), 120, 30, Options{})
	d.keys("j", "enter", "/", "error", "enter", ":", "export out.ndjson", "enter").shows("wrote 2 lines to out.ndjson")
	b, err := os.ReadFile("out.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"message":4`) && !strings.Contains(lines[0], `"n":4`) {
		t.Errorf("%q", lines)
	}
	d.keys(":", "export out.ndjson", "enter").shows("already exists; choose another name, or :export! out.ndjson")
	d.keys(":", "export! out.ndjson", "enter").shows("wrote 2 lines")
	d.keys(":", "export out.har", "enter").shows("JSON lines are written here; wspeek export writes .har")
	d.keys(":", "export", "enter").shows("want the name of a file")
}
