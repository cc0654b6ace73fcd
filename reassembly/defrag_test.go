package reassembly_test

import (
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// text is a payload whose every piece differs.
var text = strings.Repeat("the quick brown fox jumps over the lazy dog 0123456789 ", 40)[:2000]

// pieces are the fragments of a packet with text in a TCP segment, of at most n bytes each.
func pieces(v6 bool, n int) (packets [][]byte) {
	seg := tcp(text)
	for off := 0; off < len(seg); off += n {
		piece, more := seg[off:min(off+n, len(seg))], off+n < len(seg)
		if v6 {
			packets = append(packets, ethernet(ipv6(44, fragment6(off, more, piece))))
		} else {
			packets = append(packets, ethernet(fragment4(ipv4(6, piece), off, more)))
		}
	}
	return packets
}

// feed expects no segment of the packets but the last, and of that one text.
func feed(t *testing.T, d *reassembly.Dissector, packets [][]byte) {
	t.Helper()
	var s reassembly.Segment
	for i, b := range packets[:len(packets)-1] {
		if r := d.Segment(packet(b), &s); r != reassembly.FragmentWaiting {
			t.Fatalf("fragment %d: got %q, want it to wait", i, r)
		}
		clear(b) // the batch is used again
	}
	mustSegmentFrom(t, d, packet(packets[len(packets)-1]), text, 0)
}

func account(t *testing.T, d *reassembly.Dissector, decoded int64, want map[string]int64) {
	t.Helper()
	if got := d.Skipped(); d.Decoded() != decoded || !maps.Equal(got, want) {
		t.Errorf("account: got %d decoded and %v, want %d and %v", d.Decoded(), got, decoded, want)
	}
}

func TestHazard_L6_InEveryOrder(t *testing.T) {
	t.Parallel()
	for _, v6 := range []bool{false, true} {
		rng := rand.New(rand.NewPCG(1, 2))
		for range 50 {
			var d reassembly.Dissector
			p := pieces(v6, 400)
			rng.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
			feed(t, &d, p)
			account(t, &d, 1, map[string]int64{"ip fragment, joined": 5})
		}
	}
}

func TestHazard_L6_JoinedOutlivesTheBatch(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	p := pieces(false, 1000)
	last := p[len(p)-1]
	s := reassembly.Segment{}
	for _, b := range p {
		d.Segment(packet(b), &s)
	}
	clear(last)
	if string(s.Payload) != text {
		t.Errorf("the payload lies in the packet: got %.60q", s.Payload)
	}
}

// Copies that overlap with the same bytes are joined. With other bytes it is not known what the receiver took, nor may it take
// any (RFC 5722 section 4).
func TestHazard_L6_Overlaps(t *testing.T) {
	t.Parallel()
	seg := tcp(text)
	other := []byte(strings.Repeat("X", len(seg)))
	at := func(b []byte, from, to int) []byte {
		return ethernet(fragment4(ipv4(6, b[from:to:to]), from, to < len(seg)))
	}
	for _, c := range []struct {
		name    string
		packets [][]byte
		same    bool
	}{
		{"inside", [][]byte{at(seg, 0, 800), at(other, 200, 400), at(seg, 800, len(seg))}, false},
		{"the end", [][]byte{at(seg, 0, 800), at(other, 400, 800), at(seg, 400, len(seg))}, false},
		{"the start, the same bytes", [][]byte{at(seg, 800, len(seg)), at(seg, 400, 1200), at(seg, 0, 400)}, true},
		{"over two and the hole between", [][]byte{at(seg, 0, 400), at(seg, 800, len(seg)), at(mix(seg, other, 400, 800), 0, len(seg)-4)}, false},
		{"the same place", [][]byte{at(seg, 0, 800), at(other, 0, 800), at(seg, 800, len(seg))}, false},
		{"the same place and bytes", [][]byte{at(seg, 0, 800), at(seg, 0, 800), at(seg, 800, len(seg))}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var d reassembly.Dissector
			if c.same {
				feed(t, &d, c.packets)
				account(t, &d, 1, map[string]int64{"ip fragment, joined": 2})
				return
			}
			for _, b := range c.packets {
				if r := d.Segment(packet(b), &reassembly.Segment{}); r == reassembly.OK {
					t.Error("a datagram whose fragments contradict each other was joined")
				}
			}
			account(t, &d, 0, map[string]int64{"ip fragment, overlaps with other bytes": 3})
		})
	}
}

