package capture

import (
	"bytes"
	"encoding/binary"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestHazard_F8_SectionsInterfacesAndClocks(t *testing.T) {
	t.Parallel()
	in := file(
		sectionBlock(le),
		ifaceBlock(le, 1, 0),
		ifaceBlock(le, 276, 0, option(le, 9, 9)), // nanoseconds
		ifaceBlock(le, 101, 0, option(le, 9, 0x80|20), option(le, 14, 100, 0, 0, 0, 0, 0, 0, 0)), // 2^-20, 100 s later
		packetBlock(le, 0, 1_500_000, 9, "abc"),
		packetBlock(le, 1, 1_500_000, 3, "def"),
		packetBlock(le, 2, 1<<20+1<<19, 3, "ghi"),
		sectionBlock(be),
		ifaceBlock(be, 113, 0, option(be, 2, []byte("any")...), option(be, 9, 3)), // milliseconds
		packetBlock(be, 0, 1<<32+7, 4, "jklm"),
	)
	want := []seen{
		{1, 1_500_000_000, 1, 9, "abc"},
		{2, 1_500_000, 276, 3, "def"},
		{3, 101_500_000_000, 101, 3, "ghi"},
		{4, (1<<32 + 7) * 1_000_000, 113, 4, "jklm"},
	}
	got, damage, stats := readAll(t, in, Options{})
	if damage != nil || !reflect.DeepEqual(got, want) || stats.Packets != 4 {
		t.Errorf("got %v, %v, %+v, want %v", got, damage, stats, want)
	}
}

func TestPcapngSimpleAndOldPackets(t *testing.T) {
	t.Parallel()
	oldPacket := func(o byteOrder, iface, drops uint16) []byte {
		b := o.AppendUint16(nil, iface)
		b = o.AppendUint16(b, drops)
		return block(o, 2, b, words(o, 0, 77, 3, 5), []byte("old\x00"))
	}
	for _, o := range []byteOrder{le, be} {
		in := file(sectionBlock(o), ifaceBlock(o, 1, 4),
			block(o, 3, words(o, 9), []byte("snap")), // cut by the interface's snaplen
			block(o, 3, words(o, 3), []byte("abc\x00")),
			oldPacket(o, 0, 6), oldPacket(o, 0, 0xffff))
		want := []seen{{1, 0, 1, 9, "snap"}, {2, 0, 1, 3, "abc"}, {3, 77_000, 1, 5, "old"}, {4, 77_000, 1, 5, "old"}}
		got, damage, stats := readAll(t, in, Options{})
		if damage != nil || !reflect.DeepEqual(got, want) || stats.Dropped() != 6 {
			t.Errorf("%v: got %v, %v, %+v, want %v, 6 dropped", o, got, damage, stats, want)
		}
	}
}

func TestHazard_F9_UndeclaredInterface(t *testing.T) {
	t.Parallel()
	in := file(sectionBlock(le), packetBlock(le, 0, 1, 3, "abc"), block(le, 3, words(le, 3), []byte("abc\x00")),
		ifaceBlock(le, 1, 0), packetBlock(le, 1, 1, 3, "abc"), packetBlock(le, math.MaxUint32, 1, 3, "abc"),
		packetBlock(le, 0, 1, 3, "abc"))
	got, damage, stats := readAll(t, in, Options{})
	want := []seen{{5, 1000, 1, 3, "abc"}} // the others have taken a number
	if damage != nil || !reflect.DeepEqual(got, want) || stats.Undeclared != 4 || stats.Packets != 5 {
		t.Errorf("got %v, %v, %+v, want %v, 4 undeclared", got, damage, stats, want)
	}
}

// TestPcapngNumbersAsWireshark has blocks that tshark 4.0 prints a line for.
func TestPcapngNumbersAsWireshark(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		typ  uint32
		want int // number of the packet after the block
	}{
		{"custom block", 0x0bad, 2},
		{"custom block not to be copied", 0x40000bad, 2},
		{"systemd journal", 9, 2},
		{"sysdig event", 0x204, 2},
		{"sysdig event 2", 0x216, 2},
		{"sysdig event 2, large", 0x221, 2},
		{"name resolution", 4, 1},
		{"IRIG timestamp", 7, 1},
		{"unknown", 0x99, 1},
		{"process", 0x80000001, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := file(sectionBlock(le), ifaceBlock(le, 1, 0), block(le, tt.typ, make([]byte, 40)), packetBlock(le, 0, 1, 3, "abc"))
			got, damage, _ := readAll(t, in, Options{})
			if damage != nil || len(got) != 1 || got[0].Number != tt.want {
				t.Errorf("got %v, %v, want one packet, number %d", got, damage, tt.want)
			}
		})
	}
}

