package flate

const (
	// HistoryMax is how far back DEFLATE can refer (RFC 1951 section 3.2.5).
	HistoryMax = 32 << 10
	// maxMatch is the longest match.
	maxMatch = 258

	endOfBlock = 256
	// maxLiterals and maxDistances are how many codes a dynamic block may have (section 3.2.7).
	maxLiterals, maxDistances = 286, 30
)

// lengthBase and lengthExtra are the table of length codes 257 to 285 (section 3.2.5).
var (
	lengthBase = [...]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
		131, 163, 195, 227, 258}
	lengthExtra = [...]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
)

// codeOrder is the order in which the lengths of the code length code come (section 3.2.7).
var codeOrder = [...]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// An entry of a table is packed into 32 bits.
//
//	bit  31      literal: the value is a byte
//	bits 16-30   value: a byte, the base of a length or a distance; of a link, where its table starts
//	bit  15      special: end of block, a link, or no symbol where neither of the next two is set
//	bit  14      link: longer codes go on in a table of their own
//	bit  13      end of block
//	bits 8-12    how many bits the code has; of a link, how many bits its table is indexed by
//	bits 0-5     how many bits the code and its extra bits have; of a link, the width of the first table
const (
	isLiteral = 1 << 31
	isSpecial = 1 << 15
	isLink    = 1 << 14
	isEnd     = 1 << 13

	valueShift = 16
	codeShift  = 8
	codeMask   = 31
	bitsMask   = 63
	// perBit is what one more bit of code adds to an entry.
	perBit = 1<<codeShift | 1
)

// Entries before the bits of the code are added, by symbol.
var (
	literalEntries  = makeLiterals()
	distanceEntries = makeDistances()
	lengthEntries   = makeCodeLengths()
)

func makeLiterals() (t [288]uint32) {
	for i := range t {
		switch {
		case i < endOfBlock:
			t[i] = isLiteral | uint32(i)<<valueShift
		case i == endOfBlock:
			t[i] = isSpecial | isEnd
		case i < maxLiterals:
			t[i] = uint32(lengthBase[i-257])<<valueShift | uint32(lengthExtra[i-257])
		default:
			t[i] = isSpecial
		}
	}
	return t
}

func makeDistances() (t [32]uint32) {
	for i := range t {
		switch {
		case i >= maxDistances:
			t[i] = isSpecial
		case i < 4:
			t[i] = uint32(i+1) << valueShift
		default:
			extra := uint32(i/2 - 1)
			t[i] = ((2+uint32(i&1))<<extra+1)<<valueShift | extra
		}
	}
	return t
}

// makeCodeLengths are the symbols of the code length code: 0 to 15 are lengths; 16, 17 and 18 repeat.
func makeCodeLengths() (t [19]uint32) {
	for i := range t {
		t[i] = uint32(i) << valueShift
	}
	t[16] |= 2
	t[17] |= 3
	t[18] |= 7
	return t
}

// The fixed codes (section 3.2.6).
var fixed = makeFixed()

func makeFixed() (t tables) {
	var s symbols
	for i := range 288 {
		switch {
		case i < 144, i >= 280:
			s.add(i, 8)
		case i < 256:
			s.add(i, 9)
		default:
			s.add(i, 7)
		}
	}
	s.build(t.lit[:], literalBits, literalEntries[:])
	s = symbols{}
	for i := range 32 {
		s.add(i, 5)
	}
	s.build(t.dist[:], distanceBits, distanceEntries[:])
	return t
}
