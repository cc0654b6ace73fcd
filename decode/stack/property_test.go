package stack_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/pcaps"
)

// begins says that a segment begins or ends a connection: others keep their place before or after it. What is captured
// after a RST, or after both FINs and their ACKs, is not waited for.
func (s *seg) begins() bool { return s.Flags&(pcaps.SYN|pcaps.RST|pcaps.FIN) != 0 }

// shuffle moves segments by up to window places, but not across one that begins or ends a connection.
func shuffle(r *rand.Rand, segs []seg, window int) []seg {
	type placed struct {
		seg
		key int
	}
	var run []placed
	var out []seg
	flush := func() {
		slices.SortStableFunc(run, func(a, b placed) int { return a.key - b.key })
		for _, p := range run {
			out = append(out, p.seg)
		}
		run = run[:0]
	}
	for i, s := range segs {
		if s.begins() {
			flush()
			out = append(out, s)
			continue
		}
		run = append(run, placed{s, i + r.IntN(window+1)})
	}
	flush()
	for i := range out {
		out[i].at = segs[i].at
	}
	return out
}

// cutUp cuts the payload of each segment into pieces of at least least and at most most bytes.
func cutUp(r *rand.Rand, segs []seg, least, most int) []seg {
	m := &mutant{Rand: r, segs: slices.Clone(segs)}
	for i := 0; i < len(m.segs); i++ {
		n := least + r.IntN(most-least+1)
		if !m.segs[i].begins() && len(m.segs[i].Payload) >= n+least {
			m.splitAt(i, n)
		}
	}
	return m.segs
}

// resend puts second copies of segments some places after the first, but not after one that begins or ends a connection.
func resend(r *rand.Rand, segs []seg, window int) []seg {
	m := &mutant{Rand: r, segs: slices.Clone(segs)}
	for range 1 + len(segs)/4 {
		i := r.IntN(len(m.segs))
		if m.segs[i].begins() {
			continue
		}
		to := i + 1
		for to < min(i+window, len(m.segs)) && !m.segs[to].begins() {
			to++
		}
		m.insert(to, m.segs[i])
	}
	return m.segs
}

// TestCuttingAndOrderDoNotShow cuts, reorders and repeats the segments of each sample in many ways: the messages are the same.
func TestCuttingAndOrderDoNotShow(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		do   func(*rand.Rand, []seg) []seg
	}{
		{"one byte a segment", func(r *rand.Rand, s []seg) []seg { return cutUp(r, s, 1, 1) }},
		{"a few bytes a segment", func(r *rand.Rand, s []seg) []seg { return cutUp(r, s, 1, 9) }},
		{"long pieces", func(r *rand.Rand, s []seg) []seg { return cutUp(r, s, 2, 200) }},
		{"out of order", func(r *rand.Rand, s []seg) []seg { return shuffle(r, s, 8) }},
		{"far out of order", func(r *rand.Rand, s []seg) []seg { return shuffle(r, s, 60) }},
		{"repeated", func(r *rand.Rand, s []seg) []seg { return resend(r, s, 12) }},
		{"pieces out of order", func(r *rand.Rand, s []seg) []seg { return shuffle(r, cutUp(r, s, 2, 60), 12) }},
		{"pieces of repetitions out of order", func(r *rand.Rand, s []seg) []seg {
			return shuffle(r, cutUp(r, resend(r, s, 9), 2, 90), 9)
		}},
	}
	for _, s := range pcaps.Samples() {
		if s.Incomplete {
			continue // what is missing there may be misjudged in another order
		}
		v, segs := truthOf(t, s.Truth), segments(readPackets(t, s.Data))
		for _, row := range rows {
			t.Run(s.Name+"/"+row.name, func(t *testing.T) {
				t.Parallel()
				for seed := range uint64(6) {
					r := decodeAll(t, writeFile(packets(row.do(rand.New(rand.NewPCG(seed, 7)), segs))), everything)
					for _, wrong := range append(r.faults(), r.disagreements(v)...) {
						t.Fatalf("seed %d: %.400s", seed, wrong)
					}
				}
			})
		}
	}
}
