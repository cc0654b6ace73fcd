package reassembly

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// cutUp makes segments of stream in any overlapping cut and order, each byte at least once; the order
// differs from the sent one by less than window places.
func cutUp(rng *rand.Rand, stream []byte, isn uint32, longest, window int) []seg {
	var segs []seg
	piece := func(from, to int) seg {
		return seg{from: hostA, flags: ACK | PSH, seq: isn + 1 + uint32(from), ack: 5001, data: string(stream[from:to])}
	}
	for at := 0; at < len(stream); {
		n := min(1+rng.IntN(longest), len(stream)-at)
		segs = append(segs, piece(at, at+n))
		for rng.IntN(4) == 0 {
			from := rng.IntN(at + 1)
			segs = append(segs, piece(from, min(from+1+rng.IntN(2*longest), len(stream))))
		}
		at += n
	}
	for i := range segs {
		j := i + rng.IntN(min(window, len(segs)-i))
		segs[i], segs[j] = segs[j], segs[i]
	}
	return segs
}

// TestAnyOrderGivesTheStream: however a stream is cut, repeated and shuffled, wherever its numbers
// wrap and the batches end, and whether its SYN was captured first, in between or not at all, it is passed on whole.
func TestAnyOrderGivesTheStream(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		stream := make([]byte, rapid.SampledFrom([]int{1, 2, 10, 100, 1000, 5000}).Draw(rt, "size"))
		for i := range stream {
			stream[i] = byte(rng.Uint32())
		}
		isn := rapid.OneOf(rapid.Uint32Range(1<<32-5000, 1<<32-1), rapid.Uint32()).Draw(rt, "isn")
		segs := cutUp(rng, stream, isn, rapid.IntRange(1, 60).Draw(rt, "longest"), rapid.IntRange(1, 100).Draw(rt, "window"))
		begin := seg{from: hostA, flags: SYN, seq: isn, scale: 7}
		if at := rapid.IntRange(-1, len(segs)).Draw(rt, "SYN at"); at >= 0 {
			segs = append(segs[:at:at], append([]seg{begin}, segs[at:]...)...)
		}
		if rapid.Bool().Draw(rt, "FIN") {
			fin := seg{from: hostA, flags: FIN | ACK, seq: isn + 1 + uint32(len(stream)), ack: 5001}
			at := rapid.IntRange(0, len(segs)).Draw(rt, "FIN at")
			segs = append(segs[:at:at], append([]seg{fin}, segs[at:]...)...)
		}
		b := newBench(t, Limits{})
		for _, s := range segs {
			b.send(s)
			if rng.IntN(5) == 0 {
				b.batch()
			}
		}
		b.finish()
		k := b.conns[0]
		if len(b.conns) != 1 || !bytes.Equal(k.data[Fwd], stream) || len(k.gaps[Fwd])+len(k.differ[Fwd]) > 0 {
			rt.Fatalf("%d connections, passed on %d bytes %q\nwant %d bytes", len(b.conns), len(k.data[Fwd]), k.log, len(stream))
		}
		if t.Failed() {
			rt.Fatalf("contract broken")
		}
	})
}
