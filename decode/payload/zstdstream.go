package payload

import (
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/zstd"
)

// zstdStream is one Zstandard stream over all messages (RFC 8878), each flushed: what a message adds ends with a block. The
// library's decoder reads a block at each call and cannot go on after the end of its input, so it is only called where a whole
// block is there.
type zstdStream struct {
	held   []byte // what is not yet a whole frame header or block
	ready  zstdInput
	engine *zstd.Decoder
	frame  bool // in a frame
	sum    bool // the frame ends with a checksum
	out    []byte
	buf    []byte
}

// zstdInput is the input of the engine: whole headers and blocks.
type zstdInput struct{ p []byte }

// Read implements io.Reader.
func (r *zstdInput) Read(p []byte) (int, error) {
	if len(r.p) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.p)
	r.p = r.p[n:]
	return n, nil
}

const (
	// zstdBlockMax is how much a block holds at most (RFC 8878 section 3.1.1.2.4).
	zstdBlockMax = 128 << 10
	// zstdHeadMax is how long a frame header is at most.
	zstdHeadMax = 18
	// zstdRLE is the type of blocks that are one byte, repeated.
	zstdRLE = 1
	// zstdReserved is the type that no block has.
	zstdReserved = 3
)

func (z *zstdStream) reset()         { z.out = z.out[:0] }
func (z *zstdStream) output() []byte { return z.out }

func (z *zstdStream) add(p []byte) (whole, ok bool) {
	z.held = append(z.held, p...)
	for len(z.held) > 0 {
		var n int
		if z.frame {
			n, ok = z.block()
		} else {
			n, ok = z.header()
		}
		if !ok || len(z.out) > maxInflated || len(z.held) > maxPacket {
			return false, false
		}
		if n == 0 {
			return false, true
		}
		z.held = z.held[n:]
	}
	z.held = nil
	return len(z.out) > 0, true
}

// header passes a frame header on. n is 0 if it is not all there.
func (z *zstdStream) header() (n int, ok bool) {
	var h zstd.Header
	if err := h.Decode(z.held); err != nil {
		return 0, len(z.held) < zstdHeadMax
	}
	if h.Skippable || h.HeaderSize <= 0 || h.HeaderSize > len(z.held) || !h.SingleSegment && h.WindowSize > maxWindow || h.SingleSegment && h.FrameContentSize > maxWindow {
		return 0, false
	}
	z.ready.p = append(z.ready.p, z.held[:h.HeaderSize]...)
	z.frame, z.sum = true, h.HasCheckSum
	if z.engine == nil {
		engine, err := newZstd(&z.ready)
		if err != nil {
			return 0, false
		}
		z.engine, z.buf = engine, make([]byte, zstdBlockMax+1)
	}
	return h.HeaderSize, true
}

// block inflates a block. n is 0 if it is not all there.
func (z *zstdStream) block() (n int, ok bool) {
	p := z.held
	if len(p) < 3 {
		return 0, true
	}
	head := binary.LittleEndian.Uint32([]byte{p[0], p[1], p[2], 0})
	last, kind, size := head&1 != 0, head>>1&3, int(head>>3)
	n = 3 + size
	empty := size == 0
	if kind == zstdRLE {
		n = 4
	}
	if last && z.sum {
		n += 4
	}
	switch {
	case kind == zstdReserved || size > zstdBlockMax:
		return 0, false
	case len(p) < n:
		return 0, true
	case empty && !last: // it inflates to nothing, and the engine would look for the next one
		return n, true
	}
	z.ready.p = append(z.ready.p, p[:n]...)
	if z.frame = !last; empty {
		return n, true // the engine reads it with what follows
	}
	k, err := z.engine.Read(z.buf)
	z.out = append(z.out, z.buf[:k]...)
	return n, err == nil && k > 0
}
