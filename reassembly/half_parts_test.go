package reassembly

import (
	"bytes"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/capture"
)

// TestDistance: sequence numbers are compared modulo 2^32 (RFC 9293 section 3.4).
func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b uint32
		want int64
	}{
		{5, 5, 0}, {6, 5, 1}, {5, 6, -1}, {0, math.MaxUint32, 1}, {math.MaxUint32, 0, -1}, {100, math.MaxUint32 - 99, 200},
		{1<<31 - 1, 0, 1<<31 - 1}, {1 << 31, 0, -1 << 31}, {0, 1<<31 + 1, 1<<31 - 1},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%d after %d: got %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// TestOffset finds the place of a number in streams longer than all numbers.
func TestOffset(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := &half{base: rapid.Uint32().Draw(t, "base"), next: rapid.Int64Range(0, 1<<40).Draw(t, "next")}
		want := h.next + rapid.Int64Range(-1<<31, 1<<31-1).Draw(t, "away")
		if got := h.offset(uint32(uint64(h.base) + uint64(want))); got != want {
			t.Fatalf("got %d, want %d", got, want)
		}
	})
}

// TestMarks: a wait is over by time or by packets, whichever comes first; a clock that goes back does not end it.
func TestMarks(t *testing.T) {
	t.Parallel()
	l := Limits{Wait: 100, WaitPackets: 10}
	for _, c := range []struct {
		name  string
		since mark
		now   mark
		want  bool
	}{
		{"at once", mark{50, 5}, mark{50, 5}, false},
		{"just before the time", mark{50, 5}, mark{149, 6}, false},
		{"at the time", mark{50, 5}, mark{150, 6}, true},
		{"just before the packets", mark{50, 5}, mark{60, 14}, false},
		{"at the packets", mark{50, 5}, mark{60, 15}, true},
		{"the clock went back", mark{500, 5}, mark{50, 6}, false},
		{"the clock went back, but enough packets", mark{500, 5}, mark{50, 15}, true},
		{"times as far apart as they can be", mark{math.MinInt64, 5}, mark{math.MaxInt64, 6}, true},
	} {
		if got := c.since.passed(c.now, &l); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestEntryParts: a part of a run is the bytes that lie there, of a hole their number.
func TestEntryParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 20).Draw(t, "bytes")
		e := entry{off: 100, n: n, packet: 7, hasSum: true}
		if !rapid.Bool().Draw(t, "hole") {
			e.data = []byte("abcdefghijklmnopqrst")[:n]
		}
		from := rapid.Int64Range(90, 130).Draw(t, "from")
		to := rapid.Int64Range(from, 135).Draw(t, "to")
		p := e.part(from, to)
		var want string
		for off := max(from, 100); off < min(to, 100+n); off++ {
			want += string("abcdefghijklmnopqrst"[off-100])
		}
		if p.n != int64(len(want)) || p.n > 0 && p.off != max(from, 100) || p.packet != 7 || (p.data == nil) != (e.data == nil) {
			t.Fatalf("[%d, %d) of %+v: got %+v, want %q", from, to, e, p, want)
		}
		if e.data != nil && string(p.data) != want {
			t.Fatalf("[%d, %d) of %+v: got %q, want %q", from, to, e, p.data, want)
		}
		if p.hasSum && p.n != e.n {
			t.Fatalf("the sum of %+v is taken for that of %+v", e, p)
		}
	})
}

