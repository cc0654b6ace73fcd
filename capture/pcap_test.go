package capture

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestHazard_F2_AllMagics(t *testing.T) {
	t.Parallel()
	const us, ns, modified = 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34
	extra := "12345678" // what a modified record has after its header
	tests := []struct {
		name  string
		order byteOrder
		magic uint32
		extra string
		want  Time
	}{
		{"microseconds, little-endian", le, us, "", 1_000_007_000},
		{"microseconds, big-endian", be, us, "", 1_000_007_000},
		{"nanoseconds, little-endian", le, ns, "", 1_000_000_007},
		{"nanoseconds, big-endian", be, ns, "", 1_000_000_007},
		{"modified, little-endian", le, modified, extra, 1_000_007_000},
		{"modified, big-endian", be, modified, extra, 1_000_007_000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := pcapHead(tt.order, tt.magic, 65535, 1)
			for range 2 {
				in = append(in, words(tt.order, 1, 7, 3, 9)...)
				in = append(in, tt.extra+"abc"...)
			}
			got, damage, _ := readAll(t, in, Options{})
			want := []seen{{1, tt.want, 1, 9, "abc"}, {2, tt.want, 1, 9, "abc"}}
			if damage != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, %v, want %v", got, damage, want)
			}
		})
	}
}

func TestHazard_F3_SnaplenZero(t *testing.T) {
	t.Parallel()
	in := file(pcapHead(le, 0xa1b2c3d4, 0, 1), pcapRecord(le, 1, 0, 3, "abc"))
	got, damage, stats := readAll(t, in, Options{})
	if len(got) != 1 || damage != nil || stats.OverSnaplen != 0 {
		t.Errorf("got %v, %v, %+v, want one packet and nothing odd", got, damage, stats)
	}
}

func TestHazard_F4_RecordOverSnaplen(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100_000) // more than Ethernet has: BIG TCP
	in := file(pcapHead(le, 0xa1b2c3d4, 1500, 1), pcapRecord(le, 1, 0, 100_000, long), pcapRecord(le, 2, 0, 3, "abc"))
	got, damage, stats := readAll(t, in, Options{})
	if damage != nil || len(got) != 2 || got[0].Data != long || got[1].Data != "abc" || stats.OverSnaplen != 1 {
		t.Errorf("got %d packets, %v, %+v, want 2 packets, one over the snaplen", len(got), damage, stats)
	}
}

func TestPcapCapturedLengthOverLimit(t *testing.T) {
	t.Parallel()
	in := file(pcapHead(le, 0xa1b2c3d4, 0, 1), pcapRecord(le, 1, 0, 3, "abc"), words(le, 1, 0, 16<<20+1, 0))
	got, damage, _ := readAll(t, in, Options{})
	want := "test: packet 2: captured length 16777217 is over the limit of 16777216 at byte 43 (1 packets read before it)"
	if len(got) != 1 || damage == nil || damage.Error() != want {
		t.Errorf("got %v, %v, want one packet, %s", got, damage, want)
	}
}

func TestHazard_F6_CapturedOverOriginal(t *testing.T) {
	t.Parallel()
	in := file(pcapHead(le, 0xa1b2c3d4, 65535, 1), pcapRecord(le, 1, 0, 2, "abcd"), pcapRecord(le, 1, 0, 3, "abc"))
	got, damage, stats := readAll(t, in, Options{})
	want := []seen{{1, 1e9, 1, 4, "abcd"}, {2, 1e9, 1, 3, "abc"}}
	if damage != nil || !reflect.DeepEqual(got, want) || stats.OverOrigLen != 1 {
		t.Errorf("got %v, %v, %+v, want %v, one of them counted", got, damage, stats, want)
	}
}

func TestHazard_F13_LastRecordCut(t *testing.T) {
	t.Parallel()
	whole := file(pcapHead(le, 0xa1b2c3d4, 65535, 1), pcapRecord(le, 1, 0, 3, "abc"), pcapRecord(le, 1, 0, 3, "def"))
	ends := map[int]int{24: 0, 43: 1, 62: 2} // offsets at which a record ends: packets before
	last := 0
	for cut := 24; cut <= len(whole); cut++ {
		got, damage, _ := readAll(t, whole[:cut], Options{})
		n, clean := ends[cut]
		if clean {
			last = cut
		} else {
			n = ends[last]
		}
		if len(got) != n || (damage == nil) != clean {
			t.Fatalf("cut at %d: got %d packets, %v, want %d, damage %v", cut, len(got), damage, n, !clean)
		}
		if clean {
			continue
		}
		missing := int64(last + 16 - cut) // of the record header, before its length is known
		if missing <= 0 {
			missing = int64(last + 19 - cut)
		}
		want := Damage{Name: "test", Offset: int64(last), Packets: n, Missing: missing, What: damage.What}
		if *damage != want || !strings.HasPrefix(damage.What, "ends inside packet") {
			t.Fatalf("cut at %d: got %+v, want %+v", cut, *damage, want)
		}
	}
}

func TestPcapOldVersions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		major, minor uint16
		first, then  uint32
	}{
		{"2.2 has the original length first", 2, 2, 9, 3},
		{"2.3 captured first", 2, 3, 3, 9},
		{"2.3 original first", 2, 3, 9, 3},
		{"DG/UX", 543, 0, 9, 3},
		{"unheard-of version is read like 2.4", 7, 7, 3, 9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := pcapHead(be, 0xa1b2c3d4, 65535, 1)
			be.PutUint16(in[4:], tt.major)
			be.PutUint16(in[6:], tt.minor)
			in = append(append(in, words(be, 1, 0, tt.first, tt.then)...), "abc"...)
			got, damage, _ := readAll(t, in, Options{})
			if want := []seen{{1, 1e9, 1, 9, "abc"}}; damage != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, %v, want %v", got, damage, want)
			}
		})
	}
}

