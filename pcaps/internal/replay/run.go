//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// result is what became of the packets of one rate.
type result struct {
	sent, received, dropped, messages int64
	rate                              float64
}

// one captures while it sends.
func one(fd int, frames [][]byte, rate float64) (r result, err error) {
	cmd := exec.Command(*wspeek, append([]string{"live", "-i", "v1"}, strings.Fields(*flags)...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return r, err
	}
	words, err := cmd.StderrPipe()
	if err != nil {
		return r, err
	}
	if err := cmd.Start(); err != nil {
		return r, err
	}
	if _, err := words.Read(make([]byte, 1<<10)); err != nil { // listening on
		return r, fmt.Errorf("%s: %w", *wspeek, err)
	}
	go io.Copy(os.Stderr, words)
	last := make(chan []byte, 1)
	go func() { last <- lastLine(out) }()
	began := time.Now()
	r.sent = send(fd, frames, rate, began.Add(time.Duration(*seconds*float64(time.Second))))
	r.rate = float64(r.sent) / time.Since(began).Seconds()
	time.Sleep(time.Second)
	cmd.Process.Signal(os.Interrupt)
	err = r.read(<-last)
	cmd.Wait() // its status says that it was interrupted
	return r, err
}

// lastLine reads all and returns the last line.
func lastLine(out io.Reader) []byte {
	buf, rest := make([]byte, 1<<20), []byte(nil)
	for {
		n, err := out.Read(buf)
		rest = append(rest, buf[:n]...)
		if at := bytes.LastIndexByte(rest[:max(len(rest)-1, 0)], '\n'); at >= 0 {
			rest = append(rest[:0], rest[at+1:]...)
		}
		if err != nil {
			return rest
		}
	}
}

// read takes the counts from the account.
func (r *result) read(summary []byte) error {
	var s struct {
		Packets  struct{ Read, Dropped int64 }
		Messages int64
	}
	if err := json.Unmarshal(summary, &s); err != nil {
		return fmt.Errorf("the account of wspeek: %w", err)
	}
	r.received, r.dropped, r.messages = s.Packets.Read, s.Packets.Dropped, s.Messages
	return nil
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
