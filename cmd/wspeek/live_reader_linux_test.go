package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/wspeek/wspeek/pcaps/poll"
)

// lineReader reads the lines of --json that a program writes.
type lineReader struct {
	t     *testing.T
	ended chan struct{}
	mu    sync.Mutex // guards list
	list  []line
}

// reading reads the lines of the program as they come.
func (p *running) reading() *lineReader {
	l := &lineReader{t: p.t, ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		s := bufio.NewScanner(p.out)
		s.Buffer(nil, 64<<20)
		for s.Scan() {
			var one line
			if err := json.Unmarshal(s.Bytes(), &one); err != nil {
				p.t.Errorf("%v: %s", err, s.Bytes())
			}
			l.mu.Lock()
			l.list = append(l.list, one)
			l.mu.Unlock()
		}
	}()
	return l
}

// waitFor waits until as many data messages are listed as were sent. A capture that is interrupted earlier may lack
// the last ones.
func (l *lineReader) waitFor(sent hashes) {
	l.t.Helper()
	want := len(sent["c2s"]) + len(sent["s2c"])
	poll.Until(l.t, fmt.Sprintf("%d messages listed", want), func() bool { return l.messages() >= want })
}

func (l *lineReader) messages() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.list {
		if m.isData() {
			n++
		}
	}
	return n
}

// rest waits for the end of the program, and returns all lines and the account.
func (l *lineReader) rest() (list []line, summary line) {
	l.t.Helper()
	<-l.ended
	return account(l.t, l.list)
}

// account takes the account off the end of the lines.
func account(t *testing.T, list []line) ([]line, line) {
	t.Helper()
	if len(list) == 0 || list[len(list)-1].Type != "summary" {
		t.Errorf("%d lines, the last is not a summary", len(list))
		return list, line{}
	}
	return list[:len(list)-1], list[len(list)-1]
}

// isData reports whether the line is a message of application data.
func (l line) isData() bool { return l.Type == "message" && (l.Kind == "text" || l.Kind == "binary") }
