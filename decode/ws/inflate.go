package ws

import "github.com/wspeek/wspeek/decode/flate"

// deflateTail is put back after a compressed payload: the empty stored block that its sender removed (RFC 7692 section 7.2.2).
const deflateTail = "\x00\x00\xff\xff"

// deflateEnd is an empty final block. Data that does not end at a byte is followed by it: the bits that are left must then
// be the start of the tail.
var deflateEnd = []byte{0x01, 0x00, 0x00, 0xff, 0xff}

// afterPayload follows a payload in memory: the tail, and what flate.Decoder may load of what follows.
var afterPayload = [len(deflateTail) + flate.Pad]byte{2: 0xff, 3: 0xff}

const (
	// maxFinals is how many blocks of a message may have BFINAL set.
	maxFinals = 1024
	// mostOutput is how much the decoder is asked for at most at once.
	mostOutput = 1 << 30
	// freeRatio is how much output is allowed whatever Limits.Ratio says.
	freeRatio = 8 << 20
)

// outcome is how the inflation of a message ended.
type outcome uint8

const (
	inflating outcome = iota
	inflated
	// damaged: the data is not DEFLATE, or refers to before what is known.
	damaged
	// tooLong: a limit bit.
	tooLong
	// garbage: bytes that are not DEFLATE data follow a final block.
	garbage
)

// job is one message to inflate.
type job struct {
	// in is what is left of the compressed payload and its tail.
	in []byte
	// limit is the most output that is allowed.
	limit int64
	// keep says that the output is wanted, checks that it must be UTF-8, unstripped that the payload still has
	// its 00 00 FF FF.
	keep, checks, unstripped bool
	// win is the window of the direction and, with keep, the output.
	win *flate.Buffer

	// n is how long the output is.
	n   int64
	utf utf8State
	bad int64
	// finals counts final blocks; final is n at the last of them.
	finals int
	final  int64
	// ending says that in is deflateEnd.
	ending bool
}

// run inflates a message.
func (p *Pool) run(j *job) outcome {
	d := &p.engine
	d.Reset()
	j.bad = -1
	j.win.Begin()
	for {
		n, s := d.Decode(j.win, j.in, int(min(j.limit-j.n, mostOutput)))
		j.in = j.in[max(n, 0):]
		j.took()
		if n < 0 { // it ended within the payload, of which the last bytes are not used
			return j.early(s)
		}
		if v := j.after(d, s); v != inflating {
			return v
		}
		if s == flate.Full {
			p.makeRoom(j.win, j.win.Keep(j.keep), j.keep)
		}
	}
}

// early reports how a message ended of whose payload bytes are left.
func (j *job) early(s flate.Status) outcome {
	if s == flate.Final {
		return garbage
	}
	return damaged
}

// took checks what was put out since the last call.
func (j *job) took() {
	out := j.win.Output()
	fresh := out
	if j.keep {
		fresh = out[j.n:]
	}
	if j.checks && j.bad < 0 {
		if i := j.utf.feed(fresh); i >= 0 {
			j.bad = j.n + int64(i)
		}
	}
	j.n += int64(len(fresh))
	if !j.keep {
		j.win.Begin()
	}
}

// after reports how it goes on after the decoder stopped.
func (j *job) after(d *flate.Decoder, s flate.Status) outcome {
	switch {
	case j.n > j.limit:
		return tooLong
	case s == flate.Full:
		return inflating
	case s == flate.More && !j.ending:
		if d.Aligned() {
			return inflated
		}
		j.in, j.ending = deflateEnd, true
		return inflating
	case s == flate.Final:
		if j.ended() {
			return inflated
		}
		if j.finals++; j.finals > maxFinals {
			return tooLong
		}
		j.final = j.n
		d.Restart()
		return inflating
	case j.finals > 0 && j.n == j.final:
		return garbage
	}
	return damaged
}

// ended reports whether a final block was the last: our own, or one that the sender sent nothing after but
// the empty block of RFC 7692 section 7.2.3.4.
func (j *job) ended() bool {
	if j.ending {
		return len(j.in) == 0
	}
	switch len(j.in) {
	case 0:
		return j.unstripped
	case len(deflateTail):
		return true
	case len(deflateTail) + 1:
		return j.in[0] == 0
	}
	return false
}
