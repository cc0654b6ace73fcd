package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/wspeek/wspeek/tui/feedtest"
)

// TestScreenStoryOfTriage answers who was cut off, by whom and why, with nothing but the list of sessions.
func TestScreenStoryOfTriage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "incident.pcap"), feedtest.Incident(), 0o600); err != nil {
		t.Fatal(err)
	}
	x := runIn(t, dir, 80, 24, nil, "incident.pcap")
	x.waitFor("14 sessions  6 hurt  4 open  4 closed well", "lives", "RST", "complete")
	x.keys("z")
	x.waitFor("[6 hurt]", "6 listed")
	x.keys("j")
	x.waitFor("▶  2 10.1.0.3:51001", "The server ended it with a RST", "verdict")
	x.keys("B")
	x.waitFor("by server", "10.0.0.5:8080  6 sessions  6 hurt")
	x.keys("\x1b")
	x.waitFor("all sessions are listed")
	x.keys("/user=user11\r")
	x.waitFor("1 listed / user=user11", "2 pings without")
	x.keys("\r")
	x.waitFor("session 11", "ping")
	x.keys("Q")
	x.quit(0)
}