func TestHazard_F5_CapturedLengthOfFourGiB(t *testing.T) {
	t.Parallel()
	good := file(sectionBlock(le), ifaceBlock(le, 1, 0))
	bad := packetBlock(le, 0, 1, 3, "abc")
	binary.LittleEndian.PutUint32(bad[20:], math.MaxUint32)
	_, damage, _ := readAll(t, append(good, bad...), Options{})
	want := "test: packet 1: captured length 4294967295 is over the limit of 16777216 at byte 48 (0 packets read before it)"
	if damage == nil || damage.Error() != want {
		t.Errorf("got %v, want %s", damage, want)
	}
	// A block that says it is huge must not be given memory before it comes.
	huge := file(good, words(le, 6, 32<<20), bad[8:])
	r, err := NewReader(bytes.NewReader(huge), "test", Options{BatchBytes: 4096})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := r.ReadBatch(&b); err == nil || cap(b.Memory) > 4096 || cap(r.carry) > 4096 {
		t.Errorf("got %v and %d + %d bytes of memory for a file of 80", err, cap(b.Memory), cap(r.carry))
	}
}

func TestHazard_F6_CapturedOverOriginalInPcapng(t *testing.T) {
	t.Parallel()
	in := file(sectionBlock(le), ifaceBlock(le, 1, 2), packetBlock(le, 0, 1, 2, "abcd"))
	got, damage, stats := readAll(t, in, Options{})
	want := []seen{{1, 1000, 1, 4, "abcd"}}
	if damage != nil || !reflect.DeepEqual(got, want) || stats.OverOrigLen != 1 || stats.OverSnaplen != 1 {
		t.Errorf("got %v, %v, %+v, want %v, counted", got, damage, stats, want)
	}
}

func TestHazard_F7_BlockLengths(t *testing.T) {
	t.Parallel()
	good := file(sectionBlock(le), ifaceBlock(le, 1, 0), packetBlock(le, 0, 1, 3, "abc"))
	tests := []struct {
		name string
		tail []byte
		want string
	}{
		{"length 0", words(le, 6, 0, 0), "block length 0 is too small for a block of type 0x6"},
		{"unknown block under 12", words(le, 99, 8, 8), "block length 8 is too small for a block of type 0x63"},
		{"packet block without room", block(le, 6, words(le, 0, 0, 0)), "block length 24 is too small for a block of type 0x6"},
		{"not a multiple of 4", words(le, 6, 33, 0, 0, 0, 0, 0, 0, 0), "block length 33 is not a multiple of 4"},
		{"trailer differs", append(packetBlock(le, 0, 1, 3, "abc")[:32], words(le, 40)...), "block length 36 is repeated as 40"},
		{"trailer of unknown block differs", words(le, 99, 16, 0, 20), "block length 16 is repeated as 20"},
		{"byte order magic", words(le, 0x0a0d0d0a, 28, 5, 0, 0, 0, 28), "section header has the byte-order magic 0x05000000"},
		{"version", block(le, 0x0a0d0d0a, words(le, 0x1a2b3c4d, 2, 0, 0)), "pcapng version 2.0 is not read"},
		{"over the limit", words(le, 6, 1<<30, 0), "block length 1073741824 is over the limit of 33558528"},
		{"data over block", block(le, 6, words(le, 0, 0, 0, 5, 5), []byte("abcd")), "packet 2: captured length 5 is more than the 4 bytes of its block"},
		{"simple data over block", block(le, 3, words(le, 5), []byte("abcd")), "packet 2: captured length 5 is more than the 4 bytes of its block"},
		{"secrets over block", block(le, 10, words(le, 1, 9), []byte("abcd")), "secrets length 9 is more than the 4 bytes of its block"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, damage, _ := readAll(t, append(good[:len(good):len(good)], tt.tail...), Options{})
			if damage == nil || damage.What != tt.want || damage.Packets != 1 || len(got) != 1 {
				t.Fatalf("got %v, %+v, want one packet, then %s", got, damage, tt.want)
			}
			at := int64(len(good))
			if strings.HasPrefix(tt.name, "trailer of unknown") {
				at += 12 // it has run past
			}
			if damage.Offset != at {
				t.Errorf("got offset %d, want %d", damage.Offset, at)
			}
		})
	}
}

