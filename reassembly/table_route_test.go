package reassembly

import "testing"

// otherA and otherB are a and bb of another connection between the same ports: A starts at 900,001, B at 700,000,078.
func otherA(off int, data string, ack int) seg {
	return seg{from: hostA, flags: ACK | PSH, seq: uint32(900_000_001 + off), ack: 2_700_000_078 + uint32(ack), data: data}
}

func otherB(off int, data string, ack int) seg {
	return seg{from: hostB, flags: ACK | PSH, seq: 2_700_000_078 + uint32(off), ack: uint32(900_000_001 + ack), data: data}
}

var (
	otherSYN    = seg{from: hostA, flags: SYN, seq: 900_000_000}
	otherSYNACK = seg{from: hostB, flags: SYN | ACK, seq: 2_700_000_077, ack: 900_000_001}
)

func TestHazard_T14_PortsAgainWithoutSYN(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		end  []seg
		want []string
	}{
		"after both FINs":        {[]seg{a(3, "", 3).with(FIN), bb(3, "", 4).with(FIN), a(4, "", 4)}, []string{`0 data 0 "old"`, `1 data 0 "OLD"`, "0 close 1", "1 close 1"}},
		"FINs not captured":      {nil, []string{`0 data 0 "old"`, `1 data 0 "OLD"`, "0 close 4", "1 close 4"}},
		"after a RST":            {[]seg{a(3, "", 3).with(RST)}, []string{`0 data 0 "old"`, `1 data 0 "OLD"`, "0 close 2", "1 close 3"}},
		"the last ACK goes back": {[]seg{bb(3, "", 3)}, []string{`0 data 0 "old"`, `1 data 0 "OLD"`, "0 close 4", "1 close 4"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := opened(t).send(a(0, "old", 0), bb(0, "OLD", 3)).send(tt.end...)
			b.send(otherA(0, "new", 0), otherB(0, "NEW", 3), otherA(3, "more", 3).later(2*sec), otherB(3, "MORE", 7))
			b.finish().wantConns(2).wantLog(0, tt.want...)
			k := b.conns[1]
			d := Fwd
			if k.conn.fromB {
				d = Rev
			}
			if string(k.data[d]) != "newmore" || string(k.data[d.Other()]) != "NEWMORE" {
				t.Errorf("the second connection is %q, want newmore and NEWMORE", k.data)
			}
		})
	}
}

func TestHazard_T15_ForgedSYN(t *testing.T) {
	t.Parallel()
	for name, syn := range map[string]seg{
		"far off":               otherSYN,
		"in the window":         {from: hostA, flags: SYN, seq: 1001 + 40},
		"a SYN/ACK":             otherSYNACK,
		"of the other side":     {from: hostB, flags: SYN, seq: 123},
		"at the next byte sent": {from: hostA, flags: SYN, seq: 1001 + 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := opened(t).send(a(0, "abc", 0), bb(0, "ABC", 3), syn, a(3, "def", 3), bb(3, "DEF", 6), a(6, "ghi", 6).later(3*sec), bb(6, "GHI", 9)).finish()
			k := b.conns[0]
			if string(k.data[Fwd]) != "abcdefghi" || string(k.data[Rev]) != "ABCDEFGHI" || len(k.gaps[Fwd])+len(k.gaps[Rev]) > 0 {
				t.Errorf("the connection is %q, want all of both sides", k.data)
			}
		})
	}
}

// Two networks with the same addresses (VLANs, namespaces) may be in one capture.
func TestHazard_T14_TwoAtOnce(t *testing.T) {
	t.Parallel()
	h := handshake(0)
	b := newBench(t, Limits{}).send(h[0], otherSYN, h[1], otherSYNACK, h[2])
	b.send(a(0, "one", 0), otherA(0, "two", 0), bb(0, "ONE", 3), otherB(0, "TWO", 3), a(3, " more", 3).later(3*sec), otherA(3, " less", 3))
	b.finish().wantConns(2)
	for i, want := range [][2]string{{"one more", "ONE"}, {"two less", "TWO"}} {
		if k := b.conns[i]; string(k.data[Fwd]) != want[0] || string(k.data[Rev]) != want[1] {
			t.Errorf("connection %d is %q, want %q", i, k.data, want)
		}
	}
}

