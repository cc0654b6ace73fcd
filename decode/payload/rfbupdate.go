package payload

import "encoding/binary"

// Encodings of rectangles whose length can be told (RFC 6143 section 7.7, and rfbproto).
const (
	rfbRaw       = 0
	rfbCopyRect  = 1
	rfbRRE       = 2
	rfbCoRRE     = 4
	rfbHextile   = 5
	rfbZlib      = 6
	rfbTight     = 7
	rfbZRLE      = 16
	rfbTightPNG  = -260
	rfbCursor    = -239
	rfbXCursor   = -240
	rfbResize    = -223
	rfbLastRect  = -224
	rfbQEMUPtr   = -257
	rfbQEMUKey   = -258
	rfbQEMULED   = -261
	rfbName32    = -307
	rfbExtResize = -308
)

// rfbLastMark as the number of rectangles says that LastRect ends them.
const rfbLastMark = 0xffff

// rfbWalk is how far the rectangles of an update were walked, so that none is walked twice.
type rfbWalk struct{ at, done int }

// updateLength is the length of an update; more than len(p) if p does not have all of it; -1 if it cannot be told.
func (d *rfbDecoder) updateLength(p []byte) int {
	if len(p) < 4 {
		return 4
	}
	w, count := d.walked, int(binary.BigEndian.Uint16(p[2:]))
	if w.at == 0 || w.at > len(p) || d.of(false).lost {
		w = rfbWalk{at: 4}
	}
	for w.done < count {
		if len(p)-w.at < 12 {
			d.walked = w
			return w.at + 12
		}
		head := p[w.at : w.at+12]
		encoding := int32(binary.BigEndian.Uint32(head[8:])) //nolint:gosec // encodings are signed
		n := d.rectLength(p[w.at+12:], int(binary.BigEndian.Uint16(head[4:])), int(binary.BigEndian.Uint16(head[6:])), encoding)
		if n < 0 {
			return -1
		}
		if len(p)-w.at-12 < n {
			d.walked = w
			return w.at + 12 + n
		}
		w.at, w.done = w.at+12+n, w.done+1
		if count == rfbLastMark && encoding == rfbLastRect {
			break
		}
	}
	return w.at
}

// rectLength is the length of a rectangle's data, or more than p has; -1 if it cannot be told.
//
//nolint:funlen // a flat switch over the encodings
func (d *rfbDecoder) rectLength(p []byte, w, h int, encoding int32) int {
	px, mask := d.format.bytes, (w+7)/8*h
	count := func(least, each, before int) int {
		if len(p) < 4 {
			return least
		}
		n := binary.BigEndian.Uint32(p)
		if n > maxPacket {
			return -1
		}
		return before + int(n)*each
	}
	switch encoding {
	case rfbRaw:
		return w * h * px
	case rfbCopyRect:
		return 4
	case rfbRRE:
		return count(4, px+8, 4+px)
	case rfbCoRRE:
		return count(4, px+4, 4+px)
	case rfbHextile:
		return hextileLength(p, w, h, px)
	case rfbZlib, rfbZRLE, rfbName32:
		return count(4, 1, 4)
	case rfbTight, rfbTightPNG:
		return d.tightLength(p, w, h)
	case rfbCursor:
		return w*h*px + mask
	case rfbXCursor:
		if w*h == 0 {
			return 0
		}
		return 6 + 2*mask
	case rfbResize, rfbLastRect, rfbQEMUPtr, rfbQEMUKey:
		return 0
	case rfbQEMULED:
		return 1
	case rfbExtResize:
		return need(p, 4, func(p []byte) int { return 16 * int(p[0]) })
	}
	return -1
}

// hextileLength walks the tiles of section 7.7.4.
func hextileLength(p []byte, w, h, px int) int {
	at := 0
	for y := 0; y < h; y += 16 {
		for x := 0; x < w; x += 16 {
			if at >= len(p) {
				return at + 1
			}
			mask := p[at]
			at++
			if mask&1 != 0 {
				at += min(16, w-x) * min(16, h-y) * px
				continue
			}
			if mask&2 != 0 {
				at += px
			}
			if mask&4 != 0 {
				at += px
			}
			if mask&8 == 0 {
				continue
			}
			if at >= len(p) {
				return at + 1
			}
			each := 2
			if mask&16 != 0 {
				each += px
			}
			at += 1 + int(p[at])*each
		}
	}
	return at
}

// tightLength is the length of a rectangle in Tight encoding (rfbproto, Tight Encoding).
func (d *rfbDecoder) tightLength(p []byte, w, h int) int {
	px := d.format.bytes
	if d.format.three {
		px = 3
	}
	if len(p) < 1 {
		return 1
	}
	kind := p[0] >> 4
	switch {
	case kind == 8: // fill
		return 1 + px
	case kind == 9 || kind == 10: // JPEG, PNG
		return compact(p, 1)
	case kind > 10:
		return -1
	}
	at, size := 1, w*h*px
	if kind&4 != 0 {
		if len(p) < 3 {
			return 3
		}
		at = 2
		if p[1] == 1 { // palette
			colours := int(p[2]) + 1
			at += 1 + colours*px
			if size = w * h; colours == 2 {
				size = (w + 7) / 8 * h
			}
		}
	}
	if size < 12 { // too little to compress
		return at + size
	}
	return compact(p, at)
}

// compact is where the data ends whose length is written at i in one to three bytes.
func compact(p []byte, i int) int {
	n := 0
	for k := range 3 {
		if i+k >= len(p) {
			return i + k + 1
		}
		c := int(p[i+k])
		if k == 2 {
			return i + 3 + n + c<<14
		}
		n |= c & 0x7f << (7 * k)
		if c < 0x80 {
			return i + k + 1 + n
		}
	}
	return i
}
