package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/feedtest"
)

// typed is what stands in the prompt, "" where none is open.
func (d *driver) typed() string {
	if d.m.prompt == nil {
		return ""
	}
	return d.m.prompt.input.String()
}

func TestPromptRemembersAndCompletes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		keys []string
		want string
	}{
		{"the filter that is in force", []string{"/", "error", "enter", "/"}, "error"},
		{"an older one", []string{"/", "one", "enter", "/", "ctrl+u", "two", "enter", "/", "up", "up"}, "one"},
		{"up stops at the oldest", []string{"/", "one", "enter", "/", "up", "up", "up"}, "one"},
		{"down comes back to what was typed", []string{"/", "one", "enter", "&", "draft", "esc", "/", "ctrl+u", "draft", "up", "down"}, "draft"},
		{"each kind has its own", []string{"/", "one", "enter", "&", "up"}, ""},
		{"the same twice is remembered once", []string{"/", "one", "enter", "/", "enter", "/", "ctrl+u", "up", "up"}, "one"},
		{"Tab takes the first word that fits", []string{":", "go", "tab"}, "goto"},
		{"Tab goes on to the next", []string{":", "e", "tab", "tab"}, "export!"},
		{"Tab with nothing that fits", []string{":", "zzz", "tab"}, "zzz"},
		{"a field", []string{"/", "ws.closed", "tab"}, "ws.closed_by"},
		{"typing after Tab begins anew", []string{":", "go", "tab", " 4", "tab"}, "goto 4"},
		{"Tab in the middle of a line", []string{"/", "ws.closed == c2s", "home", "right", "right", "right", "right", "right", "right", "right", "right", "right", "tab"}, "ws.closed_by == c2s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := drive(t, sample("jsonrpc"), 100, 30, Options{})
			if got := d.keys("enter").keys(c.keys...).typed(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			d.text()
		})
	}
}

func TestPromptIsLeft(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 100, 30, Options{})
	d.keys("enter", "/", "error", "esc")
	if d.m.prompt != nil || d.m.spec.Query != nil {
		t.Error("Esc does not leave the prompt, or filters")
	}
	if d.keys("/", "a", "backspace", "backspace"); d.m.prompt != nil {
		t.Error("backspace in an empty line does not leave the prompt")
	}
	if d.keys("/", "websocket.opcode ==", "enter"); d.m.prompt == nil || d.m.spec.Query != nil {
		t.Error("a filter that is not one is taken")
	}
	d.shows("✗").keys(" 1").shows("✓ Enter").keys("enter").shows("/ websocket.opcode == 1")
}

func TestPasteIntoThePrompt(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 100, 30, Options{})
	d.send(tea.PasteMsg{Content: "ignored"})
	d.keys("enter", "/")
	d.send(tea.PasteMsg{Content: "ws.len > 1\n&& ws.dir == c2s\x1b"})
	if got := d.typed(); got != "ws.len > 1 && ws.dir == c2s\x1b" {
		t.Errorf("%q", got)
	}
	d.shows(`\x1b`)
}

func TestEachCommandOfTheLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, line string
		want       []string
	}{
		{"a message by its number", "goto 4", []string{"▶      4"}},
		{"a number alone", "4", []string{"▶      4"}},
		{"a command cut short", "g 4", []string{"▶      4"}},
		{"seconds after the start", "goto +0.3", []string{"▶     11"}},
		{"a message that is not there", "goto 999", []string{"✗ :goto: 999 is not in the list"}},
		{"a time after the last", "goto +99", []string{"is not in the list"}},
		{"not a place", "goto soon", []string{`want a number, a time of day (12:30:01) or +SECONDS`}},
		{"all sessions", "session 0", []string{"› all sessions"}},
		{"a session that is not there", "session 7", []string{`there is no session "7": there is only session 1`}},
		{"a filter", "filter error", []string{"/ error"}},
		{"a filter that is not one", "filter ws.nosuch == 1", []string{"✗ :filter:"}},
		{"a search", "search error", []string{"& error", "▶      4", "match 1 of 2"}},
		{"a search that is not one", "search ws.nosuch == 1", []string{"✗ :search:"}},
		{"no such command", "frobnicate", []string{"✗ no such command: frobnicate"}},
		{"hostile", "x\x1b[2J", []string{`no such command: x\x1b[2J`}},
		{"the help", "help", []string{"Move", "Command line"}},
		{"nothing", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := drive(t, sample("jsonrpc"), 120, 70, Options{})
			d.keys("j", "enter", ":")
			d.send(tea.PasteMsg{Content: c.line})
			d.keys("enter").shows(c.want...)
		})
	}
	for _, line := range []string{"q", "q!", "quit"} {
		d := drive(t, sample("jsonrpc"), 120, 30, Options{})
		if d.keys(":", line, "enter"); !d.quit {
			t.Errorf(":%s does not quit", line)
		}
	}
}

func TestGotoATimeOfDay(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.YearsApart(), 120, 30, Options{Clock: OfDay})
	at := time.Unix(1_000_000_000, 0)
	d.keys("j", "enter", "G", ":", "goto "+at.Format("15:04:05"), "enter")
	if d.m.msgs.list.Cursor != 0 {
		t.Errorf("row %d", d.m.msgs.list.Cursor)
	}
	for _, form := range []string{"15:04", "15:04:05.999999999"} {
		if got, err := d.m.timeOf(at.Add(time.Minute).Format(form)); err != nil || got < at.UnixNano() || got > at.Add(24*time.Hour).UnixNano() {
			t.Errorf("%s: %d, %v", form, got, err)
		}
	}
}

func TestNamesOfFilesAndSessions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, name, rest string }{
		{"x.pcapng", "x.pcapng", ""},
		{"x.pcapng 1 2", "x.pcapng", " 1 2"},
		{"my file.pcap 3", "my file.pcap", " 3"},
		{"my file 3-5", "my file", "3-5"},
		{"'quoted 3' 4", "quoted 3", " 4"},
		{`"quoted" `, "quoted", " "},
		{"", "", ""},
		{"'open", "'open", ""},
	} {
		if name, rest := nameOf(c.line); name != c.name || rest != c.rest {
			t.Errorf("%q: %q and %q, want %q and %q", c.line, name, rest, c.name, c.rest)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		ns := rapid.SliceOfDistinct(rapid.IntRange(1, 30), func(n int) int { return n }).Draw(t, "ns")
		var got []int
		for _, s := range strings.Fields(spans(ns)) {
			from, to, ok := span(s)
			if !ok || from > to {
				t.Fatalf("%q", s)
			}
			for n := from; n <= to; n++ {
				got = append(got, n)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(sorted(ns)) {
			t.Fatalf("%q of %v", spans(ns), ns)
		}
	})
}

func TestFreeNames(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 100, 30, Options{})
	for _, want := range []string{"a.txt", "a-2.txt", "a-3.txt"} {
		if got := d.m.free("a.txt"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		d.m.written[want] = true
	}
}

// What the clipboard gets is the text, inert, or nothing.
func TestClipText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, payload string
		m             ws.Message
		want          string
	}{
		{"text", "a\nb", ws.Message{Opcode: ws.OpText}, "a\nb"},
		{"line ends of another system", "a\r\nb", ws.Message{Opcode: ws.OpText}, "a\nb"},
		{"controls", "a\x1b[2J", ws.Message{Opcode: ws.OpText}, `a\x1b[2J`},
		{"not UTF-8", "a\xff", ws.Message{Opcode: ws.OpText}, ""},
		{"binary", "a", ws.Message{Opcode: ws.OpBinary}, ""},
		{"not decoded", "a", ws.Message{Opcode: ws.OpText, State: ws.Undecodable}, ""},
	} {
		if got := clipText([]byte(c.payload), &c.m); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
