package main

import (
	"fmt"
	"os"
)

// spool is decode.Payloads in memory up to a bound, and beyond it in a temporary file that has no name where
// the system allows that.
type spool struct {
	memory []byte
	file   *os.File
	size   int64
}

// spoolMemory is how many bytes of payloads stay in memory.
const spoolMemory = 32 << 20

// Put is decode.Payloads.
func (s *spool) Put(p []byte) (int64, error) {
	at := s.size
	if s.file == nil && len(s.memory)+len(p) <= spoolMemory {
		s.memory = append(s.memory, p...)
		s.size += int64(len(p))
		return at, nil
	}
	if err := s.open(); err != nil {
		return 0, err
	}
	if _, err := s.file.WriteAt(p, at-int64(len(s.memory))); err != nil {
		return 0, fmt.Errorf("keep payloads in a temporary file: %w", err)
	}
	s.size += int64(len(p))
	return at, nil
}

func (s *spool) open() error {
	if s.file != nil {
		return nil
	}
	f, err := os.CreateTemp("", "wspeek-*.payloads") // mode 0600
	if err != nil {
		return fmt.Errorf("keep payloads in a temporary file: %w", err)
	}
	os.Remove(f.Name())
	s.file = f
	return nil
}

// Get is decode.Payloads.
func (s *spool) Get(ref int64, n int) ([]byte, error) {
	in := int64(len(s.memory))
	switch {
	case n == 0: // it may stand at the end
		return []byte{}, nil
	case ref < in:
		return s.memory[ref : ref+int64(n) : ref+int64(n)], nil
	}
	p := make([]byte, n)
	if _, err := s.file.ReadAt(p, ref-in); err != nil {
		return nil, fmt.Errorf("read payloads from a temporary file: %w", err)
	}
	return p, nil
}

// close removes the file.
func (s *spool) close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
	}
}
