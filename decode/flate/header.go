package flate

import "encoding/binary"

// counts are HLIT, HDIST and HCLEN (section 3.2.7).
func (d *Decoder) counts() Status {
	if !d.fill(14) {
		return More
	}
	at := d.Bit()
	d.nlit, d.ndist, d.nsmall = int(d.take(5))+257, int(d.take(5))+1, int(d.take(4))+4
	switch {
	case d.nlit > maxLiterals:
		return d.fail(LiteralCount, at)
	case d.ndist > maxDistances:
		return d.fail(DistanceCount, at+5)
	}
	d.have = 0
	d.lengths = [19]uint8{}
	d.state = smallLengths
	return running
}

// smallCode are the lengths of the code length code.
func (d *Decoder) smallCode() Status {
	for ; d.have < d.nsmall; d.have++ {
		if d.n < 3 && !d.fill(3) {
			return More
		}
		d.lengths[codeOrder[d.have]] = uint8(d.take(3))
	}
	d.codesAt = d.Bit()
	s := &d.literals
	s.clear()
	for i, n := range d.lengths {
		if n > 0 {
			s.add(i, int(n))
		}
	}
	switch s.build(d.small[:], lengthBits, lengthEntries[:]) {
	case oversubscribed:
		return d.fail(CodeLengthOversubscribed, d.codesAt)
	case incomplete:
		return d.fail(CodeLengthIncomplete, d.codesAt)
	}
	d.literals.clear()
	d.distances.clear()
	d.have, d.last = 0, 0
	d.state = codeLengths
	return running
}

// codes are the lengths of the codes of the block.
func (d *Decoder) codes() Status {
	for {
		s, done := &d.literals, d.have >= d.nlit
		if done {
			s = &d.distances
		}
		e := d.plain(s, done)
		switch {
		case d.have == d.nlit+d.ndist:
			return d.makeCodes()
		case d.have == d.nlit && !done:
			continue
		case d.n < uint(e&bitsMask):
			if d.pos == len(d.in) {
				return More
			}
			d.fill(0)
			continue
		case e&isSpecial != 0:
			return d.fail(CodeLengthSymbol, d.Bit())
		}
		if s := d.repeat(int(e>>valueShift), extra(e, d.hold), uint(e&bitsMask)); s != running {
			return s
		}
	}
}

// plain reads lengths that are not repetitions, of the literal and length code or, where distances is set, of the distance code. It stops at
// the entry that it returns, for which there may not be enough bits.
func (d *Decoder) plain(s *symbols, distances bool) (e uint32) {
	hold, n, have, first, end := d.hold, d.n, d.have, 0, d.nlit
	if distances {
		first, end = d.nlit, d.nlit+d.ndist
	}
	last := d.last
	for have < end {
		if n < 14 && d.pos+8 <= len(d.in) {
			hold |= binary.LittleEndian.Uint64(d.in[d.pos:]) << (n & 63)
			d.pos += int(63-n) >> 3
			n |= 56
		}
		e = d.small[hold&(1<<lengthBits-1)]
		k := uint(e & bitsMask)
		if k > n || e >= 16<<valueShift || e&isSpecial != 0 {
			break
		}
		hold >>= k
		n -= k
		if last = int(e >> valueShift); last != 0 {
			s.add(have-first, last)
		}
		have++
	}
	d.hold, d.n, d.have, d.last = hold, n, have, last
	return e
}

// repeat is a symbol that repeats a length; its k bits are not used yet.
func (d *Decoder) repeat(value, extra int, k uint) Status {
	times := 3 + extra
	switch {
	case value == 16 && d.have == 0:
		return d.fail(RepeatNothing, d.Bit())
	case value == 17:
		d.last = 0
	case value == 18:
		d.last = 0
		times = 11 + extra
	}
	if d.have+times > d.nlit+d.ndist {
		return d.fail(RepeatTooLong, d.Bit())
	}
	d.take(k)
	if d.last == 0 {
		d.have += times
		return running
	}
	for range times {
		if d.have < d.nlit {
			d.literals.add(d.have, d.last)
		} else {
			d.distances.add(d.have-d.nlit, d.last)
		}
		d.have++
	}
	return running
}

// makeCodes makes the tables of the block.
func (d *Decoder) makeCodes() Status {
	switch d.literals.build(d.own.lit[:], literalBits, literalEntries[:]) {
	case oversubscribed:
		return d.fail(LiteralOversubscribed, d.codesAt)
	case incomplete:
		return d.fail(LiteralIncomplete, d.codesAt)
	}
	switch d.distances.build(d.own.dist[:], distanceBits, distanceEntries[:]) {
	case oversubscribed:
		return d.fail(DistanceOversubscribed, d.codesAt)
	case incomplete:
		return d.fail(DistanceIncomplete, d.codesAt)
	}
	if d.Sink != nil {
		d.Sink.Codes(d.literals.n, d.distances.n, d.Bit())
	}
	d.codesNow = &d.own
	d.state = inBlock
	return running
}
