package tui

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/feedtest"
	"github.com/wspeek/wspeek/tui/rows"
)

// The help has every key with its words, at any width.
func TestTheHelpHasEveryKey(t *testing.T) {
	t.Parallel()
	th := draw.NewTheme(true)
	for _, w := range []int{24, 40, 80, 120} {
		r := helpText(th, bindings(), w)
		var all strings.Builder
		for i := range r.Len() {
			l := th.Line(w)
			r.Draw(i, l)
			if l.Used() > w {
				t.Fatalf("row %d has %d cells of %d", i, l.Used(), w)
			}
			all.WriteString(l.Text() + " ")
		}
		text := strings.Join(strings.Fields(all.String()), "")
		for _, b := range bindings() {
			if !strings.Contains(text, strings.ReplaceAll(b.help, " ", "")) || b.help != "" && !strings.Contains(text, strings.ReplaceAll(b.written(), " ", "")) {
				t.Errorf("%d cells: %q is not in the help", w, b.help)
			}
		}
		for _, c := range lineCommands() {
			if !strings.Contains(text, ":"+c.name) || !strings.Contains(text, strings.ReplaceAll(c.help, " ", "")) {
				t.Errorf("%d cells: :%s is not in the help", w, c.name)
			}
		}
	}
}

// The help scrolls from its first row to its last, and no further.
func TestTheHelpScrolls(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 80, 24, Options{})
	d.keys("?").shows("Move", "↓ more").keys("k").shows("Move")
	d.keys("j").lacks("Move\n").keys("k").shows("Move")
	d.keys("G").shows("more than 5 seconds").lacks("↓ more").keys("j").shows("more than 5 seconds")
	d.keys("gg").shows("Move").keys("ctrl+d").lacks("Move\n").keys("esc").shows("# client")
}

// The cursor of a prompt is on the screen, whatever is typed.
func TestThePromptKeepsItsCursorOnTheScreen(t *testing.T) {
	t.Parallel()
	th := draw.NewTheme(true)
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.IntRange(16, 120).Draw(t, "w")
		p := newPrompt(promptKind(rapid.IntRange(0, int(promptExport)).Draw(t, "kind")), "", &history{})
		p.Paste(rapid.StringMatching(`[a-z日\x1b =]{0,150}`).Draw(t, "text"))
		for range rapid.IntRange(0, 60).Draw(t, "left") {
			p.Key(tea.KeyPressMsg{Code: tea.KeyLeft})
		}
		hint, row, x := p.View(th, w)
		if x < 0 || x >= w || draw.Width(draw.PlainText(row)) != w || draw.Width(draw.PlainText(hint)) != w {
			t.Fatalf("the cursor is at %d of %d: %q", x, w, draw.PlainText(row))
		}
	})
}

// Losses are said with as much detail as fits, and their sum always.
func TestAnyLossesFitTheirRoom(t *testing.T) {
	t.Parallel()
	th := draw.NewTheme(true)
	rapid.Check(t, func(t *rapid.T) {
		n := func(name string) int64 { return rapid.Int64Range(0, 1<<40).Draw(t, name) }
		p := Progress{Lost: Lost{n("kernel"), n("interface"), n("slow")}, Unseen: n("unseen"), Unwritten: n("unwritten")}
		p.Dropped = p.Lost.Kernel + p.Lost.Interface + p.Lost.Slow
		room := rapid.IntRange(0, 200).Draw(t, "room")
		parts := losses(th, &p, &decode.Account{}, true, room)
		least := lossParts(th, &p, &decode.Account{}, true, lossSum)
		width := func(parts []draw.Seg) (w int) {
			for _, s := range parts {
				w += draw.Width(" · ") + draw.Width(s.Text)
			}
			return w
		}
		if width(parts) > max(room, width(least)) {
			t.Fatalf("%v in %d cells", parts, room)
		}
		if len(parts) != len(least) || !strings.Contains(parts[0].Text, " dropped") {
			t.Fatalf("%v, at least %v", parts, least)
		}
	})
}

func TestPlacesOfLosses(t *testing.T) {
	t.Parallel()
	l := Lost{Kernel: 5, Slow: 1000}
	for d, want := range map[lossDetail]string{lossCounts: " (too slow 1,000, kernel 5)", lossPlaces: " (too slow, kernel)", lossShort: " (too slow, kernel)", lossSum: ""} {
		if got := l.text(d); got != want {
			t.Errorf("detail %d: %q, want %q", d, got, want)
		}
	}
	if got := (Lost{}).text(lossCounts); got != "" {
		t.Errorf("nothing is lost: %q", got)
	}
}

// A note that one row cannot hold has two, and none of its words is lost where two can.
func TestLongNotesHaveTwoRows(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 40, 24, Options{})
	d.m.note("short")
	if d.m.longNote() != nil {
		t.Error("a short note has two rows")
	}
	text := "this note is longer than forty cells and needs another row"
	for _, warn := range []bool{false, true} {
		if d.m.note(text); warn {
			d.m.warn(text)
		}
		d.text()
		var got []string
		for _, row := range d.m.longNote() {
			got = append(got, strings.TrimSpace(strings.TrimPrefix(draw.PlainText(row), " ✗")))
		}
		if strings.Join(got, " ") != text {
			t.Errorf("warn %v: %q", warn, got)
		}
	}
}

