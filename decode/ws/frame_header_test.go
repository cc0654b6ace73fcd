package ws

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestFrameHeaders are headers as RFC 6455 section 5.2 draws them: FIN, RSV1 to 3, opcode, MASK, payload length, extended payload
// length, masking key.
func TestFrameHeaders(t *testing.T) {
	t.Parallel()
	const (
		byte0  = " 00000000"
		byte1  = " 11111111"
		keyABC = " 01000001 01000010 01000011 01000100"
	)
	abcd := [4]byte{'A', 'B', 'C', 'D'}
	for _, c := range []struct {
		name, bits string
		want       Frame
	}{
		{"all bits clear", "0 000 0000 0 0000000", Frame{HeaderLen: 2}},
		{"FIN", "1 000 0000 0 0000000", Frame{Fin: true, HeaderLen: 2}},
		{"RSV1", "0 100 0000 0 0000000", Frame{RSV: 4, HeaderLen: 2}},
		{"RSV2", "0 010 0000 0 0000000", Frame{RSV: 2, HeaderLen: 2}},
		{"RSV3", "0 001 0000 0 0000000", Frame{RSV: 1, HeaderLen: 2}},
		{"text", "1 000 0001 0 0000000", Frame{Fin: true, Opcode: OpText, HeaderLen: 2}},
		{"binary", "1 000 0010 0 0000000", Frame{Fin: true, Opcode: OpBinary, HeaderLen: 2}},
		{"close", "1 000 1000 0 0000000", Frame{Fin: true, Opcode: OpClose, HeaderLen: 2}},
		{"ping", "1 000 1001 0 0000000", Frame{Fin: true, Opcode: OpPing, HeaderLen: 2}},
		{"pong", "1 000 1010 0 0000000", Frame{Fin: true, Opcode: OpPong, HeaderLen: 2}},
		{"the last reserved opcode", "1 000 1111 0 0000000", Frame{Fin: true, Opcode: 15, HeaderLen: 2}},
		{"masked", "1 000 0001 1 0000000" + keyABC, Frame{Fin: true, Opcode: OpText, Masked: true, MaskKey: abcd, HeaderLen: 6}},
		{"length 1", "1 000 0010 0 0000001", Frame{Fin: true, Opcode: OpBinary, HeaderLen: 2, Len: 1}},
		{"length 125", "1 000 0010 0 1111101", Frame{Fin: true, Opcode: OpBinary, HeaderLen: 2, Len: 125}},
		{"length 126", "1 000 0010 0 1111110" + byte0 + " 01111110", Frame{Fin: true, Opcode: OpBinary, HeaderLen: 4, Len: 126}},
		{"length 256", "1 000 0010 0 1111110 00000001" + byte0, Frame{Fin: true, Opcode: OpBinary, HeaderLen: 4, Len: 256}},
		{"length 65535", "1 000 0010 0 1111110" + byte1 + byte1, Frame{Fin: true, Opcode: OpBinary, HeaderLen: 4, Len: 65535}},
		{"length 65536", "1 000 0010 0 1111111" + strings.Repeat(byte0, 5) + " 00000001" + byte0 + byte0,
			Frame{Fin: true, Opcode: OpBinary, HeaderLen: 10, Len: 65536}},
		{"length 2^63-1", "1 000 0010 0 1111111 01111111" + strings.Repeat(byte1, 7),
			Frame{Fin: true, Opcode: OpBinary, HeaderLen: 10, Len: math.MaxInt64}},
		{"masked length 126", "1 000 0010 1 1111110" + byte0 + " 01111110" + keyABC,
			Frame{Fin: true, Opcode: OpBinary, Masked: true, MaskKey: abcd, HeaderLen: 8, Len: 126}},
		{"masked length 65536", "1 000 0010 1 1111111" + strings.Repeat(byte0, 5) + " 00000001" + byte0 + byte0 + keyABC,
			Frame{Fin: true, Opcode: OpBinary, Masked: true, MaskKey: abcd, HeaderLen: 14, Len: 65536}},
		{"all bits set", "1 111 1111 1 1111111" + strings.Repeat(byte1, 12),
			Frame{Fin: true, RSV: 7, Opcode: 15, Masked: true, MaskKey: [4]byte{255, 255, 255, 255}, HeaderLen: 14, Len: -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := drawn(c.bits)
			if got := headerLen(in); got != len(in) {
				t.Fatalf("header length: got %d, want %d, of % x", got, len(in), in)
			}
			for n := range in {
				want := len(in)
				if n < 2 {
					want = 0
				}
				if got := headerLen(in[:n]); got != want {
					t.Errorf("header length by the first %d bytes of % x: got %d, want %d", n, in, got, want)
				}
			}
			got := Frame{MaskKey: [4]byte{9, 9, 9, 9}} // of the frame before
			got.parse(in)
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("% x\n got %+v\nwant %+v", in, got, c.want)
			}
		})
	}
}

// drawHeader draws a header and writes it bit by bit.
func drawHeader(t *rapid.T) (f Frame, bits string) {
	f.Fin, f.Masked = rapid.Bool().Draw(t, "fin"), rapid.Bool().Draw(t, "masked")
	f.RSV, f.Opcode = rapid.Uint8Max(7).Draw(t, "rsv"), Opcode(rapid.Uint8Max(15).Draw(t, "opcode"))
	bit := map[bool]int{true: 1}
	bits = fmt.Sprintf("%b %03b %04b %b ", bit[f.Fin], f.RSV, uint8(f.Opcode), bit[f.Masked])
	switch rapid.IntRange(0, 2).Draw(t, "form") {
	case 0:
		f.Len = rapid.Int64Range(0, 125).Draw(t, "len")
		bits += fmt.Sprintf("%07b", f.Len)
		f.HeaderLen = 2
	case 1:
		f.Len = rapid.Int64Range(0, 65535).Draw(t, "len")
		bits += fmt.Sprintf("1111110 %016b", f.Len)
		f.HeaderLen = 4
	default:
		f.Len = rapid.Int64Range(0, math.MaxInt64).Draw(t, "len")
		bits += fmt.Sprintf("1111111 %064b", f.Len)
		f.HeaderLen = 10
	}
	if f.Masked {
		k := rapid.Uint32().Draw(t, "key")
		bits += fmt.Sprintf(" %032b", k)
		f.MaskKey = [4]byte{byte(k >> 24), byte(k >> 16), byte(k >> 8), byte(k)}
		f.HeaderLen += 4
	}
	return f, bits
}

