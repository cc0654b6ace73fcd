package main

import "testing"

// TestScreenStoryOfTwoSessions compares two sessions, and looks at one of them as a ladder.
func TestScreenStoryOfTwoSessions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeSample(t, dir, "port-reuse")
	x := runIn(t, dir, 80, 24, nil, "port-reuse.pcap")
	x.waitFor("2 sessions", "complete")
	x.keys("j ")
	x.waitFor("1 selected")
	x.keys(" ")
	x.waitFor("two sessions selected")
	x.keys("=")
	x.waitFor("sessions 1 ~ 2", "differ:", "n N next difference", "path /ws/s5-portreuse/1/chat")
	x.keys("nnn")
	x.waitFor("+ only in B")
	x.keys("nn\r")
	x.waitFor("compare:", "different line")
	x.keys("q")
	x.waitFor("sessions 1 ~ 2")
	x.keys("q")
	x.waitFor("subprotocol")
	x.keys("\rL")
	x.waitFor("client", "server", "101 Switching Protocols", "L adds TCP")
	x.keys("jjj\r")
	x.waitFor("2:2 ←", "text from the server")
	x.keys("Q")
	x.quit(0)
}
