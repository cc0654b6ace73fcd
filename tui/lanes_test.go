package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/feedtest"
	"pgregory.net/rapid"
)

// lanes are the rows of the lanes on the screen.
func (d *driver) lanes() (out []string) {
	d.t.Helper()
	rows := strings.Split(d.text(), "\n")
	for k, row := range rows {
		if strings.HasPrefix(row, "  lives") {
			at, _, _ := d.m.lanesHit()
			for _, l := range rows[k+1 : k+at.h] {
				out = append(out, strings.TrimRight(l, " │|"))
			}
			return out
		}
	}
	return nil
}

func TestLanesSayHowSessionsEnded(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 60, Options{})
	lanes := d.lanes()
	if len(lanes) != 14 {
		t.Fatalf("%d lanes:\n%s", len(lanes), d.text())
	}
	for k, want := range map[int]string{0: "✗RST", 4: "✗FIN", 5: "✗503", 6: "●1000", 10: "▶", 13: "▶"} {
		if !strings.HasSuffix(lanes[k], want) {
			t.Errorf("lane %d: %q, want %s", k, lanes[k], want)
		}
	}
	if strings.Count(lanes[10], "?") != 2 || strings.Contains(lanes[9], "?") || !strings.Contains(lanes[10], "·····") {
		t.Errorf("pings: %q", lanes[10])
	}
	d.shows("  lives", "0s─", "──").keys("T").shows("lanes are hidden").lacks("  lives").keys("T").shows("  lives")
}

func TestTheAxisHasACursor(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 60, Options{})
	d.text()
	d.keys(">").shows("no session with a lane is selected")
	d.keys("j", ">").shows("at 0", "of session 1; Enter opens it there")
	for range 30 {
		d.keys(">")
	}
	at := d.m.lives.at
	d.keys("<").shows("message")
	if d.m.lives.at != at-1 || at < 25 {
		t.Errorf("column %d after %d", d.m.lives.at, at)
	}
	x := d.m.lives.shown
	d.keys("enter")
	c, ok := d.m.current()
	if want := x.TimeOf(d.m.lives.at); !ok || capture.Time(c.Time()) < want || capture.Time(c.Time()) > want+capture.Time(4*time.Second) {
		t.Errorf("the message is %v after the place of the cursor", capture.Time(c.Time())-want)
	}
	d.keys("esc", "esc").shows("  lives")
	if d.m.lives.at != -1 {
		t.Error("Esc leaves the cursor of the axis")
	}
}

// Lanes fill their pane at any size, with and without the characters of Unicode, and each has one sign at its end.
func TestLanesAtAnySize(t *testing.T) {
	t.Parallel()
	for _, ascii := range []bool{false, true} {
		d := drive(t, feedtest.Incident(), 80, 24, Options{ASCII: ascii})
		for _, size := range [][2]int{{40, 12}, {40, 24}, {40, 40}, {80, 24}, {80, 40}, {120, 40}, {200, 50}, {400, 100}, {27, 30}} {
			d.m.w, d.m.h = size[0], size[1]
			d.keys("j", "k")
			text := d.text()
			if ascii && strings.ContainsFunc(text, func(r rune) bool { return r > 126 }) {
				t.Errorf("%v: not ASCII:\n%s", size, text)
			}
			lanes := d.lanes()
			if (len(lanes) > 0) != (size[1] >= 24 && size[0] >= 40) {
				t.Errorf("%v: %d lanes", size, len(lanes))
			}
			for _, l := range lanes {
				if ends := strings.Count(l, "RST") + strings.Count(l, "FIN") + strings.Count(l, "503") + strings.Count(l, "1000") +
					bit(strings.HasSuffix(l, "▶") || strings.HasSuffix(l, ">")); ends != 1 {
					t.Errorf("%v: %q", size, l)
				}
			}
		}
	}
}

// The lane of the cursor is on the screen, wherever the list is scrolled.
func TestTheLaneOfTheCursorIsShown(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Crowd(200), 80, 30, Options{})
	d.text()
	for _, k := range []string{"j", "ctrl+d", "ctrl+d", "k", "G", "k", "ctrl+u", "home", "j"} {
		d.keys(k)
		d.text()
		d.keys("space", "k") // what is drawn now has the height that was drawn before
		d.text()
		if n := d.m.sess.selected(d.m.store); n > 0 && d.m.laneAt() == nil {
			t.Fatalf("%s: session %d has no lane:\n%s", k, n, d.text())
		}
	}
}

