package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// pieces is a reader that returns a few bytes at a time, as pipes do.
type pieces struct {
	b    []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	n := copy(b[:min(p.size, len(b))], p.b)
	p.b = p.b[n:]
	return n, errEOFIf(n)
}

// readPieces reads a capture that comes a few bytes at a time into small batches.
func readPieces(t *rapid.T, data []byte) ([]seen, *Damage, Stats) {
	r, err := NewReader(&pieces{data, rapid.SampledFrom([]int{1, 3, 7, 64, 1 << 20}).Draw(t, "bytes at a time")}, "test",
		Options{BatchBytes: rapid.SampledFrom([]int{1, 100, 4096, 1 << 20}).Draw(t, "batches of")})
	if err != nil {
		t.Fatalf("NewReader: %v", err)
	}
	defer r.Close()
	all, err := drain(r)
	var damage *Damage
	if err != nil && !errors.As(err, &damage) {
		t.Fatalf("got error %v of type %T, want *Damage", err, err)
	}
	return all, damage, r.Stats()
}

func drawOrder(t *rapid.T) byteOrder {
	return map[bool]byteOrder{true: le, false: be}[rapid.Bool().Draw(t, "little-endian")]
}

// drawData is what a packet holds: any bytes, those of headers too.
func drawData(t *rapid.T) string {
	return string(bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(t, "data"), rapid.SampledFrom([]int{0, 1, 1, 3, 30}).Draw(t, "times")))
}

// TestAnyPcap reads back records of either resolution and byte order, however the file comes.
func TestAnyPcap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o, nanos := drawOrder(t), rapid.Bool().Draw(t, "nanoseconds")
		magic, unit := uint32(0xa1b2c3d4), Time(1000)
		if nanos {
			magic, unit = 0xa1b23c4d, 1
		}
		in := pcapHead(o, magic, 262144, 113)
		var want []seen
		var last Time
		back := 0
		for range rapid.IntRange(0, 12).Draw(t, "packets") {
			data := drawData(t)
			sec, frac := rapid.Uint32().Draw(t, "seconds"), rapid.Uint32Max(999_999).Draw(t, "fraction")
			original := uint32(len(data)) + rapid.Uint32Max(2000).Draw(t, "cut by")
			in = append(in, pcapRecord(o, sec, frac, original, data)...)
			now := Time(sec)*second + Time(frac)*unit
			if now < last {
				back++
			}
			want = append(want, seen{len(want) + 1, now, 113, int(original), data})
			last = now
		}
		got, damage, stats := readPieces(t, in)
		if damage != nil || !reflect.DeepEqual(got, want) || stats.Packets != len(want) || int(stats.ClockBack) != back {
			t.Fatalf("got %v, %v, %+v\nwant %v, %d times back", got, damage, stats, want, back)
		}
	})
}

// ngModel is a pcapng file with what it holds.
type ngModel struct {
	in     []byte
	want   []seen
	number int
	// ifaces are those of the section: link type and nanoseconds in a unit.
	ifaces []ngIface
	stats  Stats
}

type ngIface struct {
	link uint16
	unit Time
}

// block adds any block to the file.
func (m *ngModel) block(t *rapid.T, o byteOrder) {
	switch rapid.IntRange(0, 7).Draw(t, "block") {
	case 0:
		i := ngIface{rapid.SampledFrom([]uint16{1, 101, 276}).Draw(t, "link"), 1000}
		var options [][]byte
		if rapid.Bool().Draw(t, "nanoseconds") {
			i.unit = 1
			options = append(options, option(o, 2, []byte("eth0")...), option(o, 9, 9), option(o, 0))
		}
		m.ifaces = append(m.ifaces, i)
		m.in = append(m.in, ifaceBlock(o, i.link, 0, options...)...)
	case 1: // not known: passed over
		m.in = append(m.in, block(o, 0x99, []byte(drawData(t)))...)
	case 2: // holds no packet, but has a number
		m.in = append(m.in, block(o, 0x0bad, make([]byte, 4), []byte(drawData(t)))...)
		m.number++
		m.stats.NotPackets++
	case 3:
		m.in = append(m.in, block(o, 10, words(o, 0x544c534b, 4), []byte("keys"))...)
		m.stats.Secrets++
	default:
		m.packet(t, o)
	}
}

