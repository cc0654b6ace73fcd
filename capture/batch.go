package capture

import (
	"io"
	"math"
)

// format is a file format: it finds the records in a run of bytes. Bytes that it
// has not taken are passed to it again, together with more.
type format interface {
	// records appends the packets of the whole records at the start of data to b
	// and returns how many bytes those records take, or those it wants to skip.
	// After a fault it is not called again.
	records(data []byte, b *Batch) (n int, f *fault)
	// truncation says what the input ends inside of, if tail is all that is left of it,
	// and how many bytes are missing. An empty what means that it ends well.
	truncation(tail []byte) (what string, missing int64)
}

// fault is a record after which reading cannot go on. It starts at the n that
// records returned with it.
type fault struct{ what string }

// tally numbers packets and counts oddities, for all formats alike.
type tally struct {
	stats Stats
	base  int  // packet numbers given out by files before this one
	last  Time // of the packet before: starts at the earliest moment
}

// number is the number of the next packet.
func (t *tally) number() int { return t.base + t.stats.Packets + 1 }

// clock notes the time of a packet.
func (t *tally) clock(now Time) {
	if now < t.last {
		t.stats.ClockBack++
	}
	t.last = now
}

// maxIdle is how often a stream may answer a read with nothing at all.
const maxIdle = 100

// ReadBatch implements Source.
func (r *Reader) ReadBatch(b *Batch) error {
	b.Packets = b.Packets[:0]
	if r.end == nil {
		r.fillBatch(b)
	}
	if len(b.Packets) > 0 {
		return nil
	}
	err := r.end
	r.end = io.EOF
	return err
}

// fillBatch reads until b has a packet or r.end is set.
func (r *Reader) fillBatch(b *Batch) {
	buf := r.memory(b)
	if r.whole {
		buf = r.fill(buf)
	}
	for {
		n, f := r.format.records(buf, b)
		r.taken += int64(n)
		rest := buf[n:]
		switch {
		case f != nil:
			r.end = r.damage(f.what, 0, nil)
		case r.read != nil:
			r.end = r.ending(rest)
		case len(b.Packets) == 0:
			buf = r.fill(grow(buf, rest))
			continue
		}
		r.carry = append(r.carry[:0], rest...)
		b.Memory = buf
		return
	}
}

// memory returns b's memory with the carried bytes in it.
func (r *Reader) memory(b *Batch) []byte {
	buf := b.Memory[:0]
	if need := max(r.opt.BatchBytes, len(r.carry)); cap(buf) < need {
		buf = make([]byte, 0, need)
	}
	return append(buf, r.carry...)
}

// grow moves rest, the end of buf, to its start. It takes more memory only if rest fills buf, so
// only when that many bytes of one record have really arrived.
func grow(buf, rest []byte) []byte {
	switch {
	case len(rest) == cap(buf):
		buf = make([]byte, 0, 2*cap(buf)+sniffRead)
	case len(rest) == len(buf):
		return buf
	}
	return append(buf[:0], rest...)
}

// fill reads once; if reading never waits, it fills buf.
func (r *Reader) fill(buf []byte) []byte {
	end := cap(buf)
	if len(buf) < r.opt.BatchBytes {
		end = min(end, r.opt.BatchBytes)
	}
	for idle := 0; len(buf) < end && r.read == nil; {
		var n int
		n, r.read = r.src.Read(buf[len(buf):end])
		buf = buf[:len(buf)+n]
		if n > 0 && !r.whole {
			break
		}
		if idle++; n > 0 {
			idle = 0
		}
		if idle > maxIdle && r.read == nil {
			r.read = io.ErrNoProgress
		}
	}
	return buf
}

// ending is what ReadBatch returns after the last packet, if the input ended with tail.
func (r *Reader) ending(tail []byte) error {
	if r.read != io.EOF {
		return r.damage(r.read.Error(), 0, r.read)
	}
	if what, missing := r.format.truncation(tail); what != "" {
		return r.damage(what, missing, nil)
	}
	return io.EOF
}

func (r *Reader) damage(what string, missing int64, err error) *Damage {
	return &Damage{
		Name: r.name, Offset: r.taken, Packets: r.tally.stats.Packets,
		Missing: missing, What: what, Err: err,
	}
}

// length turns a length of the file into an int on every machine.
func length(v uint32) int { return int(min(v, math.MaxInt32)) }