func TestMarksOfTheAxis(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		span := capture.Time(rapid.Int64Range(1, 1<<58).Draw(t, "span"))
		n := rapid.IntRange(1, 30).Draw(t, "n")
		step := axisStep(span, n)
		if marks := span/step + 1; step <= 0 || marks > capture.Time(n)+1 {
			t.Fatalf("%d marks of %d, want at most %d", marks, step, n)
		}
	})
}

func TestLabelsTellLanesApart(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 80, 24, Options{})
	for w := 8; w < 40; w += 3 {
		seen := map[string]bool{}
		labels := laneLabels(d.m.store.ListedAs([]int32{1, 2, 3, 11}), w)
		for _, s := range labels {
			if seen[s] || draw.Width(s) > w {
				t.Errorf("%d cells: %q", w, labels)
			}
			seen[s] = true
		}
	}
	d = drive(t, feedtest.TwoSessions([]string{"a"}, []string{"b"}), 80, 24, Options{})
	if got := laneLabels(d.m.store.ListedAs([]int32{1, 2}), 20); got[0] != "192.0.2.1:50000" || got[1] != "192.0.2.1:50001" {
		t.Errorf("%q", got)
	}
}

func TestTimesOfTheAxis(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 40, Options{Clock: OfDay})
	first, _ := d.m.store.Times()
	if got := d.m.axisTime(first); got != time.Unix(0, int64(first)).Format("15:04:05") {
		t.Errorf("%q", got)
	}
	d.m.msgs.clock = SinceFirst
	for at, want := range map[capture.Time]string{0: "0s", 2e9: "2.0s", -1e9: "-1.0s"} {
		if got := d.m.axisTime(first + at); !strings.HasPrefix(got, strings.TrimSuffix(want, "s")) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A click on a lane chooses its session and a place on the axis; the wheel scrolls the list.
func TestTheMouseOnLanes(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 60, Options{})
	d.text()
	at, _, _ := d.m.lanesHit()
	y := at.y + 2 // below title and line of counts
	d.send(tea.MouseClickMsg{X: 3 + labelCells(120) + 10, Y: y + 5, Button: tea.MouseLeft})
	if n := d.m.sess.selected(d.m.store); n != 5 || d.m.lives.at != 10 {
		t.Errorf("session %d at column %d", n, d.m.lives.at)
	}
	d.shows("of session 5; Enter opens it there", "The client ended it")
	d.send(tea.MouseClickMsg{X: 1, Y: y, Button: tea.MouseLeft})
	if n := d.m.sess.selected(d.m.store); n != 5 {
		t.Errorf("the axis has chosen session %d", n)
	}
	d.m.h = 24
	d.text()
	at, _, _ = d.m.lanesHit()
	d.send(tea.MouseWheelMsg{X: 3, Y: at.y + 3, Button: tea.MouseWheelDown})
	if top := d.m.sess.list.Top; top != 3 {
		t.Errorf("the list begins at row %d", top)
	}
}

// While a capture is read, lanes grow; in the end they are those of the finished file.
func TestLanesWhileReading(t *testing.T) {
	t.Parallel()
	d := driveOn(t, feedtest.InOrder(nil), 120, 60, Options{})
	for k, add := range events(t, feedtest.Incident()) {
		add(d.m.store)
		if k%101 == 0 {
			d.refresh()
			d.text()
		}
	}
	d.end()
	got := d.lanes()
	want := drive(t, feedtest.Incident(), 120, 60, Options{}).lanes()
	if len(got) != len(want) || len(got) != 14 {
		t.Fatalf("%d lanes, want %d", len(got), len(want))
	}
	for k := range want {
		if got[k] != want[k] {
			t.Errorf("%q, want %q", got[k], want[k])
		}
	}
}

// Groups and filters show the lanes of what is listed.
func TestLanesOfWhatIsListed(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 60, Options{})
	d.text()
	d.keys("z")
	if lanes := d.lanes(); len(lanes) < 6 || !strings.HasSuffix(lanes[5], "✗503") {
		t.Errorf("%q", lanes)
	}
	d.keys("BBBB").text()
	if d.keys("j"); len(d.m.lives.numbers) != 0 {
		t.Errorf("groups are closed, lanes are of %v", d.m.lives.numbers)
	}
	d.keys("home", "j", "enter").text()
	if d.keys("j"); len(d.m.lives.numbers) == 0 {
		t.Errorf("a group is open:\n%s", d.text())
	}
}
