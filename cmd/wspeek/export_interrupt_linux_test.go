package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/pcaps/poll"
)

// What was read when SIGINT came is exported, and no temporary file is left.
func TestExportInterrupted(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"har", "ndjson", "pcapng"} {
		dir, tmp := t.TempDir(), t.TempDir()
		out := filepath.Join(dir, "out."+format)
		cmd := exec.Command(exe, "export", "-", "-o", out)
		cmd.Env = append(os.Environ(), "WSPEEK_TEST_MAIN=1", "TMPDIR="+tmp)
		words := &strings.Builder{}
		cmd.Stderr = words
		stdin, in, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer stdin.Close()
		defer in.Close()
		cmd.Stdin = stdin
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(poll.Deadline, func() { cmd.Process.Kill() })
		defer timer.Stop()
		if _, err := in.Write(pcaps.Get("jsonrpc").Data); err != nil {
			t.Fatal(err)
		}
		poll.Until(t, "all input is read", func() bool {
			unread, err := unix.IoctlGetInt(int(in.Fd()), unix.TIOCINQ)
			return err == nil && unread == 0 && asleep(t, cmd.Process.Pid)
		})
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != run.Interrupted || !strings.Contains(words.String(), "1 session, 14 messages") {
			t.Errorf("%s: status %d, %q; want %d, and what was read", format, got, words, run.Interrupted)
		}
		if names(t, dir) != "out."+format || names(t, tmp) != "" {
			t.Errorf("%s: left behind: %q and %q", format, names(t, dir), names(t, tmp))
		}
	}
}

// asleep reports whether all threads of a process wait, at several looks.
func asleep(t *testing.T, pid int) bool {
	t.Helper()
	for range 5 {
		for _, thread := range statusOf(t, pid) {
			if !strings.HasPrefix(thread["State"], "S") {
				return false
			}
		}
		time.Sleep(time.Millisecond)
	}
	return true
}
