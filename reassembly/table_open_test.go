package reassembly

import "testing"

func TestHazard_T9_BegunMidStream(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{}).send(a(5, "fgh", 0), a(0, "abcde", 0)).batch().send(bb(3, "XYZ", 8)).wantLog(0)
	b.send(a(8, "", 6).later(sec-2000)).wantLog(0, `0 data 0 "abcde"`, `0 data 5 "fgh"`)
	b.send(bb(6, "", 8).later(sec)).wantLog(0, `0 data 0 "abcde"`, `0 data 5 "fgh"`, `1 data 0 "XYZ"`).finish()
	wantStat(t, "Anchored", b.conns[0].conn.Anchored(), false)
}

func TestHazard_T9_ConflictBeforeOffsetIsSettled(t *testing.T) {
	t.Parallel()
	newBench(t, Limits{}).send(a(5, "fgh", 0), a(5, "fGh", 0), a(0, "abcde", 0)).batch().finish().
		wantLog(0, "0 conflict 6+1", `0 data 0 "abcde"`, `0 data 5 "fgh"`, "0 close 6", "1 close 6")
}

func TestHazard_T11_OnlySYNACK(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{}).send(handshake(0)[1:]...).send(a(0, "abc", 0), bb(0, "xyz", 3))
	b.wantLog(0, `0 data 0 "abc"`, `1 data 0 "xyz"`).finish()
	wantStat(t, "opener port", b.conns[0].conn.Opener().Port(), 0)
	wantStat(t, "peer port", b.conns[0].conn.Peer().Port(), 80)
	wantStat(t, "Anchored", b.conns[0].conn.Anchored(), true)
}

func TestHazard_T12_HandshakeOutOfOrder(t *testing.T) {
	t.Parallel()
	h := handshake(0)
	parts := []seg{h[0], h[1], h[2], a(0, "abc", 0), bb(0, "xyz", 3)}
	permutations(len(parts), func(p []int) {
		b := newBench(t, Limits{})
		for _, i := range p {
			b.send(parts[i])
		}
		b.finish().wantConns(1)
		k := b.conns[0]
		if string(k.data[Fwd]) != "abc" || string(k.data[Rev]) != "xyz" || k.conn.Opener().Port() != 0 {
			t.Errorf("order %v: passed on %q, opener %v, want \"abc\", \"xyz\", from port 0", p, k.data, k.conn.Opener())
		}
	})
}

// permutations visits the orders of n things.
func permutations(n int, visit func([]int)) {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	var rec func(int)
	rec = func(i int) {
		if i == n {
			visit(p)
		}
		for j := i; j < n; j++ {
			p[i], p[j] = p[j], p[i]
			rec(i + 1)
			p[i], p[j] = p[j], p[i]
		}
	}
	rec(0)
}

func TestHazard_T13_SimultaneousAndSplit(t *testing.T) {
	t.Parallel()
	synA, synB := seg{from: hostA, flags: SYN, seq: 1000}, seg{from: hostB, flags: SYN, seq: 5000}
	bothA, bothB := seg{from: hostA, flags: SYN | ACK, seq: 1000, ack: 5001}, seg{from: hostB, flags: SYN | ACK, seq: 5000, ack: 1001}
	tests := map[string][]seg{
		"simultaneous":    {synA, synB, bothA, bothB},
		"4-way":           {synA, synB, bothA, bb(0, "", 0)},
		"5-way":           {synA, {from: hostB, flags: ACK, seq: 77, ack: 1001}, synB, bothA, bb(0, "", 0)},
		"without SYN/ACK": {synA, synB, a(0, "", 0), bb(0, "", 0)},
	}
	for name, open := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Limits{}).send(open...).send(a(0, "abc", 0), bb(0, "xyz", 3))
			b.wantLog(0, `0 data 0 "abc"`, `1 data 0 "xyz"`).finish().wantConns(1)
		})
	}
}

