package reassembly

import (
	"math/rand/v2"
	"testing"

	"github.com/wspeek/wspeek/capture"
)

// model is the plainest reassembler there is: the first byte seen of each offset.
type model struct {
	first map[int]byte
	// next is the first offset not seen, seen the highest end, acked what B acknowledged.
	next, seen, acked int
}

// send takes a segment and returns the offsets whose bytes must be reported as differing, and those whose bytes may be: what
// was acknowledged is still compared for a while.
func (m *model) send(off int, data string, push bool) (must, may map[int]bool) {
	must, may = map[int]bool{}, map[int]bool{}
	if len(data) == 0 || len(data) == 1 && m.isProbe(off, push) {
		return must, may
	}
	outstanding := m.acked < max(m.next, m.seen)
	probe := len(data) == 1 && (off+1 == m.next || off+1 == m.seen)
	for i := range len(data) {
		at := off + i
		old, known := m.first[at]
		switch {
		case !known:
			m.first[at] = data[i]
		case old == data[i]:
		case (at >= m.next || at >= m.acked) && (outstanding || !probe):
			must[at] = true
		default:
			may[at] = true
		}
	}
	m.seen = max(m.seen, off+len(data))
	return must, may
}

// isProbe recognises a keep-alive that repeats a byte that was acknowledged but not captured.
func (m *model) isProbe(off int, push bool) bool {
	_, known := m.first[off]
	return off+1 != m.next && off+1 != m.seen && off+1 == m.acked && off+1 > m.next && !push && !known
}

func (m *model) advance() {
	for {
		if _, ok := m.first[m.next]; !ok {
			return
		}
		m.next++
	}
}

// checkDiffer compares what was reported of a segment with what had to be and could be: the differing bytes, and
// between them at most runs of 7 others.
func checkDiffer(t *testing.T, told []offRange, must, may map[int]bool, acked int64) {
	t.Helper()
	got := map[int]bool{}
	differs := func(at int64) bool { return must[int(at)] || may[int(at)] }
	for _, r := range told {
		if r.off < acked {
			checkRoughly(t, r, differs, got)
			continue
		}
		if !differs(r.off) || !differs(r.end-1) {
			t.Errorf("conflict [%d,%d) does not start and end with differing bytes of %v or %v", r.off, r.end, must, may)
		}
		equal := 0
		for at := r.off; at < r.end; at++ {
			got[int(at)] = true
			if equal++; differs(at) {
				equal = 0
			}
			if equal > joinWithin {
				t.Errorf("conflict [%d,%d) holds more than 7 equal bytes of %v or %v", r.off, r.end, must, may)
			}
		}
	}
	for at := range must {
		if !got[at] {
			t.Errorf("byte %d differed and was not reported, only %v", at, told)
		}
	}
}

// checkRoughly checks a conflict in what was acknowledged: of that sums are compared, so all of a segment is reported.
func checkRoughly(t *testing.T, r offRange, differs func(int64) bool, got map[int]bool) {
	t.Helper()
	any := false
	for at := r.off; at < r.end; at++ {
		got[int(at)] = true
		any = any || differs(at)
	}
	if !any {
		t.Errorf("conflict [%d,%d), where no byte differs", r.off, r.end)
	}
}

// hostile sends what in describes, three bytes an action, and compares with the model.
func hostile(t *testing.T, in []byte) {
	b := newBench(t, Limits{})
	b.send(handshake(0)...)
	m, k := &model{first: map[int]byte{}}, b.conns[0]
	for ; len(in) >= 3 && b.packet < 900; in = in[3:] {
		k.differ[Fwd] = nil
		off, n, variant := int(in[0]), int(in[1]>>2), in[2]
		switch in[1] & 3 {
		case 0:
			b.send(bb(0, "", off))
			if off > m.acked {
				m.acked = off
			}
			continue
		case 1:
			b.batch()
			continue
		}
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(off + i)
			if variant>>(i%8)&1 != 0 {
				data[i] ^= 0x80
			}
		}
		s := a(off, string(data), 0)
		if in[1]&3 == 3 {
			s = s.without(PSH)
		}
		b.send(s)
		must, may := m.send(off, string(data), in[1]&3 == 2)
		checkDiffer(t, k.differ[Fwd], must, may, int64(m.acked))
		m.advance()
		if int(k.next[Fwd]) != m.next {
			t.Fatalf("passed on up to %d, want %d", k.next[Fwd], m.next)
		}
	}
	b.finish()
	if k.next[Fwd] < int64(m.seen) {
		t.Fatalf("passed on up to %d, want at least %d", k.next[Fwd], m.seen)
	}
	missing := map[int]bool{}
	for _, g := range k.gaps[Fwd] {
		for at := g.off; at < g.end; at++ {
			missing[int(at)] = true
		}
	}
	for at, c := range k.data[Fwd] {
		if f, ok := m.first[at]; ok == missing[at] || ok && f != c {
			t.Fatalf("byte %d: told %#x (missing %v), the first copy is %#x (seen %v)", at, c, missing[at], f, ok)
		}
	}
}

