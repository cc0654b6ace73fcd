package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// rss is the resident memory of a process in KiB.
func rss(t *testing.T, pid int) int {
	t.Helper()
	threads := statusOf(t, pid)
	if len(threads) == 0 {
		t.Fatal("it has ended")
	}
	n, err := strconv.Atoi(strings.TrimSuffix(threads[0]["VmRSS"], " kB"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestLive_Soak opens and closes 1,000 connections a second for WSPEEK_SOAK ("3m"): memory is flat after a third of it.
func TestLive_Soak(t *testing.T) {
	long, err := time.ParseDuration(os.Getenv("WSPEEK_SOAK"))
	if err != nil {
		t.Skip("WSPEEK_SOAK is not set (3m)")
	}
	inNamespace(t)
	p := startCapture(t, nil, "messages", "-i", "lo", "--json")
	written := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(io.Discard, p.out)
		written <- n
	}()
	k := talk{"churn", "gorilla", "127.0.0.1:9001", false, int(long / time.Millisecond), 0, time.Millisecond}
	talking := background(t, k)
	third, highest := 0, 0
	for began := time.Now(); time.Since(began) < long; time.Sleep(5 * time.Second) {
		now := rss(t, p.cmd.Process.Pid)
		t.Logf("%3.0f s: %d KiB", time.Since(began).Seconds(), now)
		if time.Since(began) < long/3 {
			third = max(third, now)
		}
		highest = max(highest, now)
	}
	talking.cmd.Process.Kill()
	p.interrupt()
	status := p.exit()
	t.Logf("%d connections offered, %d bytes of lines, exit %d: %s", k.messages, <-written, status, p.words())
	if highest > third+third/10+4096 {
		t.Errorf("memory grew from %d to %d KiB after a third of the time", third, highest)
	}
}
