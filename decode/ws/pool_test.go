package ws

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode/rule"
)

// TestArenaNeverHandsOutTwice draws any order of use: bytes that were handed out stay as they were until their batch is released.
func TestArenaNeverHandsOutTwice(t *testing.T) {
	t.Parallel()
	type piece struct {
		p    []byte
		mark byte
	}
	type batch struct {
		b      Blocks
		pieces []piece
	}
	rapid.Check(t, func(t *rapid.T) {
		var a Arena
		var now []piece
		var taken []batch
		given := int64(0)
		for step := range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "do") {
			case 0:
				b := a.Take()
				if b.Bytes != given {
					t.Fatalf("a batch of %d bytes, %d were handed out", b.Bytes, given)
				}
				taken, now, given = append(taken, batch{b, now}), nil, 0
			case 1:
				if len(taken) > 0 {
					i := rapid.IntRange(0, len(taken)-1).Draw(t, "batch")
					a.Release(taken[i].b)
					taken = slices.Delete(taken, i, i+1)
				}
			case 2:
				p := a.memory(blockSize + rapid.IntRange(0, 200_000).Draw(t, "size"))
				for i := range p {
					p[i] = byte(step)
				}
				if rapid.Bool().Draw(t, "adopted") {
					a.Adopt(p)
					now, given = append(now, piece{p[:len(p):len(p)], byte(step)}), given+int64(len(p))
				} else {
					a.giveBack(p)
				}
			default:
				n := rapid.SampledFrom([]int{0, 1, 7, 1000, 30_000, 65_535, 65_536, 70_000, 150_000}).Draw(t, "bytes")
				p := a.Bytes(n)
				for i := range p {
					p[i] = byte(step)
				}
				now, given = append(now, piece{p, byte(step)}), given+int64(n)
			}
		}
		for _, b := range append(taken, batch{pieces: now}) {
			for _, x := range b.pieces {
				if i := slices.IndexFunc(x.p, func(c byte) bool { return c != x.mark }); i >= 0 {
					t.Fatalf("byte %d of %d was overwritten", i, len(x.p))
				}
				_ = append(x.p, 0xEE) // must not reach what lies after it
			}
		}
	})
}

// TestArenaKeepsFewIdleBlocks: memory of one large batch is not kept for ever.
func TestArenaKeepsFewIdleBlocks(t *testing.T) {
	t.Parallel()
	var a Arena
	one := make([]byte, 0, blockSize)
	a.Release(Blocks{blocks: slices.Repeat([][]byte{one}, 3*maxIdle)})
	if len(a.idle) != maxIdle {
		t.Errorf("%d blocks are kept, want %d", len(a.idle), maxIdle)
	}
}

// TestArenaCopy: what Copy returns is its own.
func TestArenaCopy(t *testing.T) {
	t.Parallel()
	var a Arena
	in := []byte("payload")
	p := a.Copy(in)
	copy(in, "PAYLOAD")
	if string(p) != "payload" || cap(p) != len(p) {
		t.Errorf("%q, cap %d", p, cap(p))
	}
	if p := a.Copy(nil); p == nil || len(p) != 0 {
		t.Errorf("the copy of nothing: %v", p)
	}
}

// TestSizeFor: the smallest size that has room; above the largest, the next power of two.
func TestSizeFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ n, i, size int }{
		{0, 0, 1 << 10}, {1, 0, 1 << 10}, {1 << 10, 0, 1 << 10}, {1<<10 + 1, 1, 4 << 10}, {4 << 10, 1, 4 << 10}, {4<<10 + 1, 2, 16 << 10},
		{16<<10 + 1, 3, 48 << 10}, {48 << 10, 3, 48 << 10}, {48<<10 + 1, 4, 64 << 10}, {64 << 10, 4, 64 << 10}, {64<<10 + 1, 4, 128 << 10},
		{1 << 20, 4, 1 << 20}, {1<<20 + 1, 4, 2 << 20},
	} {
		if i, size := sizeFor(c.n); i != c.i || size != c.size {
			t.Errorf("%d: got %d, %d, want %d, %d", c.n, i, size, c.i, c.size)
		}
	}
}

