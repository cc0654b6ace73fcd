package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/pcaps/poll"
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

// waitForBytes waits until so many have come in through lo in the namespace of the calling thread.
func waitForBytes(t *testing.T, n int) {
	t.Helper()
	poll.Until(t, fmt.Sprintf("%d bytes sent", n), func() bool {
		got, _ := received()
		return got >= n
	})
}

// received returns how much has come in through lo in the namespace of the calling thread.
func received() (bytes, packets int) {
	text, _ := os.ReadFile("/proc/thread-self/net/dev")
	_, lo, _ := strings.Cut(string(text), "lo:")
	fmt.Sscan(lo, &bytes, &packets)
	return bytes, packets
}

// TestHazard_V1_KernelDrops: what the kernel drops while the program is held is reported, and is in the account.
func TestHazard_V1_KernelDrops(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	p := startCapture(t, nil, "live", "-i", "lo", "--json", "-B", "1024", "-a", "duration:300")
	result := make(chan line, 1)
	go func() {
		_, last := lines(t, p.out)
		result <- last
	}()
	p.cmd.Process.Signal(syscall.SIGSTOP)
	sender := background(t, talk{"udp", "-", "127.0.0.1:9", false, 0, 10_000, 100 * time.Microsecond})
	waitForBytes(t, 5<<20)
	sender.cmd.Process.Kill()
	sender.exit()
	p.cmd.Process.Signal(syscall.SIGCONT)
	p.expect("by the kernel (buffer full)")
	p.cmd.Process.Signal(syscall.SIGTERM)
	summary := <-result
	if got := p.exit(); got != run.Interrupted || summary.dropped() == 0 || summary.Complete {
		t.Errorf("exit %d, %+v", got, summary)
	}
	if strings.Contains(p.words(), " 0 by the kernel") {
		t.Errorf("got %q", p.words())
	}
}

// TestHazard_V2_UnseenBytes: beside the kernel's count stand the bytes that were acknowledged and never captured.
func TestHazard_V2_UnseenBytes(t *testing.T) {
	t.Parallel()
	inNamespace(t)
	p := startCapture(t, nil, "live", "-i", "lo", "--json", "-B", "1024")
	result := make(chan line, 1)
	go func() {
		_, last := lines(t, p.out)
		result <- last
	}()
	talking := background(t, talk{"both", "gorilla", "127.0.0.1:0", false, 1500, 20_000, 300 * time.Microsecond})
	waitForBytes(t, 1<<20)
	p.cmd.Process.Signal(syscall.SIGSTOP)
	waitForBytes(t, 8<<20)
	p.cmd.Process.Signal(syscall.SIGCONT)
	p.expect("by the kernel (buffer full)")
	talking.exit()
	p.interrupt()
	summary := <-result
	p.exit()
	if summary.Bytes.Missing == 0 || summary.dropped() == 0 {
		t.Errorf("%+v: %s", summary, p.words())
	}
}

// TestLive_Soak opens and closes 1,000 connections a second for WSPEEK_SOAK ("3m"): memory is flat after a third of it,
// be it listed or shown.
func TestLive_Soak(t *testing.T) {
	long, err := time.ParseDuration(os.Getenv("WSPEEK_SOAK"))
	if err != nil {
		t.Skip("WSPEEK_SOAK is not set (3m)")
	}
	t.Run("lines", func(t *testing.T) {
		inNamespace(t)
		p := startCapture(t, nil, "messages", "-i", "lo", "--json")
		written := make(chan int64, 1)
		go func() {
			n, _ := io.Copy(io.Discard, p.out)
			written <- n
		}()
		soak(t, p.cmd.Process.Pid, long)
		p.interrupt()
		status := p.exit()
		t.Logf("%d bytes of lines, exit %d: %s", <-written, status, p.words())
	})
	t.Run("screen", func(t *testing.T) {
		inNamespace(t)
		// What is known of connections goes with their packets: it takes the default of --packets three minutes to be full.
		x := runIn(t, t.TempDir(), 120, 40, nil, "live", "-i", "lo", "--history", "32", "--packets", "32")
		x.waitFor("live: lo")
		soak(t, x.cmd.Process.Pid, long)
		x.waitFor("older not kept (", " sessions)")
		t.Logf("the screen at the end:\n%s", x.screen())
		x.keys("Q")
		<-x.ended
	})
}

// soak fails where the memory of a process grows in the last two thirds of the time.
func soak(t *testing.T, pid int, long time.Duration) {
	k := talk{"churn", "gorilla", "127.0.0.1:9001", false, int(long / time.Millisecond), 0, time.Millisecond}
	talking := background(t, k)
	third, highest := 0, 0
	for began := time.Now(); time.Since(began) < long; time.Sleep(5 * time.Second) {
		now := rss(t, pid)
		t.Logf("%3.0f s: %d KiB", time.Since(began).Seconds(), now)
		if time.Since(began) < long/3 {
			third = max(third, now)
		}
		highest = max(highest, now)
	}
	talking.cmd.Process.Kill()
	talking.exit()
	if highest > third+third/10+4096 {
		t.Errorf("memory grew from %d to %d KiB after a third of the time", third, highest)
	}
}
