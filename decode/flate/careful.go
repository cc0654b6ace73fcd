package flate

// symbols decodes symbols up to the end of the block.
func (d *Decoder) symbols(b *Buffer, bound int) Status {
	quick := d.Sink == nil && !d.Blind
	limit := d.fastLimit()
	for {
		if at := d.pos*8 - int(d.n); quick && !d.slow && at >= 0 && at <= limit {
			if s := d.fast(b, bound, uint(limit)); s != running || d.state != inBlock {
				return s
			}
		}
		if b.end > bound {
			return Full
		}
		if s := d.symbol(b); s != running || d.state != inBlock {
			return s
		}
	}
}

// symbol decodes one symbol, whole or not at all.
func (d *Decoder) symbol(b *Buffer) Status {
	if d.n < 48 {
		d.fill(48)
	}
	e, skip := lookup(d.codesNow.lit[:], literalBits, d.hold)
	k := skip + uint(e&bitsMask)
	switch {
	case k > d.n:
		return More
	case e&isLiteral != 0:
		at := d.Bit()
		d.take(k)
		b.mem[b.end] = byte(e >> valueShift)
		b.end++
		if d.Sink != nil {
			d.Sink.Symbol(Symbol{Bit: at, End: d.Bit(), Length: 1, Out: b.mem[b.end-1 : b.end]})
		}
		return running
	case e&isEnd != 0:
		d.take(k)
		return d.endBlock()
	case e&isSpecial != 0:
		return d.fail(LiteralSymbol, d.Bit())
	}
	length := int(e>>valueShift) + extra(e, d.hold>>skip)
	e, skip = lookup(d.codesNow.dist[:], distanceBits, d.hold>>k)
	j := k + skip + uint(e&bitsMask)
	switch {
	case j > d.n:
		return More
	case e&isSpecial != 0:
		return d.fail(DistanceSymbol, d.Bit()+int64(k))
	}
	distance := int(e>>valueShift) + extra(e, d.hold>>(k+skip))
	return d.match(b, length, distance, j)
}

// lookup finds the entry of the next symbol, and how many bits of it are before those that the entry counts.
func lookup(t []uint32, width uint, hold uint64) (e uint32, skip uint) {
	e = t[hold&(1<<width-1)]
	if e&isLink == 0 {
		return e, 0
	}
	i := uint(e>>valueShift) + uint(hold>>width)&(1<<(e>>codeShift&codeMask)-1)
	return t[i], width
}

// extra is the number in the extra bits of a symbol, whose code hold starts with.
func extra(e uint32, hold uint64) int {
	code := e >> codeShift & codeMask
	return int(hold >> code & (1<<((e-code)&bitsMask) - 1))
}

// match copies a match, whose k bits are not used yet.
func (d *Decoder) match(b *Buffer, length, distance int, k uint) Status {
	at, unknown := d.Bit(), min(length, max(0, distance-(b.end-b.from)))
	switch {
	case unknown > 0 && !d.Blind:
		s := d.fail(TooFar, at)
		d.err.Distance = distance
		return s
	case distance > d.agreed():
		d.beyond = Beyond{Distance: distance, Bit: at}
	}
	d.take(k)
	clear(b.mem[b.end : b.end+unknown])
	if unknown < length {
		overlap(b.mem, b.end+unknown, distance, length-unknown)
	}
	b.end += length
	if d.Sink != nil {
		d.Sink.Symbol(Symbol{
			Bit: at, End: d.Bit(), Length: length, Distance: distance, Unknown: unknown, Out: b.mem[b.end-length : b.end],
		})
	}
	return running
}

// agreed is the distance beyond which a match would be the first of its kind.
func (d *Decoder) agreed() int {
	if d.Agreed <= 0 || d.beyond.Distance > 0 {
		return HistoryMax
	}
	return d.Agreed
}

// overlap copies a match that may reach into its own output.
func overlap(mem []byte, out, distance, length int) {
	// What is there repeats with a period of distance, so that twice as much can be copied each time.
	from := out - distance
	for length > 0 {
		n := copy(mem[out:out+min(length, out-from)], mem[from:out])
		out += n
		length -= n
	}
}
