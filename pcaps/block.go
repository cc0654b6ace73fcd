package pcaps

import "fmt"

// Token is one step of a DEFLATE block: literal bytes, or a copy of what was said before.
type Token struct {
	// Literal are bytes as they are; the rest counts only where it is nil.
	Literal []byte
	// Length (3 to 258) bytes are copied from Distance (1 to 32768) bytes back.
	Length, Distance int
}

// Block is one DEFLATE block, exactly as the test wants it (RFC 1951 section 3.2).
type Block struct {
	// Final is BFINAL.
	Final bool
	// Stored is the content of a stored block, used where Tokens is nil.
	Stored []byte
	// Tokens is the content of a block with fixed Huffman codes.
	Tokens []Token
}

// Deflated writes a message of the given blocks and ends it as RFC 7692 section 7.2.1
// says: with the header of an empty stored block, whose 00 00 FF FF is left out. A
// final block is filled up to a byte (section 7.2.3.4).
func Deflated(blocks ...Block) []byte {
	var w bitWriter
	for _, b := range blocks {
		w.block(b)
	}
	w.bits(0, 3)
	w.align()
	return w.out
}

// bitWriter packs bits as DEFLATE does: the lowest bit of a byte first.
type bitWriter struct {
	out []byte
	n   uint
}

func (w *bitWriter) bits(v, n uint) {
	for ; n > 0; v, n = v>>1, n-1 {
		if w.n == 0 {
			w.out = append(w.out, 0)
		}
		w.out[len(w.out)-1] |= byte(v&1) << w.n
		w.n = (w.n + 1) % 8
	}
}

// code writes a Huffman code, whose highest bit comes first.
func (w *bitWriter) code(v, n uint) {
	for i := n; i > 0; i-- {
		w.bits(v>>(i-1), 1)
	}
}

func (w *bitWriter) align() { w.n = 0 }

func (w *bitWriter) block(b Block) {
	final := uint(0)
	if b.Final {
		final = 1
	}
	w.bits(final, 1)
	if b.Tokens == nil {
		w.stored(b.Stored)
		return
	}
	w.bits(1, 2)
	for _, t := range b.Tokens {
		w.token(t)
	}
	w.symbol(256)
	if b.Final {
		w.align()
	}
}

func (w *bitWriter) stored(p []byte) {
	if len(p) > 0xffff {
		panic(fmt.Sprintf("pcaps: stored block of %d bytes", len(p)))
	}
	w.bits(0, 2)
	w.align()
	n := uint16(len(p))
	w.out = append(w.out, byte(n), byte(n>>8), byte(^n), byte(^n>>8))
	w.out = append(w.out, p...)
}

func (w *bitWriter) token(t Token) {
	if t.Literal != nil {
		for _, c := range t.Literal {
			w.symbol(uint(c))
		}
		return
	}
	if t.Length < 3 || t.Length > 258 || t.Distance < 1 || t.Distance > 32768 {
		panic(fmt.Sprintf("pcaps: no match of %d bytes from %d back", t.Length, t.Distance))
	}
	sym, extra, n := lengthCode(uint(t.Length))
	w.symbol(sym)
	w.bits(extra, n)
	sym, extra, n = distanceCode(uint(t.Distance))
	w.code(sym, 5)
	w.bits(extra, n)
}

// symbol writes a literal or length code of the fixed table (RFC 1951 section 3.2.6).
func (w *bitWriter) symbol(s uint) {
	switch {
	case s < 144:
		w.code(0x30+s, 8)
	case s < 256:
		w.code(0x190+s-144, 9)
	case s < 280:
		w.code(s-256, 7)
	default:
		w.code(0xc0+s-280, 8)
	}
}

// lengthCode is the symbol, the extra bits and their number for a length (RFC 1951 section 3.2.5).
func lengthCode(length uint) (sym, extra, n uint) {
	if length == 258 {
		return 285, 0, 0
	}
	v := length - 3
	if v < 8 {
		return 257 + v, 0, 0
	}
	n = bitLen(v) - 3
	return 257 + 4*n + v>>n, v & (1<<n - 1), n
}

// distanceCode is the same for a distance.
func distanceCode(distance uint) (sym, extra, n uint) {
	v := distance - 1
	if v < 4 {
		return v, 0, 0
	}
	n = bitLen(v) - 2
	return 2*n + v>>n, v & (1<<n - 1), n
}

func bitLen(v uint) (n uint) {
	for ; v > 0; v >>= 1 {
		n++
	}
	return n
}
