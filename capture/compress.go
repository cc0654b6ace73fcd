package capture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// packing is a way to compress whole files.
type packing struct {
	name string
	is   func(head []byte) bool
	open func(src io.Reader) (io.Reader, func() error, error)
}

var packings = [...]packing{
	{"gzip", isGzip, openGzip},
	{"zstd", isZstd, openZstd},
}

// maxWindow bounds the memory of a zstd window; "zstd --long" writes as much.
const maxWindow = 128 << 20

// ratioFrom is how much has to be unfolded before the ratio is looked at:
// smaller bombs do no harm, since nothing is kept.
const ratioFrom = 1 << 30

func packingOf(head []byte) *packing {
	for i := range packings {
		if packings[i].is(head) {
			return &packings[i]
		}
	}
	return nil
}

func isGzip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\x1f\x8b"))
}

// isZstd knows a frame and a skippable frame (RFC 8878 sections 3.1.1 and 3.1.2),
// with which parallel writers start.
func isZstd(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")) ||
		len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte("\x2a\x4d\x18"))
}

func openGzip(src io.Reader) (io.Reader, func() error, error) {
	z, err := gzip.NewReader(bufio.NewReaderSize(src, 64<<10))
	if err != nil {
		return nil, nil, err
	}
	return z, func() error { _ = z.Close(); return nil }, nil // its error was reported by Read
}

func openZstd(src io.Reader) (io.Reader, func() error, error) {
	z, err := zstd.NewReader(src, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecodeBuffersBelow(0))
	if err != nil {
		return nil, nil, err
	}
	return z, func() error { z.Close(); return nil }, nil
}

// unfold puts an unpacker between file, which started with head, and r.src, and
// returns the first unpacked bytes.
func (r *Reader) unfold(p *packing, file io.Reader, head []byte) ([]byte, error) {
	packed := &resumed{head: head, src: file, err: r.read}
	z, closer, err := p.open(packed)
	if err != nil {
		r.read = packError(p.name, err)
		return nil, r.notCapture(head, "")
	}
	r.closers = append(r.closers, closer)
	r.packing = p.name
	r.src = &bounded{src: z, packed: r.offset, opt: &r.opt, packing: p.name}
	plain, err := readHead(r.src, make([]byte, 0, sniffRead), sniffLen)
	r.read = err
	return plain, nil
}

// resumed gives head again, then what src has. Other than io.MultiReader it
// keeps an error that came together with head.
type resumed struct {
	head []byte
	src  io.Reader
	err  error
}

func (s *resumed) Read(p []byte) (int, error) {
	if len(s.head) > 0 {
		n := copy(p, s.head)
		s.head = s.head[n:]
		return n, nil
	}
	if s.err != nil {
		return 0, s.err
	}
	return s.src.Read(p)
}

// bounded ends an unpacker's output at the limits of Options.
type bounded struct {
	src     io.Reader
	out     int64
	packed  *atomic.Int64
	opt     *Options
	packing string
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.src.Read(p)
	b.out += int64(n)
	switch {
	case b.out > b.opt.MaxUnfolded:
		return 0, fmt.Errorf("unfolds to more than %d bytes: unpack it first with %s -d", b.opt.MaxUnfolded, b.packing)
	case b.out > ratioFrom && b.out/b.opt.MaxRatio > b.packed.Load():
		return 0, fmt.Errorf("unfolds to more than %d times its size: unpack it first with %s -d", b.opt.MaxRatio, b.packing)
	case err != nil && err != io.EOF:
		return n, packError(b.packing, err)
	}
	return n, err
}

// packError says what an unpacker met in the same words for all of them.
func packError(packing string, err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return fmt.Errorf("%s data end early: %w", packing, io.ErrUnexpectedEOF)
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return fmt.Errorf("zstd window is over %d MiB: unpack it first with zstd -d --long=31: %w", maxWindow>>20, err)
	}
	if strings.HasPrefix(err.Error(), packing) {
		return err
	}
	return fmt.Errorf("%s: %w", packing, err)
}