// mix is b outside [from,to) and a inside, up to a multiple of 8.
func mix(a, b []byte, from, to int) []byte {
	m := append([]byte(nil), b...)
	copy(m[from:to], a[from:to])
	return m
}

func TestHazard_L6_Duplicates(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	var s reassembly.Segment
	p := pieces(false, 1000)
	for _, b := range [][]byte{p[0], p[0], p[1], p[2]} {
		d.Segment(packet(b), &s)
	}
	account(t, &d, 1, map[string]int64{"ip fragment, joined": 3})
	for _, b := range [][]byte{p[2], p[1]} {
		if r := d.Segment(packet(b), &s); r != reassembly.FragmentDuplicate {
			t.Errorf("a copy after the end: got %q", r)
		}
	}
	account(t, &d, 1, map[string]int64{"ip fragment, joined": 3, "ip fragment, duplicate": 2})
	q := pieces(false, 1000) // the identification comes again
	for _, b := range q {
		b[14+20+4+3]++ // another sequence number, or text
	}
	for i, b := range q {
		if r := d.Segment(packet(b), &s); (r == reassembly.OK) != (i == len(q)-1) {
			t.Errorf("fragment %d of a later datagram: got %q", i, r)
		}
	}
}

func TestHazard_L6_NeverFinished(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	var s reassembly.Segment
	p := pieces(false, 1000)
	first, last := packet(p[0]), packet(p[2])
	last.Time = 31_000_000_000
	d.Segment(first, &s)
	d.Segment(last, &s)
	middle := packet(p[1])
	middle.Time = last.Time
	if r := d.Segment(middle, &s); r != reassembly.FragmentWaiting {
		t.Errorf("after 31 s: got %q", r)
	}
	account(t, &d, 0, map[string]int64{"ip fragment, not reassembled": 3})
}

func TestHazard_L6_TimeGoesBack(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	var s reassembly.Segment
	for i, b := range pieces(false, 1000) {
		p := packet(b)
		p.Time = capture.Time(-i) * 1_000_000_000_000
		d.Segment(p, &s)
	}
	account(t, &d, 1, map[string]int64{"ip fragment, joined": 2})
}

func TestHazard_L6_Flood(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]reassembly.FragmentLimits{
		"datagrams": {Datagrams: 100},
		"bytes":     {Bytes: 100 * (1000 + 3*128)},
	} {
		d := reassembly.Dissector{Fragments: limits}
		var s reassembly.Segment
		for i := range 5000 {
			b := pieces(false, 1000)[0]
			binary.BigEndian.PutUint16(b[14+4:], uint16(i))
			d.Segment(packet(b), &s)
		}
		waiting, over := d.SkippedFor(reassembly.FragmentWaiting), d.SkippedFor(reassembly.FragmentLimit)
		if waiting+over != 5000 || waiting > 130 || waiting < 90 {
			t.Errorf("%s: %d wait, %d over the limit", name, waiting, over)
		}
	}
}

// Fragments of a TCP segment that is not whole make the run incomplete, those of others do not.
func TestHazard_L6_SegmentNotWhole(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	var s reassembly.Segment
	p := pieces(false, 400)
	feed(t, &d, p)
	if got := d.Damaged(); len(got) > 0 {
		t.Errorf("all are joined, and %v are damaged", got)
	}
	for _, b := range pieces(false, 408)[1:3] {
		b[19] ^= 1 // another identification
		d.Segment(packet(b), &s)
	}
	d.Segment(packet(ethernet(fragment4(ipv4(50, make([]byte, 16)), 8, false))), &s)
	want := map[string]int64{reassembly.FragmentWaiting.String(): 2}
	if got := d.Damaged(); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v (skipped %v)", got, want, d.Skipped())
	}
}

// One datagram of many tiny fragments is bounded as well.
func TestHazard_L6_TinyFragments(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	var s reassembly.Segment
	for i := 8000; i > 0; i-- {
		d.Segment(packet(ethernet(fragment4(ipv4(6, make([]byte, 8)), i*8, true))), &s)
	}
	account(t, &d, 0, map[string]int64{"ip fragment, not reassembled": 8000})
}

