package reassembly

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/pcaps"
)

// sealed is a segment on the wire, with its checksum.
type sealed struct {
	seg
	sum sumVerdict
}

func good(s seg) sealed      { return sealed{s, sumGood} }
func bad(s seg) sealed       { return sealed{s, sumBad} }
func offloaded(s seg) sealed { return sealed{s, sumOffloaded} }
func cut(s seg) sealed       { return sealed{s, sumUnknown} }

// wire sends segments through a Dissector, as packets with checksums.
func (b *bench) wire(segs ...sealed) *bench {
	for _, s := range segs {
		b.packet++
		b.now += 1000 + s.after
		f := flow(s.flow)
		x := pcaps.Segment{Src: f.endpoint(s.from), Dst: f.endpoint(!s.from), Seq: s.seq, Ack: s.ack, Flags: byte(s.flags),
			Window: 60000, Payload: []byte(s.data), ID: uint16(b.packet), BadChecksum: s.sum == sumBad}
		p := x.Bytes()
		if s.sum == sumOffloaded {
			src, dst := x.Src.Addr().As4(), x.Dst.Addr().As4()
			partial := fold(sum64(src[:]) + sum64(dst[:]) + protoTCP + uint64(len(p)-20))
			binary.BigEndian.PutUint16(p[36:], partial)
		}
		q := capture.Packet{Number: b.packet, Time: b.now, LinkType: capture.LinkType(pcaps.Link{}.Number()), Data: p, OrigLen: len(p)}
		var d Dissector
		var out Segment
		if r := d.Segment(&q, &out); r != OK {
			b.t.Fatalf("packet %d: %v", b.packet, r)
		}
		if s.sum == sumUnknown {
			out.tcpBytes = nil
		}
		b.used = append(b.used, p)
		b.table.Segment(&out)
	}
	return b
}

// openedWell is a connection whose handshake has right checksums.
func openedWell(t *testing.T) *bench {
	b := newBench(t, Limits{})
	for _, s := range handshake(0) {
		b.wire(good(s))
	}
	return b
}

func TestHazard_D17_Damage(t *testing.T) {
	t.Parallel()
	ack := func(n int) sealed { return good(bb(0, "", n)) }
	late := func(n int) sealed { return good(bb(0, "", n).later(sec)) }
	tests := map[string]struct {
		segs []sealed
		want []string
	}{
		"a good copy comes":              {[]sealed{good(a(0, "abc", 0)), bad(a(3, "dXf", 0)), good(a(3, "def", 0)), ack(6)}, []string{`0 data 0 "abc"`, `0 data 3 "def"`}},
		"a good copy comes after others": {[]sealed{bad(a(0, "Xbc", 0)), good(a(3, "def", 0)), good(a(0, "abc", 0)), ack(6)}, []string{`0 data 0 "abc"`, `0 data 3 "def"`}},
		"a good copy was there":          {[]sealed{good(a(0, "abc", 0)), bad(a(0, "aXc", 0))}, []string{`0 data 0 "abc"`}},
		"alone, before others":           {[]sealed{good(a(0, "abc", 0)), bad(a(3, "dXf", 0)), good(a(6, "ghi", 0)), ack(9), late(9)}, []string{`0 data 0 "abc"`, "0 conflict 3+3", `0 data 3 "dXf"`, `0 data 6 "ghi"`}},
		"alone, less than a second":      {[]sealed{good(a(0, "abc", 0)), bad(a(3, "dXf", 0)), good(a(6, "ghi", 0)), ack(9)}, []string{`0 data 0 "abc"`}},
		"alone, at the end":              {[]sealed{good(a(0, "abc", 0)), bad(a(3, "dXf", 0)), ack(6), late(6)}, []string{`0 data 0 "abc"`, "0 conflict 3+3", `0 data 3 "dXf"`}},
		"a part of a gap":                {[]sealed{good(a(0, "abc", 0)), bad(a(4, "X", 0)), good(a(6, "ghi", 0)), ack(9), late(9)}, []string{`0 data 0 "abc"`, "0 gap 3+1", "0 conflict 4+1", `0 data 4 "X"`, "0 gap 5+1", `0 data 6 "ghi"`}},
		"a number far off":               {[]sealed{good(a(0, "abc", 0)), bad(a(4096, "def", 0)), good(a(3, "def", 0)), ack(6), late(6)}, []string{`0 data 0 "abc"`, `0 data 3 "def"`}},
		"a RST":                          {[]sealed{good(a(0, "abc", 0)), bad(a(3, "", 0).with(RST)), late(3), good(a(3, "def", 0))}, []string{`0 data 0 "abc"`, `0 data 3 "def"`}},
		"a FIN":                          {[]sealed{good(a(0, "abc", 0)), bad(a(3, "", 0).with(FIN)), late(3), good(a(3, "def", 0))}, []string{`0 data 0 "abc"`, `0 data 3 "def"`}},
		"an ACK":                         {[]sealed{good(a(0, "abc", 0)), bad(bb(0, "", 3)), late(0), good(a(0, "aBc", 0))}, []string{`0 data 0 "abc"`, "0 conflict 1+1"}},
		"two good copies differ":         {[]sealed{good(a(0, "abc", 0)), good(a(0, "aBc", 0))}, []string{`0 data 0 "abc"`, "0 conflict 1+1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, split := range []bool{false, true} {
				b := openedWell(t)
				for _, s := range tt.segs {
					if b.wire(s); split {
						b.batch()
					}
				}
				b.wantLog(0, tt.want...).finish()
			}
		})
	}
}

