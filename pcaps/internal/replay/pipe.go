//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// pipe reads the lines of --json.
type pipe struct {
	cmd   *exec.Cmd
	last  chan []byte
	words chan []byte
}

func (p *pipe) start(cmd *exec.Cmd) error {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	words, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if _, err := words.Read(make([]byte, 1<<10)); err != nil { // listening on
		return fmt.Errorf("%s: %w", *wspeek, err)
	}
	p.cmd, p.last, p.words = cmd, make(chan []byte, 1), make(chan []byte, 1)
	go func() { p.last <- lastLine(out) }()
	go func() {
		said, _ := io.ReadAll(words)
		p.words <- said
	}()
	return nil
}

// end takes the counts from the last line.
func (p *pipe) end() (c counts, err error) {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return c, err
	}
	summary, said := <-p.last, <-p.words
	var s struct {
		Packets  struct{ Read, Dropped int64 }
		Messages int64
	}
	if err := json.Unmarshal(summary, &s); err != nil {
		return c, fmt.Errorf("the account of wspeek: %w: %s", err, said)
	}
	return counts{s.Packets.Read, s.Packets.Dropped, s.Messages}, nil
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
