package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/pcaps/poll"
)

// TestScreenStoryOfPackets saves the packets of sessions, and of all, from a capture.
func TestScreenStoryOfPackets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeSample(t, dir, "port-reuse")
	x := runIn(t, dir, 80, 24, nil, "port-reuse.pcap")
	x.waitFor("2 sessions", "complete")
	x.keys("jjw")
	x.waitFor(":w wspeek-2.pcapng 2")
	x.keys("\r")
	x.waitFor("packets of 1 session written to wspeek-2.pcapng")
	x.keys(":w all.pcapng\r")
	x.waitFor("packets of 2 sessions written to all.pcapng")
	x.keys(":w all.pcapng\r")
	x.waitFor("all.pcapng exists")
	x.keys(":w! port-reuse.pcap\r")
	x.waitFor("port-reuse.pcap is in use here")
	x.keys("\r")
	x.waitFor("payload  hex")
	x.keys("jjw")
	x.waitFor("write payload to: wspeek-2-")
	x.keys("\x15p.txt\r")
	x.waitFor("wrote ", "p.txt")
	x.keys("Q")
	x.quit(0)
	for name, n := range map[string]int{"wspeek-2.pcapng": 1, "all.pcapng": 2} {
		out := wspeekRun("sessions", "-q", filepath.Join(dir, name))
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
		if out.status != run.Done || strings.Count(out.out, "session ") != n {
			t.Errorf("%s: want %d sessions: %+v", name, n, out)
		}
	}
}

// forAll is a directory that everybody may write into: started as root, wspeek becomes nobody.
func forAll(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestScreenOfAPipeSavesNothing says why.
func TestScreenOfAPipeSavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeSample(t, dir, "jsonrpc")
	x := runShell(t, dir, 120, 30, "cat jsonrpc.pcap | $WSPEEK -")
	x.waitFor("complete")
	x.keys(":w all.pcapng\r")
	x.waitFor("what came through a pipe cannot be read again: wspeek live -r - keeps packets for :w")
	x.keys("Q")
	x.quit(0)
}

// TestLive_ScreenSavesAPipe saves what came through a pipe, of which only the newest packets are kept.
func TestLive_ScreenSavesAPipe(t *testing.T) {
	t.Parallel()
	dir := forAll(t)
	writeSample(t, dir, "jsonrpc")
	x := runShell(t, dir, 200, 30, "(cat jsonrpc.pcap; until test -e done; do sleep 0.1; done) | $WSPEEK live -r - -w kept.pcapng")
	want := packetsIn(t, filepath.Join(dir, "jsonrpc.pcap"))
	x.waitFor("live: -", "1000 Normal Closure", fmt.Sprintf("%d pkts", len(want)))
	x.keys(":w all.pcapng\r")
	x.waitFor("written to all.pcapng")
	x.keys(":w! kept.pcapng\r")
	x.waitFor("kept.pcapng is in use here")
	x.keys(":w one.pcapng 1\r")
	x.waitFor("packets of 1 session written to one.pcapng")
	x.keys("Q")
	if err := os.WriteFile(filepath.Join(dir, "done"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	x.quit(0)
	for _, name := range []string{"all.pcapng", "one.pcapng", "kept.pcapng"} {
		if got := packetsIn(t, filepath.Join(dir, name)); !slices.Equal(got, want) {
			t.Errorf("%s: %d packets, want %d", name, len(got), len(want))
		}
	}
}

// runShell runs a line of sh in which $WSPEEK is this program.
func runShell(t *testing.T, dir string, w, h int, line string) *terminal {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs sh")
	}
	return runProgram(t, dir, w, h, []string{"WSPEEK=" + os.Args[0]}, sh, "-c", line)
}

// TestLive_ScreenSavesPackets captures two sessions on the screen, and compares what it saves with what their
// programs sent.
func TestLive_ScreenSavesPackets(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	dir := forAll(t)
	x := runIn(t, dir, 200, 30, []string{"SUDO_UID="}, "live", "-i", "lo")
	x.waitFor("live: lo")
	first := talk{"both", "gorilla", "127.0.0.1:0", true, 120, 300, 0}.run(t)
	second := talk{"both", "coder", "127.0.0.1:0", false, 80, 3000, 0}.run(t)
	x.keys("s")
	x.waitFor("2 sessions")
	closed := regexp.MustCompile(`: Close 1000`)
	if !poll.For(func() bool { return len(closed.FindAllString(x.screen(), -1)) == 2 }) {
		t.Fatalf("two sessions are not closed:\n%s", x.screen())
	}
	x.keys(":w two.pcapng 2\r")
	x.waitFor("packets of 1 session written to two.pcapng")
	x.keys(":w all.pcapng\r")
	x.waitFor("packets of 2 sessions written to all.pcapng")
	x.keys("ggjw")
	x.waitFor(":w wspeek-1.pcapng 1")
	x.keys("\r")
	x.waitFor("packets of 1 session written to wspeek-1.pcapng")
	x.keys(":w /proc/x.pcapng\r")
	x.waitFor("✗")
	x.keys("Q")
	x.quit(0)
	both := hashes{"c2s": append(slices.Clone(first["c2s"]), second["c2s"]...), "s2c": append(slices.Clone(first["s2c"]), second["s2c"]...)}
	checkSavedMessages(t, filepath.Join(dir, "two.pcapng"), second)
	checkSavedMessages(t, filepath.Join(dir, "wspeek-1.pcapng"), first)
	checkSavedMessages(t, filepath.Join(dir, "all.pcapng"), both)
}

// checkSavedMessages compares the messages of a capture with what programs sent.
func checkSavedMessages(t *testing.T, file string, sent hashes) {
	t.Helper()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	out := wspeekRun("messages", "--json", "--hash", file)
	list, summary := lines(t, strings.NewReader(out.out))
	wantAll(t, list, sent)
	if out.status != run.Done || !summary.Complete {
		t.Errorf("%s: status %d, %+v: %s", file, out.status, summary, out.err)
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		return
	}
	// Frames, of which the programs sent one a message, and the names of interfaces.
	frames, err := exec.Command("tshark", "-r", file, "-Y", "websocket.opcode == 1 || websocket.opcode == 2", "-T", "fields",
		"-e", "websocket.opcode", "-e", "frame.interface_name").Output()
	if err != nil {
		t.Skipf("tshark does not read %s: %v", file, err)
	}
	n := 0
	for line := range strings.Lines(string(frames)) {
		opcodes, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		n += strings.Count(opcodes, "1") + strings.Count(opcodes, "2")
		if name != "lo" {
			t.Errorf("%s: tshark names the interface %q", file, name)
		}
	}
	if want := len(sent["c2s"]) + len(sent["s2c"]); n != want {
		t.Errorf("%s: tshark finds %d messages, want %d", file, n, want)
	}
}
