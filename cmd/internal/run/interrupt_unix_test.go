//go:build unix

package run_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/wspeek/wspeek/cmd/internal/run"
)

// TestMain is also a program that ends in order, slowly, for the tests of signals.
func TestMain(m *testing.M) {
	same, err := time.ParseDuration(os.Getenv("WSPEEK_TEST_SIGNALS"))
	if err != nil {
		os.Exit(m.Run())
	}
	ctx, release := run.InterruptibleFor(context.Background(), same)
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println("ending")
	io.Copy(io.Discard, os.Stdin) // until the test lets it end
	release()
	os.Exit(run.Interrupted)
}

func TestInterruptible(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, same string
		killed     bool
	}{
		{"a signal soon after the first is the same, as timeout sends two", "1h", false},
		{"a later one ends the program", "0s", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "WSPEEK_TEST_SIGNALS="+tt.same)
			in, _ := cmd.StdinPipe()
			out, _ := cmd.StdoutPipe()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			lines.Scan() // ready
			cmd.Process.Signal(syscall.SIGTERM)
			lines.Scan() // ending
			cmd.Process.Signal(syscall.SIGTERM)
			ended := make(chan struct{})
			if tt.killed {
				go signalUntil(cmd.Process, ended)
			} else {
				in.Close()
			}
			cmd.Wait()
			close(ended)
			state := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if state.Signaled() != tt.killed || !tt.killed && state.ExitStatus() != run.Interrupted {
				t.Errorf("killed %v, status %d", state.Signaled(), state.ExitStatus())
			}
		})
	}
}

// signalUntil sends signals until the program has ended: one of them comes after it stopped to catch them.
func signalUntil(p *os.Process, ended <-chan struct{}) {
	for {
		select {
		case <-ended:
			return
		case <-time.After(5 * time.Millisecond):
			p.Signal(syscall.SIGTERM)
		}
	}
}
