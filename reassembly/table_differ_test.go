package reassembly

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestAnyCopyIsCompared: until they are acknowledged, copies of bytes are compared with the first. What differs is reported, all of
// it and nothing else, and what was passed on is the first, wherever the batches end and however copies lie across segments.
func TestAnyCopyIsCompared(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		stream := bytes.Repeat([]byte("abcdefghij"), 40)
		b := newBench(t, Limits{}).send(handshake(0)...)
		segment := rapid.IntRange(20, 120).Draw(rt, "segments of")
		for at := 0; at < len(stream); at += segment {
			b.send(a(at, string(stream[at:min(at+segment, len(stream))]), 0))
		}
		k := b.conns[0]
		for range rapid.IntRange(1, 6).Draw(rt, "copies") {
			if rapid.Bool().Draw(rt, "batch") {
				b.batch()
			}
			from := rapid.IntRange(0, len(stream)-2).Draw(rt, "from")
			to := rapid.IntRange(from+2, min(len(stream), from+200)).Draw(rt, "to")
			again, before := bytes.Clone(stream[from:to]), len(k.differ[Fwd])
			changed := map[int64]bool{}
			for range rapid.IntRange(0, 4).Draw(rt, "changes") {
				i := rapid.IntRange(0, len(again)-1).Draw(rt, "at")
				again[i], changed[int64(from+i)] = '#', true
			}
			b.send(a(from, string(again), 0))
			for _, r := range k.differ[Fwd][before:] {
				if !changed[r.off] || !changed[r.end-1] {
					rt.Fatalf("[%d, %d) is reported, changed are %v", r.off, r.end, changed)
				}
				for off := r.off; off < r.end; off++ {
					delete(changed, off)
				}
			}
			if len(changed) > 0 {
				rt.Fatalf("%v are not reported: %v", changed, k.differ[Fwd][before:])
			}
		}
		if b.finish(); !bytes.Equal(k.data[Fwd], stream) {
			rt.Fatalf("passed on %q", k.data[Fwd])
		}
	})
}

// TestWhatWaitsIsCompared: of two copies that wait for bytes before them the first wins, and they are compared as well.
func TestWhatWaitsIsCompared(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		copies []seg
		data   string
		want   []offRange
	}{
		{"the same again", []seg{a(5, "fghij", 0), a(5, "fghij", 0)}, "abcdefghij", nil},
		{"one byte differs", []seg{a(5, "fghij", 0), a(5, "fgXij", 0)}, "abcdefghij", []offRange{{7, 8}}},
		{"within a longer one", []seg{a(6, "gh", 0), a(5, "fXXij", 0)}, "abcdefghij", []offRange{{6, 8}}},
		{"over two", []seg{a(5, "fg", 0), a(8, "ij", 0), a(5, "fXhXj", 0)}, "abcdefghij", []offRange{{6, 7}, {8, 9}}},
		{"what lies between is new", []seg{a(5, "fg", 0), a(9, "j", 0), a(5, "fgXXj", 0)}, "abcdefgXXj", nil},
		{"past the end", []seg{a(5, "fghi", 0), a(8, "Xj", 0)}, "abcdefghij", []offRange{{8, 9}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Limits{}).send(handshake(0)...).send(c.copies...).batch().send(a(0, "abcde", 0)).finish()
			k := b.conns[0]
			if string(k.data[Fwd]) != c.data || len(k.differ[Fwd]) != len(c.want) {
				t.Fatalf("passed on %q, conflicts %v, want %q and %v", k.data[Fwd], k.differ[Fwd], c.data, c.want)
			}
			for i, r := range c.want {
				if k.differ[Fwd][i] != r {
					t.Errorf("conflicts %v, want %v", k.differ[Fwd], c.want)
				}
			}
		})
	}
}
