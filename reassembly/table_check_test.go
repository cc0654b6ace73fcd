package reassembly

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
)

// checker is a Handler that asserts the contract of Handler and records what it is called with.
type checker struct {
	t        testing.TB
	conn     *Conn
	next     [2]int64
	data     [2][]byte
	gaps     [2][]offRange
	differ   [2][]offRange
	closed   [2]CloseKind
	acks     [2][]int64
	log      []string
	total    int64
	lossy    bool
	noRecord bool
}

func (k *checker) Data(d Dir, c Chunk) {
	k.open(d, "Data")
	if len(c.Data) == 0 {
		k.t.Errorf("%v: Data without bytes at %d", d, c.Off)
	}
	if c.Off != k.next[d] {
		k.t.Errorf("dir %d: Data at %d, want %d", d, c.Off, k.next[d])
	}
	if c.Packet < k.conn.First.Packet || c.Packet > k.conn.Last.Packet {
		k.t.Errorf("dir %d: Data of packet %d, want within %d to %d", d, c.Packet, k.conn.First.Packet, k.conn.Last.Packet)
	}
	k.next[d] += int64(len(c.Data))
	k.total += int64(len(c.Data))
	if k.noRecord {
		return
	}
	k.data[d] = append(k.data[d], c.Data...)
	k.acks[d] = append(k.acks[d], c.Ack)
	k.log = append(k.log, fmt.Sprintf("%d data %d %q", d, c.Off, c.Data))
}

func (k *checker) Gap(d Dir, off, n int64) {
	k.open(d, "Gap")
	if off != k.next[d] || n <= 0 {
		k.t.Errorf("dir %d: Gap of %d at %d, want at %d", d, n, off, k.next[d])
	}
	k.next[d] += n
	k.total += n
	k.gaps[d] = append(k.gaps[d], offRange{off, off + n})
	if n < 1<<20 && !k.noRecord {
		k.data[d] = append(k.data[d], strings.Repeat("?", int(n))...)
	} else {
		k.lossy = true
	}
	k.log = append(k.log, fmt.Sprintf("%d gap %d+%d", d, off, n))
}

func (k *checker) Conflict(d Dir, off, n int64) {
	k.open(d, "Conflict")
	if off < 0 || n <= 0 {
		k.t.Errorf("dir %d: Conflict of %d at %d", d, n, off)
	}
	k.differ[d] = append(k.differ[d], offRange{off, off + n})
	k.log = append(k.log, fmt.Sprintf("%d conflict %d+%d", d, off, n))
}

func (k *checker) Close(d Dir, c CloseKind) {
	k.open(d, "Close")
	k.closed[d] = c
	k.log = append(k.log, fmt.Sprintf("%d close %d", d, c))
}

func (k *checker) open(d Dir, what string) {
	if k.closed[d] != 0 {
		k.t.Errorf("dir %d: %s after Close(%d)", d, what, k.closed[d])
	}
}

// bench is a Table with checkers, and two hosts that send through it.
type bench struct {
	t      testing.TB
	table  *Table
	bytes  Bytes
	conns  []*checker
	packet int
	now    capture.Time
	// reuse is batch memory that is overwritten at the end of each batch.
	used [][]byte
}

func newBench(t testing.TB, l Limits) *bench {
	b := &bench{t: t, now: 1_000_000_000_000}
	b.table = NewTable(b, l, &b.bytes)
	return b
}

func (b *bench) Accept(c *Conn) Handler {
	k := &checker{t: b.t, conn: c}
	b.conns = append(b.conns, k)
	return k
}

const (
	hostA = false
	hostB = true
)

// flow is the n-th flow: A is 10.0.0.1, B is 10.0.0.2:80.
func flow(n int) Flow {
	f := Flow{APort: uint16(n), BPort: 80}
	f.A = netip.AddrFrom4([4]byte{10, 0, byte(n >> 16), 1}).As16()
	f.B = netip.AddrFrom4([4]byte{10, 0, 0, 2}).As16()
	return f
}

