package flate

import "encoding/binary"

// Status is why Decode stopped.
type Status uint8

const (
	running Status = iota
	// More means that all input is taken.
	More
	// Full means that there is no more room for output, or that the bound on it is passed.
	Full
	// Final means that a final block ended (RFC 1951 section 3.2.3); what follows it is not taken.
	Final
	// Failed means that the data is wrong; see Decoder.Err.
	Failed
)

// state is what a Decoder waits for.
type state uint8

const (
	// blockStart waits for the 3 bits of a block's header.
	blockStart state = iota
	// storedLengths waits for LEN and NLEN, storedBytes for the bytes of a stored block.
	storedLengths
	storedBytes
	// codeCounts waits for HLIT, HDIST and HCLEN, smallLengths for the lengths of the code length code, codeLengths for those
	// of the other two codes.
	codeCounts
	smallLengths
	codeLengths
	// inBlock waits for a symbol.
	inBlock
	// ended: after a final block; failed: after an error.
	ended
	failed
)

// Pad is how many bytes of capacity behind the input let Decode use its fast loop up to the end. They are loaded, and never
// believed.
const Pad = 24

// Decoder decodes one DEFLATE stream at a time. Its zero value is ready. It is about 14 KB and belongs to one goroutine.
type Decoder struct {
	// Agreed is the window that was negotiated, in bytes; 0 means HistoryMax. Distances beyond it are decoded where the bytes are
	// known; Beyond remembers the first.
	Agreed int
	// Blind decodes references to before the first known byte too, as zeros.
	Blind bool
	// Sink hears all, where it is set.
	Sink Sink

	// in is the input of this call, pos what is taken of it. hold has n bits that are taken and not used.
	in   []byte
	pos  int
	hold uint64
	n    uint
	// base is how many bytes were taken in earlier calls.
	base int64

	state  state
	final  bool
	err    Error
	beyond Beyond

	// stored is what is left of a stored block.
	stored int
	// Of the header of a dynamic block: the counts, how many lengths are read, the last of them.
	nlit, ndist, nsmall int
	have, last          int
	lengths             [19]uint8
	// codesAt is the bit at which the block's codes start.
	codesAt int64
	// slow says that the fast loop passed the end of the input of this call.
	slow bool

	// codesNow are those of the block: the fixed codes or own.
	codesNow *tables

	literals  symbols
	distances symbols
	small     [lengthSize]uint32
	own       tables
}

// Beyond is a distance beyond the agreed window.
type Beyond struct {
	// Distance is 0 where there was none.
	Distance int
	// Bit is the first bit of its match, as in Error.
	Bit int64
}

// Reset starts a stream. Options stay.
func (d *Decoder) Reset() {
	d.state, d.hold, d.n, d.base, d.pos = blockStart, 0, 0, 0, 0
	d.err, d.beyond = Error{}, Beyond{}
}

// Restart goes on with a new stream after a final block: positions go on.
func (d *Decoder) Restart() {
	d.state, d.hold, d.n = blockStart, 0, 0
}

// Err is the error after Failed, else nil.
func (d *Decoder) Err() *Error {
	if d.err.Kind == 0 {
		return nil
	}
	e := d.err
	return &e
}

// Beyond is the first distance since Reset that is beyond the agreed window.
func (d *Decoder) Beyond() Beyond { return d.beyond }

// Bit is the position of the next bit that is not used, as in Error.
func (d *Decoder) Bit() int64 { return (d.base+int64(d.pos))*8 - int64(d.n) }

// Aligned says that all input is used and ended with a block, at the end of a byte: a sender may stop here (RFC 7692 section
// 7.2.1).
func (d *Decoder) Aligned() bool { return d.state == blockStart && d.n == 0 }

// BetweenBlocks says that no block is under way.
func (d *Decoder) BetweenBlocks() bool { return d.state == blockStart || d.state == ended }

// Decode decodes in, the next piece of the stream, to b. It stops after more than room bytes of output, by at most the length of a match,
// or where b has no more room. It returns how much of in it took; that is negative if bytes
// of the call before are not used. It keeps nothing of in.
func (d *Decoder) Decode(b *Buffer, in []byte, room int) (int, Status) {
	d.in, d.pos, d.slow = in, 0, false
	if room < 0 || len(b.mem) < slack {
		d.in = nil
		return 0, Full
	}
	bound := min(b.end+min(room, len(b.mem)), len(b.mem)-slack)
	s := running
	for s == running {
		s = d.step(b, bound)
	}
	if s != More {
		d.giveBack()
	}
	used := d.pos
	d.base += int64(used)
	d.in, d.pos = nil, 0
	return used, s
}

