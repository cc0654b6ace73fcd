package reassembly

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// cutUp makes segments of stream in any overlapping cut and order, each byte at least once; the order
// differs from the sent one by less than window places.
func cutUp(t *rapid.T, stream []byte, isn uint32, window int) []seg {
	var segs []seg
	piece := func(from, to int) seg {
		return seg{from: hostA, flags: ACK | PSH, seq: isn + 1 + uint32(from), ack: 5001, data: string(stream[from:to])}
	}
	for at := 0; at < len(stream); {
		n := min(rapid.IntRange(1, 40).Draw(t, "length"), len(stream)-at)
		segs = append(segs, piece(at, at+n))
		for rapid.IntRange(0, 3).Draw(t, "again") == 0 {
			from := rapid.IntRange(0, at).Draw(t, "from")
			to := rapid.IntRange(from+1, min(from+60, len(stream))).Draw(t, "to")
			segs = append(segs, piece(from, to))
		}
		at += n
	}
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	for i := range segs {
		j := i + rng.IntN(min(window, len(segs)-i))
		segs[i], segs[j] = segs[j], segs[i]
	}
	return segs
}

// TestAnyOrderGivesTheStream: however a stream is cut, repeated and shuffled, wherever its numbers
// wrap and the batches end, and whether its SYN was captured first, in between or not at all, it is told whole.
func TestAnyOrderGivesTheStream(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		stream := rapid.SliceOfN(rapid.Byte(), 2, 600).Draw(rt, "stream")
		isn := rapid.OneOf(rapid.Uint32Range(1<<32-700, 1<<32-1), rapid.Uint32()).Draw(rt, "isn")
		segs := cutUp(rt, stream, isn, rapid.IntRange(1, 100).Draw(rt, "window"))
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
			if rapid.IntRange(0, 4).Draw(rt, "batch") == 0 {
				b.batch()
			}
		}
		b.finish()
		k := b.conns[0]
		if len(b.conns) != 1 || !bytes.Equal(k.data[Fwd], stream) || len(k.gaps[Fwd])+len(k.differ[Fwd]) > 0 {
			rt.Fatalf("%d connections, told %d bytes %q\nwant %d bytes", len(b.conns), len(k.data[Fwd]), k.log, len(stream))
		}
		if t.Failed() {
			rt.Fatalf("contract broken")
		}
	})
}