// TestMemoryIsUsedAgain: buffers of each size, as many as are worth it, and large ones.
func TestMemoryIsUsedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		n     int
		again bool
	}{
		{"smallest", 1, true},
		{"smallest, in full", minBuffer, true},
		{"middle", 5000, true},
		{"a window", topBuffer, true},
		{"large", 100_000, true},
		{"the largest that is kept", largeMost, true},
		{"larger", largeMost + 1, false},
	} {
		p := NewPool()
		mem := p.memory(c.n)
		if len(mem) < c.n {
			t.Errorf("%s: %d bytes, want %d", c.name, len(mem), c.n)
		}
		first := &mem[0]
		p.recycleMemory(mem)
		if got := &p.memory(c.n)[0] == first; got != c.again {
			t.Errorf("%s: used again: %v, want %v", c.name, got, c.again)
		}
		if got := &p.memory(c.n)[0] == first; got {
			t.Errorf("%s: handed out twice", c.name)
		}
	}
	p := NewPool()
	for range 3 * maxSpare {
		p.recycleMemory(make([]byte, topBuffer))
	}
	if n := len(p.spare[len(bufferSizes)-1]); n != maxSpare {
		t.Errorf("%d buffers are kept, want %d", n, maxSpare)
	}
	p.recycleMemory(make([]byte, topBuffer-1)) // of no size
	p.recycleMemory(nil)
	for i, list := range p.spare {
		for _, mem := range list {
			if cap(mem) != bufferSizes[i] {
				t.Errorf("a buffer of %d bytes among those of %d", cap(mem), bufferSizes[i])
			}
		}
	}
}

// TestAssembliesAreUsedAgain, empty, and neither too many of them nor with much memory.
func TestAssembliesAreUsedAgain(t *testing.T) {
	t.Parallel()
	p := NewPool()
	a := &assembly{m: Message{N: 7, Holes: []Hole{{1, 2}}}, buf: []byte("left over"), single: true, why: Limit, codeLen: 2}
	p.recycle(a)
	b := p.assembly()
	if b != a || b.m.N != 0 || b.m.Holes != nil || len(b.buf) != 0 || cap(b.buf) == 0 || b.single || b.why != 0 || b.codeLen != 0 {
		t.Errorf("got %+v", b)
	}
	p.recycle(&assembly{buf: make([]byte, maxFreeBuf+1)})
	if b := p.assembly(); cap(b.buf) != 0 {
		t.Errorf("%d bytes are kept", cap(b.buf))
	}
	for range 2 * maxFree {
		p.recycle(new(assembly))
	}
	if len(p.free) != maxFree {
		t.Errorf("%d assemblies are kept, want %d", len(p.free), maxFree)
	}
}

// TestRuleLists: each rule once, and lists that were carved from the same memory stay apart.
func TestRuleLists(t *testing.T) {
	t.Parallel()
	p := NewPool()
	all := []*rule.Rule{rule.RSV, rule.UTF8, rule.MaskZero, rule.Limit, rule.Gap}
	lists := make([][]*rule.Rule, 3*ruleSlab)
	for i := range lists {
		for k := range i%len(all) + 1 {
			lists[i] = p.addRule(p.addRule(lists[i], all[k]), all[0])
		}
	}
	for i, list := range lists {
		if want := all[:i%len(all)+1]; !slices.Equal(list, want) {
			t.Fatalf("list %d: got %d rules, want %d", i, len(list), len(want))
		}
	}
}

// TestLRU holds the list of directions with memory against a slice.
func TestLRU(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l lru
		var want []*context // the one used last first
		all := make([]context, 6)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			x := &all[rapid.IntRange(0, len(all)-1).Draw(t, "direction")]
			i := slices.Index(want, x)
			if i >= 0 {
				l.remove(x)
				want = slices.Delete(want, i, i+1)
			}
			if i < 0 || rapid.Bool().Draw(t, "again") {
				l.push(x)
				want = slices.Insert(want, 0, x)
			}
			var forward, back []*context
			for x := l.first; x != nil; x = x.next {
				forward = append(forward, x)
			}
			for x := l.last; x != nil; x = x.prev {
				back = append(back, x)
			}
			slices.Reverse(back)
			if !slices.Equal(forward, want) || !slices.Equal(back, want) || l.n != len(want) {
				t.Fatalf("%d forward, %d back, %d counted, want %d", len(forward), len(back), l.n, len(want))
			}
		}
	})
}

// TestGrow has a buffer follow what arrives, and keep it.
func TestGrow(t *testing.T) {
	t.Parallel()
	var b, want []byte
	p := NewPool()
	for i := range 5000 {
		n := i % 37
		was := cap(b)
		b = p.grow(b, n)
		for k := len(want); k < len(b); k++ {
			b[k] = byte(i)
			want = append(want, byte(i))
		}
		bound := max(firstBuffer, 4*was, len(b))
		if bound > blockSize {
			bound = max(blockSize, 2*was+blockSize/2, len(b))
		}
		if !slices.Equal(b, want) || cap(b) > bound {
			t.Fatalf("after %d: %d bytes, cap %d, was %d; want %d bytes", i, len(b), cap(b), was, len(want))
		}
	}
}

// TestSaturatingSum never goes below what was added.
func TestSaturatingSum(t *testing.T) {
	t.Parallel()
	const most = 1<<63 - 1
	for _, c := range []struct{ a, b, want int64 }{
		{0, 0, 0}, {1, 2, 3}, {most, 0, most}, {0, most, most}, {most, 1, most}, {most - 1, 1, most}, {most, most, most}, {1 << 62, 1 << 62, most},
	} {
		if got := addSat(c.a, c.b); got != c.want {
			t.Errorf("%d + %d: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