func TestHazard_F10_OptionPastBlock(t *testing.T) {
	t.Parallel()
	bad := words(le, 0xffff0001) // a comment of 65,535 bytes
	in := file(sectionBlock(le), ifaceBlock(le, 1, 0, option(le, 9, 9), bad), packetBlock(le, 0, 7, 3, "abc", bad))
	got, damage, stats := readAll(t, in, Options{})
	want := []seen{{1, 7, 1, 3, "abc"}} // nanoseconds: the option before it holds
	if damage != nil || !reflect.DeepEqual(got, want) || stats.BadOptions != 2 {
		t.Errorf("got %v, %v, %+v, want %v, 2 bad options", got, damage, stats, want)
	}
}

func TestHazard_F12_SecretsAnywhere(t *testing.T) {
	t.Parallel()
	const keyLog = 0x544c534b
	secrets := func(o byteOrder, s string) []byte {
		return block(o, 10, words(o, keyLog, uint32(len(s))), pad4(s))
	}
	in := file(sectionBlock(le), secrets(le, "first"), ifaceBlock(le, 1, 0), packetBlock(le, 0, 1, 3, "abc"),
		secrets(le, "second"), block(le, 10, words(le, keyLog, 100_000), make([]byte, 100_000)),
		sectionBlock(be), secrets(be, "third"))
	var got []string
	_, damage, stats := readAll(t, in, Options{MaxRecord: 4096, Secrets: func(typ uint32, data []byte) {
		if typ != keyLog {
			t.Errorf("got type %#x, want %#x", typ, keyLog)
		}
		got = append(got, string(data))
	}})
	if want := []string{"first", "second", "third"}; damage != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v, want %q", got, damage, want)
	}
	if stats.Secrets != 3 || stats.SecretsSkipped != 1 {
		t.Errorf("got %+v, want 3 secrets, 1 skipped as too long", stats)
	}
}

func TestPcapngDropCounts(t *testing.T) {
	t.Parallel()
	count := func(n byte) []byte { return []byte{n, 0, 0, 0, 0, 0, 0, 0} }
	statistics := func(drops byte) []byte {
		return block(le, 5, words(le, 0, 0, 0), option(le, 4, count(99)...), option(le, 5, count(drops)...), option(le, 7, count(1)...))
	}
	in := file(sectionBlock(le), ifaceBlock(le, 1, 0), packetBlock(le, 0, 1, 3, "abc", option(le, 4, count(5)...)),
		statistics(7), statistics(9))
	_, damage, stats := readAll(t, in, Options{})
	if damage != nil || stats.DroppedBefore != 5 || stats.DroppedAtEnd != 10 || stats.Dropped() != 10 {
		t.Errorf("got %+v, %v, want 5 before packets, 10 by the last statistics", stats, damage)
	}
}

