package out

import (
	"fmt"
	"os"
)

// Spool is trace.Payloads in a temporary file, which has no name if the system allows that. What was put last is in
// memory, so that a little is never written.
type Spool struct {
	file *os.File
	// written is how many bytes are in the file; last are those after them.
	written int64
	last    []byte
}

// spoolMemory is how many bytes of payloads stay in memory.
const spoolMemory = 4 << 20

// Put is trace.Payloads.
func (s *Spool) Put(p []byte) (int64, error) {
	if len(s.last)+len(p) > spoolMemory {
		if err := s.empty(); err != nil {
			return 0, fmt.Errorf("keep payloads in a temporary file: %w", err)
		}
	}
	at := s.written + int64(len(s.last))
	s.last = append(s.last, p...)
	return at, nil
}

// empty writes what is in memory to the file.
func (s *Spool) empty() error {
	if s.file == nil {
		f, err := os.CreateTemp("", "wspeek-*.payloads") // mode 0600
		if err != nil {
			return err
		}
		os.Remove(f.Name())
		s.file = f
	}
	n, err := s.file.WriteAt(s.last, s.written)
	if err != nil {
		return err
	}
	s.written += int64(n)
	s.last = s.last[:0]
	return nil
}

// Get is trace.Payloads.
func (s *Spool) Get(ref int64, n int) ([]byte, error) {
	p := make([]byte, n)
	switch {
	case n == 0:
	case ref >= s.written:
		copy(p, s.last[ref-s.written:])
	default:
		if _, err := s.file.ReadAt(p, ref); err != nil {
			return nil, fmt.Errorf("read payloads from a temporary file: %w", err)
		}
	}
	return p, nil
}

// Close removes the file.
func (s *Spool) Close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
	}
}