// TestAnyQueue holds the sorted queue of runs against a slice.
func TestAnyQueue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var q queue
		var want []int64
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			if len(want) > 0 && rapid.IntRange(0, 2).Draw(t, "pop") == 0 {
				q.pop()
				want = want[1:]
			} else {
				off := 10 * rapid.Int64Range(0, 1000).Draw(t, "off")
				i, found := slices.BinarySearch(want, off)
				if found {
					continue
				}
				if at := q.search(off); at != i {
					t.Fatalf("a run at %d comes at %d, want %d of %v", off, at, i, want)
				}
				q.insert(i, entry{off: off, n: 10})
				want = slices.Insert(want, i, off)
			}
			if q.size() != len(want) {
				t.Fatalf("%d runs, want %d", q.size(), len(want))
			}
			for i, off := range want {
				if q.run(i).off != off {
					t.Fatalf("run %d is at %d, want %v", i, q.run(i).off, want)
				}
			}
		}
		if len(q.slab) > 301 || len(q.free)+len(want) != len(q.slab) {
			t.Fatalf("%d places, %d of them free, %d runs", len(q.slab), len(q.free), len(want))
		}
	})
	var none *queue
	if none.size() != 0 || (*wait)(nil).size() != 0 || (*wait)(nil).at(5) != nil {
		t.Error("nothing holds something")
	}
}

// loneHalf is a direction that reports to the log.
func loneHalf() (*half, *calls) {
	log := &calls{}
	c := &Conn{handler: log}
	h := &c.halves[Fwd]
	h.start(c, Fwd)
	h.anchored = true
	return h, log
}

// TestCompareReportsWhatDiffers: exactly the differing bytes, but for runs with up to 7 equal bytes between, which are one.
func TestCompareReportsWhatDiffers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, a, b, want string }{
		{"equal", "abcdef", "abcdef", ""},
		{"empty", "", "", ""},
		{"first byte", "Xbcdef", "abcdef", "100+1"},
		{"last byte", "abcdeX", "abcdef", "105+1"},
		{"all", "XXX", "abc", "100+3"},
		{"7 equal bytes between", "X1234567X", "a1234567b", "100+9"},
		{"8 equal bytes between", "X12345678X", "a12345678b", "100+1 109+1"},
		{"three runs, two of them near", "X1X12345678X", "a1b12345678c", "100+3 111+1"},
	} {
		h, log := loneHalf()
		h.compare(100, []byte(c.a), []byte(c.b))
		var got []string
		for _, l := range log.log {
			var d, off, n int
			_, _ = fmt.Sscanf(l, "conflict %d %d %d", &d, &off, &n)
			got = append(got, fmt.Sprintf("%d+%d", off, n))
		}
		if s := strings.Join(got, " "); s != c.want || int(h.stats().Conflicts) != len(got) {
			t.Errorf("%s: got %q, want %q; %d counted", c.name, s, c.want, h.stats().Conflicts)
		}
	}
}

// TestAnyDifferences: each differing byte is in a range that is reported, each range starts and ends with one, and between two
// ranges there are more than 7 equal bytes.
func TestAnyDifferences(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := make([]byte, rapid.IntRange(1, 60).Draw(t, "bytes"))
		b := bytes.Clone(a)
		for range rapid.IntRange(0, 6).Draw(t, "differences") {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = 1
		}
		h, log := loneHalf()
		h.compare(0, a, b)
		covered := make([]bool, len(a))
		last := -100
		for _, l := range log.log {
			var d, off, n int
			_, _ = fmt.Sscanf(l, "conflict %d %d %d", &d, &off, &n)
			if b[off] == 0 || b[off+n-1] == 0 || off-last <= joinWithin {
				t.Fatalf("% x: range %d+%d, the last one ends at %d", b, off, n, last)
			}
			for i := range n {
				covered[off+i] = true
			}
			last = off + n
		}
		for i := range b {
			if b[i] != 0 && !covered[i] {
				t.Fatalf("% x: byte %d is not reported: %q", b, i, log.log)
			}
		}
	})
}

// TestRangeRing remembers the last 8 ranges.
func TestRangeRing(t *testing.T) {
	t.Parallel()
	var g rangeRing
	if g.overlap(0, 1000) != 0 {
		t.Error("nothing overlaps")
	}
	for i := range int64(10) {
		g.add(100*i, 100*i+10)
	}
	for _, c := range []struct{ off, end, want int64 }{
		{0, 200, 0}, // the first two are gone
		{0, 205, 5}, {200, 210, 10}, {205, 206, 1}, {209, 301, 2}, {210, 300, 0}, {0, 2000, 80}, {905, 2000, 5}, {910, 2000, 0}, {300, 300, 0},
	} {
		if got := g.overlap(c.off, c.end); got != c.want {
			t.Errorf("[%d, %d): got %d, want %d", c.off, c.end, got, c.want)
		}
	}
}

