package ws

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/reassembly"
)

// laid is a stream of frames with what each byte of it is.
type laid struct {
	wire []byte
	// headers and frames are ranges, by frame; message is the index of the message of each frame.
	headers, frames []Range
	message         []int
}

// lay writes n messages of one to three frames, of 0 to 9 bytes each.
func lay(t *rapid.T) (l laid) {
	for m := range rapid.IntRange(1, 6).Draw(t, "messages") {
		parts := rapid.IntRange(1, 3).Draw(t, "fragments")
		for i := range parts {
			first := byte(0)
			if i == 0 {
				first = 2
			}
			if i == parts-1 {
				first |= 0x80
			}
			start := int64(len(l.wire))
			l.wire = append(l.wire, build(first, "0123456789"[:rapid.IntRange(0, 9).Draw(t, "bytes")], "")...)
			l.headers = append(l.headers, Range{start, start + 2})
			l.frames = append(l.frames, Range{start, int64(len(l.wire))})
			l.message = append(l.message, m)
		}
	}
	return l
}

// want are the messages that a conflict over r concerns: those that have a byte of it and, if it is one of a header, all that
// follow, since frames may then begin elsewhere.
func (l *laid) want(r Range) map[int]bool {
	hit := map[int]bool{}
	header := false
	for i, f := range l.frames {
		header = header || r.Start < l.headers[i].End && l.headers[i].Start < r.End
		if header || r.Start < f.End && f.Start < r.End {
			hit[l.message[i]] = true
		}
	}
	return hit
}

// TestConflictOverAnyRange: whenever a conflict is noticed, it concerns the same messages.
func TestConflictOverAnyRange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := lay(rt)
		start := int64(rapid.IntRange(0, len(l.wire)-1).Draw(rt, "start"))
		c := Range{start, start + int64(rapid.IntRange(1, 12).Draw(rt, "length"))}
		when := rapid.IntRange(0, len(l.wire)).Draw(rt, "noticed after")
		size := rapid.IntRange(1, 20).Draw(rt, "packets of")
		r := newRig(t, Config{Keep: true})
		for at := 0; at < len(l.wire); at += size {
			if at >= when && at < when+size {
				r.c.Conflict(reassembly.Rev, c.Start, c.End-c.Start)
			}
			r.data(S2C, l.wire[at:min(at+size, len(l.wire))])
		}
		if when > (len(l.wire)-1)/size*size {
			r.c.Conflict(reassembly.Rev, c.Start, c.End-c.Start)
		}
		r.close()
		want := l.want(c)
		for i, got := range r.states() {
			if (got == Conflict) != want[i] {
				rt.Fatalf("% x\nconflict %v noticed after %d, in packets of %d: states %v, want conflicts in %v", l.wire, c, when, size, r.states(), want)
			}
		}
	})
}

// TestDoubtAboutTheHandshake puts everything in conflict, told or still to come, once.
func TestDoubtAboutTheHandshake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		do   func(*rig)
	}{
		{"said", func(r *rig) { r.c.Doubt() }},
		{"said twice", func(r *rig) { r.c.Doubt(); r.c.Doubt() }},
		{"a range before the first byte", func(r *rig) { r.c.Conflict(reassembly.Rev, 90, 5) }},
		{"a range over the first byte", func(r *rig) { r.c.Conflict(reassembly.Rev, 99, 2) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Config{Keep: true})
			r.off = [2]int64{50, 100}
			r.hex(S2C, "81 01 41").hex(C2S, "81 81 01 02 03 04 40").hex(S2C, "01 01 42 80 05 43")
			c.do(r)
			r.hex(S2C, "43 43 43 43").hex(C2S, "81 81 01 02 03 05 40")
			r.close()
			for i, st := range r.states() {
				if st != Conflict {
					t.Errorf("message %d: %v", r.rec.messages[i].N, st)
				}
			}
			if len(r.rec.messages) != 4 || len(r.rec.amends) != 2 {
				t.Errorf("%d messages; amended are %v, want those that were complete", len(r.rec.messages), r.rec.amends)
			}
		})
	}
}

