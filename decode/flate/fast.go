package flate

import "encoding/binary"

const (
	literalMask  = 1<<literalBits - 1
	distanceMask = 1<<distanceBits - 1
	// chunk is how many bytes of a match are copied at once.
	chunk = 16
	// margin is how many bits of input a turn of the fast loop is sure of. A message ends with at least so many after its last
	// symbol, so that the loop gets there.
	margin = 32
)

// fastLimit is the last bit of the input at which a turn of the fast loop may start. A turn uses 78 bits at most: 3 literals of
// 10 bits, a length of 20, a distance of 28; it loads from up to 19 bytes after the end that limit allows.
func (d *Decoder) fastLimit() int {
	return min(len(d.in)*8-margin, (cap(d.in)-Pad)*8)
}

// fast decodes symbols as long as there is input and room for a whole turn, or up to the end of the block. What is odd, or passes
// the end of the input, is undone and left to symbol.
//
//nolint:funlen,gocyclo // The hot loop is one function: a call for each symbol costs as much as the symbol.
func (d *Decoder) fast(b *Buffer, bound int, limit uint) Status {
	in, mem, from := d.in[:cap(d.in)], b.mem, b.from
	t, agreed := d.codesNow, d.agreed()
	p, out := uint(d.pos*8-int(d.n)), b.end
	top, outTop, how := p, out, running
	for p <= limit && out <= bound {
		top, outTop = p, out
		hold := binary.LittleEndian.Uint64(in[p>>3:p>>3+8:p>>3+8]) >> (p & 7)
		e := t.lit[hold&literalMask]
		if int32(e) < 0 {
			mem[out] = byte(e >> valueShift)
			out++
			hold >>= e & bitsMask
			p += uint(e & bitsMask)
			e = t.lit[hold&literalMask]
			if int32(e) < 0 {
				mem[out] = byte(e >> valueShift)
				out++
				hold >>= e & bitsMask
				p += uint(e & bitsMask)
				e = t.lit[hold&literalMask]
				if int32(e) < 0 {
					mem[out] = byte(e >> valueShift)
					out++
					p += uint(e & bitsMask)
					continue
				}
			}
		}
		if e&isSpecial != 0 {
			if e&isLink != 0 {
				hold >>= literalBits
				p += literalBits
				e = t.lit[(uint(e>>valueShift)+uint(hold)&(1<<(e>>codeShift&codeMask)-1))&(literalSize-1)]
			}
			if int32(e) < 0 {
				mem[out] = byte(e >> valueShift)
				out++
				p += uint(e & bitsMask)
				continue
			}
			if e&isSpecial != 0 {
				p += uint(e & bitsMask)
				how = Failed
				if e&isEnd != 0 {
					how = Final
				}
				break
			}
		}
		length := int(e>>valueShift) + extra(e, hold)
		p += uint(e & bitsMask)

		hold = binary.LittleEndian.Uint64(in[p>>3:p>>3+8:p>>3+8]) >> (p & 7)
		e = t.dist[hold&distanceMask]
		if e&isSpecial != 0 {
			if e&isLink == 0 {
				how = Failed
				break
			}
			hold >>= distanceBits
			p += distanceBits
			e = t.dist[(uint(e>>valueShift)+uint(hold)&(1<<(e>>codeShift&codeMask)-1))&(distanceSize-1)]
			if e&isSpecial != 0 {
				how = Failed
				break
			}
		}
		distance := int(e>>valueShift) + extra(e, hold)
		p += uint(e & bitsMask)
		src := out - distance
		if src < from || distance > agreed {
			how = Failed
			break
		}
		if distance >= chunk {
			*(*[chunk]byte)(mem[out : out+chunk : out+chunk]) = *(*[chunk]byte)(mem[src : src+chunk : src+chunk])
			*(*[chunk]byte)(mem[out+chunk : out+2*chunk : out+2*chunk]) = *(*[chunk]byte)(mem[src+chunk : src+2*chunk : src+2*chunk])
			for i := 2 * chunk; i < length; i += chunk {
				to, at := out+i, src+i
				*(*[chunk]byte)(mem[to : to+chunk : to+chunk]) = *(*[chunk]byte)(mem[at : at+chunk : at+chunk])
			}
		} else {
			overlap(mem, out, distance, length)
		}
		out += length
	}
	b.end = out
	return d.afterFast(b, how, int(p), int(top), outTop)
}

// afterFast goes on after the fast loop: how is Final at the end of a block, Failed where something is odd. top and out are where the last
// turn started.
func (d *Decoder) afterFast(b *Buffer, how Status, p, top, out int) Status {
	over := p > len(d.in)*8
	if over || how == Failed {
		d.slow = over
		p, b.end = top, out
	}
	d.pos, d.n, d.hold = p>>3, 0, 0
	if k := uint(p & 7); k > 0 {
		d.hold, d.n = uint64(d.in[d.pos]>>k), 8-k
		d.pos++
	}
	if how == Final && !over {
		return d.endBlock()
	}
	return running
}