func TestHazard_F13_LastBlockCut(t *testing.T) {
	t.Parallel()
	blocks := [][]byte{
		sectionBlock(le), ifaceBlock(le, 1, 0), packetBlock(le, 0, 1, 3, "abc"),
		block(le, 99, []byte("unknown block")), packetBlock(le, 0, 2, 3, "def"), sectionBlock(be),
	}
	whole, want, begin := file(blocks...), 0, 0
	for i, blk := range blocks {
		for cut := begin + 1; cut < begin+len(blk); cut++ {
			if cut < ngSectionStart {
				continue
			}
			got, damage, _ := readAll(t, whole[:cut], Options{})
			if len(got) != want || damage == nil || !strings.HasPrefix(damage.What, "ends inside") {
				t.Fatalf("cut at %d: got %d packets, %v, want %d, damage", cut, len(got), damage, want)
			}
			if left := int64(begin + len(blk) - cut); cut-begin >= 12 && damage.Missing != left {
				t.Fatalf("cut at %d: got %v, want %d bytes missing", cut, damage, left)
			}
			if inPacket := strings.Contains(damage.What, "packet"); inPacket != (i == 2 || i == 4) && cut-begin >= 8 {
				t.Fatalf("cut at %d in block %d: got %v", cut, i, damage)
			}
		}
		begin += len(blk)
		if i == 2 || i == 4 {
			want++
		}
		if got, damage, _ := readAll(t, whole[:begin], Options{}); len(got) != want || damage != nil {
			t.Fatalf("cut after block %d: got %d packets, %v, want %d", i, len(got), damage, want)
		}
	}
}

// TestPcapngLongUnknownBlock lets a block of 64 MiB run past in little memory.
func TestPcapngLongUnknownBlock(t *testing.T) {
	t.Parallel()
	const size = 64<<20 + 8
	r, err := NewReader(&endless{
		head: file(sectionBlock(le), ifaceBlock(le, 1, 0), words(le, 99, size)),
		unit: bytes.Repeat(words(le, size), 1024), left: 64 << 20 / 4096,
	}, "test", Options{BatchBytes: 1 << 16})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	all, damage := drain(r)
	if err := r.ReadBatch(&b); len(all) != 0 || damage != nil || err == nil || cap(b.Memory) > 1<<16 {
		t.Errorf("got %v, %v, %v with %d bytes, want a clean end", all, damage, err, cap(b.Memory))
	}
}

func TestPcapngInterfaceFlood(t *testing.T) {
	t.Parallel()
	in := sectionBlock(le)
	one := ifaceBlock(le, 1, 0)
	for range maxInterfaces + 10 {
		in = append(in, one...)
	}
	in = append(in, packetBlock(le, maxInterfaces, 1, 3, "abc")...)
	in = append(in, packetBlock(le, maxInterfaces-1, 1, 3, "abc")...)
	got, damage, stats := readAll(t, in, Options{})
	if len(got) != 1 || damage != nil || stats.Undeclared != 1 {
		t.Errorf("got %v, %v, %+v, want one packet, one undeclared", got, damage, stats)
	}
}

func FuzzPcapng(f *testing.F) {
	f.Add(file(sectionBlock(le), ifaceBlock(le, 1, 0, option(le, 9, 0x94)), packetBlock(le, 0, 1, 3, "abc"),
		block(le, 99, make([]byte, 300)), block(le, 10, words(le, 1, 4), []byte("abcd"))), uint8(3))
	f.Add(file(sectionBlock(be), ifaceBlock(be, 1, 9, option(be, 14, 0xff, 0, 0, 0, 0, 0, 0, 0)),
		block(be, 3, words(be, 4), []byte("abcd")), block(be, 0xbad, words(be, 1)),
		block(be, 5, words(be, 0, 0, 0), option(be, 5, 0, 0, 0, 0, 0, 0, 0, 1))), uint8(1))
	f.Add(file(sectionBlock(le), block(le, 2, words(le, 0, 0, 0, 4, 4), []byte("abcd"))), uint8(200))
	f.Fuzz(fuzzReader)
}