func TestPcapFCSBitsInLinkType(t *testing.T) {
	t.Parallel()
	in := file(pcapHead(le, 0xa1b2c3d4, 65535, 0x24000000|276), pcapRecord(le, 1, 0, 3, "abc"))
	got, _, _ := readAll(t, in, Options{})
	if len(got) != 1 || got[0].Link != 276 {
		t.Errorf("got %v, want one packet of link type 276", got)
	}
}

func TestHazard_F16_ClockOddities(t *testing.T) {
	t.Parallel()
	in := file(pcapHead(le, 0xa1b23c4d, 0, 1),
		pcapRecord(le, math.MaxUint32, 0, 1, "a"),   // year 2106
		pcapRecord(le, 0, 1, 1, "b"),                // year 1970, back
		pcapRecord(le, 1, math.MaxUint32, 1, "c"),   // nanoseconds over 1e9
		pcapRecord(le, 1, math.MaxUint32-1, 1, "d")) // back
	got, damage, stats := readAll(t, in, Options{})
	want := []seen{{1, 4294967295e9, 1, 1, "a"}, {2, 1, 1, 1, "b"}, {3, 5_294_967_295, 1, 1, "c"}, {4, 5_294_967_294, 1, 1, "d"}}
	if damage != nil || !reflect.DeepEqual(got, want) || stats.ClockBack != 2 {
		t.Errorf("got %v, %v, %+v, want %v, the clock back twice", got, damage, stats, want)
	}
}

func TestHazard_F19_NoMemoryByFileSize(t *testing.T) {
	t.Parallel()
	// A stream without end: memory must depend on the batch alone.
	record := pcapRecord(le, 1, 0, 100, strings.Repeat("x", 100))
	src := &endless{head: pcapHead(le, 0xa1b2c3d4, 0, 1), unit: record, left: 200_000}
	r, err := NewReader(src, "test", Options{BatchBytes: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	packets, most := 0, 0
	for r.ReadBatch(&b) == nil {
		packets += len(b.Packets)
		most = max(most, cap(b.Memory))
	}
	if packets != 200_000 || most > 64<<10 || len(b.Packets) != 0 {
		t.Errorf("got %d packets with at most %d bytes a batch, want 200000 with 65536", packets, most)
	}
}

// endless gives head, then unit as often as left says.
type endless struct {
	head, unit, rest []byte
	left             int
}

func (e *endless) Read(p []byte) (n int, err error) {
	if e.head != nil {
		n = copy(p, e.head)
		e.head = nil
	}
	for n < len(p) {
		if len(e.rest) == 0 {
			if e.left == 0 {
				return n, errEOFIf(n)
			}
			e.left, e.rest = e.left-1, e.unit
		}
		c := copy(p[n:], e.rest)
		n, e.rest = n+c, e.rest[c:]
	}
	return n, nil
}

func FuzzPcap(f *testing.F) {
	f.Add(file(pcapHead(le, 0xa1b2c3d4, 65535, 1), pcapRecord(le, 1, 2, 3, "abc")), uint8(1))
	f.Add(file(pcapHead(be, 0xa1b2cd34, 65535, 1), pcapRecord(be, 1, 2, 3, "12345678abc")), uint8(7))
	f.Add(file(pcapHead(be, 0xa1b23c4d, 0, 1), words(be, 0, 0, math.MaxUint32, 0)), uint8(255))
	f.Fuzz(fuzzReader)
}

// fuzzReader holds, for any input, that packets are numbered and bounded, and
// that they do not depend on how the input is cut.
func fuzzReader(t *testing.T, in []byte, cut uint8) {
	opt := Options{BatchBytes: 256, MaxRecord: 4096, MaxUnfolded: 1 << 20}
	whole, err := NewReader(bytes.NewReader(in), "test", opt)
	pieces, err2 := NewReader(&chopped{in, int(cut)%64 + 1}, "test", opt)
	if (err == nil) != (err2 == nil) {
		t.Fatalf("opened whole: %v, in pieces: %v", err, err2)
	}
	if err != nil {
		return
	}
	a, damageA := drain(whole)
	b, damageB := drain(pieces)
	if !reflect.DeepEqual(a, b) || whole.Stats() != pieces.Stats() {
		t.Fatalf("whole: %v\npieces of %d: %v", a, cut, b)
	}
	if !reflect.DeepEqual(damageA, damageB) && whole.packing == "" {
		t.Fatalf("whole: %v\npieces of %d: %v", damageA, cut, damageB)
	}
	last := 0
	for _, p := range a {
		if p.Number <= last || p.OrigLen < len(p.Data) || len(p.Data) > opt.MaxRecord {
			t.Fatalf("packet %+v after number %d", p, last)
		}
		last = p.Number
	}
}

// chopped gives at most n bytes a read.
type chopped struct {
	rest []byte
	n    int
}

func (c *chopped) Read(p []byte) (int, error) {
	n := copy(p, c.rest[:min(c.n, len(c.rest))])
	c.rest = c.rest[n:]
	return n, errEOFIf(n)
}
