package reassembly

import (
	"strings"
	"testing"
)

func TestHazard_T28_SYNFlood(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{Conns: 10})
	for f := 1; f <= 3; f++ {
		b.send(handshake(f)...).send(seg{flow: f, from: hostA, flags: ACK, seq: 1001, ack: 5001, data: "abc"})
	}
	b.send(handshake(4)...)
	for f := 100; f < 1100; f++ {
		b.send(seg{flow: f, from: hostA, flags: SYN, seq: uint32(f)})
	}
	b.send(seg{flow: 4, from: hostA, flags: ACK, seq: 1001, ack: 5001, data: "abc"})
	for f := 1; f <= 4; f++ {
		b.send(seg{flow: f, from: hostB, flags: ACK, seq: 5001, ack: 1004, data: "xyz"})
		b.wantLog(f-1, `0 data 0 "abc"`, `1 data 0 "xyz"`)
	}
	wantStat(t, "Evicted", b.table.Evicted(), 994)
	b.wantLog(500, "0 close 5", "1 close 5").finish().wantConns(1004)
}

func TestHazard_T28_EvictsTheIdle(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{Conns: 3})
	for f := range 3 {
		b.send(handshake(f)...).send(seg{flow: f, from: hostA, flags: ACK, seq: 1001, ack: 5001, data: "abc"})
	}
	b.send(seg{flow: 0, from: hostB, flags: ACK, seq: 5001, ack: 1004})
	b.send(handshake(9)...)
	b.wantLog(1, `0 data 0 "abc"`, "0 close 5", "1 close 5").wantLog(0, `0 data 0 "abc"`).wantLog(2, `0 data 0 "abc"`).finish()
}

func TestHazard_T29_OneByteSegments(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{Waiting: 1 << 20})
	b.send(handshake(0)...)
	for i := 100_000; i > 10_000; i-- {
		b.send(a(2*i, "x", 0))
		if i%100 == 0 {
			b.batch()
		}
		if held := b.conns[0].conn.held(); held > 1<<20 {
			t.Fatalf("%d bytes wait, want at most 1 MiB", held)
		}
	}
	b.finish()
}

func TestHazard_T30_IdleForHours(t *testing.T) {
	t.Parallel()
	opened(t).send(a(0, "abc", 0), a(3, "def", 0).later(10*3600*sec)).wantLog(0, `0 data 0 "abc"`, `0 data 3 "def"`).finish().wantConns(1)
}

func TestHazard_T32_MemoryCap(t *testing.T) {
	t.Parallel()
	kib := strings.Repeat("k", 1024)
	b := newBench(t, Limits{Waiting: 8 << 10})
	b.send(handshake(0)...).send(a(0, "abc", 0))
	for i := range 5 {
		b.send(a(10+i*1024, kib, 0)).batch()
	}
	b.wantLog(0, `0 data 0 "abc"`)
	b.send(a(10+5*1024, kib, 0))
	wantStat(t, "bytes told", b.conns[0].next[Fwd], 10+6*1024)
	wantStat(t, "missing", b.stats(0, Fwd).Missing, 7)
	b.finish()
}

func TestHazard_T32_MemoryCapOfAll(t *testing.T) {
	t.Parallel()
	kib := strings.Repeat("k", 1024)
	b := newBench(t, Limits{WaitingAll: 8 << 10})
	for f := range 20 {
		s := seg{flow: f, from: hostA, flags: ACK, seq: 1011, ack: 5001, data: kib}
		b.send(handshake(f)...).send(s)
		if b.table.waiting > 8<<10 {
			t.Fatalf("%d bytes wait, want at most 8 KiB", b.table.waiting)
		}
	}
	wantStat(t, "bytes told of the oldest", b.conns[0].next[Fwd], 1034)
	wantStat(t, "bytes told of the newest", b.conns[19].next[Fwd], 0)
	b.finish()
}

func TestClosedAreRemembered(t *testing.T) {
	t.Parallel()
	b := newBench(t, Limits{Closed: 2})
	for f := range 3 {
		b.send(handshake(f)...).send(seg{flow: f, from: hostA, flags: RST | ACK, seq: 1001, ack: 5001})
	}
	b.send(seg{flow: 2, from: hostB, flags: ACK, seq: 5001, ack: 1001}, seg{flow: 1, from: hostB, flags: ACK, seq: 5001, ack: 1001}).wantConns(3)
	b.send(seg{flow: 0, from: hostB, flags: ACK, seq: 5001, ack: 1001}).wantConns(4).finish()
}
