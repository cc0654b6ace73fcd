package ws

import (
	"encoding/binary"
	"unicode/utf8"
)

// weigh is how many bits of evidence a frame gives; false if its payload shows that it is none.
func (s *Search) weigh(c *chain, g *glimpse) (float32, bool) {
	var scratch [probe]byte
	body := scratch[:copy(scratch[:], g.payload)]
	if g.masked {
		unmaskProbe(body, g.key)
	}
	head := s.rarity(g.first)
	if g.masked && c.frames > 0 && g.key == c.key {
		head = 0
	}
	switch {
	case g.op == OpClose:
		return closeBits(g, body, head)
	case g.op > OpClose:
		return head, true
	case g.op == OpContinuation && (!g.fin || c.frames == 0):
		return 0, true
	case g.op == OpContinuation:
		return head / 2, true
	case g.length == 0:
		return 0, true
	case g.rsv&4 != 0 && s.opt.Deflate:
		// Block type 3 is reserved (RFC 1951 section 3.2.3).
		return head, len(body) == 0 || body[0]>>1&3 != 3
	case g.op == OpText && g.rsv == 0:
		return textBits(g, body, head)
	}
	if !g.fin {
		head = 0
	}
	return head, true
}

// textBits weighs a text frame: invalid UTF-8, or what is mostly control characters, is none.
func textBits(g *glimpse, body []byte, head float32) (float32, bool) {
	if !g.fin {
		head = 0
	}
	cut := !g.fin || g.length > int64(len(body))
	ok, controls := textLike(body, cut)
	if !ok || controls*4 > len(body) && len(body) >= 4 {
		return 0, false
	}
	if controls*8 > len(body) {
		return 0, true
	}
	most := float32(clearTextBits)
	if g.masked {
		most = maskedTextBits
	}
	return head + min(most, float32(len(body))), true
}

// closeBits weighs a Close frame: its code must be one that is sent, its reason UTF-8 (sections 5.5.1 and 7.4).
func closeBits(g *glimpse, body []byte, head float32) (float32, bool) {
	if g.length == 0 {
		return 0, true
	}
	if len(body) < 2 {
		return 0, false
	}
	code := int(binary.BigEndian.Uint16(body))
	if code < 1000 || code > 4999 || code > 1015 && code < 3000 {
		return 0, false
	}
	ok, controls := textLike(body[2:], g.length > int64(len(body)))
	return head + 4, ok && controls == 0
}

// textLike reports whether p is valid UTF-8, its last character cut off perhaps, and how many control characters
// other than white space it holds.
func textLike(p []byte, cut bool) (ok bool, controls int) {
	for i := 0; i < len(p); {
		if p[i] < utf8.RuneSelf {
			if p[i] < ' ' && p[i] != '\n' && p[i] != '\r' && p[i] != '\t' || p[i] == 0x7F {
				controls++
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && n == 1 {
			return cut && !utf8.FullRune(p[i:]), controls
		}
		i += n
	}
	return true, controls
}

// unmaskProbe removes the mask from the first bytes of a payload (section 5.3); key is in little-endian order.
func unmaskProbe(p []byte, key uint32) {
	for i := range p {
		p[i] ^= byte(key >> (8 * (i & 3)))
	}
}

// sureness turns bits of evidence into 1 less the chance of an error, 0.99 at most. The curve is chosen by hand, not
// fitted: tests hold that in trials no more is promised than is kept.
func sureness(score float32, aligned int) float32 {
	c := 1 - 1/(1+score*score/40)
	if aligned == 0 {
		c -= 0.05
	}
	return min(0.99, max(0.01, c))
}