func TestHazard_T20_ForgedFIN(t *testing.T) {
	t.Parallel()
	all := []string{`0 data 0 "abc"`, `0 data 3 "def"`, `0 data 6 "ghi"`}
	fin := func(off int) seg { return a(off, "", 0).with(FIN) }
	tests := map[string][]seg{
		"at the next byte":           {a(0, "abc", 0), fin(3), a(3, "def", 0), bb(0, "", 6), a(6, "ghi", 0)},
		"inside what was sent":       {a(0, "abc", 0), a(3, "def", 0), fin(4), a(6, "ghi", 0)},
		"beyond what is sent":        {a(0, "abc", 0), fin(5), a(3, "def", 0), bb(0, "", 6), bb(0, "", 9), a(6, "ghi", 0), bb(0, "", 9)},
		"far beyond":                 {a(0, "abc", 0), fin(900_000_000), a(3, "def", 0), a(6, "ghi", 0)},
		"below what is acknowledged": {bb(0, "", 9), fin(4), a(0, "abc", 0), a(3, "def", 0), a(6, "ghi", 0)},
	}
	for name, segs := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := opened(t).send(segs...).finish()
			if k := b.conns[0]; string(k.data[Fwd]) != "abcdefghi" {
				t.Errorf("calls %q, want %q", k.log, all)
			}
			if name != "far beyond" {
				wantStat(t, "SuspectedFIN", b.doubts(0, Fwd).SuspectedFIN, 1)
			}
		})
	}
}

func TestHazard_T18_ForgedRST(t *testing.T) {
	t.Parallel()
	rst := func(off int) seg { return seg{from: hostA, flags: RST, seq: uint32(1001 + off)} }
	tests := map[string][]seg{
		"at the next byte":  {a(0, "abc", 0), rst(3), a(3, "def", 0), bb(0, "", 6), a(6, "ghi", 0).later(2 * sec)},
		"in the window":     {a(0, "abc", 0), rst(5), a(3, "def", 0), bb(0, "", 6), a(6, "ghi", 0).later(2 * sec)},
		"of what was acked": {a(0, "abc", 0), bb(0, "", 3), rst(1), a(3, "def", 0), a(6, "ghi", 0).later(2 * sec)},
	}
	for name, segs := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := opened(t).send(segs...).finish()
			b.wantLog(0, `0 data 0 "abc"`, `0 data 3 "def"`, `0 data 6 "ghi"`, "0 close 6", "1 close 6")
			wantStat(t, "SuspectedRST", b.stats(0, Fwd).SuspectedRST, 1)
		})
	}
}

// TestAnyOrderWithinASecond: with nothing lost, the same bytes are passed on in every order of the last packets.
func TestAnyOrderWithinASecond(t *testing.T) {
	t.Parallel()
	ends := map[string][]seg{
		"FINs": {a(3, "def", 3), bb(3, "xyz", 6), a(6, "", 6).with(FIN), bb(6, "", 7).with(FIN), a(7, "", 7)},
		"RST":  {a(3, "def", 3), bb(3, "xyz", 6), a(6, "", 6), a(6, "", 6).with(RST)},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			permutations(len(end), func(p []int) {
				b := opened(t).send(a(0, "abc", 0), bb(0, "uvw", 3))
				for _, i := range p {
					b.send(end[i])
				}
				b.finish().wantConns(1)
				k := b.conns[0]
				if string(k.data[Fwd]) != "abcdef" || string(k.data[Rev]) != "uvwxyz" || len(k.gaps[Fwd])+len(k.gaps[Rev])+len(k.differ[Fwd])+len(k.differ[Rev]) > 0 {
					t.Errorf("order %v: calls %q", p, k.log)
				}
			})
		})
	}
}

// A SYN/ACK in the middle of a connection, near its numbers, that answers no SYN: what goes on with the connection stays in it.
func TestHazard_T15_ForgedSYNACKNearby(t *testing.T) {
	t.Parallel()
	tests := map[string][]seg{
		"bytes before its numbers": {a(3, "def", 3), bb(3, "DEF", 6), a(6, "ghi", 6).later(3 * sec), bb(6, "GHI", 9)},
		"the next bytes reordered": {a(6, "ghi", 6), a(3, "def", 3), bb(3, "DEF", 6), bb(6, "GHI", 9).later(3 * sec)},
	}
	for name, segs := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			syn := seg{from: hostB, flags: SYN | ACK, seq: 5001 - 40, ack: 1001 + 6}
			b := opened(t).send(a(0, "abc", 0), bb(0, "ABC", 3), syn).send(segs...).finish()
			k := b.conns[0]
			if string(k.data[Fwd]) != "abcdefghi" || string(k.data[Rev]) != "ABCDEFGHI" {
				t.Errorf("the connection is %q, want all of both sides", k.data)
			}
		})
	}
}

