package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestLadderGoesWithTheList(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 40, Options{})
	d.keys("j", "enter", "jjj", "L").shows("client", "server", "│── 3 text 60 B", "1:3 →").lacks("payload hex")
	d.keys("j").shows("1:4 ←", "6/16").keys("]").shows("1:5 →")
	d.keys("gg").shows("101 Switching Protocols", "1/16", "Sec-WebSocket")
	d.keys("G").shows("1:14 ←", "close 1000").keys("enter")
	if d.m.focus != paneDetail {
		t.Error("Enter does not open the message")
	}
	d.keys("esc", "k", "esc").shows("messages are listed", "▶     13")
	d.keys("home", "&", "error", "enter", "L").shows("▶", "1:4 ←").keys("n").shows("1:6 ←")
}

func TestLadderOfFramesAndTCP(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("fragments-ping"), 120, 40, Options{})
	d.keys("j", "enter", "L", "f").shows("fin=0").keys("f").lacks("fin=0")
	d.keys("L").shows("TCP: FIN").keys("L").shows("messages are listed").lacks("TCP: FIN")
}

func TestLadderIsOfOneSession(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("port-reuse"), 120, 40, Options{})
	d.keys("L").shows("› session 1", "server │").keys("esc", "esc", "k").lacks("server │")
	d.keys("enter", "G", "L").shows("› session 2").keys("s", "k").shows("session 1")
	d.keys("k", "enter").shows("all sessions").lacks("server │")
}

func TestLadderSelectsForComparing(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 40, Options{})
	d.keys("j", "enter", "jjj", "L", "space", "j", "space").shows("two selected", "* ").keys("=").shows("compare:", "1:3 →")
}

func TestLadderGrows(t *testing.T) {
	t.Parallel()
	d := driveOn(t, sample("jsonrpc"), 120, 40, Options{Live: true})
	d.keys("s", "j", "enter", "G", "L").shows("close 1000")
	n := d.m.lad.list.N
	f := feedOf(t, sample("graphql"))
	if err := f.Run(t.Context(), d.m.store.Visit); err != nil {
		t.Fatal(err)
	}
	d.refresh()
	if d.m.lad.list.N <= n || d.m.lad.list.Cursor != d.m.lad.list.N-1 {
		t.Errorf("%d rows after %d, cursor %d", d.m.lad.list.N, n, d.m.lad.list.Cursor)
	}
}

func TestLadderUnderTheMouse(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 40, Options{})
	d.keys("j", "enter", "L")
	d.text()
	d.send(tea.MouseClickMsg{X: 10, Y: 5, Button: tea.MouseLeft})
	d.shows("1:1 →")
}

func TestLadderIsGivenUp(t *testing.T) {
	t.Parallel()
	d := drive(t, sample("jsonrpc"), 120, 40, Options{})
	d.keys("j", "enter")
	d.m.turnLadder("")
	d.m.makeLadder()
	j := d.m.lad.want
	d.m.leaveLadder()
	if j.run(d.m.store); len(j.rows) > 4 {
		t.Errorf("%d rows were made after it was given up", len(j.rows))
	}
	d.send(ladderMsg{j})
	d.lacks("GET / ─")
}
