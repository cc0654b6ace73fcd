package ws

const (
	blockSize = 64 << 10
	// maxIdle is how many free blocks an arena keeps for use again.
	maxIdle = 256
	// largeIdle is how many bytes of free memory for long payloads an arena keeps for use again, largeMost the longest piece of it.
	largeIdle, largeMost = 4 << 20, 1 << 20
)

// Arena hands out the memory that the slices in a batch of events lie in. Its zero
// value is ready. It belongs to one goroutine.
type Arena struct {
	// cur is the block being filled, its length what is used of it.
	cur  []byte
	full [][]byte
	idle [][]byte
	used int64
	// large are long payloads that were handed out, spare free memory for such, together spareBytes.
	large, spare [][]byte
	spareBytes   int
}

// Blocks is the memory of one batch.
type Blocks struct {
	blocks, large [][]byte
	// Bytes is how many bytes were handed out from it.
	Bytes int64
}

// Bytes is n bytes of memory with any content, never nil. n is bounded by what has been
// received, never taken from the wire.
func (a *Arena) Bytes(n int) []byte {
	if n == 0 {
		return []byte{}
	}
	a.used += int64(n)
	if n > cap(a.cur)-len(a.cur) {
		if n >= blockSize {
			p := a.memory(n)
			a.large = append(a.large, p)
			return p[:n:n]
		}
		a.next()
	}
	from := len(a.cur)
	a.cur = a.cur[:from+n]
	return a.cur[from : from+n : from+n]
}

// Copy is a copy of b in the arena.
func (a *Arena) Copy(b []byte) []byte {
	p := a.Bytes(len(b))
	copy(p, b)
	return p
}

// Adopt makes p, which came from memory, part of what was handed out.
func (a *Arena) Adopt(p []byte) {
	a.used += int64(len(p))
	a.large = append(a.large, p)
}

// memory is n bytes with any content, which are nobody's: for Adopt or giveBack. n is at least blockSize.
func (a *Arena) memory(n int) []byte {
	for i, p := range a.spare {
		if cap(p) >= n && cap(p)/4 <= n {
			last := len(a.spare) - 1
			a.spare[i], a.spare[last] = a.spare[last], nil
			a.spare = a.spare[:last]
			a.spareBytes -= cap(p)
			return p[:n]
		}
	}
	return make([]byte, n, (n+blockSize/2-1)&^(blockSize/2-1))
}

// giveBack takes memory for use again.
func (a *Arena) giveBack(p []byte) {
	if cap(p) >= blockSize && cap(p) <= largeMost && a.spareBytes+cap(p) <= largeIdle {
		a.spare, a.spareBytes = append(a.spare, p[:0]), a.spareBytes+cap(p)
	}
}

func (a *Arena) next() {
	if a.cur != nil {
		a.full = append(a.full, a.cur)
	}
	if n := len(a.idle); n > 0 {
		a.cur, a.idle = a.idle[n-1][:0], a.idle[:n-1]
		return
	}
	a.cur = make([]byte, 0, blockSize)
}

// Take passes on what was handed out since the last Take, and starts again.
func (a *Arena) Take() Blocks {
	b := Blocks{a.full, a.large, a.used}
	if len(a.cur) > 0 {
		b.blocks = append(b.blocks, a.cur)
		a.cur = nil
	}
	a.full, a.large, a.used = nil, nil, 0
	return b
}

// Release gives the memory of a batch back, to be used again: nothing may point into it any more.
// It is optional, and called on the arena's own goroutine.
func (a *Arena) Release(b Blocks) {
	for _, p := range b.large {
		a.giveBack(p)
	}
	for _, p := range b.blocks {
		if len(a.idle) >= maxIdle {
			return
		}
		a.idle = append(a.idle, p[:0])
	}
}
