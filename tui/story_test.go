package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/tui/doc"
	"github.com/wspeek/wspeek/tui/feedtest"

	tea "charm.land/bubbletea/v2"
)

// shows fails where the screen lacks one of want.
func (d *driver) shows(want ...string) *driver {
	d.t.Helper()
	s := d.text()
	for _, w := range want {
		if !strings.Contains(s, w) {
			d.t.Fatalf("no %q on the screen:\n%s", w, s)
		}
	}
	return d
}

func (d *driver) lacks(not ...string) *driver {
	d.t.Helper()
	s := d.text()
	for _, w := range not {
		if strings.Contains(s, w) {
			d.t.Fatalf("%q is on the screen:\n%s", w, s)
		}
	}
	return d
}

func TestFilterStory(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("graphql"), 120, 40, Options{Title: "g"})
	d.keys("enter", "/", "ws.len >").shows("✗ column").keys("enter").shows("filter /ws.len >") // an invalid filter is not taken
	d.keys(" 150", "enter").shows("/ ws.len > 150", "173").lacks("connection_init")
	d.keys("/", "ctrl+u", "websocket.op", "tab").shows("filter /websocket.opcode")
	d.keys("esc").shows("/ ws.len > 150")
	d.keys("/", "ctrl+u", "enter").shows("connection_init")
	d.keys("/", "up", "enter").shows("/ ws.len > 150")
	d.keys("/", "ctrl+u", "nothing at all like this", "enter").shows("no rows match; / edits the filter")
}

func TestQuickFilters(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("graphql"), 120, 40, Options{})
	d.keys("j", "enter").shows("text       15 ping ", "ping ")
	d.keys("a").shows(`{"type":"ping"}`, "payloads as they are").keys("a").shows("text       15 ping ").keys("a")
	d.keys("b").shows("no beats", "connection_init").lacks(`{"type":"ping"}`, `{"type":"pong"}`, "→ pong")
	d.keys("b", "2").shows("[2 sent]").lacks("←")
	d.keys("3").shows("[3 received]").lacks("→ text")
	d.keys("6").shows("close").lacks("connection_init")
	d.keys("1", "c", "c").shows("no control", "connection_init", "close").lacks("← ping")
}

func TestSearchGoesThroughMatches(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 40, Options{})
	d.keys("j", "enter", "home", "&", "error", "enter").shows("▶      4", `"error"`)
	d.keys("n").shows("▶      6").keys("N").shows("▶      4")
	d.keys("n").shows("▶      6", "match 2 of 2").lacks("past the end")
	d.keys("n").shows("▶      4", "match 1 of 2, past the end of the list")
	d.keys("N").shows("▶      6", "match 2 of 2, past the end of the list").keys("N")
	if hit, _ := feedtest.Brackets(d.m.th.Hit); !strings.Contains(d.m.screen(), hit) {
		t.Error("no match is lit")
	}
	d.keys("esc", "n").shows("no search yet")
}

func TestSearchWithinAPayload(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("socketio"), 80, 24, Options{})
	d.keys("j", "enter", "&", "lazy", "enter", "enter")
	from := d.m.det.list.Cursor
	d.keys("n")
	if d.m.det.list.Cursor <= from {
		t.Errorf("the cursor stays at %d:\n%s", from, d.text())
	}
}

func TestPauseHoldsTheList(t *testing.T) {
	t.Parallel()
	d := driveOn(t, sample("graphql"), 80, 24, Options{Live: true})
	d.keys("G").shows("following", "live")
	d.keys("p").shows("the list is paused, capturing goes on")
	n := d.m.msgs.list.N
	f := feedOf(t, sample("jsonrpc"))
	if err := f.Run(t.Context(), d.m.store.Visit); err != nil {
		t.Fatal(err)
	}
	d.refresh()
	if d.m.msgs.list.N != n {
		t.Errorf("%d rows, want %d while paused", d.m.msgs.list.N, n)
	}
	d.shows("PAUSED").keys("p")
	if d.m.msgs.list.N <= n || d.m.msgs.list.Cursor != d.m.msgs.list.N-1 {
		t.Errorf("%d rows, cursor %d after resuming", d.m.msgs.list.N, d.m.msgs.list.Cursor)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 120, 40, Options{})
	d.keys(":", "session 2", "enter").shows("› session 2")
	d.keys(":", "goto 7", "enter").shows("▶      7")
	d.keys(":", "9", "enter").shows("▶      9")
	d.keys(":", "goto +0.003", "enter").shows("▶")
	d.keys(":", "session 99", "enter").shows("✗ :session", "no session")
	d.keys(":", "goto yesterday", "enter").shows("✗ :goto")
	d.keys(":", "frobnicate", "enter").shows("no such command")
	d.keys(":", "filt", "tab", " chat", "enter").shows("/ chat")
	if d.keys(":", "q", "enter"); !d.quit {
		t.Error(":q does not quit")
	}
}

