package explain

import (
	"strconv"

	"github.com/wspeek/wspeek/decode/flate"
)

// DeflateBlock is a block of DEFLATE data (RFC 1951 section 3.2.3).
type DeflateBlock struct {
	// Bit and End are the bits [Bit,End) of the block in the compressed payload. DEFLATE counts from the least
	// significant bit of each byte.
	Bit int64 `json:"bit"`
	End int64 `json:"end_bit"`
	// Final is BFINAL.
	Final bool `json:"bfinal"`
	// Type is "stored", "fixed" or "dynamic".
	Type string `json:"type"`
	// Output is how many bytes it inflates to.
	Output int64 `json:"output"`
	// Tail says that its end is in the 4 bytes that were put back.
	Tail bool `json:"in_tail,omitempty"`
}

// deflateTail is what RFC 7692 section 7.2.2 puts back.
const deflateTail = "\x00\x00\xff\xff"

const (
	// maxBlocks bounds the blocks that are listed.
	maxBlocks = 256
	// headerBits is how many bits the shortest block starts with.
	headerBits = 3
	// blockPiece is how many bytes are decoded before it is checked again whether there are too many blocks.
	blockPiece = 4 << 10
	// blockRoom is room for the window and some output.
	blockRoom = 72 << 10
)

// blockList is a flate.Sink that lists blocks.
type blockList struct {
	list []DeflateBlock
	cur  DeflateBlock
	// open says that cur has no end yet, full that there are more blocks than are listed.
	open, full bool
	// wire is how many bits the payload has.
	wire int64
}

// Block starts a block.
func (l *blockList) Block(b flate.Block) {
	l.cur, l.open = DeflateBlock{Bit: b.Bit, Final: b.Final, Type: b.Kind.String()}, true
	l.full = len(l.list) == maxBlocks
}

// Codes is not listed.
func (l *blockList) Codes(int, int, int64) {}

// Symbol counts output.
func (l *blockList) Symbol(s flate.Symbol) { l.cur.Output += int64(s.Length) }

// EndBlock lists the block.
func (l *blockList) EndBlock(end int64) {
	if l.open = false; l.full {
		return
	}
	l.cur.End, l.cur.Tail = end, end > l.wire
	l.list = append(l.list, l.cur)
}

// Blocks lists the DEFLATE blocks of a compressed payload with 00 00 FF FF put back after it. It needs no window: what earlier messages
// put out counts as known. The string says where the data stops making sense; it is empty if it does not.
func Blocks(wire []byte) (list []DeflateBlock, bad string) {
	l := &blockList{wire: int64(len(wire)) * 8}
	d := &flate.Decoder{Blind: true, Sink: l}
	var b flate.Buffer
	b.Move(make([]byte, blockRoom), false)
	in := append(append(make([]byte, 0, len(wire)+len(deflateTail)), wire...), deflateTail...)
	for size := int64(len(in)) * 8; len(in) > 0 && size-d.Bit() >= headerBits && !l.full; {
		n, s := d.Decode(&b, in[:min(len(in), blockPiece)], blockRoom)
		in = in[n:]
		switch s {
		case flate.Full:
			b.Slide(false)
		case flate.Final:
			d.Restart()
		case flate.Failed:
			return l.list, l.where() + d.Err().Error()
		}
	}
	switch {
	case l.full:
		return l.list, "more than " + strconv.Itoa(maxBlocks) + " blocks: the rest is not listed"
	case l.open:
		return l.list, l.where() + "its end is cut off"
	}
	return l.list, ""
}

// where names the block under way.
func (l *blockList) where() string {
	if !l.open {
		return ""
	}
	return "the " + l.cur.Type + " block at bit " + strconv.FormatInt(l.cur.Bit, 10) + ": "
}
