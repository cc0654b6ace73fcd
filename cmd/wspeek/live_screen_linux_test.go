package main

import (
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// captureOn begins a capture on lo on a screen that is wide enough for the account in one line.
func captureOn(t *testing.T, args ...string) *terminal {
	t.Helper()
	inNamespace(t)
	x := runIn(t, t.TempDir(), 500, 24, nil, append([]string{"live", "-i", "lo"}, args...)...)
	x.waitFor("live: lo", "0 dropped")
	return x
}

// lost lets the kernel drop packets of somebody who sends and goes on sending, while the program is held.
func (x *terminal) lost(k talk) {
	background(x.t, k)
	waitForBytes(x.t, 1<<20)
	x.cmd.Process.Signal(syscall.SIGSTOP)
	waitForBytes(x.t, 12<<20)
	x.cmd.Process.Signal(syscall.SIGCONT)
}

// TestHazard_V1_KernelDropsOnScreen: what the kernel drops is shown although no message comes, and stands in the
// account after the screen is closed.
func TestHazard_V1_KernelDropsOnScreen(t *testing.T) {
	t.Parallel()
	x := captureOn(t, "-B", "1024")
	x.lost(talk{"udp", "-", "127.0.0.1:9", false, 0, 10_000, 100 * time.Microsecond})
	x.waitFor("dropped (kernel ")
	x.keys("Q")
	x.quit(run.Incomplete)
	x.accounted("whose buffer was full")
}

// TestHazard_V2_UnseenBytesOnScreen: beside it stands what was acknowledged and never captured.
func TestHazard_V2_UnseenBytesOnScreen(t *testing.T) {
	t.Parallel()
	x := captureOn(t, "-B", "1024")
	x.lost(talk{"both", "gorilla", "127.0.0.1:0", false, 15_000, 20_000, 300 * time.Microsecond})
	x.waitFor("dropped (kernel ", " unseen")
	x.cmd.Process.Signal(syscall.SIGTERM)
	x.quit(run.Interrupted)
	x.accounted("INCOMPLETE")
}

var accountLine = regexp.MustCompile(`(?m)^(\d+) packets?: (\d+) decoded(.*?), (\d+) dropped before they were read;.* stream bytes = .*`)

// accounted checks the account that stands on the terminal after the screen was closed.
func (x *terminal) accounted(why string) {
	x.t.Helper()
	a := accountLine.FindStringSubmatch(x.screen())
	if a == nil || !strings.Contains(a[0], why) {
		x.t.Fatalf("no account with %q:\n%s", why, x.screen())
	}
	if n, _ := strconv.Atoi(a[4]); n == 0 {
		x.t.Errorf("nothing dropped: %s", a[0])
	}
	read, _ := strconv.Atoi(a[1])
	sum, _ := strconv.Atoi(a[2])
	for _, n := range regexp.MustCompile(`, (\d+) `).FindAllStringSubmatch(a[3], -1) {
		skipped, _ := strconv.Atoi(n[1])
		sum += skipped
	}
	if read == 0 || read != sum {
		x.t.Errorf("%d packets read, %d accounted for: %s", read, sum, a[0])
	}
}

// held carries out do while nobody reads the terminal: what the program writes to it waits.
func (x *terminal) held(do func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	do()
}

// TestLive_StoppedTerminal: nothing is lost where the terminal is not read, and the account that follows is whole.
func TestLive_StoppedTerminal(t *testing.T) {
	t.Parallel()
	x := captureOn(t)
	x.held(func() { talk{"both", "gorilla", "127.0.0.1:0", false, programsSay, 200, 0}.run(t) })
	x.waitFor("1000 Normal Closure")
	x.keys("Q")
	x.quit(run.Done)
	a := regexp.MustCompile(`(?m)^\d+ packets: .* (\d+) messages, .*; complete`).FindStringSubmatch(x.screen())
	if a == nil {
		t.Fatalf("no account of a whole capture:\n%s", x.screen())
	}
	if n, _ := strconv.Atoi(a[1]); n < 2*programsSay {
		t.Errorf("%d messages, want %d: %s", n, 2*programsSay, a[0])
	}
}
