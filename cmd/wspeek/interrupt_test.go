package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/pcaps/poll"
)

// TestInterrupt interrupts a run that waits for more of its standard input: what was read is listed, then the account.
// The interrupt comes twice, as from timeout(1), which signals the program and then its process group.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "messages", "--json", "-")
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
	timer := time.AfterFunc(poll.Deadline, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if _, err := in.Write(pcaps.Get("jsonrpc").Data); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || !strings.Contains(lines.Text(), `"type":"message"`) {
		t.Fatalf("first line, while the input is still open: %q", lines.Text())
	}
	cmd.Process.Signal(os.Interrupt)
	cmd.Process.Signal(os.Interrupt)
	last := ""
	for lines.Scan() {
		last = lines.Text()
	}
	if !strings.Contains(last, `"type":"summary"`) {
		t.Errorf("last line: %q, want the account", last)
	}
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != run.Interrupted {
		t.Errorf("exit status: got %d, want %d", got, run.Interrupted)
	}
}