// FuzzSegments sends overlapping, differing, shuffled segments and ACKs, and compares what is passed on with a plain model.
func FuzzSegments(f *testing.F) {
	f.Add([]byte{0, 20<<2 | 2, 0, 10, 20<<2 | 2, 0xff, 15, 0, 0, 0, 30<<2 | 2, 1})
	f.Add([]byte{50, 20<<2 | 2, 0, 0, 1, 0, 40, 20<<2 | 3, 0xaa, 0, 60<<2 | 2, 0x55, 49, 1<<2 | 3, 1})
	f.Fuzz(hostile)
}

func TestHostileSegments(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		in := make([]byte, 3*(1+rng.IntN(60)))
		for i := range in {
			in[i] = byte(rng.Uint32())
		}
		if hostile(t, in); t.Failed() {
			t.Fatalf("input %x", in)
		}
	}
}

// anything sends segments with any flags, numbers and times over a few flows; only the contract holds.
func anything(t *testing.T, in []byte) {
	b := newBench(t, Limits{Waiting: 4 << 10, WaitingAll: 8 << 10, Unacked: 2 << 10, UnackedAll: 4 << 10, Conns: 3, Closed: 2})
	payload := make([]byte, 256)
	for ; len(in) >= 10 && len(b.conns) < 200; in = in[10:] {
		s := Segment{Flow: flow(int(in[0] & 3)), FromB: in[0]&4 != 0, Flags: Flags(in[1]), Window: uint16(in[2]) << 8, Scale: int8(in[3]%18) - 1}
		s.Seq, s.Ack = number(in[4], in[5]), number(in[6], in[7])
		s.Payload, s.Missing = payload[:in[8]], int(in[0]>>5)*int(in[9]&7)
		if in[0]&8 != 0 {
			s.Payload = nil
		}
		b.packet++
		b.now += capture.Time(int8(in[9])) << (in[3] % 40)
		s.Packet, s.Time = b.packet, b.now
		b.table.Segment(&s)
		switch in[9] & 0xf0 {
		case 0x10:
			b.table.EndBatch()
		case 0x20:
			b.table.Tick(b.now + sec)
		}
		if n := b.table.openCount(); n > 3 {
			t.Fatalf("%d connections open, want at most 3", n)
		}
		if b.table.waiting > 8<<10 {
			t.Fatalf("%d bytes wait, want at most 8 KiB", b.table.waiting)
		}
	}
	b.finish()
}

// number is a sequence number near a few places, also far apart ones.
func number(place, off byte) uint32 {
	return uint32(place>>5)<<29 + uint32(place&7)<<(place>>3&3*4) + uint32(off)
}

func FuzzTable(f *testing.F) {
	f.Add([]byte{0, 2, 1, 1, 0, 0, 0, 0, 0, 0, 4, 18, 1, 1, 0, 50, 0, 1, 0, 0, 0, 16, 1, 1, 0, 1, 0, 51, 40, 0})
	f.Fuzz(anything)
}

func TestAnything(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		in := make([]byte, 10*(1+rng.IntN(80)))
		for i := range in {
			in[i] = byte(rng.Uint32())
		}
		for i := 1; i < len(in); i += 10 {
			if rng.IntN(3) > 0 {
				in[i] = byte(ACK)
			}
		}
		if anything(t, in); t.Failed() {
			t.Fatalf("input %x", in)
		}
	}
}
