package rows

import (
	"cmp"
	"fmt"
	"os"
)

const (
	// blockSize is how much memory is taken at a time, leastBlock if little may be kept.
	blockSize  = 4 << 20
	leastBlock = 64 << 10
	// inFile marks references to the file; the other bits are the offset in it.
	inFile = 1 << 62
	// pendingSize is how much is written to the file at a time.
	pendingSize = 1 << 20
)

// spill is trace.Payloads: a budget of memory, and beyond it a temporary file without a name, so that nothing
// is left on disk. It is guarded by the store's lock.
type spill struct {
	budget int64
	used   int64
	// noFile keeps what is beyond the budget in memory too: the store limits how much is kept.
	noFile bool
	// block is the size of a block; 0 is blockSize.
	block  int
	blocks [][]byte
	// live is how many bytes of each block were not dropped; held is what all blocks take.
	live    []int
	held    int64
	file    *os.File
	pending []byte
	// written is how many bytes are in the file, without pending.
	written int64
}

// Put is trace.Payloads.
func (s *spill) Put(p []byte) (int64, error) {
	if s.used+int64(len(p)) > s.budget && !s.noFile {
		return s.write(p)
	}
	s.used += int64(len(p))
	n := len(s.blocks) - 1
	if n < 0 || cap(s.blocks[n])-len(s.blocks[n]) < len(p) {
		s.blocks = append(s.blocks, make([]byte, 0, max(cmp.Or(s.block, blockSize), len(p))))
		s.live = append(s.live, 0)
		s.held += int64(cap(s.blocks[n+1]))
		s.settle(n)
		n++
	}
	at := len(s.blocks[n])
	s.blocks[n] = append(s.blocks[n], p...)
	s.live[n] += len(p)
	return int64(n)<<32 | int64(at), nil
}

// Forget is trace.Forgetter. What is in the file stays there.
func (s *spill) Forget(ref int64, n int) {
	if ref&inFile != 0 {
		return
	}
	s.used -= int64(n)
	s.live[ref>>32] -= n
	s.settle(int(ref >> 32))
}

// settle frees block n if nothing is left in it. The last one is never freed: it is added to.
func (s *spill) settle(n int) {
	if n >= 0 && n < len(s.blocks)-1 && s.live[n] == 0 && s.blocks[n] != nil {
		s.held -= int64(cap(s.blocks[n]))
		s.blocks[n] = nil
	}
}

func (s *spill) write(p []byte) (int64, error) {
	if s.file == nil {
		f, err := os.CreateTemp("", "wspeek-")
		if err != nil {
			return 0, fmt.Errorf("payloads: make a temporary file: %w", err)
		}
		os.Remove(f.Name()) // where that is not possible for an open file, close does it
		s.file = f
	}
	at := s.written + int64(len(s.pending))
	s.pending = append(s.pending, p...)
	if len(s.pending) >= pendingSize {
		if _, err := s.file.WriteAt(s.pending, s.written); err != nil {
			s.pending = s.pending[:len(s.pending)-len(p)]
			return 0, fmt.Errorf("payloads: write to the temporary file: %w", err)
		}
		s.written += int64(len(s.pending))
		s.pending = s.pending[:0]
	}
	return inFile | at, nil
}

// Get is trace.Payloads.
func (s *spill) Get(ref int64, n int) ([]byte, error) {
	if n == 0 {
		return []byte{}, nil
	}
	if ref&inFile == 0 {
		b := s.blocks[ref>>32]
		at := int(ref & 0xffffffff)
		return b[at : at+n : at+n], nil
	}
	at := ref &^ inFile
	out := make([]byte, n)
	if at >= s.written {
		copy(out, s.pending[at-s.written:])
		return out, nil
	}
	if _, err := s.file.ReadAt(out, at); err != nil {
		return nil, fmt.Errorf("payloads: read the temporary file: %w", err)
	}
	return out, nil
}

func (s *spill) close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
	}
}