func (m *ngModel) packet(t *rapid.T, o byteOrder) {
	data, ts := drawData(t), rapid.Uint64Max(1<<50).Draw(t, "time")
	n := rapid.IntRange(0, 3).Draw(t, "interface")
	original := uint32(len(data)) + rapid.Uint32Max(100).Draw(t, "cut by")
	var options [][]byte
	if rapid.Bool().Draw(t, "options") {
		drops := rapid.Uint64Max(1000).Draw(t, "drops")
		options = append(options, option(o, 1, []byte("a comment")...), option(o, 4, o.AppendUint64(nil, drops)...), option(o, 0))
		m.stats.DroppedBefore += drops
	}
	m.in = append(m.in, packetBlock(o, uint32(n), ts, original, data, options...)...)
	m.number++
	if n >= len(m.ifaces) {
		m.stats.Undeclared++
		return
	}
	i := m.ifaces[n]
	m.want = append(m.want, seen{m.number, Time(ts) * i.unit, LinkType(i.link), int(original), data})
}

// TestAnyPcapng reads back sections of either byte order with any blocks, however the file comes.
func TestAnyPcapng(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var m ngModel
		for range rapid.IntRange(1, 3).Draw(t, "sections") {
			o := drawOrder(t)
			m.in, m.ifaces = append(m.in, sectionBlock(o)...), nil
			for range rapid.IntRange(0, 10).Draw(t, "blocks") {
				m.block(t, o)
			}
		}
		got, damage, stats := readPieces(t, m.in)
		if damage != nil || !reflect.DeepEqual(got, m.want) {
			t.Fatalf("got %v, %v\nwant %v", got, damage, m.want)
		}
		if w := m.stats; stats.Packets != m.number || stats.NotPackets != w.NotPackets || stats.Undeclared != w.Undeclared || stats.Secrets != w.Secrets || stats.DroppedBefore != w.DroppedBefore {
			t.Fatalf("got %+v\nwant %+v, %d packets", stats, w, m.number)
		}
	})
}

// TestAnyDamage has one byte of a capture changed or its end cut off: what comes before is read as it was, and nothing breaks.
func TestAnyDamage(t *testing.T) {
	t.Parallel()
	var in []byte
	ends := []int{}
	in = append(in, file(sectionBlock(le), ifaceBlock(le, 1, 0))...)
	for i := range 6 {
		in = append(in, packetBlock(le, 0, uint64(i), 5, "data"+string(rune('0'+i)))...)
		ends = append(ends, len(in))
	}
	whole, _, _ := readAll(t, in, Options{})
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(48, len(in)-1).Draw(t, "at")
		damaged := bytes.Clone(in)
		if rapid.Bool().Draw(t, "cut") {
			damaged = damaged[:at]
		} else {
			damaged[at] ^= rapid.ByteRange(1, 255).Draw(t, "change")
		}
		got, _, _ := readPieces(t, damaged)
		before := 0
		for before < len(ends) && ends[before] <= at {
			before++
		}
		if len(got) < before || !slices.Equal(got[:before], whole[:before]) {
			t.Fatalf("damaged at %d: got %v, want it to begin with %v", at, got, whole[:before])
		}
	})
}

// TestEveryMagicByte: a file whose magic number differs in one bit is not taken for one, unless it is another magic number.
func TestEveryMagicByte(t *testing.T) {
	t.Parallel()
	known := map[uint32]bool{0xa1b2c3d4: true, 0xa1b23c4d: true, 0xa1b2cd34: true}
	for bit := range 32 {
		in := file(pcapHead(le, 0xa1b2c3d4^1<<bit, 65535, 1), pcapRecord(le, 1, 0, 3, "abc"))
		if known[binary.LittleEndian.Uint32(in)] {
			continue
		}
		_, err := NewReader(bytes.NewReader(in), "test", Options{})
		var open *OpenError
		if !errors.As(err, &open) || len(open.First) == 0 || errors.Is(err, io.EOF) {
			t.Errorf("magic number %#x: got %v", binary.LittleEndian.Uint32(in), err)
		}
	}
}
