package trace

import "math/bits"

// rowsPerBlock is how many rows lie in one block of memory: blocks do not move when more come.
const rowsPerBlock = 1024

// rowList is a list that grows without moving what it holds. Rows may be dropped, which renumbers none of the others.
type rowList[T any] struct {
	// list are the blocks from number first on; nil ones are dropped whole.
	list  []*block[T]
	first int
	// n is the index of the next row, live how many rows are there.
	n, live int
}

// block holds up to rowsPerBlock rows.
type block[T any] struct {
	rows []T
	// gone has a bit for each row that is dropped.
	gone [rowsPerBlock / 64]uint64
	live int
	// packed says that rows holds only what was not dropped when it was packed: those whose bits are not set in left.
	packed bool
	left   [rowsPerBlock / 64]uint64
}

func (b *rowList[T]) add(v T) {
	if b.n%rowsPerBlock == 0 {
		b.list = append(b.list, &block[T]{rows: make([]T, 0, rowsPerBlock)})
		b.settle(len(b.list) - 2)
	}
	last := b.list[len(b.list)-1]
	last.rows = append(last.rows, v)
	last.live++
	b.n++
	b.live++
}

// block is that of row i, nil if it is dropped whole.
func (b *rowList[T]) block(i int) *block[T] {
	k := i/rowsPerBlock - b.first
	if k < 0 || k >= len(b.list) || i < 0 {
		return nil
	}
	return b.list[k]
}

// at is row i, nil if it is dropped or was never there.
func (b *rowList[T]) at(i int) *T {
	c := b.block(i)
	if c == nil {
		return nil
	}
	k := i % rowsPerBlock
	switch {
	case c.gone[k/64]>>(k%64)&1 != 0:
		return nil
	case c.packed:
		k = c.place(k)
	}
	if k >= len(c.rows) {
		return nil
	}
	return &c.rows[k]
}

// place is where row k stands in a packed block.
func (c *block[T]) place(k int) int {
	at := 0
	for w := range k / 64 {
		at += 64 - bits.OnesCount64(c.left[w])
	}
	return at + k%64 - bits.OnesCount64(c.left[k/64]&(1<<(k%64)-1))
}

// forget removes row i, and reports whether it was there.
func (b *rowList[T]) forget(i int) bool {
	if b.at(i) == nil {
		return false
	}
	c, k := b.block(i), i%rowsPerBlock
	c.gone[k/64] |= 1 << (k % 64)
	c.live--
	b.live--
	b.settle(i/rowsPerBlock - b.first)
	return true
}

// settle gives memory back that block k of the list needs no more. The last block is left alone: rows are added to it.
func (b *rowList[T]) settle(k int) {
	if k < 0 || k >= len(b.list)-1 || b.list[k] == nil {
		return
	}
	if c := b.list[k]; c.live > 0 {
		if c.live <= len(c.rows)/2 {
			c.pack()
		}
		return
	}
	b.list[k] = nil
	for b.list[0] == nil { // the last block is not
		b.list, b.first = b.list[1:], b.first+1
	}
}

// pack moves what is left of a block into a smaller one.
func (c *block[T]) pack() {
	rows := make([]T, 0, c.live)
	at := 0
	for k := range rowsPerBlock {
		was := !c.packed || c.left[k/64]>>(k%64)&1 == 0
		if !was {
			continue
		}
		if c.gone[k/64]>>(k%64)&1 == 0 {
			rows = append(rows, c.rows[at])
		}
		at++
	}
	c.rows, c.packed, c.left = rows, true, c.gone
}

// oldest are the indexes of the oldest n rows that are there.
func (b *rowList[T]) oldest(n int) (out []int) {
	if n > 0 {
		b.each(0, func(i int) bool {
			out = append(out, i)
			return len(out) < n
		})
	}
	return out
}

// each passes on the indexes of the rows that are there, in order, from the skip-th on, until do says that it has enough.
func (b *rowList[T]) each(skip int, do func(i int) (more bool)) {
	for k, c := range b.list {
		if c == nil || skip >= c.live {
			if c != nil {
				skip -= c.live
			}
			continue
		}
		for i := (b.first + k) * rowsPerBlock; i < min((b.first+k+1)*rowsPerBlock, b.n); i++ {
			if b.at(i) == nil {
				continue
			}
			if skip > 0 {
				skip--
			} else if !do(i) {
				return
			}
		}
	}
}

// before is how many rows with an index below i are there.
func (b *rowList[T]) before(i int) (n int) {
	for k, c := range b.list {
		begin := (b.first + k) * rowsPerBlock
		switch {
		case begin >= i:
			return n
		case c == nil:
		case begin+rowsPerBlock <= i:
			n += c.live
		default:
			for j := begin; j < i; j++ {
				if b.at(j) != nil {
					n++
				}
			}
		}
	}
	return n
}
