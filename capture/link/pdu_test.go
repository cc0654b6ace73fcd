package link

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
)

// tag is a tag before an exported PDU: number, length, value.
func tag(number uint16, value []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, number)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// onesSum is the sum of RFC 1071, one byte at a time.
func onesSum(parts ...[]byte) uint16 {
	sum := 0
	for _, b := range parts {
		for i, c := range b {
			if i%2 == 0 {
				sum += int(c) << 8
			} else {
				sum += int(c)
			}
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// placed are the tags of a PDU of TCP: its addresses, ports and place.
func placed(v6, joined bool, seq, next, ack uint32, flags byte) []byte {
	var b []byte
	if v6 {
		b = append(tag(22, h("20010db8000000000000000000000001")), tag(23, h("20010db8000000000000000000000002"))...)
	} else {
		b = append(tag(20, h("0a000001")), tag(21, h("0a000002"))...)
	}
	for number, value := range []uint32{2, 50000, 80} {
		b = append(b, tag(uint16(24+number), binary.BigEndian.AppendUint32(nil, value))...)
	}
	place := h("0001")
	for _, v := range []uint32{seq, next, ack} {
		place = binary.BigEndian.AppendUint32(place, v)
	}
	place = append(place, map[bool]byte{true: 1}[joined], 0, flags, 0, 0, 0, 0)
	return append(append(b, tag(34, place)...), tag(0, nil)...)
}

// TestPDU_Segment: what TCP carried gets the headers of a segment again, with right checksums.
func TestPDU_Segment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		v6        bool
		joined    bool
		seq, next uint32
		data      string
		want      uint32 // the sequence number
	}{
		{"IPv4", false, false, 1000, 1005, "hello", 1000},
		{"IPv4, even length", false, false, 1000, 1004, "even", 1000},
		{"IPv6", true, false, 1000, 1005, "hello", 1000},
		{"nothing", false, false, 1000, 1000, "", 1000},
		{"put together from several segments", false, true, 1003, 1005, "hello", 1000},
		{"put together, numbers wrap", true, true, 1, 2, "hello", 0xfffffffd},
		{"longer than an IP packet may be", false, false, 7, 7, strings.Repeat("z", 70000), 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := append(placed(c.v6, c.joined, c.seq, c.next, 0x01020304, 0x18), c.data...)
			r, skip := Unwrap(&capture.Packet{LinkType: capture.LinkUpperPDU, OrigLen: len(data), Data: data})
			if skip != 0 || r.Wire != len(r.Data) {
				t.Fatalf("%q, %d of %d bytes", skip, len(r.Data), r.Wire)
			}
			segment := checkIP(t, r.Data, c.v6, 20+len(c.data))
			if got := binary.BigEndian.Uint32(segment[4:]); got != c.want {
				t.Errorf("sequence number: got %d, want %d", got, c.want)
			}
			if !bytes.HasPrefix(segment, h("c350 0050")) || binary.BigEndian.Uint32(segment[8:]) != 0x01020304 || segment[12] != 0x50 || segment[13] != 0x18 {
				t.Errorf("header % x", segment[:20])
			}
			if string(segment[20:]) != c.data {
				t.Errorf("payload %.40q", segment[20:])
			}
		})
	}
}

// checkIP checks the IP header of b, and the checksum of the segment of n bytes after it, which it returns.
func checkIP(t *testing.T, b []byte, v6 bool, n int) []byte {
	t.Helper()
	head, addresses, total := 20, b[12:20], n+20
	version := byte(4)
	lengthField := b[2:4]
	if v6 {
		head, addresses, total, version, lengthField = 40, b[8:40], n, 6, b[4:6]
	} else if sum := onesSum(b[:20]); sum != 0xffff {
		t.Errorf("the IP header's sum is %#x: % x", sum, b[:20])
	}
	if total > 0xffff {
		total = 0 // as after segmentation offloading
	}
	if b[0]>>4 != version || len(b) != head+n || int(binary.BigEndian.Uint16(lengthField)) != total {
		t.Errorf("% x and %d bytes, want %d", b[:head], len(b)-head, n)
	}
	segment := b[head:]
	size := binary.BigEndian.AppendUint32(nil, uint32(n))
	if sum := onesSum(addresses, size, []byte{0, 6}, segment); sum != 0xffff {
		t.Errorf("the segment's sum is %#x", sum)
	}
	return segment
}

// TestPDU_WithoutAPlace: one tag of each that is needed is missing or wrong.
func TestPDU_WithoutAPlace(t *testing.T) {
	t.Parallel()
	ports := append(append(tag(24, h("00000002")), tag(25, h("0000c350"))...), tag(26, h("00000050"))...)
	src, dst, place := tag(20, h("0a000001")), tag(21, h("0a000002")), tag(34, append(h("0001"), make([]byte, 17)...))
	for _, c := range []struct {
		name  string
		parts [][]byte
		want  Skip
	}{
		{"all", [][]byte{src, dst, ports, place}, 0},
		{"no source", [][]byte{dst, ports, place}, SkipPDU},
		{"no destination", [][]byte{src, ports, place}, SkipPDU},
		{"one address of each version", [][]byte{src, tag(23, make([]byte, 16)), ports, place}, SkipPDU},
		{"an address of 3 bytes", [][]byte{tag(20, h("0a0000")), dst, ports, place}, SkipPDU},
		{"no place", [][]byte{src, dst, ports}, SkipPDU},
		{"a place of another version", [][]byte{src, dst, ports, tag(34, append(h("0002"), make([]byte, 17)...))}, SkipPDU},
		{"a place that is too short", [][]byte{src, dst, ports, tag(34, append(h("0001"), make([]byte, 16)...))}, SkipPDU},
		{"ports of udp", [][]byte{src, dst, tag(24, h("00000003")), place}, SkipNotIP},
		{"no ports", [][]byte{src, dst, place}, SkipNotIP},
		{"a port type of 2 bytes", [][]byte{src, dst, tag(24, h("0002")), place}, SkipNotIP},
		{"tags that are not known", [][]byte{tag(999, h("01")), src, tag(12, []byte("http\x00\x00\x00\x00")), dst, ports, place}, 0},
	} {
		data := append(bytes.Join(c.parts, nil), h("00000000 474554")...)
		if _, got := Unwrap(&capture.Packet{LinkType: capture.LinkUpperPDU, OrigLen: len(data), Data: data}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestPDU_Cut: a PDU that was not captured whole has no place that could be told from its end.
func TestPDU_Cut(t *testing.T) {
	t.Parallel()
	data := append(placed(false, false, 1000, 1005, 1, 0x18), "hello"...)
	for n := range data {
		if _, skip := Unwrap(&capture.Packet{LinkType: capture.LinkUpperPDU, OrigLen: len(data), Data: data[:n]}); skip != SkipCut {
			t.Errorf("cut at %d of %d: got %q", n, len(data), skip)
		}
	}
}