// TestAnyFrameHeader reads back what was written bit by bit, and whether the length could have been shorter.
func TestAnyFrameHeader(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want, bits := drawHeader(t)
		in := drawn(bits)
		var got Frame
		if n := headerLen(in); n != len(in) {
			t.Fatalf("header length: got %d, want %d, of %s", n, len(in), bits)
		}
		if got.parse(in); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\n got %+v\nwant %+v", bits, got, want)
		}
		// "the minimal number of bytes MUST be used to encode the length"
		shortest := 2
		switch {
		case want.Len > 65535:
			shortest = 10
		case want.Len > 125:
			shortest = 4
		}
		if got.minimal() != (got.fixedLen() == shortest) {
			t.Fatalf("length %d in a header of %d bytes: minimal is %v", got.Len, got.fixedLen(), got.minimal())
		}
	})
}

// TestMinimalLength is at the borders of the three forms.
func TestMinimalLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		len     int64
		minimal [3]bool // in 7, 16 and 64 bits
	}{
		{0, [3]bool{true, false, false}},
		{125, [3]bool{true, false, false}},
		{126, [3]bool{false, true, false}},
		{65535, [3]bool{false, true, false}},
		{65536, [3]bool{false, false, true}},
		{math.MaxInt64, [3]bool{false, false, true}},
	} {
		for i, fixed := range []int{2, 4, 10} {
			if i < 1 && c.len > 125 || i < 2 && c.len > 65535 {
				continue // does not fit
			}
			for _, masked := range []bool{false, true} {
				f := Frame{Len: c.len, HeaderLen: fixed, Masked: masked}
				if masked {
					f.HeaderLen += 4
				}
				if f.minimal() != c.minimal[i] {
					t.Errorf("length %d, header of %d bytes, masked %v: minimal is %v", c.len, f.HeaderLen, masked, f.minimal())
				}
			}
		}
	}
}

// TestFillsSegment has segments that are whole frames of a client or a server, and others.
func TestFillsSegment(t *testing.T) {
	t.Parallel()
	masked, plain := build(0x81, "hello", key), build(0x81, "hello", "")
	for _, c := range []struct {
		name           string
		in             []byte
		client, server bool
	}{
		{"nothing", nil, false, false},
		{"one frame of a client", masked, true, false},
		{"one frame of a server", plain, false, true},
		{"empty frames", append(build(0x89, "", key), build(0x8a, "", key)...), true, false},
		{"two frames", append(build(0x01, "a", ""), build(0x80, "b", "")...), false, true},
		{"one of each", append(build(0x81, "a", ""), masked...), false, false},
		{"16-bit length", build(0x82, strings.Repeat("z", 300), key), true, false},
		{"64-bit length", build(0x82, strings.Repeat("z", 70000), key), true, false},
		{"first byte alone", plain[:1], false, false},
		{"header alone", plain[:2], false, false},
		{"last byte missing", plain[:6], false, false},
		{"a byte more", append(build(0x81, "a", ""), 0x81), false, false},
		{"masking key cut", masked[:5], false, false},
		{"reserved bit", build(0xc1, "a", ""), false, false},
		{"reserved opcode", build(0x83, "a", ""), false, false},
		{"top bit of the length", unhex(t, "82 7f 80 00 00 00 00 00 00 00"), false, false},
		{"more than there is", unhex(t, "82 7f 7f ff ff ff ff ff ff ff 00"), false, false},
	} {
		for d, want := range map[Dir]bool{C2S: c.client, S2C: c.server} {
			if got := FillsSegment(c.in, d); got != want {
				t.Errorf("%s, %s: got %v, want %v, of % x", c.name, d, got, want, c.in[:min(len(c.in), 20)])
			}
		}
	}
}

// TestHeaderInPackets has a header of 14 bytes in up to three packets, captured in any order of numbers: the frame names the
// packets that carried a part of it.
func TestHeaderInPackets(t *testing.T) {
	t.Parallel()
	in := build(0x82, strings.Repeat("z", 65536), key)
	for first := 1; first < 14; first++ {
		for second := first + 1; second < 15; second++ {
			for _, numbers := range [][3]int{{1, 2, 3}, {3, 2, 1}, {2, 3, 1}} {
				r := newRig(t, Config{})
				for i, part := range [][]byte{in[:first], in[first:second], in[second:]} {
					r.packet = numbers[i]
					r.data(C2S, part)
				}
				r.close()
				f := r.rec.frames[0]
				if f.First.Packet != numbers[0] || f.Last.Packet != numbers[2] || f.Min != 1 || f.Max != 3 || f.MaxTime != 3 || f.HeaderLen != 14 {
					t.Fatalf("cut at %d and %d, packets %v: %+v", first, second, numbers, f)
				}
				if m := r.rec.messages[0]; m.Min != 1 || m.Max != 3 || m.Last.Packet != 3 || m.State != Exact {
					t.Fatalf("cut at %d and %d, packets %v: %+v", first, second, numbers, m)
				}
			}
		}
	}
}