func TestHazard_T14_PortReuse(t *testing.T) {
	t.Parallel()
	again := []seg{
		{from: hostA, flags: SYN, seq: 900_000}, {from: hostB, flags: SYN | ACK, seq: 77, ack: 900_001},
		{from: hostA, flags: ACK, seq: 900_001, ack: 78, data: "new"},
	}
	tests := map[string]struct {
		end  []seg
		want []string
	}{
		"open":             {nil, []string{`0 data 0 "old"`, "0 close 4", "1 close 4"}},
		"a hole waits":     {[]seg{a(5, "er", 0)}, []string{`0 data 0 "old"`, "0 gap 3+2", `0 data 5 "er"`, "0 close 4", "1 close 4"}},
		"half closed":      {[]seg{a(3, "", 0).with(FIN)}, []string{`0 data 0 "old"`, "0 close 1", "1 close 4"}},
		"closed":           {[]seg{a(3, "", 0).with(FIN), bb(0, "", 4).with(FIN), a(4, "", 1)}, []string{`0 data 0 "old"`, "0 close 1", "1 close 1"}},
		"reset":            {[]seg{a(3, "", 0).with(RST)}, []string{`0 data 0 "old"`, "0 close 2", "1 close 3"}},
		"lower new number": {[]seg{bb(0, "", 3)}, []string{`0 data 0 "old"`, "0 close 4", "1 close 4"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := opened(t).send(a(0, "old", 0)).send(tt.end...).send(again...)
			b.wantLog(1, `0 data 0 "new"`).finish().wantLog(0, tt.want...).wantConns(2)
		})
	}
}

func TestHazard_T14_SameNumberAgain(t *testing.T) {
	t.Parallel()
	h := handshake(0)
	refused := seg{from: hostB, flags: RST | ACK, ack: 1001}
	b := newBench(t, Limits{}).send(h[0], refused, h[0]).send(h[1:]...).send(a(0, "abc", 0))
	b.wantLog(0, "0 close 3", "1 close 2").wantLog(1, `0 data 0 "abc"`).finish().wantConns(2)
	b = newBench(t, Limits{}).send(h[1], h[2], a(0, "abc", 0).with(FIN), bb(0, "", 4).with(FIN), a(4, "", 1), h[0]).finish().wantConns(1)
	b.wantLog(0, `0 data 0 "abc"`, "0 close 1", "1 close 1")
}

func TestHazard_T14_SYNACKOfALostSYN(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "old", 0), a(3, "", 0).with(RST))
	b.send(seg{from: hostB, flags: SYN | ACK, seq: 77, ack: 900_001}, seg{from: hostA, flags: ACK, seq: 900_001, ack: 78, data: "new"})
	b.wantLog(1, `0 data 0 "new"`).finish().wantConns(2)
}

func TestHazard_T15_SYNRepeated(t *testing.T) {
	t.Parallel()
	h := handshake(0)
	other := seg{from: hostA, flags: SYN, seq: 333}
	newBench(t, Limits{}).send(h[0], h[0], h[1], h[1], h[2], a(0, "abc", 0)).wantLog(0, `0 data 0 "abc"`).finish().wantConns(1)
	b := newBench(t, Limits{}).send(other).send(h...).send(a(0, "abc", 0))
	b.wantLog(1, `0 data 0 "abc"`).finish().wantLog(0, "0 close 4", "1 close 4").wantConns(2)
	b = newBench(t, Limits{}).send(h[0], other, h[1], h[2], a(0, "abc", 0))
	b.wantLog(0, `0 data 0 "abc"`).finish().wantConns(2) // the SYN/ACK answers the first
}

func TestHazard_T15_FastOpen(t *testing.T) {
	t.Parallel()
	h := handshake(0)
	h[0].data = "GET"
	accepted := h[1]
	accepted.ack = 1004
	newBench(t, Limits{}).send(h[0], accepted, a(3, " /", 0)).wantLog(0, `0 data 0 "GET"`, `0 data 3 " /"`).finish()
	newBench(t, Limits{}).send(h[0], h[1], a(0, "GET", 0), a(3, " /", 0)).wantLog(0, `0 data 0 "GET"`, `0 data 3 " /"`).finish()
	newBench(t, Limits{}).send(h[0], h[0], accepted).wantLog(0, `0 data 0 "GET"`).finish()
}

// A file may be joined from parts in the wrong order.
func TestHazard_T12_EndBeforeBegin(t *testing.T) {
	t.Parallel()
	end := []seg{a(3, "def", 3), bb(3, "uvw", 6), a(6, "", 6).with(FIN), bb(6, "", 7).with(FIN), a(7, "", 7)}
	b := newBench(t, Limits{}).send(end...).batch().send(handshake(0)...).send(a(0, "abc", 0), bb(0, "xyz", 3)).finish()
	b.wantLog(0, `0 data 0 "abc"`, `0 data 3 "def"`, `1 data 0 "xyz"`, `1 data 3 "uvw"`, "0 close 1", "1 close 1").wantConns(1)
}