func TestSaveAndExport(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	d := drive(t, sample("jsonrpc"), 120, 40, Options{})
	d.keys("j", "enter", "j", "w").shows("wspeek-1-1.txt").keys("enter").shows("wrote 54 bytes")
	if b, err := os.ReadFile("wspeek-1-1.txt"); err != nil || len(b) != 54 {
		t.Errorf("%q, %v", b, err)
	}
	d.keys("j", "w", "ctrl+u", "wspeek-1-1.txt", "enter").shows("✗", "already exists; choose another name")
	d.keys(":", "payload! wspeek-1-1.txt", "enter").shows("wrote 35 bytes")
	d.keys("2", "x", "ctrl+u", "out.ndjson", "enter").shows("wrote 5 lines")
	b, err := os.ReadFile("out.ndjson")
	if err != nil || strings.Count(string(b), "\n") != 5 || !strings.HasPrefix(string(b), `{"schema":1,"type":"message","session":1,`) {
		t.Errorf("%q, %v", b, err)
	}
	for _, name := range []string{"wspeek-1-1.txt", "out.ndjson"} {
		if i, err := os.Stat(filepath.Join(dir, name)); err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, i.Mode(), err)
		}
	}
}

func TestCopy(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 40, Options{Command: "wspeek explain x.pcap"})
	d.keys("j", "enter", "j")
	for key, want := range map[string]string{"y": `{"jsonrpc":`, "Y": `{"schema":1,"type":"message"`, "e": "wspeek explain x.pcap -m 1:1"} {
		if d.keys(key); !strings.HasPrefix(d.copied, want) {
			t.Errorf("%s copied %q, want %q", key, d.copied, want)
		}
	}
}

func TestCompareSelected(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 40, Options{})
	d.keys("j", "enter", "j", "space", "space").shows("two selected", "* ").keys("=").shows("compare:", "1:1 →", "1:2 ←", "≠")
	d.keys("l", "esc").shows("payload  hex")
}

func TestMouse(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("graphql"), 120, 40, Options{})
	d.keys("j", "enter").shows("opened")
	d.send(tea.MouseClickMsg{X: 10, Y: 6, Button: tea.MouseLeft})
	if d.m.msgs.list.Cursor != 3 {
		t.Errorf("cursor %d after a click on the fourth row", d.m.msgs.list.Cursor)
	}
	d.send(tea.MouseClickMsg{X: 10, Y: 6, Button: tea.MouseLeft})
	if d.m.focus != paneDetail {
		t.Error("a second click does not open")
	}
	d.send(tea.MouseClickMsg{X: 80, Y: 2, Button: tea.MouseLeft})
	if d.m.det.view != doc.ViewHex {
		t.Errorf("view %d after a click on hex", d.m.det.view)
	}
	d.send(tea.MouseWheelMsg{X: 10, Y: 6, Button: tea.MouseWheelDown})
	d.text()
}

// Every key in every place leaves a screen that keeps its size, in sizes down to none.
func TestAnyKeysAnySize(t *testing.T) {
	t.Parallel()
	var all []string
	for _, b := range bindings() {
		for _, k := range b.keys {
			if k != "Q" && k != "ctrl+c" && k != "w" && k != "x" && k != "ctrl+z" && len(k) < 7 {
				all = append(all, k)
			}
		}
	}
	for _, name := range []string{"broken-rules", "lossy", "socketio", "refused-426"} {
		d := drive(t, sample(name), 80, 24, Options{})
		seed := uint32(7)
		for n := range 400 {
			seed = seed*1664525 + 1013904223
			k := all[seed>>8%uint32(len(all))%uint32(len(all))]
			if k == "g g" {
				k = "g"
			}
			if d.keys(k); d.quit {
				d.quit, d.m.quitting = false, false
			}
			if n%7 == 0 {
				d.send(tea.WindowSizeMsg{Width: int(seed >> 4 % 140), Height: int(seed >> 12 % 60)})
			}
			if d.m.w > 0 && d.m.h > 0 {
				d.text()
			}
		}
	}
}
