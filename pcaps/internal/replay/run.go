//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// counts are those of the account.
type counts struct{ received, dropped, messages int64 }

// result is what became of the packets of one rate.
type result struct {
	counts
	sent int64
	rate float64
	// cpu is the processor time that it took, which says more than packets dropped where a machine is shared.
	cpu time.Duration
	// resident is the most memory that it had, in KiB.
	resident int64
}

// missing is how many packets are not accounted for.
func (r *result) missing() int64 { return r.sent - r.received - r.dropped }

func (r result) String() string {
	s := fmt.Sprintf("%8.0f %10d %10d %10d %7.2f%% %10d %6.1f s %5d MiB", r.rate, r.sent, r.received, r.dropped,
		100*float64(r.dropped)/float64(r.sent), r.messages, r.cpu.Seconds(), r.resident>>10)
	if n := r.missing(); n != 0 {
		s += fmt.Sprintf("  %d not accounted for", n)
	}
	return s
}

// program is wspeek, which captures.
type program interface {
	// start begins it, and returns when it captures.
	start(cmd *exec.Cmd) error
	// end makes it end, and returns its account.
	end() (counts, error)
}

// programOf is the program of a mode, and with which flags it does that.
func programOf(mode string) (program, []string, error) {
	switch mode {
	case "json":
		return &pipe{}, []string{"--json"}, nil
	case "idle":
		return &screen{}, nil, nil
	case "scrolling":
		return &screen{keys: []string{"j", "j", "k", "\x1b[5~", "\x1b[6~", "gg", "j", "G", "k", "\x1b[5~"}}, nil, nil
	case "stopped":
		return &screen{readOnly: 32 << 10}, nil, nil
	}
	return nil, nil, fmt.Errorf("no such mode")
}

// one captures while it sends.
func one(fd int, frames [][]byte, mode string, rate float64) (r result, err error) {
	p, args, err := programOf(mode)
	if err != nil {
		return r, err
	}
	cmd := exec.Command(*wspeek, append(append([]string{"live", "-i", "v1"}, strings.Fields(*flags)...), args...)...)
	if err := p.start(cmd); err != nil {
		return r, err
	}
	defer func() { _ = cmd.Process.Kill() }() // if it has not ended
	most := watchMemory(cmd.Process.Pid)
	began := time.Now()
	r.sent = send(fd, frames, rate, began.Add(time.Duration(*seconds*float64(time.Second))))
	r.rate = float64(r.sent) / time.Since(began).Seconds()
	time.Sleep(time.Second)
	r.counts, err = p.end()
	_ = cmd.Wait() // its status says that it was interrupted, or packets were dropped
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	r.resident = <-most
	return r, err
}

// watchMemory tells, when the process has ended, the most memory that it had, in KiB.
func watchMemory(pid int) <-chan int64 {
	result := make(chan int64, 1)
	go func() {
		most := int64(0)
		for now := peak(pid); now > 0; now = peak(pid) {
			most = now
			time.Sleep(50 * time.Millisecond)
		}
		result <- most
	}()
	return result
}

// peak is the most memory that a process has had, in KiB; 0 where it has ended.
func peak(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	text, _, _ = strings.Cut(text, " kB")
	n, _ := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	return n
}

// send sends frames, from the first again after the last, until end. It returns how many the kernel took.
func send(fd int, frames [][]byte, rate float64, end time.Time) (sent int64) {
	began := time.Now()
	for next := 0; ; {
		now := time.Now()
		if now.After(end) {
			return sent
		}
		due := int64(rate * now.Sub(began).Seconds())
		if sent >= due {
			time.Sleep(100 * time.Microsecond)
			continue
		}
		for n := min(due-sent, 256); n > 0; n-- {
			if _, err := unix.Write(fd, frames[next]); err == nil {
				sent++
			}
			next = (next + 1) % len(frames)
		}
	}
}
