package ws

import (
	"math/bits"

	"github.com/wspeek/wspeek/decode/flate"
)

const (
	// minBuffer and topBuffer are the least and the most memory that a direction's window has at rest. topBuffer is a window and half a
	// window of room: with more, sliding costs less, but the caches hold fewer directions.
	minBuffer, topBuffer = 1 << 10, 48 << 10
	// maxSpare is how many buffers of a size are kept for use again.
	maxSpare = 64
	// mostRoom is the most room that is made for output before it comes.
	mostRoom = 8 << 10
)

// bufferSizes are the sizes that a buffer grows through.
var bufferSizes = [...]int{minBuffer, 4 << 10, 16 << 10, topBuffer}

// memories are buffers to be used again, by size.
type memories struct {
	spare [len(bufferSizes)][][]byte
}

// sizeFor is the index of the least size that has n bytes, and the size. If n is more than topBuffer, the index is beyond the last one.
func sizeFor(n int) (i, size int) {
	for i, size = range bufferSizes {
		if n <= size {
			return i, size
		}
	}
	return len(bufferSizes), 1 << bits.Len(uint(n-1))
}

// memory is at least n bytes with any content.
func (p *Pool) memory(n int) []byte {
	i, size := sizeFor(n)
	if i == len(p.spare) {
		return p.Arena.memory(size)
	}
	if list := p.spare[i]; len(list) > 0 {
		p.spare[i] = list[:len(list)-1]
		return list[len(list)-1]
	}
	return make([]byte, size)
}

// recycleMemory takes memory back.
func (p *Pool) recycleMemory(mem []byte) {
	if cap(mem) < minBuffer {
		return
	}
	i, size := sizeFor(cap(mem))
	switch {
	case i == len(p.spare):
		p.Arena.giveBack(mem)
	case size == cap(mem) && len(p.spare[i]) < maxSpare:
		p.spare[i] = append(p.spare[i], mem)
	}
}

// makeRoom makes room for about want bytes of output.
func (p *Pool) makeRoom(b *flate.Buffer, want int, keep bool) {
	need := b.Keep(keep)
	if size := need + max(want, minBuffer) + flate.MinBuffer; size > b.Cap() {
		p.recycleMemory(b.Move(p.memory(size), keep))
		return
	}
	b.Slide(keep)
}

// window is the window of x, in memory, with room for about want bytes of output.
func (p *Pool) window(x *context, want int) *flate.Buffer {
	want = min(want, mostRoom)
	b := &x.win
	if !x.takeover {
		b = &p.plain
		b.Forget()
	}
	if x.stored > 0 {
		p.fetch(x, want)
	}
	if b.Room() < want || b.Cap() == 0 {
		p.makeRoom(b, want, false)
	}
	return b
}

// fetch brings a window back from the store.
func (p *Pool) fetch(x *context, want int) {
	n := int(x.stored)
	mem := p.memory(n + want + flate.MinBuffer)
	x.stored = 0
	if !p.Store.Get(x.at, mem[:n]) {
		x.lose(p, WindowEvicted)
		p.recycleMemory(mem)
		return
	}
	x.win.Load(mem, n)
}

// put takes note of the memory of a window after its use, and keeps all of them together within Limits.Windows.
func (p *Pool) put(x *context, lim *Limits) {
	b := &x.win
	if !x.takeover {
		b = &p.plain
	}
	if b.Cap() > topBuffer {
		p.recycleMemory(b.Move(p.memory(topBuffer), false))
	}
	if !x.takeover || b.Cap() == 0 {
		return
	}
	if x.held {
		p.unlist(x)
	}
	x.held, x.heldBytes = true, int32(b.Cap())
	p.held.push(x)
	p.heldBytes += int64(x.heldBytes)
	for p.heldBytes > lim.Windows && p.held.last != x {
		p.spill(p.held.last)
	}
}

// spill moves the window of x to the store; where there is none, or it has no room, the window is lost.
func (p *Pool) spill(x *context) {
	w := x.win.Window()
	if len(w) == 0 {
		x.release(p)
		return
	}
	if p.Store != nil {
		if at, ok := p.Store.Put(w); ok {
			x.at, x.stored = at, int32(len(w))
			p.unlist(x)
			p.recycleMemory(x.win.Drop())
			return
		}
	}
	x.lose(p, WindowEvicted)
}

// unlist takes x from the list of those that have memory.
func (p *Pool) unlist(x *context) {
	p.held.remove(x)
	p.heldBytes -= int64(x.heldBytes)
	x.held, x.heldBytes = false, 0
}

// Evicted is how many sessions have had messages that could not be decoded because a window was dropped.
func (p *Pool) Evicted() int64 { return p.evicted }
