package reassembly

import (
	"testing"
)

func opened(t testing.TB) *bench { return newBench(t, Limits{}).send(handshake(0)...) }

func (b *bench) stats(n int, d Dir) *Stats { return &b.conns[n].conn.Stats[d] }

// doubts are those of a connection; zero if there are none.
func (b *bench) doubts(n int, d Dir) (x Doubts) {
	if r := b.conns[n].conn.record; r != nil {
		x = r.Doubts[d]
	}
	return x
}

func TestHazard_T1_Retransmission(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "hello", 0).id(7), a(0, "hello", 0).id(8), a(0, "hello", 0).id(8)).finish()
	b.wantLog(0, `0 data 0 "hello"`, "0 close 6", "1 close 6")
	wantStat(t, "Retransmitted", b.stats(0, Fwd).Retransmitted, 2)
	wantStat(t, "Duplicates", b.stats(0, Fwd).Duplicates, 1)
}

func TestHazard_F18_CapturedTwice(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "one", 0).id(7), a(3, "two", 0).id(8), a(0, "one", 0).id(7), a(3, "two", 0).id(8)).finish()
	b.wantLog(0, `0 data 0 "one"`, `0 data 3 "two"`, "0 close 6", "1 close 6")
	wantStat(t, "Duplicates", b.stats(0, Fwd).Duplicates, 2)
}

func TestHazard_T2_OverlapBeforeDelivery(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(5, "fghij", 0), a(3, "dexxhij", 0)).batch().send(a(0, "abcdeFGhi", 0)).batch().finish()
	b.wantLog(0, "0 conflict 5+2", "0 conflict 5+2", `0 data 0 "abc"`, `0 data 3 "de"`, `0 data 5 "fghij"`, "0 close 6", "1 close 6")
}

