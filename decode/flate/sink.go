package flate

// BlockKind is BTYPE (RFC 1951 section 3.2.3).
type BlockKind uint8

// The types of blocks.
const (
	Stored BlockKind = iota
	Fixed
	Dynamic
	reserved
)

// String is the RFC's word.
func (k BlockKind) String() string {
	return [...]string{"stored", "fixed", "dynamic", "reserved"}[k&3]
}

// Block is the header of a block.
type Block struct {
	// Bit is its first bit, as in Error.
	Bit   int64
	Final bool
	Kind  BlockKind
}

// Symbol is a literal, a match, or the bytes of a stored block as they come.
type Symbol struct {
	// Bits [Bit,End) hold it.
	Bit, End int64
	// Length is how many bytes it puts out; 1 for a literal.
	Length int
	// Distance is how far back a match is copied from; 0 for a literal or stored bytes.
	Distance int
	// Unknown is how many bytes of a match come from before the first known byte (Decoder.Blind); they are put out as zeros.
	Unknown int
	// Out is what it puts out. It is good during the call only.
	Out []byte
}

// Sink hears what a Decoder reads, in order. Between Block and EndBlock come, for a dynamic block, the lengths of its codes,
// and then symbols.
type Sink interface {
	Block(Block)
	// Codes hears the codes of a dynamic block: how many literal and length codes, and distance codes, have a symbol. They end at
	// bit end.
	Codes(literals, distances int, end int64)
	Symbol(Symbol)
	// EndBlock hears the bit after the block; for one that is not stored, its end-of-block code is before it.
	EndBlock(end int64)
}
