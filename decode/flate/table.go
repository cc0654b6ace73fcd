package flate

import "math/bits"

const (
	// literalBits and distanceBits are how many bits index the first table. Longer codes go on in a table of their own,
	// behind it: complete codes of 288 symbols need 1,334 entries at most, of 32 symbols 402.
	literalBits, distanceBits, lengthBits = 10, 8, 7

	literalSize, distanceSize, lengthSize = 2048, 512, 1 << lengthBits
)

// tables are those of the two codes of a block.
type tables struct {
	lit  [literalSize]uint32
	dist [distanceSize]uint32
}

// symbols are the symbols of one code that have a length, in order.
type symbols struct {
	// list holds symbol<<4 | length.
	list [320]uint16
	n    int
	// count is how many there are of each length.
	count [16]uint16
}

func (s *symbols) clear() {
	s.n = 0
	s.count = [16]uint16{}
}

// add adds a symbol, greater than those before, whose code has length bits.
func (s *symbols) add(symbol, length int) {
	s.list[s.n] = uint16(symbol<<4 | length)
	s.n++
	s.count[length&15]++
}

// fit says how the lengths fill the space of codes.
type fit uint8

const (
	complete fit = iota
	oversubscribed
	incomplete
	// single is one code of one bit: zlib makes such a code where there is one distance only.
	single
	empty
)

// fit is section 3.2.2: a code must fill its space. One single code of one bit and no code at all are let pass, as in zlib: it is an
// error to use what they do not define.
func (s *symbols) fit() fit {
	space := 0
	for length, n := range s.count[1:] {
		space += int(n) << (14 - length)
	}
	switch {
	case space > 1<<15:
		return oversubscribed
	case space == 1<<15:
		return complete
	case s.n == 0:
		return empty
	case s.n == 1 && s.count[1] == 1:
		return single
	}
	return incomplete
}

// build fills the table that is indexed by width bits, and those behind it, where the lengths fit. entries are those of the symbols
// before the bits of their codes are added.
func (s *symbols) build(t []uint32, width uint, entries []uint32) fit {
	f := s.fit()
	switch f {
	case complete:
		var sorted [320]uint16
		s.sort(&sorted)
		s.fill(t, width, entries, sorted[:s.n])
	case single, empty:
		for i := range t[:1<<width] {
			t[i] = isSpecial | perBit
			if f == single && i&1 == 0 {
				t[i] = entries[s.list[0]>>4] + perBit
			}
		}
	}
	return f
}

// sort orders the symbols by the length of their codes: the order of the codes (section 3.2.2).
func (s *symbols) sort(sorted *[320]uint16) {
	var at [16]uint16
	for i := 1; i < 15; i++ {
		at[i+1] = at[i] + s.count[i]
	}
	for _, v := range s.list[:s.n] {
		p := &at[v&15]
		sorted[*p%320] = v >> 4
		*p++
	}
}

// fill writes the tables of a complete code. The bits of a code come in reverse, so that the codes of up to k bits are a pattern of
// 1<<k entries: it is doubled from length to length.
func (s *symbols) fill(t []uint32, width uint, entries []uint32, sorted []uint16) {
	code, started := uint(0), false
	for length := uint(1); length <= width; length++ {
		if started {
			copy(t[1<<(length-1):1<<length], t[:1<<(length-1)])
		}
		for range s.count[length] {
			started = true
			t[code] = entries[sorted[0]] + uint32(length)*perBit
			sorted = sorted[1:]
			code = next(code, length)
		}
	}
	if len(sorted) > 0 {
		s.fillLinks(t, width, entries, sorted, code)
	}
}

// fillLinks writes the tables of codes longer than width bits, of which code is the first.
func (s *symbols) fillLinks(t []uint32, width uint, entries []uint32, sorted []uint16, code uint) {
	length, free := width+1, uint(1)<<width
	left := s.count[length&15]
	var table []uint32
	prefix := ^uint(0)
	for _, symbol := range sorted {
		for left == 0 {
			length++
			left = s.count[length&15]
		}
		if p := code & (1<<width - 1); p != prefix {
			k := s.linkBits(length, width, uint(left))
			prefix, table = p, t[free:free+1<<k]
			t[p] = isSpecial | isLink | uint32(free)<<valueShift | uint32(k)<<codeShift | uint32(width)
			free += 1 << k
		}
		e := entries[symbol] + uint32(length-width)*perBit
		for i := code >> width; i < uint(len(table)); i += 1 << (length - width) {
			table[i] = e
		}
		code = next(code, length)
		left--
	}
}

// linkBits is how many bits the table is indexed by that starts with a code of length bits, of which left are left: its codes fill it.
func (s *symbols) linkBits(length, width, left uint) uint {
	k := length - width
	for used := left; used < 1<<k; {
		k++
		used = used*2 + uint(s.count[(width+k)&15])
	}
	return k
}

// next is the code after a code of length bits, both with their bits in reverse; a longer code goes on from it. The last has none: 0.
func next(code, length uint) uint {
	zeros := ^code & (1<<length - 1)
	if zeros == 0 {
		return 0
	}
	top := uint(1) << (bits.Len(zeros) - 1)
	return code&(top-1) | top
}
