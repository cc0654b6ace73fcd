package pcaps

import (
	"bytes"
	"compress/flate"
)

// Deflater compresses messages of one direction as RFC 7692 section 7.2.1 says. The
// zero value keeps its window from message to message (context takeover).
type Deflater struct {
	// NoTakeover empties the window before each message.
	NoTakeover bool
	// Level is that of compress/flate; 0 means 6. flate.HuffmanOnly refers to nothing
	// earlier and so is right for every window size.
	Level int

	buf bytes.Buffer
	w   *flate.Writer
}

// Compress is the payload of the next message: p deflated, flushed, and without the last 00 00 FF FF.
func (d *Deflater) Compress(p []byte) []byte {
	d.buf.Reset()
	if d.w == nil || d.NoTakeover {
		d.w = d.newWriter()
	}
	if _, err := d.w.Write(p); err != nil {
		panic(err)
	}
	if err := d.w.Flush(); err != nil {
		panic(err)
	}
	return bytes.Clone(bytes.TrimSuffix(d.buf.Bytes(), []byte{0, 0, 0xff, 0xff}))
}

// Text is a whole compressed text message, unmasked.
func (d *Deflater) Text(s string) Frame { return Compressed(OpText, d.Compress([]byte(s))) }

func (d *Deflater) newWriter() *flate.Writer {
	level := d.Level
	if level == 0 {
		level = 6
	}
	w, err := flate.NewWriter(&d.buf, level)
	if err != nil {
		panic(err)
	}
	return w
}