func TestHazard_D17_AloneWhenTheCaptureEnds(t *testing.T) {
	t.Parallel()
	b := openedWell(t).wire(good(a(0, "abc", 0)), bad(a(3, "dXf", 0))).finish()
	b.wantLog(0, `0 data 0 "abc"`, "0 conflict 3+3", `0 data 3 "dXf"`, "0 close 6", "1 close 6")
	wantStat(t, "Damaged", b.doubts(0, Fwd).Damaged, 1)
	wantStat(t, "DamagedBytes", b.doubts(0, Fwd).DamagedBytes, 3)
}

// Checksums that the network card computes after the point of capture say nothing.
func TestHazard_D17_Offloaded(t *testing.T) {
	t.Parallel()
	plain := func(seal func(seg) sealed, first func(seg) sealed) *bench {
		b := newBench(t, Limits{})
		for _, s := range handshake(0) {
			b.wire(cut(s))
		}
		b.wire(first(a(0, "abc", 0)))
		for i := range 100 {
			b.wire(seal(a(3+3*i, "xyz", 0)))
		}
		return b
	}
	tests := map[string]struct {
		seal, first func(seg) sealed
		conflicts   int
	}{
		"all partial sums":        {offloaded, offloaded, 0},
		"all wrong":               {bad, bad, 0},
		"one right by chance":     {bad, good, 0},
		"one wrong, others right": {good, bad, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := plain(tt.seal, tt.first).finish()
			k := b.conns[0]
			if got, want := string(k.data[Fwd]), "abc"+strings.Repeat("xyz", 100); got != want && name != "one right by chance" {
				t.Errorf("passed on %q, want %q", got, want)
			}
			if got := len(k.differ[Fwd]); got != tt.conflicts && name != "one right by chance" {
				t.Errorf("%d conflicts, want %d", got, tt.conflicts)
			}
		})
	}
}

// A checksum of 0 is left to the network card, but not where those of many others are right.
func TestHazard_D17_ZeroByChance(t *testing.T) {
	t.Parallel()
	zero := func(v *evidence) sumVerdict {
		f := flow(0)
		p := pcaps.Segment{Src: f.endpoint(false), Dst: f.endpoint(true), Flags: pcaps.ACK, Payload: []byte("abc")}.Bytes()
		p[36], p[37] = 0, 0
		q := capture.Packet{Number: 1, LinkType: capture.LinkType(pcaps.Link{}.Number()), Data: p, OrigLen: len(p)}
		var d Dissector
		var s Segment
		if r := d.Segment(&q, &s); r != OK {
			t.Fatal(r)
		}
		return v.look(&s)
	}
	v := evidence{good: surelyGood}
	if first, second := zero(&v), zero(&v); first != sumBad || second != sumOffloaded {
		t.Errorf("among right ones: %d and %d, want %d and then %d", first, second, sumBad, sumOffloaded)
	}
	if got := zero(&evidence{good: 2}); got != sumOffloaded {
		t.Errorf("among few: %d, want %d", got, sumOffloaded)
	}
}

