package flate

import "strconv"

// Kind is what is wrong with DEFLATE data.
type Kind uint8

// The errors that data can have. Data that merely ends too early is none: Decode asks for more.
const (
	// BlockType means: block type 11 is reserved (section 3.2.3).
	BlockType Kind = iota + 1
	// StoredLength means: LEN and NLEN of a stored block do not match (section 3.2.4).
	StoredLength
	// LiteralCount and DistanceCount: HLIT is above 286, HDIST above 30 (section 3.2.7).
	LiteralCount
	DistanceCount
	// RepeatNothing means: the first code length repeats the one before it; RepeatTooLong: a repetition passes the last code.
	RepeatNothing
	RepeatTooLong
	// The lengths of a code ask for more codes than there are (Oversubscribed), or leave some without a symbol (Incomplete;
	// section 3.2.2).
	CodeLengthOversubscribed
	CodeLengthIncomplete
	LiteralOversubscribed
	LiteralIncomplete
	DistanceOversubscribed
	DistanceIncomplete
	// CodeLengthSymbol, LiteralSymbol and DistanceSymbol: bits without a symbol, or with one that is not used (286, 287; 30, 31).
	CodeLengthSymbol
	LiteralSymbol
	DistanceSymbol
	// TooFar means: a distance reaches to before the first byte that is known.
	TooFar
)

var kinds = [...]struct{ text, section string }{
	BlockType:                {"block type 11 is reserved", "3.2.3"},
	StoredLength:             {"LEN and NLEN of a stored block do not match", "3.2.4"},
	LiteralCount:             {"more than 286 literal and length codes", "3.2.7"},
	DistanceCount:            {"more than 30 distance codes", "3.2.7"},
	RepeatNothing:            {"the first code length repeats the one before it", "3.2.7"},
	RepeatTooLong:            {"repeated code lengths go beyond the last code", "3.2.7"},
	CodeLengthOversubscribed: {"too many short codes in the code length code", "3.2.2"},
	CodeLengthIncomplete:     {"the code length code is incomplete", "3.2.2"},
	LiteralOversubscribed:    {"too many short codes in the literal and length code", "3.2.2"},
	LiteralIncomplete:        {"the literal and length code is incomplete", "3.2.2"},
	DistanceOversubscribed:   {"too many short codes in the distance code", "3.2.2"},
	DistanceIncomplete:       {"the distance code is incomplete", "3.2.2"},
	CodeLengthSymbol:         {"bits that are not a code of the code length code", "3.2.7"},
	LiteralSymbol:            {"bits that are not a literal or length code", "3.2.5"},
	DistanceSymbol:           {"bits that are not a distance code", "3.2.5"},
	TooFar:                   {"a distance reaches to before the first known byte", "3.2.5"},
}

// String is a short sentence.
func (k Kind) String() string {
	if int(k) >= len(kinds) || k == 0 {
		return "kind " + strconv.Itoa(int(k))
	}
	return kinds[k].text
}

// Section is the section of RFC 1951 that the data breaks; empty for none.
func (k Kind) Section() string {
	if int(k) >= len(kinds) {
		return ""
	}
	return kinds[k].section
}

// Error is what is wrong with DEFLATE data, and where.
type Error struct {
	Kind Kind
	// Bit is the first bit of what is wrong, counted from the first byte after Reset, in each byte from the least significant
	// bit on.
	Bit int64
	// Distance is the distance of TooFar.
	Distance int
}

func (e *Error) Error() string {
	s := e.Kind.String() + " (bit " + strconv.FormatInt(e.Bit, 10) + ")"
	if e.Kind == TooFar {
		s = "distance " + strconv.Itoa(e.Distance) + ": " + s
	}
	return s
}