func TestHazard_T3_OtherBytesAfterDelivery(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		segs []seg
		want []string
	}{
		"same boundaries":             {[]seg{a(0, "hello", 0), a(0, "hELlo", 0)}, []string{`0 data 0 "hello"`, "0 conflict 1+2"}},
		"other boundaries":            {[]seg{a(0, "abc", 0), a(3, "def", 0), a(2, "Xd", 0)}, []string{`0 data 0 "abc"`, `0 data 3 "def"`, "0 conflict 2+1"}},
		"acknowledged just now":       {[]seg{a(0, "hello", 0), bb(0, "", 5), a(0, "HELLO", 0)}, []string{`0 data 0 "hello"`, "0 conflict 0+5"}},
		"acknowledged a second ago":   {[]seg{a(0, "hello", 0), bb(0, "", 5), a(0, "HELLO", 0).later(sec)}, []string{`0 data 0 "hello"`}},
		"half acknowledged":           {[]seg{a(0, "hello", 0), bb(0, "", 3), a(0, "HELLO", 0).later(sec)}, []string{`0 data 0 "hello"`, "0 conflict 0+5"}},
		"acknowledged before":         {[]seg{bb(0, "", 5), a(0, "hello", 0), a(0, "HELLO", 0)}, []string{`0 data 0 "hello"`, "0 conflict 0+5"}},
		"after the FIN":               {[]seg{a(0, "hello", 0), a(5, "", 0).with(FIN), a(0, "hELlo", 0)}, []string{`0 data 0 "hello"`, "0 conflict 1+2"}},
		"one byte, not acknowledged":  {[]seg{a(0, "hell", 0), a(4, "o", 0), a(4, "O", 0)}, []string{`0 data 0 "hell"`, `0 data 4 "o"`, "0 conflict 4+1"}},
		"runs near each other joined": {[]seg{a(0, "a1234567b", 0), a(0, "A1234567B", 0)}, []string{`0 data 0 "a1234567b"`, "0 conflict 0+9"}},
		"runs apart":                  {[]seg{a(0, "a12345678b", 0), a(0, "A12345678B", 0)}, []string{`0 data 0 "a12345678b"`, "0 conflict 0+1", "0 conflict 9+1"}},
		"longer than before":          {[]seg{a(0, "abc", 0), a(0, "aBcdef", 0)}, []string{`0 data 0 "abc"`, "0 conflict 1+1", `0 data 3 "def"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, split := range []bool{false, true} {
				b := opened(t)
				for _, s := range tt.segs {
					b.send(s)
					if split {
						b.batch()
					}
				}
				b.wantLog(0, tt.want...)
				b.finish()
			}
		})
	}
}

func TestHazard_T4_HoleFilled(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(6, "ghi", 0), a(3, "def", 0)).batch().send(bb(0, "", 9), a(0, "abc", 0)).finish()
	b.wantLog(0, `0 data 0 "abc"`, `0 data 3 "def"`, `0 data 6 "ghi"`, "0 close 6", "1 close 6")
	wantStat(t, "OutOfOrder", b.stats(0, Fwd).OutOfOrder, 2)
}

func TestHazard_T5_HoleNeverFilled(t *testing.T) {
	t.Parallel()
	lost := []seg{a(0, "abc", 0), a(6, "ghi", 0)}
	told := []string{`0 data 0 "abc"`, "0 gap 3+3", `0 data 6 "ghi"`}
	tests := map[string]struct {
		segs []seg
		want []string
	}{
		"acknowledged, a second passes":         {[]seg{bb(0, "", 9), bb(0, "", 9).later(sec)}, told},
		"acknowledged, less than a second":      {[]seg{bb(0, "", 9), bb(0, "", 9).later(sec - 2000)}, told[:1]},
		"not acknowledged, an hour passes":      {[]seg{bb(0, "", 3), bb(0, "", 3).later(3600 * sec)}, told[:1]},
		"acknowledged in part, a second":        {[]seg{bb(0, "", 5), bb(0, "", 5).later(sec)}, told[:1]},
		"filled within the second":              {[]seg{bb(0, "", 9), a(3, "def", 0)}, []string{`0 data 0 "abc"`, `0 data 3 "def"`, `0 data 6 "ghi"`}},
		"RST, less than a second":               {[]seg{bb(0, "", 3).with(RST)}, told[:1]},
		"RST, a second passes":                  {[]seg{bb(0, "", 3).with(RST), bb(0, "", 3).later(sec)}, append(told[:3:3], "0 close 3", "1 close 2")},
		"RST, filled within the second":         {[]seg{bb(0, "", 3).with(RST), a(3, "def", 0)}, []string{`0 data 0 "abc"`, `0 data 3 "def"`, `0 data 6 "ghi"`}},
		"FIN of both, filled after that":        {[]seg{a(9, "", 0).with(FIN), bb(0, "", 10).with(FIN), a(10, "", 1), a(3, "def", 0)}, []string{`0 data 0 "abc"`, `0 data 3 "def"`, `0 data 6 "ghi"`, "0 close 1", "1 close 1"}},
		"FIN of both, a second passes":          {[]seg{a(9, "", 0).with(FIN), bb(0, "", 10).with(FIN), a(10, "", 1), a(10, "", 1).later(sec)}, append(told[:3:3], "0 close 1", "1 close 1")},
		"FIN acknowledged, the other side open": {[]seg{a(9, "", 0).with(FIN), bb(0, "", 10)}, told[:1]},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := opened(t).send(lost...).send(tt.segs...)
			b.wantLog(0, tt.want...).finish()
		})
	}
}

func TestHazard_T5_HoleReleasedByPackets(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "abc", 0), a(6, "ghi", 0), bb(0, "", 9))
	for range 999 {
		b.send(bb(0, "", 9))
	}
	b.wantLog(0, `0 data 0 "abc"`)
	b.send(bb(0, "", 9)).wantLog(0, `0 data 0 "abc"`, "0 gap 3+3", `0 data 6 "ghi"`).finish()
}

func TestHazard_T5_HoleReleasedByTick(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "abc", 0), a(6, "ghi", 0), bb(0, "", 9))
	b.table.Tick(b.now + sec - 1)
	b.wantLog(0, `0 data 0 "abc"`)
	b.table.Tick(b.now + sec)
	b.wantLog(0, `0 data 0 "abc"`, "0 gap 3+3", `0 data 6 "ghi"`)
	b.send(a(3, "def", 0)).finish()
	wantStat(t, "Late", b.doubts(0, Fwd).Late, 3)
	wantStat(t, "Unseen", b.stats(0, Fwd).Unseen, 3)
}

func TestHazard_T5_ManyHolesWaitAtOnce(t *testing.T) {
	t.Parallel()
	b := opened(t)
	for i := range 100 {
		b.send(a(i*10+5, "12345", 0))
	}
	b.send(bb(0, "", 1000), bb(0, "", 1000).later(sec))
	wantStat(t, "gaps told after one wait", len(b.conns[0].gaps[Fwd]), 100)
	b.finish()
}

func TestHazard_T8_TailNeverCaptured(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		segs []seg
		want []string
	}{
		"a second passes":          {[]seg{bb(0, "x", 50), bb(1, "", 50).later(sec)}, []string{`0 data 0 "abc"`, `1 data 0 "x"`, "0 gap 3+47"}},
		"the data comes after all": {[]seg{bb(0, "", 6), a(3, "def", 0), bb(0, "", 6).later(sec)}, []string{`0 data 0 "abc"`, `0 data 3 "def"`}},
		"ACK of an unseen FIN":     {[]seg{bb(0, "", 4), bb(0, "", 4).later(sec)}, []string{`0 data 0 "abc"`}},
		"RST":                      {[]seg{bb(0, "", 50), bb(0, "", 50).with(RST), bb(0, "", 50).later(sec)}, []string{`0 data 0 "abc"`, "0 gap 3+47", "0 close 3", "1 close 2"}},
		"FIN":                      {[]seg{a(50, "", 0).with(FIN), bb(0, "", 51).with(FIN), a(51, "", 1), a(51, "", 1).later(sec)}, []string{`0 data 0 "abc"`, "0 gap 3+47", "0 close 1", "1 close 1"}},
		"an ACK taken back":        {[]seg{bb(0, "", 50), bb(0, "", 3), bb(0, "", 3).later(sec)}, []string{`0 data 0 "abc"`}},
		"an absurd ACK":            {[]seg{bb(0, "", 500_000_000), bb(0, "", 500_000_000).later(sec)}, []string{`0 data 0 "abc"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opened(t).send(a(0, "abc", 0)).send(tt.segs...).wantLog(0, tt.want...).finish()
		})
	}
}

