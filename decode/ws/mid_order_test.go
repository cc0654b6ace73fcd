package ws

import (
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// TestNewMidKeepsTheOrderOfBytes: of what was kept, a later part may have been captured in an earlier packet. It is decoded by
// its place in the stream.
func TestNewMidKeepsTheOrderOfBytes(t *testing.T) {
	t.Parallel()
	g := newGen(4, true)
	s := g.session("text", 40, 0)
	decoded := func(number func(i int) int) (texts []string) {
		m := NewMidstream(MidstreamOptions{})
		for i, from := range s.segments {
			to := len(s.data)
			if i+1 < len(s.segments) {
				to = s.segments[i+1]
			}
			if m.Verdict() == Undecided {
				m.Feed(reassembly.Fwd, reassembly.Chunk{Off: int64(from), Data: s.data[from:to], Packet: number(i), Ack: -1})
			}
		}
		m.Close(reassembly.Fwd)
		m.Close(reassembly.Rev)
		if m.Verdict() != Accepted {
			t.Fatal("not accepted")
		}
		sink := new(recorder)
		NewMid(Config{Keep: true, Pool: NewPool()}, sink, m)
		for _, x := range sink.messages {
			texts = append(texts, string(x.Payload))
		}
		return texts
	}
	want := decoded(func(i int) int { return i + 1 })
	got := decoded(func(i int) int { return 100 - i })
	if len(want) == 0 || len(got) != len(want) {
		t.Fatalf("%d messages, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("message %d: got %q, want %q", i, got[i], want[i])
		}
	}
}
