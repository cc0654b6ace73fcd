package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// fakePackets notes what is to be saved.
type fakePackets struct {
	asked []Saving
	err   error
	// wait lets Save wait until it is cancelled.
	wait bool
}

func (f *fakePackets) Save(ctx context.Context, what Saving) (string, error) {
	f.asked = append(f.asked, what)
	if f.wait {
		<-ctx.Done()
		return "", errors.New("given up; nothing was written")
	}
	return "12 packets of 1 session written to " + what.Name, f.err
}

func TestSavePackets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		keys []string
		want string // Name, Over, Sessions
	}{
		{"all", []string{":", "w all.pcapng", "enter"}, "{all.pcapng false []}"},
		{"all from the messages", []string{"j", "enter", ":", "w all.pcapng", "enter"}, "{all.pcapng false []}"},
		{"over a file", []string{":", "w! all.pcapng", "enter"}, "{all.pcapng true []}"},
		{"by number", []string{":", "w x 2 1", "enter"}, "{x false [1 2]}"},
		{"a range, and one twice", []string{":", "w x 1-2 2", "enter"}, "{x false [1 2]}"},
		{"a name with blanks", []string{":", "w my file.pcapng 2", "enter"}, "{my file.pcapng false [2]}"},
		{"a name that is a number", []string{":", "w 2", "enter"}, "{2 false []}"},
		{"a name with a number in it", []string{":", "w a-2", "enter"}, "{a-2 false []}"},
		{"commas", []string{":", "w x.pcap 1,2", "enter"}, "{x.pcap false [1 2]}"},
		{"a quoted name", []string{":", "w '7 up' 2", "enter"}, "{7 up false [2]}"},
		{"two endings", []string{":", "w a.pcapng.pcap", "enter"}, "{a.pcapng.pcap false []}"},
		{"selected", []string{"j", "space", ":", "w x", "enter"}, "{x false [1]}"},
		{"numbers before what is selected", []string{"j", "space", ":", "w x 2", "enter"}, "{x false [2]}"},
		{"the key, at all", []string{"w", "enter"}, "{wspeek.pcapng false []}"},
		{"the key, at a session", []string{"j", "j", "w", "enter"}, "{wspeek-2.pcapng false [2]}"},
		{"the key, two selected", []string{"j", "space", "space", "w", "enter"}, "{wspeek-1_2.pcapng false [1 2]}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := &fakePackets{}
			d := drive(t, sample("port-reuse"), 120, 40, Options{Packets: f})
			d.keys(c.keys...).shows("12 packets of 1 session written to ")
			if len(f.asked) != 1 || fmt.Sprint(f.asked[0]) != c.want {
				t.Errorf("got %v, want %s", f.asked, c.want)
			}
		})
	}
}

func TestSavePacketsRefuses(t *testing.T) {
	t.Parallel()
	f := &fakePackets{}
	d := drive(t, sample("port-reuse"), 120, 40, Options{Packets: f})
	for line, want := range map[string]string{
		"w": "want the name of a file", "w x 3": "3: there are sessions 1 to 2", "w x 2-1": "2-1: want the lower number first", "w x 0": "0: there are sessions",
		"w -": "want the name of a file", "w x.har": "x.har: packets are written as pcapng", "w x.pcapng.gz 1": "x.pcapng.gz: packets are written as pcapng",
		"w x.pcapng 1 2-y": "2-y is not a session number", "w x.pcapng y": "y is not a session number", "w x 1 y": "y is not a session number",
	} {
		d.keys(":", line, "enter").shows("✗ :w: " + want)
	}
	if len(f.asked) > 0 {
		t.Errorf("asked for %v", f.asked)
	}
	f.err = errors.New("no space left on device")
	d.keys(":", "w x", "enter").shows("✗ no space left on device")
	d = drive(t, sample("port-reuse"), 120, 40, Options{})
	d.keys(":", "w x", "enter").shows("✗ :w: there are no packets here to save")
}

// An Esc that comes too late to give up what is written does nothing else.
func TestEscComesTooLate(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 120, 40, Options{Packets: &fakePackets{}})
	d.keys(":", "w x", "enter", "esc").shows("12 packets of 1 session written to x")
	if d.quit || d.m.focus != paneSessions {
		t.Error("Esc did something")
	}
	if d.keys("esc"); !d.quit {
		t.Error("the second Esc did nothing")
	}
}

// A filter chooses messages, not packets, and that is said.
func TestSavePacketsBesideAFilter(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 120, 40, Options{Packets: &fakePackets{}})
	d.keys("enter", "/", "xyzzy", "enter", ":", "w x", "enter").shows("written to x; the filter applies to messages only: packets of all sessions")
	d.keys(":", "w x 1", "enter").shows("written to x").lacks("the filter is for messages")
}

// A capture that goes on is not ended by a key too many.
func TestLiveIsNotLeftByMistake(t *testing.T) {
	t.Parallel()
	d := live(t, &lossyFeed{}, 80, 24)
	d.keys("esc", "esc", "esc").shows("still capturing; press q twice to quit")
	d.keys("q").shows("press q again to quit").keys("j", "q").shows("press q again to quit")
	if d.quit {
		t.Error("it has ended")
	}
	if d.keys("q"); !d.quit {
		t.Error("it goes on")
	}
}

// Esc cancels what is written; until then nothing else is written.
func TestSavePacketsIsGivenUp(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 120, 40, Options{Packets: &fakePackets{wait: true}})
	cmd, err := d.m.savePackets("x.pcapng", false)
	if err != nil {
		t.Fatal(err)
	}
	wrote := make(chan tea.Msg, 1)
	go func() { wrote <- cmd() }()
	d.shows("writing x.pcapng ... Esc cancels", "writing, Esc cancels")
	d.keys(":", "w y", "enter").shows("✗ :w: a file is being written")
	d.keys(":", "export y", "enter").shows("✗ a file is being written")
	d.keys("j", "enter", "j", ":", "payload y", "enter").shows("✗ a file is being written")
	d.keys("esc")
	d.send(<-wrote)
	d.shows("✗ given up; nothing was written").lacks("writing, Esc cancels")
	if d.quit || d.m.focus != paneMessages {
		t.Error("Esc did more than give up")
	}
}

// Any number of sessions is selected for their packets, but only two are compared.
func TestSelectThreeSessions(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 120, 40, Options{Packets: &fakePackets{}})
	d.m.sess.marked = []int{1, 2, 3}
	d.keys("=").shows("✗ 3 sessions are selected, two can be compared")
	d.m.sess.marked = []int{2, 1, 3}
	d.m.sess.marked = toggled(d.m.sess.marked, 3)
	d.keys("=").shows("sessions 2 ~ 1")
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ns   []int
		want string
	}{{nil, ""}, {[]int{3}, "3"}, {[]int{2, 1}, "1 2"}, {[]int{7, 1, 5, 6, 9}, "1 5-7 9"}} {
		if got := spans(c.ns); got != c.want {
			t.Errorf("spans(%v) = %q, want %q", c.ns, got, c.want)
		}
	}
}

// A note that is too long for a row takes two.
func TestLongNote(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 40, 12, Options{Packets: &fakePackets{}})
	d.keys(":", "w "+strings.Repeat("x", 8), "enter").shows("12 packets of 1 session written to\nxxxxxxxx\n")
	d.keys(":", "w", "enter").shows("✗ :w: want the name of a file\n Enter")
	d.keys(":", "w x 77", "enter").shows(" ✗ :w: 77: there are sessions 1 to 2\n")
	d.keys(":", "w "+strings.Repeat("x", 100), "enter").shows("12 packets of 1 session written to\nxxxxxx")
}