// TestHistoryKeepsTheBytes: those of each span can be read, from the batch or from a ring that goes round, until it is acknowledged.
func TestHistoryKeepsTheBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p history
		var stream []byte
		from := int64(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "do") {
			case 0:
				from = max(from, rapid.Int64Range(0, int64(len(stream))).Draw(t, "acknowledged"))
				p.trim(from, mark{})
			case 1:
				ring := p.ring
				for size := 16; len(ring) < p.room(); size *= 2 {
					ring = make([]byte, size)
				}
				p.own(ring)
			default:
				b := make([]byte, rapid.IntRange(1, 40).Draw(t, "bytes"))
				for i := range b {
					b[i] = byte(len(stream) + i)
				}
				p.push(span{off: int64(len(stream)), n: uint32(len(b)), data: b}, 1<<20)
				stream = append(stream, b...)
			}
			live := p.live()
			for i := range live {
				s := &live[i]
				if s.end() <= from {
					t.Fatalf("[%d, %d) is kept, acknowledged is %d", s.off, s.end(), from)
				}
				for at := s.off; at < s.end(); {
					got := p.bytes(s, at, s.end())
					if len(got) == 0 || !bytes.Equal(got, stream[at:at+int64(len(got))]) {
						t.Fatalf("at %d of [%d, %d): % x", at, s.off, s.end(), got)
					}
					at += int64(len(got))
				}
				if j := p.search(s.off); j != i {
					t.Fatalf("[%d, %d) is found at %d, want %d", s.off, s.end(), j, i)
				}
			}
		}
	})
}

// TestHistoryIsBounded by what its spans count, the oldest go first.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	var p history
	for i := range 1000 {
		p.push(span{off: int64(10 * i), n: 10, data: make([]byte, 10), ipid: uint16(i)}, 10*(10+spanOverhead))
	}
	live := p.live()
	if len(live) != 10 || live[0].off != 9900 || p.cost != 10*(10+spanOverhead) || p.room() != 100 {
		t.Errorf("%d spans from %d, cost %d, room %d", len(live), live[0].off, p.cost, p.room())
	}
	for _, c := range []struct {
		off  int64
		n    int
		ipid uint16
		want bool
	}{
		{9900, 10, 990, true}, {9990, 10, 999, true}, {9900, 10, 991, false}, {9900, 9, 990, false}, {9901, 10, 990, false}, {0, 10, 0, false}, {10000, 10, 1000, false},
	} {
		if got := p.holds(c.off, c.n, c.ipid); got != c.want {
			t.Errorf("%d bytes at %d with identification %d: got %v, want %v", c.n, c.off, c.ipid, got, c.want)
		}
	}
	if (*history)(nil).holds(0, 0, 0) || (*history)(nil).live() != nil {
		t.Error("nothing holds something")
	}
}

// TestTrust: a wrong checksum means damage where others of the direction verify, at least one for four wrong ones.
func TestTrust(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		good, bad uint16
		want      bool
	}{{0, 0, false}, {1, 0, true}, {1, 4, true}, {1, 5, false}, {2, 8, true}, {2, 9, false}, {0, 1, false}, {65535, 65535, true}} {
		if got := (&evidence{good: c.good, bad: c.bad}).trusted(); got != c.want {
			t.Errorf("%d good, %d bad: got %v, want %v", c.good, c.bad, got, c.want)
		}
	}
}