func TestHazard_T8_TailAtTheEnd(t *testing.T) {
	t.Parallel()
	opened(t).send(a(0, "abc", 0), bb(0, "", 50)).finish().wantLog(0, `0 data 0 "abc"`, "0 gap 3+47", "0 close 6", "1 close 6")
	opened(t).send(a(0, "abc", 0), a(50, "", 0).with(FIN)).finish().wantLog(0, `0 data 0 "abc"`, "0 gap 3+47", "0 close 1", "1 close 6")
}

func TestHazard_L1_CutBySnaplen(t *testing.T) {
	t.Parallel()
	opened(t).send(a(0, "abc", 0).cutBy(7), a(10, "xyz", 0)).wantLog(0, `0 data 0 "abc"`, "0 gap 3+7", `0 data 10 "xyz"`).finish()
	b := opened(t).send(a(10, "klm", 0).cutBy(7), a(14, "op", 0)).batch().send(a(0, "abcdefghij", 0))
	b.wantLog(0, `0 data 0 "abcdefghij"`, `0 data 10 "klm"`, "0 gap 13+1", `0 data 14 "op"`, "0 gap 16+4").finish()
	wantStat(t, "Unseen", b.stats(0, Fwd).Unseen, 5)
}

func TestHazard_T18_WrongRST(t *testing.T) {
	t.Parallel()
	tests := map[string]seg{
		"far above":           {from: hostA, flags: RST, seq: 1001 + 100_000_000},
		"below what is acked": {from: hostA, flags: RST, seq: 1001 + 1},
		"far below":           {from: hostA, flags: RST, seq: 1<<32 - 100_000_000},
	}
	for name, rst := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := opened(t).send(a(0, "abc", 0), bb(0, "", 3), rst, a(3, "def", 0))
			b.wantLog(0, `0 data 0 "abc"`, `0 data 3 "def"`).finish()
			wantStat(t, "SuspectedRST", b.stats(0, Fwd).SuspectedRST, 1)
		})
	}
	b := newBench(t, Limits{}).send(handshake(0)[0], seg{from: hostB, flags: RST | ACK, ack: 99}).wantLog(0)
	b.send(seg{from: hostB, flags: RST | ACK, ack: 1001}).wantLog(0, "0 close 3", "1 close 2").finish()
}