// seg is a segment to send. Ack 0 without the flag means none.
type seg struct {
	flow    int
	from    bool
	flags   Flags
	seq     uint32
	ack     uint32
	data    string
	missing int
	ipid    uint16
	win     uint16
	scale   int8
	after   capture.Time
}

func (b *bench) send(segs ...seg) *bench {
	for _, s := range segs {
		b.packet++
		b.now += 1000 + s.after
		win := s.win
		if win == 0 {
			win = 60000
		}
		scale := int8(-1)
		if s.flags&SYN != 0 {
			scale = s.scale
		}
		mem := []byte(s.data)
		b.used = append(b.used, mem)
		b.table.Segment(&Segment{Packet: b.packet, Time: b.now, Flow: flow(s.flow), FromB: s.from, Flags: s.flags,
			Seq: s.seq, Ack: s.ack, Window: win, Scale: scale, Payload: mem, Missing: s.missing, IPID: s.ipid})
	}
	return b
}

// batch ends the batch, and destroys its memory.
func (b *bench) batch() *bench {
	b.table.EndBatch()
	for _, m := range b.used {
		for i := range m {
			m[i] = 0xEE
		}
	}
	b.used = nil
	return b
}

// finish ends the capture and checks what holds of every run.
func (b *bench) finish() *bench {
	b.table.Finish()
	var total int64
	for i, k := range b.conns {
		total += k.total
		for d := range k.closed {
			if k.closed[d] == 0 {
				b.t.Errorf("connection %d dir %d: not closed", i, d)
			}
			st := &k.conn.Stats[d]
			if st.Bytes+st.Missing != k.next[d] {
				b.t.Errorf("connection %d dir %d: Stats say %d+%d bytes, passed on %d", i, d, st.Bytes, st.Missing, k.next[d])
			}
		}
	}
	if b.bytes.Stream != total {
		b.t.Errorf("Bytes.Stream is %d, want %d", b.bytes.Stream, total)
	}
	if b.table.waiting != 0 || b.table.kept != 0 || b.table.waiters.n != 0 {
		b.t.Errorf("after Finish: waiting %d, kept %d, waiters %d, want 0", b.table.waiting, b.table.kept, b.table.waiters.n)
	}
	return b
}

// open are the segments of a handshake; A begins at 1001, B at 5001.
func handshake(f int) []seg {
	return []seg{
		{flow: f, from: hostA, flags: SYN, seq: 1000, scale: 7},
		{flow: f, from: hostB, flags: SYN | ACK, seq: 5000, ack: 1001, scale: 7},
		{flow: f, from: hostA, flags: ACK, seq: 1001, ack: 5001},
	}
}

// a is a segment from A at offset off (base 1001), acknowledging offset ack of B; bb the same from B (base 5001).
func a(off int, data string, ack int) seg {
	return seg{from: hostA, flags: ACK | PSH, seq: uint32(1001 + off), ack: uint32(5001 + ack), data: data}
}

func bb(off int, data string, ack int) seg {
	return seg{from: hostB, flags: ACK | PSH, seq: uint32(5001 + off), ack: uint32(1001 + ack), data: data}
}

func (s seg) with(f Flags) seg         { s.flags |= f; return s }
func (s seg) without(f Flags) seg      { s.flags &^= f; return s }
func (s seg) later(t capture.Time) seg { s.after = t; return s }
func (s seg) id(n uint16) seg          { s.ipid = n; return s }
func (s seg) cutBy(n int) seg          { s.missing = n; return s }

const sec = capture.Time(1_000_000_000)

// wantLog compares all calls for a connection.
func (b *bench) wantLog(n int, want ...string) *bench {
	b.t.Helper()
	if n >= len(b.conns) {
		b.t.Fatalf("%d connections, want more than %d", len(b.conns), n)
	}
	if got := strings.Join(b.conns[n].log, "\n"); got != strings.Join(want, "\n") {
		b.t.Errorf("connection %d: calls\n%s\nwant:\n%s", n, got, strings.Join(want, "\n"))
	}
	return b
}

func (b *bench) wantConns(n int) *bench {
	b.t.Helper()
	if len(b.conns) != n {
		b.t.Errorf("%d connections, want %d", len(b.conns), n)
	}
	return b
}

func wantStat[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
