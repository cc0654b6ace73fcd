//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/wspeek/wspeek/pcaps/pty"
)

// keyEvery is how often a key is pressed.
const keyEvery = 50 * time.Millisecond

// screen is a user before the screen, in a pseudo-terminal.
type screen struct {
	// keys are pressed in turn all the time.
	keys []string
	// readOnly is after how many bytes the terminal is not read any more until the end; 0 for never.
	readOnly int

	master *os.File
	// shown is closed when the first screen has come, over to read on to the end, ended when there is nothing more to read.
	shown, over, ended chan struct{}
	// tail is the last of what was written to the terminal, for when ended is closed.
	tail []byte
}

func (s *screen) start(cmd *exec.Cmd) error {
	master, slave, err := pty.Open(120, 40)
	if err != nil {
		return err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Start()
	err = errors.Join(err, slave.Close())
	if err != nil {
		return err
	}
	s.master, s.shown, s.over, s.ended = master, make(chan struct{}), make(chan struct{}), make(chan struct{})
	go s.read()
	select {
	case <-s.shown:
	case <-s.ended:
		return fmt.Errorf("%s shows nothing: %q", *wspeek, s.tail)
	}
	go s.press()
	return nil
}

// tailBytes is how much is kept of what was written.
const tailBytes = 64 << 10

// read reads the terminal to its end.
func (s *screen) read() {
	defer close(s.ended)
	shown, total, buf := false, 0, make([]byte, 64<<10)
	for {
		n, err := s.master.Read(buf)
		total += n
		s.tail = append(s.tail, buf[:n]...)
		s.tail = s.tail[max(len(s.tail)-tailBytes, 0):]
		if err != nil {
			return
		}
		if !shown && bytes.Contains(s.tail, []byte("live: v1")) {
			shown = true
			close(s.shown)
		}
		if s.readOnly > 0 && total > s.readOnly {
			<-s.over
		}
	}
}

// press presses keys until the end.
func (s *screen) press() {
	for i := 0; len(s.keys) > 0; i++ {
		select {
		case <-s.over:
			return
		case <-time.After(keyEvery):
			if _, err := s.master.WriteString(s.keys[i%len(s.keys)]); err != nil {
				return // it has ended
			}
		}
	}
}

// longest is how long wspeek may take to end.
const longest = 30 * time.Second

func (s *screen) end() (counts, error) {
	close(s.over)
	time.Sleep(2 * keyEvery) // no key is half pressed
	if _, err := s.master.WriteString("Q"); err != nil {
		return counts{}, err
	}
	select {
	case <-s.ended:
	case <-time.After(longest):
		return counts{}, errors.New("wspeek does not end")
	}
	if err := s.master.Close(); err != nil {
		return counts{}, err
	}
	return accountIn(s.tail)
}

var accountLine = regexp.MustCompile(`(\d+) packets?: \d+ decoded.*?(?:, (\d+) dropped before they were read)?; \d+ sessions?, (\d+) messages?,`)

// accountIn finds the account that follows the screen.
func accountIn(tail []byte) (c counts, err error) {
	a := accountLine.FindSubmatch(tail)
	if a == nil {
		return c, fmt.Errorf("no account of wspeek: %q", tail[max(len(tail)-2000, 0):])
	}
	for i, n := range []*int64{&c.received, &c.dropped, &c.messages} {
		*n, _ = strconv.ParseInt(string(a[i+1]), 10, 64)
	}
	return c, nil
}
