package ws

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/flate"
)

// history is how far back DEFLATE can refer (RFC 1951 section 3.2.5): the size of the reader's own window.
const history = 32 << 10

// deflateTail is put after a compressed payload: the empty stored block that its sender removed (RFC 7692
// section 7.2.2), then an empty final block, that lets the reader say by io.EOF that it has come to the end.
var deflateTail = [...]byte{0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff}

const (
	syncLen  = 4
	finalLen = len(deflateTail) - syncLen
	// maxFinals is how many blocks of a message may have BFINAL set: each costs a set-up.
	maxFinals = 1024
	// keepBuf is from which size on the buffer for output is dropped after a message.
	keepBuf = 512 << 10
	// freeRatio is how much output is allowed whatever Limits.Ratio says.
	freeRatio = 8 << 20
)

// outcome is how the inflation of a message ended.
type outcome uint8

const (
	inflated outcome = iota
	// damaged: no DEFLATE data, or a reference to before what is known.
	damaged
	// tooLong: a limit bit.
	tooLong
	// garbage: bytes that are no DEFLATE data follow a final block.
	garbage
)

// job is one message to inflate.
type job struct {
	// in is the compressed payload with (the rest of) deflateTail.
	in []byte
	// limit is the most output that is allowed.
	limit int64
	// keep says that the output is wanted, checks that it must be UTF-8, unstripped that the payload still has
	// its 00 00 FF FF.
	keep, checks, unstripped bool

	// out is the output: all of it where keep is set, else at least the last history bytes. n is how long all of it is.
	out []byte
	n   int64
	// dict is memory for a window.
	dict   []byte
	utf    utf8State
	bad    int64
	finals int
	// final is n at the last final block.
	final int64
}

// inflater is a DEFLATE reader that stays alive from message to message of a direction.
type inflater struct {
	r  io.Reader
	br bytes.Reader
	// win is what the messages before put out, as much of it as is known; nil if a message cannot refer to others.
	win *window
	// pos is the place in the reader's history where it writes next. Where that is 0 the reader's
	// last answer does not say whether it has more.
	pos int
	// stale says that r cannot go on and must be set up with the window first.
	stale bool
}

func newInflater() *inflater {
	x := &inflater{stale: true}
	x.r = flate.NewReader(&x.br)
	return x
}

// reset sets the reader up with the window as it is after the output of j so far, to read on from br.
func (x *inflater) reset(j *job) {
	w := last(j.out, history)
	if x.win != nil && len(w) < history {
		dict := x.win.appendLast(j.dict[:0], history-len(w))
		w = append(dict, w...)
	}
	// Reset of flate has no error to return; it copies the window.
	_ = x.r.(flate.Resetter).Reset(&x.br, w)
	x.pos = len(w) % history
	x.stale = false
}

// message inflates one message.
//
// A reader fed the payload and 00 00 FF FF puts all out at once, unless its history wraps on the way; after that
// it may be fed the next. Once it has to be asked a second time it is not known whether it has more: it is then given
// the final block too, and set up again for the next message.
func (x *inflater) message(j *job) outcome {
	j.bad = -1
	if x.stale {
		x.reset(j)
	}
	x.br.Reset(j.in[:len(j.in)-finalLen])
	n, err := x.read(j)
	if err == nil && n > 0 && x.br.Len() == 0 && x.pos != 0 {
		return j.within()
	}
	if n == 0 {
		x.reset(j)
		x.br.Reset(j.in)
	} else {
		x.br.Reset(j.in[len(j.in)-finalLen-x.br.Len():])
	}
	if n == 0 {
		err = nil
	}
	v := x.rest(j, err)
	x.stale = true
	return v
}

// rest reads on to the end. err is what the last read said.
func (x *inflater) rest(j *job, err error) outcome {
	for {
		switch {
		case err == io.EOF:
			if x.ended(j) {
				return j.within()
			}
			if j.finals++; j.finals > maxFinals {
				return tooLong
			}
			j.final = j.n
			x.reset(j)
		case err != nil && j.finals > 0 && j.n == j.final:
			return garbage
		case err != nil:
			return damaged
		}
		if v := j.within(); v != inflated {
			return v
		}
		_, err = x.read(j)
	}
}

// ended reports whether a final block was the last: our own, or one that the sender let nothing follow but
// the empty block of RFC 7692 section 7.2.3.4.
func (x *inflater) ended(j *job) bool {
	switch n := x.br.Len(); n {
	case 0, finalLen + syncLen:
		return true
	case finalLen:
		return j.unstripped
	case finalLen + syncLen + 1:
		c, _ := x.br.ReadByte()
		_ = x.br.UnreadByte()
		return c == 0
	}
	return false
}

// read reads once. The buffer is always longer than what the reader can hand out at once.
func (x *inflater) read(j *job) (int, error) {
	if !j.keep && len(j.out) > 2*history {
		j.out = j.out[:copy(j.out, last(j.out, history))]
	}
	old := len(j.out)
	if cap(j.out)-old <= history {
		b := make([]byte, old, max(2*cap(j.out), 3*history+1))
		copy(b, j.out)
		j.out = b
	}
	n, err := x.r.Read(j.out[old : old+history+1])
	j.out = j.out[:old+n]
	x.pos = (x.pos + n) % history
	if j.checks && j.bad < 0 {
		if i := j.utf.feed(j.out[old:]); i >= 0 {
			j.bad = j.n + int64(i)
		}
	}
	j.n += int64(n)
	if n == 0 && err == nil {
		err = io.ErrNoProgress
	}
	return n, err
}

func (j *job) within() outcome {
	if j.n > j.limit {
		return tooLong
	}
	return inflated
}
