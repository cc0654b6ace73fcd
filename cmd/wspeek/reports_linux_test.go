package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/pcaps/poll"
)

// TestReport_HarAttached: the browser attached the messages as a file, so that this HAR has none to compare: trouble, not a difference.
func TestReport_HarAttached(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "reports")
	out := wspeekRun("diff", filepath.Join(dir, "har-attached.har"), filepath.Join(dir, "har-chat.pcap"))
	if out.status != 2 || out.out != "" {
		t.Errorf("status %d, output %q", out.status, out.out)
	}
	for _, want := range []string{"no messages were recorded", "0123456789abcdef0123456789abcdef01234567.json"} {
		if !strings.Contains(out.err, want) {
			t.Errorf("not said: %q in %q", want, out.err)
		}
	}
}

// TestReport_InterruptTwice: timeout(1) signals the program and then its process group. Each time the run ends with its account, all
// lines are whole, and the file of -w holds every packet that was counted.
func TestReport_InterruptTwice(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for try := range 5 {
		kept := filepath.Join(t.TempDir(), "k.pcapng")
		lines := interruptTwice(t, exec.Command(exe, "live", "-r", "-", "--json", "-w", kept))
		var last struct {
			Type    string
			Packets struct{ Read int }
		}
		for i, line := range lines {
			if !json.Valid([]byte(line)) {
				t.Fatalf("try %d, line %d is not whole: %s", try, i+1, line)
			}
		}
		err := json.Unmarshal([]byte(lines[len(lines)-1]), &last)
		if err != nil || last.Type != "summary" || last.Packets.Read == 0 {
			t.Fatalf("try %d: the last line is no account: %s", try, lines[len(lines)-1])
		}
		again := wspeekRun("sessions", kept)
		if want := fmt.Sprintf("%d packets", last.Packets.Read); !strings.HasPrefix(again.err, want) {
			t.Errorf("try %d: %s were read; kept were %q", try, want, again.err)
		}
	}
}

// interruptTwice gives a program a sample, interrupts it twice after its first line, and returns all its lines.
func interruptTwice(t *testing.T, cmd *exec.Cmd) (lines []string) {
	t.Helper()
	cmd.Env = append(os.Environ(), "WSPEEK_TEST_MAIN=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(poll.Deadline, func() { cmd.Process.Kill() }).Stop()
	if _, err := in.Write(pcaps.Get("jsonrpc").Data); err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(out); s.Scan(); {
		if lines = append(lines, s.Text()); len(lines) == 1 {
			cmd.Process.Signal(os.Interrupt)
			cmd.Process.Signal(os.Interrupt)
		}
	}
	cmd.Wait()
	if len(lines) == 0 {
		t.Fatal("no lines")
	}
	return lines
}

// TestReport_EmptyScreen: packets of which none could be decoded are not just an empty list: the screen says how many there were and
// why, wide or narrow.
func TestReport_EmptyScreen(t *testing.T) {
	t.Parallel()
	chat, err := os.ReadFile(filepath.Join("testdata", "reports", "har-chat.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	const linkType = 20 // where the header of a pcap file has it, little-endian
	user0 := bytes.Clone(chat)
	user0[linkType] = 147
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "user0.pcap"), user0, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, size := range [][2]int{{200, 50}, {80, 24}, {40, 12}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			x := runIn(t, dir, size[0], size[1], nil, "user0.pcap")
			x.waitFor("26 of 26 packets not decoded", "type 147")
			x.keys("Q")
			x.quit(0)
		})
	}
}