func TestHazard_T19_RSTWithData(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "abc", 0), a(3, "reason", 0).with(RST), bb(0, "xyz", 3))
	b.wantLog(0, `0 data 0 "abc"`, `1 data 0 "xyz"`).send(bb(3, "", 3).later(sec))
	b.wantLog(0, `0 data 0 "abc"`, `1 data 0 "xyz"`, "0 close 2", "1 close 3")
	b.send(a(3, "def", 0), bb(3, "uvw", 3)).finish().wantConns(1)
	wantStat(t, "AfterRST", b.doubts(0, Fwd).AfterRST, 3)
	wantStat(t, "AfterRST", b.doubts(0, Rev).AfterRST, 3)
}

func TestHazard_T20_FIN(t *testing.T) {
	t.Parallel()
	told := []string{`0 data 0 "abc"`, `0 data 3 "def"`, "0 close 1"}
	tests := map[string]struct {
		segs   []seg
		beyond int64
	}{
		"with data":       {[]seg{a(0, "abc", 0), a(3, "def", 0).with(FIN)}, 0},
		"out of order":    {[]seg{a(6, "", 0).with(FIN), a(3, "def", 0), a(0, "abc", 0)}, 0},
		"retransmitted":   {[]seg{a(0, "abc", 0), a(3, "def", 0).with(FIN), a(3, "def", 0).with(FIN)}, 0},
		"data beyond":     {[]seg{a(0, "abc", 0), a(3, "def", 0).with(FIN), a(6, "ghi", 0)}, 3},
		"overlap beyond":  {[]seg{a(0, "abc", 0), a(6, "", 0).with(FIN), a(3, "defghi", 0)}, 3},
		"beyond, waiting": {[]seg{a(3, "def", 0), a(6, "ghi", 0), a(6, "", 0).with(FIN), a(0, "abc", 0)}, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := opened(t).send(tt.segs...).send(bb(0, "", 7), bb(0, "", 7).later(sec)).wantLog(0, told...)
			wantStat(t, "AfterFIN", b.doubts(0, Fwd).AfterFIN, tt.beyond)
			b.finish()
		})
	}
}

func TestHazard_T21_HalfClose(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "abc", 0).with(FIN), bb(0, "xyz", 4), a(4, "", 3), bb(3, "uvw", 4).with(FIN), a(4, "", 7), bb(7, "", 4))
	b.wantLog(0, `0 data 0 "abc"`, `1 data 0 "xyz"`, `1 data 3 "uvw"`, "0 close 1", "1 close 1").finish().wantConns(1)
	b = opened(t).send(a(0, "abc", 0).with(FIN), bb(0, "xyz", 4), a(4, "", 3).later(sec), bb(3, "uvw", 4).with(FIN), a(4, "", 7), bb(7, "", 4))
	b.wantLog(0, `0 data 0 "abc"`, `1 data 0 "xyz"`, "0 close 1", `1 data 3 "uvw"`, "1 close 1").finish().wantConns(1)
}