// The other side has acknowledged the SYN, so a SYN/ACK with another number does not move where the stream starts.
func TestHazard_T15_ForgedSYNACKOfTheOpener(t *testing.T) {
	t.Parallel()
	forged := seg{from: hostA, flags: SYN | ACK, seq: 900_000_000, ack: 5001}
	b := newBench(t, Limits{}).send(handshake(0)[1], forged, a(0, "abc", 0), bb(0, "ABC", 3), a(3, "def", 3)).finish()
	k := b.conns[0]
	if string(k.data[Fwd]) != "abcdef" || string(k.data[Rev]) != "ABC" {
		t.Errorf("the connection is %q, want all of both sides", k.data)
	}
}

// Where it was believed, the bytes before the start have no place, and are counted.
func TestHazard_T15_BytesBeforeTheStart(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{}).send(seg{from: hostA, flags: SYN | ACK, seq: 900_000, ack: 5001}, a(0, "abc", 0), bb(0, "ABC", 3)).finish()
	if got := b.doubts(0, Fwd).Before + b.doubts(0, Rev).Before; got != 3 {
		t.Errorf("%d bytes before the start, want 3", got)
	}
}

// Of two FINs at different places one is forged: that the bytes between them were sent cannot be ruled out.
func TestHazard_T9_TwoFINs(t *testing.T) {
	t.Parallel()
	tests := map[string][]seg{
		"before the first counts": {a(3, "", 0).with(FIN), a(13, "", 0).with(FIN)},
		"after it has closed":     {a(3, "", 0).with(FIN), a(4, "", 0).later(20 * sec), a(13, "", 0).with(FIN)},
	}
	for name, segs := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := opened(t).send(a(0, "abc", 0)).send(segs...).finish()
			if got := b.doubts(0, Fwd).AfterFIN; got != 10 {
				t.Errorf("%d bytes after the FIN, want 10", got)
			}
		})
	}
	b := opened(t).send(a(0, "abc", 0), a(3, "", 0).with(FIN), bb(0, "", 4), a(13, "", 0).with(FIN)).finish()
	if got := b.doubts(0, Fwd).AfterFIN; got != 0 {
		t.Errorf("%d bytes after a FIN that was acknowledged, want 0", got)
	}
}

// Of the first connection only one direction was captured. The second one's acknowledgements do not hide that its numbers are others.
func TestHazard_T14_PortsAgainAfterOneDirection(t *testing.T) {
	t.Parallel()
	otherACK := otherA(0, "", 0).without(PSH)
	b := newBench(t, Limits{}).send(a(0, "old", 0), a(3, "old", 7), otherACK.later(6*sec), otherB(0, "NEW", 3), otherB(3, "MORE", 3)).finish()
	b.wantConns(2)
	for i, want := range []string{"oldold", "NEWMORE"} {
		if k := b.conns[i]; string(k.data[0])+string(k.data[1]) != want {
			t.Errorf("connection %d is %q, want %q", i, k.data, want)
		}
	}
}

// A RST right after the handshake was forged if its connection goes on: what was not captured since the SYN is missing.
func TestHazard_T15_ForgedRSTAfterTheHandshake(t *testing.T) {
	t.Parallel()
	h := handshake(0)
	b := newBench(t, Limits{}).send(h[0], h[1], bb(0, "", 0).with(RST), a(781, "abc", 50)).finish()
	b.wantLog(1, "0 gap 0+781", `0 data 781 "abc"`, "1 gap 0+50", "0 close 6", "1 close 6")
	b = newBench(t, Limits{}).send(h[0], h[1], bb(0, "", 0).with(RST), otherA(0, "new", 0)).finish()
	b.wantLog(1, `0 data 0 "new"`, "0 close 6", "1 close 6")
}

// A RST shows how far its sender was, also where the stream began before the capture.
func TestHazard_T9_RSTAfterTheMiddleOfAStream(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{}).send(bb(0, "abc", 0), bb(90, "", 0).with(RST)).finish()
	b.wantLog(0, `0 data 0 "abc"`, "0 gap 3+87", "0 close 2", "1 close 3")
}

// A forged FIN ahead of the SYN/ACK does not hide where the stream starts.
func TestHazard_T20_ForgedFINBeforeTheSYNACK(t *testing.T) {
	t.Parallel()
	h := handshake(0)
	b := newBench(t, Limits{}).send(h[0], bb(-11, "", 0).with(FIN), h[1], a(0, "abc", 0), bb(200, "late", 3)).finish()
	b.wantLog(0, `0 data 0 "abc"`, "1 gap 0+200", `1 data 200 "late"`, "0 close 6", "1 close 6")
	wantStat(t, "SuspectedFIN", b.doubts(0, Rev).SuspectedFIN, 1)
}
