package ws

import (
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

func (r *rig) states() (list []State) {
	for _, m := range r.rec.messages {
		st := m.State
		if a, ok := r.rec.amends[m.N]; ok {
			st = st.Worse(a)
		}
		list = append(list, st)
	}
	return list
}

// TestConflict has copies of one byte differ, before or after it was delivered, in three messages of 6 bytes.
func TestConflict(t *testing.T) {
	t.Parallel()
	const e, c, u = Exact, Conflict, Undecodable
	plain := "81 04 61 61 61 61 81 04 62 62 62 62 81 04 63 63 63 63"
	parts := "01 04 61 61 61 61 80 04 62 62 62 62 81 04 63 63 63 63"
	packed := "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00 82 01 7a"
	for _, k := range []struct {
		name, hex string
		at        int64
		before    []State
		after     []State
	}{
		{"payload", plain, 9, []State{e, c, e}, []State{e, c, e}},
		{"header", plain, 7, []State{e, c, c}, []State{e, c, c}},
		{"first byte", plain, 0, []State{c, c, c}, []State{c, c, c}},
		{"last byte", plain, 17, []State{e, e, c}, []State{e, e, c}},
		{"payload of a fragment", parts, 3, []State{c, e}, []State{c, e}},
		{"header of a fragment", parts, 6, []State{c, c}, []State{c, c}},
		{"compressed payload", packed, 4, []State{c, u, e}, []State{c, c, e}},
	} {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			for _, cut := range []int{1, 4, 100} {
				for _, late := range []bool{false, true} {
					in := unhex(t, k.hex)
					r := newRig(t, Config{Keep: true, Deflate: &Deflate{}})
					if !late {
						r.c.Conflict(reassembly.Rev, k.at, 1)
					}
					for len(in) > 0 {
						n := min(cut, len(in))
						r.data(S2C, in[:n])
						in = in[n:]
					}
					want := k.before
					if late {
						r.c.Conflict(reassembly.Rev, k.at, 1)
						want = k.after
					}
					r.close()
					got := r.states()
					for i := range want {
						if len(got) != len(want) || got[i] != want[i] {
							t.Fatalf("late %v, cut %d: got %v, want %v", late, cut, got, want)
						}
					}
				}
			}
		})
	}
}

// TestConflictInMiddle has the conflict noticed between any two bytes: what had the byte is never exact.
func TestConflictInMiddle(t *testing.T) {
	t.Parallel()
	in := append(build(0x01, "one", key), build(0x80, "two", key)...)
	in = append(in, build(0x82, "three", key)...)
	ends := []int{18, 29}
	for at := range in {
		for when := 0; when <= len(in); when++ {
			r := newRig(t, Config{Keep: true})
			r.data(C2S, in[:when])
			r.c.Conflict(reassembly.Fwd, int64(at), 1)
			r.data(C2S, in[when:])
			r.close()
			got := r.states()
			hit := 0
			if at >= ends[0] {
				hit = 1
			}
			if len(got) != 2 || got[hit] != Conflict {
				t.Fatalf("byte %d, told after %d: %v", at, when, got)
			}
		}
	}
}

// TestConflictAfterAck drops what was acknowledged a grace ago, and is bounded without acknowledgements.
func TestConflictAfterAck(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{})
	one := build(0x82, "x", "")
	for range 10 {
		r.data(S2C, one)
	}
	h := &r.c.halves[S2C]
	r.c.Data(reassembly.Fwd, reassembly.Chunk{Data: build(0x82, "", key), Packet: 9, Ack: 17})
	if n := h.spans.len(); n != 10 {
		t.Errorf("%d spans just after 5 of 10 frames were acknowledged, want all", n)
	}
	r.c.Data(reassembly.Fwd, reassembly.Chunk{Off: 6, Data: build(0x82, "", key), Packet: 9, Time: ackGrace, Ack: 17})
	r.given += 12
	if n := h.spans.len(); n != 5 {
		t.Errorf("%d spans a grace after 5 of 10 frames were acknowledged, want 5", n)
	}
	for range 10000 {
		r.data(S2C, one)
	}
	if n := h.spans.len(); n != maxSpans {
		t.Errorf("%d spans", n)
	}
	r.c.Conflict(reassembly.Rev, 60, 1)
	r.data(S2C, one)
	r.close()
	if m := r.rec.messages[len(r.rec.messages)-1]; m.State != Conflict {
		t.Errorf("after a conflict in what was forgotten: %v", m.State)
	}
}
