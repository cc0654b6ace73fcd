package flate

// slack is the room behind the output that Decode may write to in one turn of its fast loop.
const slack = maxMatch + 46

// MinBuffer is the least memory that a Buffer can decode with.
const MinBuffer = 2 * slack

// Buffer is the window of one direction and, right after it, the output of the message being decoded (RFC 7692 section 7.1.1: the
// LZ77 sliding window). Its zero value is an empty window without memory. The caller gives it memory with Move.
type Buffer struct {
	mem []byte
	// Bytes [from,end) of mem are known. The output of the message starts at start.
	from, start, end int
}

// Cap is how many bytes of memory it holds.
func (b *Buffer) Cap() int { return cap(b.mem) }

// Room is how much output it has room for.
func (b *Buffer) Room() int { return max(0, len(b.mem)-slack-b.end) }

// Begin starts a message: the output before it becomes window.
func (b *Buffer) Begin() { b.start = b.end }

// Output is the output since Begin, as much as Slide has left of it. It is good until the next call.
func (b *Buffer) Output() []byte { return b.mem[b.start:b.end] }

// Known is how many bytes a match can refer to, HistoryMax at most.
func (b *Buffer) Known() int { return min(b.end-b.from, HistoryMax) }

// Window is what the next byte may refer to: the last HistoryMax bytes or what there is. It is good until the next call.
func (b *Buffer) Window() []byte { return b.mem[b.end-b.Known() : b.end] }

// Slide makes room by dropping what is before the window and, where keep is set, before the output since Begin; else the
// output counts as window.
func (b *Buffer) Slide(keep bool) {
	first := b.oldest(keep)
	b.rebase(first, copy(b.mem, b.mem[first:b.end]))
}

// Move makes mem its memory, moves there what Slide would keep, and returns the memory it had. mem is at least MinBuffer longer than
// what is kept.
func (b *Buffer) Move(mem []byte, keep bool) []byte {
	first, old := b.oldest(keep), b.mem
	mem = mem[:cap(mem)]
	n := copy(mem, old[first:b.end])
	b.mem = mem
	b.rebase(first, n)
	return old
}

// Load empties it and makes mem its memory, of which the first n bytes are the window.
func (b *Buffer) Load(mem []byte, n int) { *b = Buffer{mem: mem[:cap(mem)], start: n, end: n} }

// Forget makes nothing before the next byte known; its memory stays.
func (b *Buffer) Forget() { b.from, b.start, b.end = 0, 0, 0 }

// Drop empties it and returns its memory.
func (b *Buffer) Drop() []byte {
	old := b.mem
	*b = Buffer{}
	return old
}

// Keep is how many bytes Slide or Move keeps.
func (b *Buffer) Keep(keep bool) int { return b.end - b.oldest(keep) }

func (b *Buffer) oldest(keep bool) int {
	first := b.end - b.Known()
	if keep {
		return min(first, b.start)
	}
	return first
}

// rebase takes note that the n bytes from first to the end are at the front now.
func (b *Buffer) rebase(first, n int) {
	b.from, b.start, b.end = max(0, b.from-first), max(0, b.start-first), n
}