// What is reported of a panic says where it was, and quotes nothing but the runtime.
func TestCrashesQuoteNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		value any
		want  string
	}{
		{"a text", secret, "panic"}, {"an error", errors.New(secret), "panic"}, {"another value", []byte(secret), "panic"},
		{"the runtime's own", runtimePanic(), "index out of range"},
	} {
		err := crashed(c.value)
		if s := err.Error(); strings.Contains(s, secret) || !strings.Contains(s, c.want) || !strings.Contains(s, "parts_test.go:") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	got := functions("goroutine 1 [running]:\nmain.f({0xc000012345, 0x7})\n\t/home/someone/x.go:12 +0x1d\nmain.g()\n\t/home/someone/y.go:3 +0x2\n")
	if got != "x.go:12 < y.go:3" {
		t.Errorf("%q", got)
	}
}

// Files are made for their owner alone, and never over another one unasked.
func TestFilesAreMadeForTheirOwner(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"", "-"} {
		if _, err := create(name, true); !errors.Is(err, errNoFile) {
			t.Errorf("%q: %v", name, err)
		}
	}
	f, err := create("a", false)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if i, err := os.Stat("a"); err != nil || runtime.GOOS != "windows" && i.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", i.Mode(), err)
	}
	if _, err := create("a", false); !errors.Is(err, errThere) {
		t.Errorf("over another one: %v", err)
	}
	if f, err = create("a", true); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := create("no/such/folder", true); err == nil {
		t.Error("no error where there is no folder")
	}
}

// An export that is cancelled says so.
func TestAnExportIsCancelled(t *testing.T) {
	t.Chdir(t.TempDir())
	d := drive(t, sample("jsonrpc"), 100, 30, Options{})
	x := d.m.exporter()
	x.stop.Store(true)
	if _, err := x.write("out.ndjson", 5, false); err == nil || !strings.Contains(err.Error(), "cancelled") {
		t.Errorf("%v", err)
	}
}

// Wherever one goes in the ladder, the list is at the same message, and the other way round.
func TestTheLadderAndTheListStayTogether(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.TwoSessions(feedtest.Script(40), feedtest.Script(20)), 120, 30, Options{})
	d.keys("j", "enter", "L").text()
	rapid.Check(t, func(t *rapid.T) {
		for _, k := range rapid.SliceOfN(rapid.SampledFrom([]string{"j", "k", "]", "[", "G", "ctrl+d", "ctrl+u"}), 1, 12).Draw(t, "keys") {
			d.keys(k)
			c, ok := d.m.current()
			if !ok {
				continue // a row of the handshake or of TCP
			}
			in, ok := d.m.filter.At(d.m.store, d.m.msgs.list.Cursor)
			if !ok || in.Kind == rows.OfMessage && in.Message.N != c.Message.N {
				t.Fatalf("after %s the ladder is at message %d, the list at %d", k, c.Message.N, in.Message.N)
			}
		}
	})
}

// While the list is paused it stays as it is, whatever comes; then it goes on.
func TestAPausedListStays(t *testing.T) {
	t.Parallel()
	d := driveOn(t, feedtest.TwoSessions(feedtest.Script(30), nil), 100, 20, Options{Live: true})
	d.keys("gg", "p")
	left := func() string { // of the detail: that goes on
		var out []string
		for _, row := range strings.Split(d.text(), "\n")[2:12] {
			row, _, _ = strings.Cut(row, "│")
			out = append(out, row)
		}
		return strings.Join(out, "\n")
	}
	before := left()
	if err := feedtest.Read(feedtest.TwoSessions(feedtest.Script(5), nil), d.m.store.Visit); err != nil {
		t.Fatal(err)
	}
	d.refresh()
	if after := left(); before != after {
		t.Errorf("got\n%s\nwant\n%s", after, before)
	}
	n := d.m.msgs.list.N
	if d.keys("p").shows("no longer paused"); d.m.msgs.list.N <= n {
		t.Errorf("%d rows after %d", d.m.msgs.list.N, n)
	}
}

// Whatever is filtered, the cursor stays at its message if that is shown, else it goes to the next one.
func TestTheCursorStaysWhenTheFilterChanges(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 100, 30, Options{})
	d.keys("j", "enter")
	rapid.Check(t, func(t *rapid.T) {
		d.keys("1", "/", "ctrl+u", "enter", "gg")
		for range rapid.IntRange(1, 13).Draw(t, "down") {
			d.keys("j")
		}
		before, _ := d.m.current()
		filter := rapid.SampledFrom([]string{"error", "ws.dir == c2s", "websocket.opcode == 1", "ws.len > 50"}).Draw(t, "filter")
		d.keys("/", filter, "enter")
		after, ok := d.m.current()
		switch at, _ := d.m.filter.Find(d.m.store, before.Index); {
		case !ok || d.m.msgs.list.N == 0:
			t.Fatalf("no row with %s", filter)
		case at < d.m.msgs.list.N && after.Index != max(before.Index, after.Index):
			t.Fatalf("%s: from message %d to %d", filter, before.Index, after.Index)
		case at < d.m.msgs.list.N && d.m.msgs.list.Cursor != at:
			t.Fatalf("%s: the cursor is in row %d, want %d", filter, d.m.msgs.list.Cursor, at)
		}
	})
}