func TestFlows(t *testing.T) {
	t.Parallel()
	v4 := func(s string) [16]byte { return netip.AddrFrom4(netip.MustParseAddr(s).As4()).As16() }
	v6 := func(s string) [16]byte { return netip.MustParseAddr(s).As16() }
	for _, c := range []struct {
		name     string
		f        Flow
		a, b     string
		loopback bool
	}{
		{"IPv4", Flow{A: v4("10.0.0.1"), B: v4("10.0.0.2"), APort: 5, BPort: 80}, "10.0.0.1:5", "10.0.0.2:80", false},
		{"IPv4 loopback", Flow{A: v4("127.0.0.1"), B: v4("127.8.9.10"), APort: 5, BPort: 80}, "127.0.0.1:5", "127.8.9.10:80", true},
		{"IPv6", Flow{A: v6("2001:db8::1"), B: v6("2001:db8::2"), APort: 5, BPort: 80, V6: true}, "[2001:db8::1]:5", "[2001:db8::2]:80", false},
		{"IPv6 loopback", Flow{A: v6("::1"), B: v6("::1"), APort: 5, BPort: 80, V6: true}, "[::1]:5", "[::1]:80", true},
		{"IPv4-mapped addresses of IPv6 stay those", Flow{A: v6("::ffff:1.2.3.4"), B: v6("::1"), V6: true}, "[::ffff:1.2.3.4]:0", "[::1]:0", false},
	} {
		s := Segment{Flow: c.f}
		if s.Src().String() != c.a || s.Dst().String() != c.b {
			t.Errorf("%s: from %v to %v, want %s, %s", c.name, s.Src(), s.Dst(), c.a, c.b)
		}
		if s.FromB = true; s.Src().String() != c.b || s.Dst().String() != c.a {
			t.Errorf("%s, from B: from %v to %v, want %s, %s", c.name, s.Src(), s.Dst(), c.b, c.a)
		}
		if c.f.loopback() != c.loopback {
			t.Errorf("%s: loopback %v", c.name, c.f.loopback())
		}
	}
}

// TestHashSpreads flows that differ in one number over the shards.
func TestHashSpreads(t *testing.T) {
	t.Parallel()
	const shards, flows = 8, 8000
	for _, c := range []struct {
		name string
		make func(i int) Flow
	}{
		{"client ports", func(i int) Flow { return Flow{APort: uint16(i), BPort: 443} }},
		{"server ports", func(i int) Flow { return Flow{APort: 50000, BPort: uint16(i)} }},
		{"addresses", func(i int) Flow { return Flow{A: [16]byte{14: byte(i >> 8), 15: byte(i)}} }},
		{"networks", func(i int) Flow { return Flow{B: [16]byte{0: byte(i >> 8), 1: byte(i)}} }},
	} {
		var n [shards]int
		for i := range flows {
			f := c.make(i)
			n[f.Hash()%shards]++
		}
		for s, got := range n {
			if got < flows/shards/2 || got > flows/shards*2 {
				t.Errorf("%s: shard %d has %d of %d flows", c.name, s, got, flows)
			}
		}
	}
}

// TestLimitDefaults are what a Limits with nothing, or with nonsense, means.
func TestLimitDefaults(t *testing.T) {
	t.Parallel()
	want := Limits{Waiting: 8 << 20, WaitingAll: 64 << 20, Unacked: 256 << 10, UnackedAll: 64 << 20, Conns: 1_000_000, Closed: 65_536,
		Wait: sec, WaitPackets: 1000}
	for _, l := range []Limits{{}, {Waiting: -1, WaitingAll: -1, Unacked: -1, UnackedAll: -1, Conns: -1, Closed: -1, Wait: -1, WaitPackets: -1}} {
		if got := l.withDefaults(); got != want {
			t.Errorf("%+v: got %+v, want %+v", l, got, want)
		}
	}
	set := Limits{1, 2, 3, 4, 5, 6, capture.Time(7), 8}
	if got := set.withDefaults(); got != set {
		t.Errorf("got %+v, want %+v", got, set)
	}
}

// TestAccountAdds every field once: the sum of the rest stays the stream.
func TestAccountAdds(t *testing.T) {
	t.Parallel()
	b := Bytes{1, 2, 3, 4, 5, 6, 7}
	b.Add(Bytes{10, 20, 30, 40, 50, 60, 70})
	if want := (Bytes{11, 22, 33, 44, 55, 66, 77}); b != want {
		t.Errorf("got %+v, want %+v", b, want)
	}
}
