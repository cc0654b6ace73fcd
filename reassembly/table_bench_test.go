package reassembly

import (
	"fmt"
	"runtime"
	"testing"
)

type nothing struct{}

func (nothing) Accept(*Conn) Handler       { return nothing{} }
func (nothing) Data(Dir, Chunk)            {}
func (nothing) Gap(Dir, int64, int64)      {}
func (nothing) Conflict(Dir, int64, int64) {}
func (nothing) Close(Dir, CloseKind)       {}

// segments of n connections that take turns, after their handshakes: in each round A sends and B
// sends, each acknowledging all before.
type load struct {
	table *Table
	bytes Bytes
	segs  []Segment
}

func newLoad(n int) *load {
	l := &load{}
	l.table = NewTable(nothing{}, Limits{}, &l.bytes)
	payload := make([]byte, 100)
	for i := range n {
		for _, h := range handshake(i) {
			l.table.Segment(&Segment{Packet: 1, Flow: flow(i), FromB: h.from, Flags: h.flags, Seq: h.seq, Ack: h.ack, Window: 60000, Scale: h.scale})
		}
		l.segs = append(l.segs,
			Segment{Flow: flow(i), Flags: ACK | PSH, Seq: 1001, Ack: 5001, Window: 60000, Payload: payload},
			Segment{Flow: flow(i), FromB: true, Flags: ACK | PSH, Seq: 5001, Ack: 1101, Window: 60000, Payload: payload})
	}
	return l
}

func (l *load) round() {
	for i := range l.segs {
		s := &l.segs[i]
		l.table.Segment(s)
		s.Seq += 100
		s.Ack += 100
	}
}

func BenchmarkInOrder(b *testing.B) {
	for _, n := range []int{1, 500, 20_000} {
		b.Run(fmt.Sprintf("connections=%d", n), func(b *testing.B) {
			l := newLoad(n)
			b.ReportAllocs()
			for done, batch := 0, 0; done < b.N; done += len(l.segs) {
				l.round()
				if batch += len(l.segs); batch >= 10_000 {
					l.table.EndBatch()
					batch = 0
				}
			}
		})
	}
}

// BenchmarkReverse sends a window of segments in reverse, again and again: the dearest order.
func BenchmarkReverse(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("segments=%d", n), func(b *testing.B) {
			l := newLoad(1)
			s := l.segs[0]
			b.ReportAllocs()
			for base := s.Seq; b.Loop(); base += uint32(n) * 100 {
				for i := n - 1; i >= 0; i-- {
					s.Seq = base + uint32(i)*100
					l.table.Segment(&s)
				}
				l.table.EndBatch()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/segment")
		})
	}
}

// TestIdleConnectionIsSmall bounds what an idle connection costs beside its handler.
func TestIdleConnectionIsSmall(t *testing.T) {
	const n = 10_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l := newLoad(n)
	l.round()
	l.round()
	l.table.EndBatch()
	for i := range l.segs {
		s := &l.segs[i]
		s.Payload = nil
		l.table.Segment(s)
	}
	l.segs[0].Time = 2 * sec // acknowledged bytes are kept for a second
	l.table.Segment(&l.segs[0])
	for range n / holdersAtOnce {
		l.table.EndBatch()
	}
	l.segs, l.table.pool = nil, pool{} // the pool is bounded and belongs to no connection
	runtime.GC()
	runtime.ReadMemStats(&after)
	if per := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / n; per > 800 {
		t.Errorf("an idle connection holds %d bytes, want at most 800 with its place in the map", per)
	} else {
		t.Logf("an idle connection holds %d bytes", per)
	}
	runtime.KeepAlive(l)
}