func TestHazard_L6_DamagedFragments(t *testing.T) {
	t.Parallel()
	mustSkip(t, "end beyond 65535", packet(ethernet(fragment4(ipv4(6, make([]byte, 16)), 65528, false))), reassembly.DamagedIP)
	mustSkip(t, "length no multiple of 8", packet(ethernet(fragment4(ipv4(6, make([]byte, 12)), 0, true))), reassembly.DamagedIP)
	mustSkip(t, "empty", packet(ethernet(fragment4(ipv4(6, nil), 8, true))), reassembly.DamagedIP)
	mustSkip(t, "of icmp", packet(ethernet(fragment4(ipv4(1, make([]byte, 16)), 0, true))), reassembly.NotTCP)
}

// Two ends that do not agree: the first counts, and nothing is joined wrongly.
func TestHazard_L6_TwoEnds(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	var s reassembly.Segment
	seg := tcp(text)
	last := func(to int) []byte { return ethernet(fragment4(ipv4(6, seg[1000:to:to]), 1000, false)) }
	d.Segment(packet(last(len(seg))), &s)
	for _, to := range []int{1008, 1500} {
		if r := d.Segment(packet(last(to)), &s); r != reassembly.FragmentWaiting {
			t.Errorf("end at %d: got %q", to, r)
		}
	}
	mustSegmentFrom(t, &d, packet(ethernet(fragment4(ipv4(6, seg[:1000]), 0, true))), text, 0)
	account(t, &d, 1, map[string]int64{"ip fragment, joined": 1, "ip fragment, not reassembled": 2})
}

// What lies after a cut fragment has no place: it is missing too.
func TestHazard_L6_CutFragments(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	var s reassembly.Segment
	p := pieces(false, 1000)
	d.Segment(packet(p[0]), &s)
	d.Segment(cut(p[1], 14+20+100), &s)
	mustSegmentFrom(t, &d, packet(p[2]), text[:1080], 920)
}

func TestHazard_L6_FragmentsInTunnels(t *testing.T) {
	t.Parallel()
	udp := hx("d431 12b5 0000 0000 08000000 00000100")
	whole := join(udp, ethernet(ipv4(6, tcp(text))))
	var d reassembly.Dissector
	var outer [][]byte
	for off := 0; off < len(whole); off += 1400 {
		end := min(off+1400, len(whole))
		outer = append(outer, ethernet(fragment4(ipv4(17, whole[off:end]), off, end < len(whole))))
	}
	feed(t, &d, outer)

	var inner [][]byte
	for _, b := range pieces(true, 1000) {
		inner = append(inner, ethernet(ipv4(41, b[14:])))
	}
	feed(t, &d, inner)
	account(t, &d, 2, map[string]int64{"ip fragment, joined": 3})

	dns := make([]byte, 16)
	d.Segment(packet(ethernet(fragment4(ipv4(17, dns[:8]), 0, true))), new(reassembly.Segment))
	d.Segment(packet(ethernet(fragment4(ipv4(17, dns[8:]), 8, false))), new(reassembly.Segment))
	account(t, &d, 2, map[string]int64{"ip fragment, joined": 4, "not tcp": 1})
}

// Fragments of different protocols with one identification are different datagrams.
func TestHazard_L6_SameIdentification(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	p := pieces(false, 1000)
	d.Segment(packet(ethernet(fragment4(ipv4(47, make([]byte, 800)), 1000, true))), new(reassembly.Segment))
	feed(t, &d, p)
	account(t, &d, 1, map[string]int64{"ip fragment, joined": 2, "ip fragment, not reassembled": 1})
}

func TestPartsNameTheFragments(t *testing.T) {
	t.Parallel()
	var d reassembly.Dissector
	var s reassembly.Segment
	for i, b := range pieces(false, 800) {
		p := packet(b)
		p.Number = 10 + i
		d.Segment(p, &s)
	}
	if got := d.Parts(); !slices.Equal(got, []int{10, 11}) || s.Packet != 12 {
		t.Errorf("got parts %v of packet %d, want 10 and 11 of 12", got, s.Packet)
	}
	again := packet(pieces(false, 800)[1])
	again.Number = 20
	if r := d.Segment(again, &s); r != reassembly.FragmentDuplicate || !slices.Equal(d.Parts(), []int{10, 11, 12}) {
		t.Errorf("a second copy: got %v with parts %v, want those of the datagram", r, d.Parts())
	}
	plain := packet(ethernet(ipv4(6, tcp("x"))))
	if r := d.Segment(plain, &s); r != reassembly.OK || len(d.Parts()) > 0 {
		t.Errorf("an unfragmented packet: got %v with parts %v, want none", r, d.Parts())
	}
}