func TestHazard_T22_Above4GiB(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{})
	b.send(handshake(0)...)
	b.conns[0].noRecord = true
	const n = 1 << 20
	mem := make([]byte, n)
	var sent int64
	for sent < 5<<30 {
		b.packet++
		b.now += 1000
		b.table.Segment(&Segment{Packet: b.packet, Time: b.now, Flow: flow(0), Flags: ACK, Seq: 1001 + uint32(sent), Ack: 5001, Payload: mem})
		sent += n
		b.table.Segment(&Segment{Packet: b.packet, Time: b.now, Flow: flow(0), FromB: true, Flags: ACK, Seq: 5001, Ack: 1001 + uint32(sent)})
		b.table.EndBatch()
	}
	b.finish()
	wantStat(t, "Bytes", b.stats(0, Fwd).Bytes, sent)
}

func TestHazard_T23_OutsideTheWindow(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "abc", 0), a(100_000_000, "evil", 0), a(3, "def", 0)).finish()
	b.wantLog(0, `0 data 0 "abc"`, `0 data 3 "def"`, "0 close 6", "1 close 6")
	wantStat(t, "OutOfWindow", b.stats(0, Fwd).OutOfWindow, 1)
}

func TestHazard_T23_UnknownWindow(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{}).send(a(0, "abc", 0), a(900_000_000, "evil", 0), a(3, "def", 0)).finish()
	b.wantLog(0, `0 data 0 "abc"`, `0 data 3 "def"`, "0 close 6", "1 close 6")
	wantStat(t, "OutOfWindow", b.stats(0, Fwd).OutOfWindow, 1)
}

func TestHazard_T31_LostMoreThanAWindow(t *testing.T) {
	t.Parallel()
	const far = 100_000_000
	b := opened(t).send(a(0, "abc", 0), a(far, "first", 0), bb(0, "", far+5), a(far+5, "second", 0), bb(0, "", far+11), bb(0, "", far+11).later(sec))
	b.wantLog(0, `0 data 0 "abc"`, "0 gap 3+99999997", `0 data 100000000 "first"`, `0 data 100000005 "second"`).finish()
}

func TestHazard_T24_Urgent(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "abc", 0).with(URG)).wantLog(0, `0 data 0 "abc"`).finish()
	wantStat(t, "Urgent", b.stats(0, Fwd).Urgent, 1)
}

func TestHazard_T26_OneDirectionOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{}).send(handshake(0)[0], a(0, "abc", 0), a(3, "def", 9), a(6, "", 9).with(FIN))
	b.table.Tick(b.now + sec)
	b.wantLog(0, `0 data 0 "abc"`, `0 data 3 "def"`, "0 close 1").finish()
}

func TestHazard_F16_TimeGoesBack(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "abc", 0), a(6, "ghi", 0), bb(0, "", 9), bb(0, "", 9).later(-3600*sec), a(3, "def", 0))
	b.wantLog(0, `0 data 0 "abc"`, `0 data 3 "def"`, `0 data 6 "ghi"`).finish()
}

func TestChunkAck(t *testing.T) {
	t.Parallel()
	b := opened(t).send(a(0, "abc", 0), bb(0, "xyz", 3), a(3, "d", 3), bb(5, "late", 4), bb(3, "uv", 4)).finish()
	want := [2][]int64{{0, 3}, {3, 4, 4}}
	for d, acks := range b.conns[0].acks {
		for i := range acks {
			wantStat(t, "Ack", acks[i], want[d][i])
		}
	}
	b = newBench(t, Limits{}).send(a(0, "abc", 0)).finish()
	wantStat(t, "Ack", b.conns[0].acks[Fwd][0], -1)
}