// A receiver's network card puts segments together and keeps the checksum of the first.
func TestHazard_D17_Coalesced(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("k", 4000)
	b := openedWell(t).wire(good(a(0, "abc", 0)), bad(a(3, large, 0)), good(a(4003, "def", 0))).finish()
	if k := b.conns[0]; string(k.data[Fwd]) != "abc"+large+"def" || len(k.differ[Fwd]) > 0 {
		t.Errorf("passed on %d bytes with conflicts %v, want all without", len(k.data[Fwd]), k.differ[Fwd])
	}
}

// A datagram joined of fragments of two others fails its checksum, and is dropped.
func TestHazard_D17_FragmentsOfTwoDatagrams(t *testing.T) {
	t.Parallel()
	b := openedWell(t).wire(good(a(0, "abc", 0)))
	s := bad(a(3, "mixed", 0))
	f := flow(0)
	x := pcaps.Segment{Src: f.endpoint(s.from), Dst: f.endpoint(!s.from), Seq: s.seq, Ack: s.ack, Flags: byte(s.flags), Window: 60000,
		Payload: []byte(strings.Repeat("mixed", 20)), ID: 77, BadChecksum: true}
	var d Dissector
	var out Segment
	for i, p := range pcaps.Fragment(x.Bytes(), 64) {
		b.packet++
		q := capture.Packet{Number: b.packet, Time: b.now, LinkType: capture.LinkType(pcaps.Link{}.Number()), Data: p, OrigLen: len(p)}
		if r := d.Segment(&q, &out); r == OK {
			if !out.Joined {
				t.Error("not marked as joined")
			}
			b.table.Segment(&out)
		} else if r != FragmentWaiting {
			t.Fatalf("fragment %d: %v", i, r)
		}
	}
	b.wire(good(a(103, "def", 0)), good(bb(0, "", 106)), good(bb(0, "", 106).later(sec)))
	b.wantLog(0, `0 data 0 "abc"`, "0 gap 3+100", `0 data 103 "def"`).finish()
	wantStat(t, "Damaged", b.doubts(0, Fwd).Damaged, 1)
}

func TestIPv4HeaderChecksum(t *testing.T) {
	t.Parallel()
	f := flow(0)
	x := pcaps.Segment{Src: f.endpoint(false), Dst: f.endpoint(true), Seq: 1, Flags: pcaps.ACK, Payload: []byte("abc"), ID: 5}
	flip := func(bit int) []byte { p := x.Bytes(); p[bit/8] ^= 1 << (bit % 8); return p }
	zero := x.Bytes()
	zero[10], zero[11] = 0, 0
	tests := map[string]struct {
		packet []byte
		want   Reason
	}{
		"right":                            {x.Bytes(), OK},
		"left to the network card":         {zero, OK},
		"TTL changed, TCP's sum is right":  {flip(8*8 + 1), OK},
		"an address changed":               {flip(13*8 + 1), DamagedIP},
		"an address changed in its 4th":    {flip(19*8 + 2), DamagedIP},
		"an identification changed, is OK": {flip(4*8 + 3), OK},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var d Dissector
			for i, p := range [][]byte{x.Bytes(), x.Bytes(), tt.packet} {
				q := capture.Packet{Number: i + 1, LinkType: capture.LinkType(pcaps.Link{}.Number()), Data: p, OrigLen: len(p)}
				if r := d.Segment(&q, &Segment{}); i == 2 && r != tt.want {
					t.Errorf("got %q, want %q", fmt.Sprint(r), fmt.Sprint(tt.want))
				}
			}
		})
	}
}
