package explain

import (
	"strconv"

	"github.com/wspeek/wspeek/decode/show"
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
var deflateTail = []byte{0x00, 0x00, 0xff, 0xff}

// maxBlocks bounds the blocks that are listed.
const maxBlocks = 256

// Blocks walks over the DEFLATE blocks of a compressed payload with 00 00 FF FF put back behind it. It only
// counts what comes out, so it needs no window of earlier messages. The string says where the data stops making sense,
// empty if nowhere.
func Blocks(wire []byte) (list []DeflateBlock, bad string) {
	r := &bitReader{p: wire, tail: deflateTail}
	for r.left() >= 3 {
		if len(list) == maxBlocks {
			return list, "more than " + strconv.Itoa(maxBlocks) + " blocks: the rest is not listed"
		}
		if list, bad = r.block(list); bad != "" {
			return list, bad
		}
		if b := &list[len(list)-1]; b.Final {
			r.align()
		}
		if r.padding() {
			break
		}
	}
	return list, ""
}

// bitReader reads bits of p and then of tail, least significant first.
type bitReader struct {
	p, tail []byte
	at      int64
}

func (r *bitReader) size() int64 { return int64(len(r.p)+len(r.tail)) * 8 }
func (r *bitReader) left() int64 { return r.size() - r.at }
func (r *bitReader) align()      { r.at = (r.at + 7) &^ 7 }

// padding says that less than a block's 3 bits remain.
func (r *bitReader) padding() bool { return r.left() < 3 }

// bit is the next bit, -1 at the end.
func (r *bitReader) bit() int {
	i := r.at / 8
	var c byte
	switch {
	case i < int64(len(r.p)):
		c = r.p[i]
	case i < int64(len(r.p)+len(r.tail)):
		c = r.tail[i-int64(len(r.p))]
	default:
		return -1
	}
	b := int(c >> (r.at % 8) & 1)
	r.at++
	return b
}

// bits is the next n bits as a number, -1 at the end.
func (r *bitReader) bits(n int) int {
	if r.left() < int64(n) {
		r.at = r.size()
		return -1
	}
	v := 0
	for i := range n {
		v |= r.bit() << i
	}
	return v
}

// block reads one block and adds it to list.
func (r *bitReader) block(list []DeflateBlock) ([]DeflateBlock, string) {
	b := DeflateBlock{Bit: r.at}
	b.Final = r.bit() == 1
	bad := ""
	switch r.bits(2) {
	case 0:
		b.Type = "stored"
		b.Output, bad = r.stored()
	case 1:
		b.Type = "fixed"
		b.Output, bad = r.symbols(fixedLiterals, fixedDistances)
	case 2:
		b.Type = "dynamic"
		b.Output, bad = r.dynamic()
	default:
		bad = "block type 11 does not exist"
	}
	if b.End = r.at; bad != "" {
		return list, bad + " (bit " + strconv.FormatInt(b.Bit, 10) + " and on)"
	}
	b.Tail = b.End > int64(len(r.p))*8
	return append(list, b), ""
}

// stored is section 3.2.4: after padding LEN, its complement, and as many bytes.
func (r *bitReader) stored() (int64, string) {
	r.align()
	n, not := r.bits(16), r.bits(16)
	switch {
	case not < 0:
		return 0, "the length of a stored block is cut off"
	case n != not^0xffff:
		return 0, "LEN and NLEN of a stored block do not go together"
	case r.left() < int64(n)*8:
		r.at = r.size()
		return 0, "a stored block of " + show.CountGrouped(int64(n), "byte") + " is cut off"
	}
	r.at += int64(n) * 8
	return int64(n), ""
}

// huffman is a canonical code (section 3.2.2): how many codes there are of each length, and the symbols in their order.
type huffman struct {
	count   [16]int
	symbols []int
}

// newHuffman makes the code with these lengths; false where they are too many to be told apart.
func newHuffman(lengths []int) (h huffman, ok bool) {
	for n := 1; n < len(h.count); n++ {
		for s, l := range lengths {
			if l == n {
				h.count[n]++
				h.symbols = append(h.symbols, s)
			}
		}
	}
	room := 1
	for n := 1; n < len(h.count); n++ {
		if room = room*2 - h.count[n]; room < 0 {
			return h, false
		}
	}
	return h, true
}

// next reads a symbol, -1 where there is none.
func (h *huffman) next(r *bitReader) int {
	// code counts, at each length, how far the bits lie behind the first code of that length.
	code, index := 0, 0
	for n := 1; n < len(h.count); n++ {
		b := r.bit()
		if b < 0 {
			return -1
		}
		code = code*2 + b
		if code < h.count[n] {
			return h.symbols[index+code]
		}
		code -= h.count[n]
		index += h.count[n]
	}
	return -1
}

// The fixed codes of section 3.2.6.
var fixedLiterals, fixedDistances = fixedCodes()

func fixedCodes() (literals, distances huffman) {
	lengths := make([]int, 288)
	for s := range lengths {
		switch {
		case s < 144, s >= 280:
			lengths[s] = 8
		case s < 256:
			lengths[s] = 9
		default:
			lengths[s] = 7
		}
	}
	literals, _ = newHuffman(lengths)
	five := make([]int, 30)
	for s := range five {
		five[s] = 5
	}
	distances, _ = newHuffman(five)
	return literals, distances
}

const (
	endOfBlock = 256
	noSymbol   = "bits that are no code"
)

// lengthBase and lengthExtra are the table of section 3.2.5.
var (
	lengthBase = [...]int64{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
		131, 163, 195, 227, 258}
	lengthExtra = [...]int{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
)

// symbols reads literals and references up to the end of the block, and counts what they put out.
func (r *bitReader) symbols(literals, distances huffman) (out int64, bad string) {
	for {
		s := literals.next(r)
		switch {
		case s == endOfBlock:
			return out, ""
		case s < 0 && r.left() == 0:
			return out, "the end of a block is cut off"
		case s < 0 || s-257 >= len(lengthBase):
			return out, noSymbol
		case s < endOfBlock:
			out++
			continue
		}
		extra := r.bits(lengthExtra[s-257])
		d := distances.next(r)
		if extra < 0 || d < 0 || d > 29 || r.bits(max(d/2-1, 0)) < 0 {
			return out, noSymbol
		}
		out += lengthBase[s-257] + int64(extra)
	}
}

// codeOrder is the order of section 3.2.7.
var codeOrder = [...]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic is section 3.2.7: the codes stand at the begin of the block.
func (r *bitReader) dynamic() (int64, string) {
	nl, nd, nc := r.bits(5), r.bits(5), r.bits(4)
	if nl < 0 || nd < 0 || nc < 0 {
		return 0, "the codes of a dynamic block are cut off"
	}
	var small [19]int
	for _, i := range codeOrder[:nc+4] {
		small[i] = max(r.bits(3), 0)
	}
	lengths, ok := r.codeLengths(small[:], nl+257+nd+1)
	if !ok {
		return 0, "the codes of a dynamic block make no sense"
	}
	literals, ok1 := newHuffman(lengths[:nl+257])
	distances, ok2 := newHuffman(lengths[nl+257:])
	if !ok1 || !ok2 {
		return 0, "the codes of a dynamic block make no sense"
	}
	return r.symbols(literals, distances)
}

// codeLengths reads n code lengths, themselves coded.
func (r *bitReader) codeLengths(small []int, n int) ([]int, bool) {
	h, ok := newHuffman(small)
	lengths := make([]int, 0, n)
	for ok && len(lengths) < n {
		s := h.next(r)
		repeat, value := 1, s
		switch {
		case s < 0, s == 16 && len(lengths) == 0:
			return nil, false
		case s == 16:
			repeat, value = 3+r.bits(2), lengths[len(lengths)-1]
		case s == 17:
			repeat, value = 3+r.bits(3), 0
		case s == 18:
			repeat, value = 11+r.bits(7), 0
		}
		if len(lengths)+repeat > n {
			return nil, false
		}
		for range repeat {
			lengths = append(lengths, value)
		}
	}
	return lengths, ok
}
