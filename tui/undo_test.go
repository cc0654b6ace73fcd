package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/tui/feedtest"
)

func TestUndoOfFilters(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("graphql"), 120, 40, Options{})
	d.keys("u").shows("no filter to undo")
	d.keys("j", "enter", "/", "ws.len > 150", "enter", "2", "b").shows("/ ws.len > 150", "[2 sent]", "no beats")
	d.keys("u").shows("filters as they were", "[2 sent]").lacks("no beats")
	d.keys("u").shows("[1 all]", "/ ws.len > 150").keys("u").lacks("ws.len > 150").keys("u").shows("no filter to undo")
	d.keys("c", "c").shows("no control").keys("u").lacks("no control").keys("c").shows("dimmed")
	d = drive(t, feedtest.Incident(), 120, 60, Options{})
	d.keys("z", "B").shows("by server", "[6 hurt]").keys("u").shows("[6 hurt]", "10.1.0.2").lacks("by server")
	d.keys("u").lacks("[6 hurt]").shows("14 sessions", "Close 1000")
	d.keys("z", "esc", "u").shows("[6 hurt]") // Esc took a filter away
	for range 2 * maxUndo {
		d.keys("z")
	}
	if len(d.m.undo) != maxUndo {
		t.Errorf("%d are remembered", len(d.m.undo))
	}
}

// click clicks on a text that the screen shows once.
func (d *driver) click(text string) *driver {
	d.t.Helper()
	for y, row := range strings.Split(d.text(), "\n") {
		if at := strings.Index(row, text); at >= 0 {
			d.send(tea.MouseClickMsg{X: len([]rune(row[:at])) + 1, Y: y, Button: tea.MouseLeft})
			return d
		}
	}
	d.t.Fatalf("no %q on the screen:\n%s", text, d.text())
	return d
}

// Chips, the footer and heads of columns take clicks.
func TestClicksOnWhatIsWritten(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("graphql"), 120, 40, Options{})
	d.keys("j", "enter").click("2 sent").shows("[2 sent]").click("1 all").shows("[1 all]")
	d.click("time ").shows("time since the line above").keys("j")
	d.click("b beats").shows("heartbeats are hidden").keys("b", "j")
	d.click("? help").shows("Move").click("Esc q back").lacks("Look\n")
	d.keys("/", "ping", "enter").click("/ ping").shows("filter /ping").keys("esc")
	d.click("Esc q back").shows("1 session")
	d = drive(t, feedtest.Incident(), 120, 60, Options{})
	d.click("6 hurt").shows("[6 hurt]").click("6 hurt").lacks("[6 hurt]").keys("j")
	d.click("B group").shows("by server").click("by server").shows("sessions /").keys("esc")
}

// At the sessions y, Y and e take the session of the row, not a message that is hidden.
func TestCopyAtTheSessions(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 60, Options{Command: "wspeek explain incident.pcap"})
	d.text()
	if d.keys("y"); d.copied != "14 sessions: 6 hurt, 4 open, 4 closed well" {
		t.Errorf("%q", d.copied)
	}
	d.keys("Y").shows("this row is for several sessions").keys("e").shows("there is no command for this row")
	d.keys("j", "y")
	if !strings.HasPrefix(d.copied, "session 1, 10.1.0.2:51000 to 10.0.0.5:8080, ws://example.test/api/v2/feed?room=lobby&user=user01: the server ended it with a RST") {
		t.Errorf("%q", d.copied)
	}
	if d.keys("Y"); !strings.HasPrefix(d.copied, `{"schema":1,"type":"session","session":1,`) {
		t.Errorf("%q", d.copied)
	}
	if d.keys("e"); d.copied != "wspeek messages incident.pcap --session 1" {
		t.Errorf("%q", d.copied)
	}
}

// s goes to the session of the row, where messages of all are listed.
func TestToTheSessionOfTheRow(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 60, Options{})
	d.keys("enter", "/", "user09", "enter", "/", "ctrl+u", "ws.session == 9", "enter", "home", "s").shows("▶  9 10.1.0.10:51008", "verdict")
	if n := d.m.sess.selected(d.m.store); n != 9 {
		t.Errorf("session %d", n)
	}
}

// Where files cannot be made in this folder, one is proposed in which they can.
func TestAFolderThatCanBeWrittenTo(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 120, 40, Options{Packets: &fakePackets{}})
	d.m.canWrite = func(dir string) bool { return dir == os.TempDir() }
	d.keys("j", "w").shows(":w "+os.TempDir()+"/wspeek-1.pcapng 1", "cannot write to this folder: "+os.TempDir()+" is proposed").keys("esc")
	d.keys("enter", "j", "w").shows("write payload to: " + os.TempDir() + "/wspeek-1-").keys("esc")
	d.keys("x").shows(os.TempDir()+"/wspeek-export.ndjson", "is proposed").keys("esc")
	d.send(wroteMsg{"x", "", fmt.Errorf("open x: %w", fs.ErrPermission)})
	d.shows(os.TempDir() + " can be written to")
	d.send(wroteMsg{"x", "", errors.New("disk full")})
	d.shows("disk full").lacks("can be written to")
	d.m.canWrite = func(string) bool { return false }
	d.keys("w").shows("write payload to: wspeek-1-").lacks("is proposed").keys("esc")
}

func TestWritable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if !writable(dir) || writable(dir+"/none") {
		t.Error("what can be written to is not known")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	if who() == "" {
		t.Error("nobody")
	}
}
