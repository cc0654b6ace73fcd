package payload

import (
	"bytes"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/wspeek/wspeek/decode/flate"
)

const (
	zlibHead = 0x78 // the first byte of nearly all zlib data: DEFLATE with a window of 32 KiB
	gzipHead = "\x1f\x8b\x08"
	zstdHead = "\x28\xb5\x2f\xfd"
	// maxWindow is how much memory a window of Zstandard may ask for (RFC 8878 section 3.1.1.1.2 recommends 8 MiB at least).
	maxWindow = 8 << 20
)

// syncFlush ends what a DEFLATE encoder has flushed.
const syncFlush = "\x00\x00\xff\xff"

// inflateAll inflates p, which must be one whole stream and nothing else. much reports that there is more than maxInflated, of
// which the first part is returned.
func inflateAll(name string, p []byte) (out []byte, much, ok bool) {
	in := bytes.NewReader(p)
	var r io.Reader
	var err error
	switch name {
	case "gzip":
		r, err = gzip.NewReader(in)
	case "zlib":
		r, err = zlib.NewReader(in)
	case "zstd":
		var d *zstd.Decoder
		d, err = newZstd(in)
		if err == nil {
			defer d.Close()
		}
		r = d
	case "brotli":
		r = brotli.NewReader(in)
	}
	if err != nil {
		return nil, false, false
	}
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, maxInflated+1))
	if n > maxInflated {
		return b.Bytes()[:maxInflated], true, true
	}
	return b.Bytes(), false, err == nil && in.Len() == 0
}

func newZstd(in io.Reader) (*zstd.Decoder, error) {
	return zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow),
		zstd.WithDecoderMaxMemory(maxInflated+1))
}

// zlibStream is one zlib stream over all messages (RFC 1950), each flushed.
type zlibStream struct {
	started bool
	window  flate.Buffer
	engine  flate.Decoder
	out     []byte
	tail    []byte
}

func (z *zlibStream) reset()         { z.out = z.out[:0] }
func (z *zlibStream) output() []byte { return z.out }

func (z *zlibStream) add(p []byte) (whole, ok bool) {
	z.tail = append(z.tail, p[max(0, len(p)-len(syncFlush)):]...)
	z.tail = z.tail[max(0, len(z.tail)-len(syncFlush)):]
	if !z.started {
		if len(p) < 2 || p[0]&0xf != 8 || (int(p[0])<<8|int(p[1]))%31 != 0 || p[1]&0x20 != 0 {
			return false, false
		}
		z.started, p = true, p[2:]
		z.window.Move(make([]byte, flate.HistoryMax+flate.MinBuffer+1<<16), false)
	}
	return string(z.tail) == syncFlush, z.inflate(p)
}

func (z *zlibStream) inflate(p []byte) bool {
	in := append(make([]byte, 0, len(p)+flate.Pad), p...)
	for {
		z.window.Begin()
		n, s := z.engine.Decode(&z.window, in, 1<<30)
		in = in[max(n, 0):]
		if z.out = append(z.out, z.window.Output()...); len(z.out) > maxInflated {
			return false
		}
		switch s {
		case flate.More:
			return true
		case flate.Full:
			z.window.Slide(false)
		default:
			return false
		}
	}
}
