package ws

// take takes the next payload bytes of the frame under way.
func (h *half) take(p []byte) {
	a, f := h.cur, &h.f
	at := f.Len - h.need
	whole := at == 0 && h.need == int64(len(p)) && a.m.Frames == 1 && (f.Fin || a.single)
	n := int64(len(p))
	f.Seen += n
	a.seen += n
	a.pos = addSat(a.pos, n)
	if a.over {
		return
	}
	if limit := h.c.cfg.Limits.Message; a.seen > limit {
		p = p[:max(0, int64(len(p))-(a.seen-limit))]
		whole = false
	}
	if most := h.c.cfg.KeepMost; most > 0 && a.pos > most && a.keeps && !a.m.Opcode.Control() {
		a.tooLongToKeep()
	}
	if !a.store {
		h.look(a, p, at)
	} else {
		h.keep(a, p, at, whole)
	}
	if limit := h.c.cfg.Limits.Message; a.seen > limit {
		h.overrun(a, h.off+int64(len(p)), "the payload is longer than "+itoa(limit)+" bytes")
	}
}

// tooLongToKeep drops what was kept of a payload that is longer than is wanted. What is compressed is still needed.
func (a *assembly) tooLongToKeep() {
	if a.m.Compressed {
		return
	}
	a.keeps, a.store, a.buf = false, false, a.buf[:0]
}

// keep unmasks p, whose first byte is byte at of the frame's payload, to where it is kept.
func (h *half) keep(a *assembly, p []byte, at int64, whole bool) {
	var dst []byte
	switch {
	case !whole:
		n := len(a.buf)
		a.buf = h.c.sh.grow(a.buf, len(p))
		dst = a.buf[n:]
	case a.m.Compressed:
		a.raw = h.c.sh.piece(len(p) + len(afterPayload))[:len(p)]
		dst = a.raw
	default:
		a.m.Payload = h.c.sh.Arena.Bytes(len(p))
		dst = a.m.Payload
	}
	if h.f.Masked {
		unmask(dst, p, keyAt(h.f.MaskKey, at))
	} else {
		copy(dst, p)
	}
	if !a.m.Compressed {
		h.inspect(a, dst, h.off)
	}
}

// look checks p without keeping it.
func (h *half) look(a *assembly, p []byte, at int64) {
	if !a.checks || a.bad || a.holed || a.why != 0 {
		return
	}
	if !h.f.Masked {
		h.inspect(a, p, h.off)
		return
	}
	off := h.off
	for len(p) > 0 {
		n := min(len(p), scratchSize)
		b := h.c.sh.piece(n)
		unmask(b, p[:n], keyAt(h.f.MaskKey, at))
		h.inspect(a, b, off)
		p, at, off = p[n:], at+int64(n), off+int64(n)
	}
}

// inspect reads the close code out of the next bytes of application data and checks that text is UTF-8. off is
// their place in the stream.
func (h *half) inspect(a *assembly, b []byte, off int64) {
	if !a.checks || a.bad || a.holed || a.why != 0 {
		return
	}
	if a.m.Opcode == OpClose {
		for a.codeLen < 2 && len(b) > 0 {
			a.code = a.code<<8 | uint16(b[0])
			a.codeLen++
			b, off = b[1:], off+1
		}
	}
	if i := a.utf.feed(b); i >= 0 {
		h.badText(a, off+int64(i), a.checked+int64(i))
	}
	a.checked += int64(len(b))
}

// firstBuffer is the least memory that a payload in pieces gets.
const firstBuffer = 2 << 10

// grow makes b longer by n bytes with any content, making its memory four times as long as needed while it is short and then twice as
// long: it grows with what has arrived, never with what was declared.
func (s *Pool) grow(b []byte, n int) []byte {
	need := len(b) + n
	if need <= cap(b) {
		return b[:need]
	}
	size := max(2*cap(b), need, firstBuffer)
	if size < blockSize && len(b) > 0 {
		size = min(max(size, 4*cap(b)), blockSize)
	}
	var c []byte
	if size < blockSize {
		c = make([]byte, size)
	} else {
		c = s.Arena.memory(size)
	}
	copy(c, b)
	s.Arena.giveBack(b)
	return c[:need]
}