// giveBack returns whole bytes that were taken and not used.
func (d *Decoder) giveBack() {
	d.pos -= int(d.n >> 3)
	d.n &= 7
	if d.state == ended {
		d.n = 0
	}
	d.hold &= 1<<d.n - 1
}

// step does what the state waits for.
func (d *Decoder) step(b *Buffer, bound int) Status {
	switch d.state {
	case blockStart:
		if s := d.header(); s != running || d.state != inBlock {
			return s
		}
		return d.symbols(b, bound)
	case storedLengths:
		return d.storedHeader()
	case storedBytes:
		return d.copyStored(b, bound)
	case codeCounts:
		return d.counts()
	case smallLengths:
		return d.smallCode()
	case codeLengths:
		return d.codes()
	case inBlock:
		return d.symbols(b, bound)
	case ended:
		return Final
	}
	return Failed
}

// fail ends the stream with an error at bit at.
func (d *Decoder) fail(k Kind, at int64) Status {
	d.err = Error{Kind: k, Bit: at}
	d.state = failed
	return Failed
}

// fill takes input until there are at least 56 bits, or no more input; it says whether there are k bits.
func (d *Decoder) fill(k uint) bool {
	if d.pos+8 <= len(d.in) {
		d.hold |= binary.LittleEndian.Uint64(d.in[d.pos:]) << (d.n & 63)
		d.pos += int(63-d.n) >> 3
		d.n |= 56
		return true
	}
	for d.n < 56 && d.oneByte() {
	}
	return d.n >= k
}

// oneByte takes one byte of input; it says whether there is one. There is room for it in hold.
func (d *Decoder) oneByte() bool {
	if d.pos >= len(d.in) {
		return false
	}
	d.hold |= uint64(d.in[d.pos]) << (d.n & 63)
	d.pos++
	d.n += 8
	return true
}

// take uses k bits, which are there.
func (d *Decoder) take(k uint) uint64 {
	v := d.hold & (1<<k - 1)
	d.hold >>= k & 63
	d.n -= k
	return v
}

// emptyStored is LEN and NLEN of a stored block without bytes: each message ends with one (RFC 7692 section 7.2.1).
const emptyStored = "\x00\x00\xff\xff"

// header is the 3 bits of section 3.2.3.
func (d *Decoder) header() Status {
	if d.n < 3 && !d.oneByte() {
		return More
	}
	at := d.Bit()
	d.final = d.take(1) == 1
	kind := BlockKind(d.take(2))
	if kind == reserved {
		return d.fail(BlockType, at)
	}
	if d.Sink != nil {
		d.Sink.Block(Block{Bit: at, Final: d.final, Kind: kind})
	}
	switch kind {
	case Stored:
		d.take(d.n & 7)
		d.state = storedLengths
		if d.n == 0 && d.pos+4 <= len(d.in) && string(d.in[d.pos:d.pos+4]) == emptyStored {
			d.pos += 4
			return d.endBlock()
		}
	case Fixed:
		d.codesNow = &fixed
		d.state = inBlock
	case Dynamic:
		d.state = codeCounts
	}
	return running
}

// endBlock goes on to the next block.
func (d *Decoder) endBlock() Status {
	if d.Sink != nil {
		d.Sink.EndBlock(d.Bit())
	}
	if d.final {
		d.state = ended
		return Final
	}
	d.state = blockStart
	return running
}

// storedHeader is LEN and NLEN (section 3.2.4).
func (d *Decoder) storedHeader() Status {
	for d.n < 32 {
		if !d.oneByte() {
			return More
		}
	}
	at := d.Bit()
	n, not := d.take(16), d.take(16)
	if n != not^0xffff {
		return d.fail(StoredLength, at)
	}
	d.stored = int(n)
	d.state = storedBytes
	return running
}

// copyStored copies the bytes of a stored block, first those that hold has.
func (d *Decoder) copyStored(b *Buffer, bound int) Status {
	d.giveBack()
	for d.stored > 0 {
		n := min(d.stored, len(d.in)-d.pos, bound+1-b.end)
		switch {
		case b.end > bound:
			return Full
		case n == 0:
			return More
		}
		copy(b.mem[b.end:b.end+n], d.in[d.pos:])
		at := d.Bit()
		d.pos += n
		b.end += n
		d.stored -= n
		if d.Sink != nil {
			d.Sink.Symbol(Symbol{Bit: at, End: d.Bit(), Length: n, Out: b.mem[b.end-n : b.end]})
		}
	}
	return d.endBlock()
}
