package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/wspeek/wspeek/tui/feedtest"
)

// listed are the rows of the list of sessions on the screen, without the first, until a row that is empty.
func (d *driver) listed() (out []string) {
	d.t.Helper()
	on := false
	for _, row := range strings.Split(d.text(), "\n") {
		switch {
		case strings.Contains(row, "all sessions together"):
			on = true
		case on && strings.TrimSpace(row) == "":
			return out
		case on && strings.Contains(row, "──"), on && strings.Contains(row, " verdict "):
			return out
		case on:
			out = append(out, row)
		}
	}
	return out
}

func TestTriageStory(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 60, Options{Title: "incident.pcap"})
	d.shows("14 sessions  6 hurt", "4 open", "4 closed well", "server: RST, no Close, 30 byte", "server: refused, 503")
	d.keys("z").shows("[6 hurt]", "6 listed", "z lists all").lacks("Close 1000")
	if n := len(d.listed()); n != 6 {
		t.Errorf("%d rows", n)
	}
	d.keys("z").shows("all sessions are listed", "Close 1000").lacks("listed /")
	d.keys("/", "user=user04", "enter").shows("1 listed / user=user04", "10.1.0.5:51003")
	if n := len(d.listed()); n != 1 {
		t.Errorf("%d rows", n)
	}
	d.keys("f", "ctrl+u", "ws.len > 3").shows("ws.len is a field of messages").keys("esc")
	d.keys("/", "ctrl+u", "xyzzy", "enter").shows("no session is listed: Esc lists all")
	d.keys("esc").shows("all sessions are listed", "10.1.0.2:51000")
	d.keys("/", "ws.clo", "tab").shows("sessions /ws.closed_by").keys("esc")
	if d.quit {
		t.Error("it has ended")
	}
}

func TestSessionsAreSorted(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 60, Options{})
	d.text()
	d.keys("o").shows("sessions by client, first to last", "sort client ↑")
	if rows := d.listed(); len(rows) != 14 || !strings.Contains(rows[0], "10.1.0.2:") || !strings.Contains(rows[13], "10.1.0.15:") {
		t.Errorf("%q", rows)
	}
	d.keys("O").shows("last to first")
	if rows := d.listed(); !strings.Contains(rows[0], "10.1.0.15:") {
		t.Errorf("%q", rows[0])
	}
	d.keys("oo").shows("sort verdict", "hurt first")
	if rows := d.listed(); !strings.Contains(rows[13], "Close 1000") {
		t.Errorf("%q", rows[13])
	}
	d.keys(":", "sort li", "tab", "enter").shows("sort life ↓", "largest first")
	d.keys(":", "sort end", "enter").shows("sort end ↑", "earliest first")
	d.keys(":", "sort rubbish", "enter").shows("✗ :sort", "there is no column")
	head := strings.Index(strings.Split(d.text(), "\n")[2], "life")
	d.send(tea.MouseClickMsg{X: head, Y: 2, Button: tea.MouseLeft})
	d.shows("sort life ↓")
	d.send(tea.MouseClickMsg{X: head, Y: 2, Button: tea.MouseLeft})
	d.shows("sort life ↑", "smallest first")
}

func TestSessionsAreGrouped(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 60, Options{})
	d.keys("B").shows("grouped by server", "▸ 10.0.0.5:8080  14 sessions  6 hurt  4 open  4 closed well")
	d.keys("enter").shows("▾ 10.0.0.5:8080", "10.1.0.2:51000").keys("enter").lacks("10.1.0.2:51000")
	d.keys("BB").shows("by path", "▸ example.test/api/v2/feed")
	d.keys("B").shows("by verdict", "▸ server: RST, no Close  4 sessions  4 hurt")
	if rows := d.listed(); len(rows) != 5 || !strings.Contains(rows[0], "server: RST") {
		t.Errorf("%q", rows)
	}
	d.keys("z").lacks("client: Close 1000").keys("esc").shows("client: Close 1000").lacks("by verdict")
	d.keys(":", "group cl", "tab", "enter").shows("by client", "▸ 10.1.0.2  1 session  1 hurt")
	d.keys(":", "group shoe", "enter").shows("want one of none, server, client")
	d.keys("j", "enter", "j", "enter").shows("› session")
}

// The cursor stays at its session when the list is made again, and a session that is not listed can be opened all the same.
func TestTheCursorStaysAtItsSession(t *testing.T) {
	t.Parallel()
	d := driveOn(t, feedtest.Incident(), 120, 60, Options{})
	d.keys(":", "sort sent", "enter", "jjj")
	at := d.m.sess.selected(d.m.store)
	if err := feedOf(t, sample("jsonrpc")).Run(t.Context(), d.m.store.Visit); err != nil {
		t.Fatal(err)
	}
	d.end()
	if now := d.m.sess.selected(d.m.store); at == 0 || now != at {
		t.Errorf("session %d, was %d", now, at)
	}
	d.keys("z", ":", "session 9", "enter").shows("› session 9", "opened GET").keys("tab", "tab").shows("[6 hurt]")
}

func TestTheOnlySessionIsOpened(t *testing.T) {
	t.Parallel()
	open := func(data []byte, opt Options) *driver {
		d := driveOn(t, data, 80, 24, opt)
		d.m.touched = false
		return d
	}
	d := open(sample("graphql"), Options{})
	d.end()
	d.shows("› session 1", "opened GET", "the only session; Esc shows the list").keys("esc").shows("1 session  0 hurt")
	d = open(sample("port-reuse"), Options{})
	d.end()
	d.shows("all sessions together")
	d = open(sample("graphql"), Options{})
	d.keys("j").end()
	d.shows("all sessions together") // a key was pressed
	d = open(sample("graphql"), Options{})
	d.m.began = time.Unix(-5, 0)
	d.refresh()
	d.shows("› session 1")
	if err := feedOf(t, feedtest.Incident()).Run(t.Context(), d.m.store.Visit); err != nil {
		t.Fatal(err)
	}
	d.end()
	d.shows("all sessions together")
}

// Keys that are pressed while the list is being made move in the new list.
func TestKeysBeforeTheListIsThere(t *testing.T) {
	t.Parallel()
	d := drive(t, feedtest.Incident(), 120, 60, Options{})
	d.text()
	_, cmd := d.m.Update(tea.KeyPressMsg{Code: 'z', Text: "z"})
	d.m.Update(tea.KeyPressMsg{Code: 'j', Text: "j"})
	d.m.Update(tea.KeyPressMsg{Code: 'j', Text: "j"})
	d.do(cmd)
	if rows := d.listed(); len(rows) != 6 || !strings.HasPrefix(rows[2], "▶  3") {
		t.Errorf("%q", rows)
	}
}