// TestConflictBeforeAnything is noticed before the direction begins: it counts if it lies before what comes first, or in it.
func TestConflictBeforeAnything(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		from, n  int64
		conflict bool
	}{
		{"before the first byte", 95, 3, true},
		{"up to the first byte", 95, 5, true},
		{"the first byte", 100, 1, true},
		{"the last byte", 102, 1, true},
		{"after the last byte", 103, 4, false},
	} {
		r := newRig(t, Config{Keep: true})
		r.c.Conflict(reassembly.Rev, c.from, c.n)
		r.off[S2C] = 100
		r.hex(S2C, "81 01 41").close()
		if got := r.states()[0] == Conflict; got != c.conflict {
			t.Errorf("%s: conflict %v, want %v", c.name, got, c.conflict)
		}
	}
}

// TestManyConflictsAhead keeps a bounded list of ranges; beyond it the last one grows, so that none is missed.
func TestManyConflictsAhead(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	const n = 3 * maxAhead
	for i := range n {
		r.c.Conflict(reassembly.Rev, int64(4*i+3), 1) // the payload of message i
	}
	if got := len(r.c.halves[S2C].ahead); got != maxAhead {
		t.Errorf("%d ranges are kept, want %d", got, maxAhead)
	}
	for range n {
		r.hex(S2C, "82 02 41 42")
	}
	r.hex(S2C, "82 00")
	r.close()
	states := r.states()
	for i, st := range states[:n] {
		if st != Conflict {
			t.Errorf("message %d: %v", i+1, st)
		}
	}
	if len(states) != n+1 || len(r.c.halves[S2C].ahead) > 0 {
		t.Errorf("%d messages, %v", len(states), r.c.halves[S2C].ahead)
	}
}

// TestConflictInHeaderPieces: a header that came in part is in doubt as much as one that is still to come.
func TestConflictInHeaderPieces(t *testing.T) {
	t.Parallel()
	in := build(0x82, "payload", key)
	for at := range in {
		for cut := 1; cut < len(in); cut++ {
			r := newRig(t, Config{Keep: true})
			r.data(C2S, in[:cut])
			r.c.Conflict(reassembly.Fwd, int64(at), 1)
			r.data(C2S, in[cut:])
			r.data(C2S, build(0x82, "next", "\x09\x08\x07\x06"))
			r.close()
			// The masking key is part of the frame, but not of what says where the next one begins.
			want := [2]State{Conflict, Exact}
			if at < 2 {
				want[1] = Conflict
			}
			if got := r.states(); got[0] != want[0] || got[1] != want[1] {
				t.Errorf("byte %d, noticed after %d: got %v, want %v", at, cut, got, want)
			}
		}
	}
}

// TestConflictAmendsEachMessageOnce, however many of its frames it touches.
func TestConflictAmendsEachMessageOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{}).hex(S2C, "02 01 41 00 01 42 80 01 43").hex(S2C, "82 01 44")
	r.c.Conflict(reassembly.Rev, 2, 7)
	amends := 0
	for _, l := range r.rec.log {
		if l == fmt.Sprintf("amend %d %v", 1, Conflict) {
			amends++
		}
	}
	if amends != 1 {
		t.Errorf("message 1 was amended %d times:\n%q", amends, r.rec.log)
	}
}

// TestSpansAreShared: where very many are remembered together, each direction remembers few.
func TestSpansAreShared(t *testing.T) {
	t.Parallel()
	p := NewPool()
	p.spans = sharedSpans
	r := newRig(t, Config{Pool: p})
	for range 3 * fewSpans {
		r.hex(S2C, "82 00")
	}
	h := &r.c.halves[S2C]
	if n := h.spans.len(); n != fewSpans || p.spans != sharedSpans+fewSpans {
		t.Errorf("%d spans, %d together, want %d", n, p.spans-sharedSpans, fewSpans)
	}
	if r.close(); p.spans != sharedSpans {
		t.Errorf("%d spans are left after the end", p.spans-sharedSpans)
	}
}

// TestSpansReachAsFarAsCopiesAreCompared: frames of more than 256 KiB together are dropped from the start.
func TestSpansReachAsFarAsCopiesAreCompared(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{})
	frame := build(0x82, string(make([]byte, 10_000)), "")
	for range 100 {
		r.data(S2C, frame)
	}
	s := &r.c.halves[S2C].spans
	if reach := s.end - s.list[s.from].start; reach > spanReach+int64(len(frame)) || reach < spanReach-int64(len(frame)) {
		t.Errorf("the spans reach %d bytes back, want about %d", reach, spanReach)
	}
	if s.forgot == 0 || s.forgot != s.list[s.from].start {
		t.Errorf("forgotten up to %d, the first span starts at %d", s.forgot, s.list[s.from].start)
	}
}
